"""Layers in a row: the output of one is the input of the next. The simplest network, and the classic listing's.

    y = layer_n( … layer_2(layer_1(x)))

It is a graph without branches, so forward and backward are those of `naive/models.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive.layers.base import NaiveLayer
from naive.models import NaiveModel
from naive.nodes import NaiveInput, Symbol


class NaiveSequential(NaiveModel):
    """Layers in a row.

    Args:
        layers: naive layers, first to last; a `NaiveInput` may stand before them. Layers without a name are numbered:
            `dense_1`, `dense_2`, …
        name: what the model is called.

    Raises:
        ValueError: no layers, something that is not a naive layer, or two layers of one name.
    """

    def __init__(self, layers: Sequence[Any], name: str = "sequential") -> None:
        row = list(layers)
        given = row.pop(0) if row and isinstance(row[0], Symbol) else None
        if not row:
            raise ValueError("A model needs layers. Expected at least one layer. Received: layers=[]")
        for position, layer in enumerate(row, 1):
            if not isinstance(layer, NaiveLayer):
                raise ValueError(
                    "A NaiveSequential is made of naive layers. "
                    f"Expected a NaiveLayer at position {position}. Received: {layer!r} of type {type(layer).__name__}"
                )
        first = given if given is not None else _input_of(row[0])
        symbol = first
        for layer in row:
            symbol = layer(symbol)
        super().__init__(first, symbol, name)
        self.layers = row

    def __repr__(self) -> str:
        return f"<NaiveSequential {' → '.join(str(layer.name) for layer in self.layers)}>"


def _input_of(layer: NaiveLayer) -> Symbol:
    """The symbol for what a first layer takes: its `input_shape`, or any whose last axis is `input_size`."""
    if isinstance(layer, NaiveModel):
        node = layer.inputs[0].node
        return NaiveInput(node.shape, node.dtype)
    shape = getattr(layer, "input_shape", None)
    if shape is None:
        size = getattr(layer, "input_size", None)
        shape = (None,) * (layer.input_rank - 1) + (size,) if size is not None else ()
    return NaiveInput(tuple(shape), getattr(layer, "input_dtype", layer.dtype))
