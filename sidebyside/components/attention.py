"""Attention and MultiHeadAttention."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from naive import NaiveAttention, NaiveInput, NaiveModel, NaiveMultiHeadAttention
from sidebyside.components.component import Component, Input


def allowed(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """A mask of what may be seen: some of it, for the first query nothing, for the last everything."""
    mask = rng.uniform(size=shape) < 0.6
    mask[:, 0] = False
    mask[:, -1] = True
    return mask.astype("int32")


def to_itself(make: Any, steps: int, features: int, dtype: str = "float32", body: str = "kernel", **call: Any) -> Any:
    """A model in which one sequence is query, value and key."""
    x = NaiveInput((steps, features), dtype)
    return NaiveModel(x, make(dtype=dtype, body=body, name="attention")([x, x], **call))


QUERY, VALUE, KEY = Input((3, 5, 8)), Input((3, 4, 8)), Input((3, 4, 8))
ATTENTION, HEADS = NaiveAttention, NaiveMultiHeadAttention

COMPONENTS = [
    Component("Attention", "L17", ATTENTION, (QUERY, VALUE)),
    Component("Attention, key", "L17", ATTENTION, (QUERY, Input((3, 4, 6)), KEY)),
    Component("Attention, scale", "L17", partial(ATTENTION, True), (QUERY, VALUE, KEY)),
    Component("Attention, concat", "L17", partial(ATTENTION, False, "concat"), (QUERY, VALUE, KEY)),
    Component("Attention, concat, scale", "L17", partial(ATTENTION, True, "concat"), (QUERY, VALUE)),
    Component("Attention, causal", "L17", ATTENTION, (QUERY, Input((3, 5, 8))), {"use_causal_mask": True}),
    Component("Attention, dropout", "L17", partial(ATTENTION, dropout=0.4, seed=7), (QUERY, VALUE, KEY), random=True),
    Component("Attention, one step, one example", "L17", ATTENTION, (Input((1, 1, 3)), Input((1, 1, 3)))),
    Component("Attention, to itself", "L17", partial(to_itself, partial(ATTENTION, True), 5, 8), (Input((3, 5, 8)),)),
    Component("MultiHeadAttention", "L17", partial(HEADS, 8, 2, 4), (QUERY, VALUE, KEY)),
    Component("MultiHeadAttention, value is key", "L17", partial(HEADS, 8, 2, 4), (QUERY, VALUE)),
    Component(
        "MultiHeadAttention, other sizes", "L17",
        partial(HEADS, 8, 3, 2, value_dim=5, output_shape=7, value_size=6, key_size=9),
        (QUERY, Input((3, 4, 6)), Input((3, 4, 9))),
    ),
    Component("MultiHeadAttention, no bias", "L17", partial(HEADS, 8, 2, 4, use_bias=False), (QUERY, VALUE)),
    Component("MultiHeadAttention, one head", "L17", partial(HEADS, 8, 1, 4), (QUERY, VALUE)),
    Component("MultiHeadAttention, key_dim 1", "L17", partial(HEADS, 8, 3, 1, output_shape=1), (QUERY, VALUE)),
    Component("MultiHeadAttention, heads as steps", "L17", partial(HEADS, 8, 5, 1), (QUERY, QUERY)),
    Component("MultiHeadAttention, one step, one example", "L17", partial(HEADS, 3, 2, 4), (Input((1, 1, 3)),) * 2),
    Component(
        "MultiHeadAttention, causal", "L17", partial(HEADS, 8, 2, 4), (QUERY, VALUE), {"use_causal_mask": True}
    ),
    Component("MultiHeadAttention, window", "L17", partial(HEADS, 8, 2, 4, sliding_window=2), (QUERY, VALUE)),
    Component("MultiHeadAttention, gate", "L17", partial(HEADS, 8, 2, 4, 3, use_gate=True), (QUERY, VALUE)),
    Component(
        "MultiHeadAttention, mask", "L17", partial(HEADS, 8, 2, 4), (QUERY, VALUE, KEY, Input((3, 5, 4), fill=allowed))
    ),
    Component(
        "MultiHeadAttention, dropout", "L17", partial(HEADS, 8, 2, 4, dropout=0.3, seed=3), (QUERY, VALUE), random=True
    ),
    Component(
        "MultiHeadAttention, dropout, mask", "L17", partial(HEADS, 8, 2, 4, dropout=0.3, seed=3),
        (QUERY, VALUE, KEY, Input((3, 5, 4), fill=allowed)), {"use_causal_mask": True}, random=True,
    ),
    Component(
        "MultiHeadAttention, to itself", "L17", partial(to_itself, partial(HEADS, 8, 2, 4), 5, 8), (Input((3, 5, 8)),)
    ),
    Component(
        "MultiHeadAttention, dropout, to itself", "L17",
        partial(to_itself, partial(HEADS, 8, 2, 4, dropout=0.3, seed=3), 5, 8, use_causal_mask=True),
        (Input((3, 5, 8)),), random=True,
    ),
]  # fmt: skip
