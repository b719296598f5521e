"""The way back through a graph: which node comes next, and what has arrived at each tensor.

A node can go once the gradients of all its outputs are complete, that is, after every node that used them. A tensor
that was used several times receives several gradients; they are added.

Keras facts (Keras 3.15.1)
1. Gradients that meet are added in the order in which they arrive. TensorFlow's tape is a queue of single
   operations: all branches advance together, one operation each per round, so the branch with fewer operations
   arrives first. With three uses and more this decides the last bits.
2. A layer that adds or multiplies k inputs is a chain of k - 1 operations; the last input leaves it first, the first
   two leave it together at the end.

The rounds are counted here from what each layer says of itself (`tape_depth`).

Source: Linnainmaa, "Taylor expansion of the accumulated rounding error", 1976 (reverse accumulation).
"""

from __future__ import annotations

import heapq
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
        rounds: when each of them arrives; all at once by default.
    """

    def __init__(
        self, all_nodes: Sequence[Node], arriving: Sequence[tuple[Symbol, Any]], rounds: Sequence[int] = ()
    ) -> None:
        self._arrived: dict[Symbol, list[tuple[int, int, Any]]] = {}
        self._uses: dict[Node, int] = {}
        self._round: dict[Node, int] = {}  # when the last gradient arrived
        self._ready: list[tuple[int, int, Node]] = []
        self._count = 0
        for node in all_nodes:
            for parent in node.parents:
                self._uses[parent] = self._uses.get(parent, 0) + 1
        order = sorted(range(len(arriving)), key=lambda one: rounds[one] if rounds else 0)
        for number in order:
            self._add(*arriving[number], rounds[number] if rounds else 0)
        for number in order:
            self._push_if_complete(arriving[number][0].node)

    def __iter__(self) -> Iterator[Node]:
        while self._ready:
            yield heapq.heappop(self._ready)[2]

    def total(self, symbol: Symbol) -> Tensor | None:
        """All gradients that arrived at a tensor, added in the order of their arrival."""
        arrived = sorted(self._arrived.get(symbol, []), key=lambda one: one[:2])
        return ops.total([gradient for _, _, gradient in arrived])

    def done(self, node: Node, dx: Sequence[Any]) -> None:
        """Hand the gradients of a node's inputs to the nodes that made them."""
        began = self._round.get(node, 0)
        rounds = node.layer.tape_rounds(len(dx))
        for number in sorted(range(len(dx)), key=lambda one: (rounds[one], one)):
            symbol = node.inputs[number]
            self._add(symbol, dx[number], began + rounds[number])
            self._uses[symbol.node] -= 1
            self._push_if_complete(symbol.node)

    def _add(self, symbol: Symbol, gradient: Any, when: int) -> None:
        self._round[symbol.node] = max(when, self._round.get(symbol.node, 0))
        if gradient is not None:
            self._count += 1
            self._arrived.setdefault(symbol, []).append((when, self._count, gradient))

    def _push_if_complete(self, node: Node) -> None:
        if node.layer is not None and not self._uses.get(node):
            self._uses[node] = -1  # once only
            self._count += 1
            heapq.heappush(self._ready, (self._round.get(node, 0), self._count, node))
