"""The way back through a graph: which node comes next, and what has arrived at each tensor.

A node can go once the gradients of all its outputs are complete, that is, after every node that used them. A tensor
that was used several times receives several gradients; they are added.

Keras facts (Keras 3.15.1)
1. Gradients that meet are added in the order in which they arrive, and the order of arrival is that of TensorFlow's
   tape: of the nodes that are ready, the one that became ready last goes first. With three uses and more this decides
   the last bits.

Source: Linnainmaa, "Taylor expansion of the accumulated rounding error", 1976 (reverse accumulation).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from naive import ops
from naive.nodes import Node, Symbol
from naive.ops import Tensor


class BackwardWalk:
    """Iterate over it for the nodes, last to first; call `done` for each before taking the next.

    Args:
        all_nodes: in the order in which they ran.
        arriving: pairs of an output's symbol and its gradient; None for an output that was not used.
    """

    def __init__(self, all_nodes: Sequence[Node], arriving: Any) -> None:
        self._arrived: dict[Symbol, list[Any]] = {}
        self._uses: dict[Node, int] = {}
        for node in all_nodes:
            for parent in node.parents:
                self._uses[parent] = self._uses.get(parent, 0) + 1
        self._ready: list[Node] = []
        for symbol, gradient in arriving:
            self._add(symbol, gradient)
        for node in all_nodes:
            if not self._uses.get(node):
                self._ready.append(node)

    def __iter__(self) -> Iterator[Node]:
        while self._ready:
            yield self._ready.pop()

    def total(self, symbol: Symbol) -> Tensor | None:
        """All gradients that arrived at a tensor, added."""
        return ops.total(self._arrived.get(symbol, []))

    def done(self, node: Node, dx: Sequence[Any]) -> None:
        """Hand the gradients of a node's inputs to the nodes that made them."""
        for place in node.layer.arrival(len(dx)):
            self._add(node.inputs[place], dx[place])
        for symbol in node.inputs:
            self._uses[symbol.node] -= 1
            if not self._uses[symbol.node] and symbol.node.layer is not None:
                self._ready.append(symbol.node)

    def _add(self, symbol: Symbol, gradient: Any) -> None:
        if gradient is not None:
            self._arrived.setdefault(symbol, []).append(gradient)
