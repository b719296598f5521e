"""Highway, radial basis functions, and blocks of layers with a short way past them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from naive import NaiveHighway, NaiveInput, NaiveModel, NaiveRBF
from naive.blocks import (
    bottleneck_block,
    convolutional_residual_block,
    highway_block,
    residual_block,
    transformer_block,
)
from sidebyside.components.component import Component, Input


def block(
    draw: Callable[..., Any], shape: tuple[int | None, ...], *sizes: Any, dtype: str = "float32", body: str = "kernel",
    **options: Any,
) -> NaiveModel:  # fmt: skip
    """A model of one block."""
    x = NaiveInput(shape, dtype)
    return NaiveModel(x, draw(x, *sizes, dtype=dtype, body=body, **options))


def near(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Points near each other, so that no unit answers 0 to all of them; two are the same."""
    x = rng.normal(scale=0.5, size=shape).astype("float32")
    x[-1] = x[0]
    return x


SORTED = (
    "the input's gradient has four terms, and the graph optimizer adds them in the order of their names: the tape's "
    "name for the term of the short way, itself a sum, comes first, ours last"
)
IMAGE = Input((3, 6, 6, 4))
COMPONENTS = [
    Component("Highway", "L14", partial(NaiveHighway, 6), (Input((8, 6)),)),
    Component("Highway, tanh, open", "L14", partial(NaiveHighway, 6, "tanh", 1.0), (Input((8, 6)),)),
    Component("Highway, rank 3, one example", "L14", partial(NaiveHighway, 5), (Input((1, 3, 5)),)),
    Component("Highway, one unit", "L14", partial(NaiveHighway, 1), (Input((4, 1)),)),
    Component("RBF", "L10", partial(NaiveRBF, 3, 5), (Input((8, 3), fill=near),)),
    Component("RBF, rank 3, narrow", "L10", partial(NaiveRBF, 3, 4, 2.5), (Input((2, 4, 3), fill=near),)),
    Component("RBF, one unit, one example", "L10", partial(NaiveRBF, 1, 1), (Input((1, 1)),)),
    Component("Residual block", "L14", partial(block, residual_block, (6,), 6), (Input((8, 6)),)),
    Component("Residual block, projection", "L14", partial(block, residual_block, (6,), 6, 4), (Input((8, 6)),)),
    Component(
        "Residual block, convolutions", "L14", partial(block, convolutional_residual_block, (6, 6, 4), 4, 4), (IMAGE,)
    ),
    Component(
        "Residual block, convolutions, stride 2", "L14",
        partial(block, convolutional_residual_block, (6, 6, 4), 4, 6, strides=2), (IMAGE,),
    ),
    Component("Bottleneck block", "L14", partial(block, bottleneck_block, (6, 6, 4), 4, 2, 4), (IMAGE,)),
    Component("Highway block", "L14", partial(block, highway_block, (6,), 6, 3, activation="tanh"), (Input((8, 6)),)),
    Component("Transformer block", "L17", partial(block, transformer_block, (5, 8), 8, 2, 6), (Input((3, 5, 8)),),
              exceptions={("input gradient", "graph", "backprop"): SORTED}),
    Component(
        "Transformer block, dropout, causal", "L17",
        partial(block, transformer_block, (5, 8), 8, 2, 6, 0.3, use_causal_mask=True, seed=4), (Input((3, 5, 8)),),
        random=True, exceptions={("input gradient", "graph", "backprop"): SORTED},
    ),
]  # fmt: skip
