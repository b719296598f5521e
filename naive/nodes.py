"""A network as a drawing: symbols for tensors that do not exist yet, and nodes for layers that will make them.

    x = NaiveInput((784,))              a symbol: a place for a tensor of shape (batch, 784)
    h = NaiveDense(784, 512)(x)         calling a layer on a symbol draws a node, and gives the symbol of its output
    y = NaiveDense(512, 10)(h)
    model = NaiveModel(x, y)            the model walks the drawing

A layer called twice makes two nodes with the same weights. A symbol used twice feeds two nodes.

Keras facts (Keras 3.15.1)
1. Nodes run by depth: the number of nodes on the longest way to an output, largest first. Within one depth they run
   in the order in which a walk from the outputs back to the inputs finished them, the latest first.
2. A layer stands at the depth of its deepest node; layers of one depth stand in the order in which that walk met
   them. The weights of a model follow this order of layers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


class Symbol:
    """A tensor that a node will make.

    Args:
        node: the node that makes it.
        index: which of the node's outputs it is.
    """

    def __init__(self, node: Node, index: int = 0) -> None:
        self.node = node
        self.index = index

    def __repr__(self) -> str:
        return f"<symbol {self.index} of {self.node!r}>"


class Node:
    """One call of a layer.

    Args:
        layer: what is called; None for an input of the model.
        inputs: the symbols it is called on, in order.
        options: further arguments of the layer's `forward`.
    """

    def __init__(self, layer: Any, inputs: Sequence[Symbol], options: dict[str, Any] | None = None) -> None:
        self.layer = layer
        self.inputs = list(inputs)
        self.options = dict(options or {})
        self.outputs = [Symbol(self, index) for index in range(layer.num_outputs if layer is not None else 1)]
        self.one_input = True  # whether the layer is handed a tensor or a list of tensors

    @property
    def parents(self) -> list[Node]:
        """The nodes whose outputs this one uses."""
        return [symbol.node for symbol in self.inputs]

    def __repr__(self) -> str:
        return f"<node of {self.layer!r}>" if self.layer is not None else "<input>"


class InputNode(Node):
    """A place where data enters; shape (without the batch), dtype and name."""

    def __init__(self, shape: Sequence[int | None], dtype: str, name: str | None) -> None:
        super().__init__(None, [])
        self.shape = tuple(shape)
        self.dtype = dtype
        self.name = name


def NaiveInput(shape: Sequence[int | None], dtype: str = "float32", name: str | None = None) -> Symbol:  # noqa: N802
    """The symbol of a tensor that the model will be given.

    Args:
        shape: without the batch axis; None for a length that may differ from call to call.
        dtype: `"float32"`, `"float64"`, or an integer type for indices.
        name: what it is called in reports.

    Raises:
        ValueError: a shape that is not a tuple of positive integers or None.
    """
    sizes = tuple(shape) if isinstance(shape, (tuple, list)) else (0,)
    if any(size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1) for size in sizes):
        raise ValueError(
            "`shape` must hold the sizes of one example. "
            f"Expected a tuple of positive integers or None. Received: shape={shape!r}"
        )
    return InputNode(sizes, dtype, name).outputs[0]


def flatten(structure: Any) -> list[Any]:
    """A tensor or symbol as a list of one; a list as it is."""
    return list(structure) if isinstance(structure, (list, tuple)) else [structure]


def is_symbolic(x: Any) -> bool:
    """True for a symbol, or a list in which there is one."""
    return any(isinstance(part, Symbol) for part in flatten(x))


def record(layer: Any, x: Any, options: dict[str, Any]) -> Any:
    """Draw a node for a call of `layer` on symbols; returns the symbol of its output, or a list of them.

    Raises:
        ValueError: symbols and tensors are mixed.
    """
    inputs = flatten(x)
    if not all(isinstance(part, Symbol) for part in inputs):
        raise ValueError(
            "A layer is called on symbols or on tensors. "
            f"Expected symbols only. Received: inputs={[type(part).__name__ for part in inputs]}"
        )
    node = Node(layer, inputs, options)
    node.one_input = isinstance(x, Symbol)
    return node.outputs[0] if len(node.outputs) == 1 else node.outputs


def in_order(inputs: Sequence[Symbol], outputs: Sequence[Symbol]) -> tuple[list[Node], list[Any]]:
    """The nodes in the order in which they run, and the layers in the order of their weights (facts 1 and 2).

    Raises:
        ValueError: an output that needs an input which is not among `inputs`.
    """
    finished, met = _walk_back(outputs)
    known = {symbol.node for symbol in inputs}
    for node in finished:
        if isinstance(node, InputNode) and node not in known:
            raise ValueError(
                "The outputs need an input that the model does not have. "
                f"Expected every NaiveInput among inputs. Received: inputs without {node.name or node.shape}"
            )
    depths, layer_depths = _depths(finished)
    for node in known - depths.keys():  # inputs that no output needs
        depths[node] = 0
    deepest = sorted(set(depths.values()), reverse=True)
    nodes = [node for depth in deepest for node in depths if depths[node] == depth]
    layers = sorted(layer_depths, key=lambda layer: (-layer_depths[layer], met[layer]))
    return [node for node in nodes if node.layer is not None], layers


def _walk_back(outputs: Iterable[Symbol]) -> tuple[list[Node], dict[Any, int]]:
    """Depth first from the outputs: nodes, parents before children; and when each layer was first met."""
    finished: dict[Node, None] = {}
    met: dict[Any, int] = {}
    for output in outputs:
        ways = [(output.node, iter(output.node.parents))]
        met.setdefault(output.node.layer, len(met))
        while ways:  # a stack of our own, so that a deep network does not meet Python's limit
            node, parents = ways[-1]
            parent = next((one for one in parents if one not in finished), None)
            if parent is None:
                finished.setdefault(node)
                ways.pop()
            else:
                met.setdefault(parent.layer, len(met))
                ways.append((parent, iter(parent.parents)))
    return list(finished), met


def _depths(finished: Sequence[Node]) -> tuple[dict[Node, int], dict[Any, int]]:
    """The depth of each node and of each layer."""
    depths: dict[Node, int] = {}
    layers: dict[Any, int] = {}
    for node in reversed(finished):
        depth = depths.setdefault(node, 0)
        if node.layer is not None:
            depth = max(depth, layers.get(node.layer, 0))
            layers[node.layer] = depths[node] = depth
        for parent in node.parents:
            depths[parent] = max(depth + 1, depths.get(parent, 0))
    return depths, layers
