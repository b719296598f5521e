"""Pooling, over windows and over everything."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from naive import (
    NaiveAveragePooling1D,
    NaiveAveragePooling2D,
    NaiveGlobalAveragePooling1D,
    NaiveGlobalAveragePooling2D,
    NaiveGlobalMaxPooling1D,
    NaiveGlobalMaxPooling2D,
    NaiveInput,
    NaiveLayer,
    NaiveMasking,
    NaiveMaxPooling1D,
    NaiveMaxPooling2D,
    NaiveModel,
)
from sidebyside.components.component import Component, Input


def ties(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Few different numbers, so that most windows hold their largest more than once."""
    return rng.integers(-1, 2, shape).astype("float32")


def equal(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """All numbers are the same."""
    return np.full(shape, -0.7, "float32")


def different(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """No two numbers are equal."""
    return rng.normal(size=shape).astype("float32")


def some_missing(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Steps (batch, steps, channels) of which some are all 0; the first never is."""
    x = rng.normal(size=shape)
    x[:, 1:][rng.uniform(size=(shape[0], shape[1] - 1)) < 0.4] = 0
    return x.astype("float32")


def masked_average(keepdims: bool, dtype: str = "float32", body: str = "kernel") -> NaiveLayer:
    """Missing steps do not count."""
    x = NaiveInput((6, 3), dtype)
    steps = NaiveMasking(dtype=dtype, body=body, name="masking")(x)
    pool = NaiveGlobalAveragePooling1D(keepdims=keepdims, dtype=dtype, body=body, name="average")
    return NaiveModel(x, pool(steps))


TWO_WIDE = (
    "XLA goes through padded windows that are two cells wide column by column, Keras's other modes row by row: of "
    "equal maxima it takes another one, and it adds averages in another order (inferred)"
)
BY_COLUMNS = {("input gradient", "xla", "backprop"): TWO_WIDE}
IMAGE = (Input((4, 8, 8, 3)),)
ODD = (Input((3, 9, 7, 5)),)
STEPS = (Input((4, 10, 3)),)
MANY = (Input((2, 5, 30, 40), fill=different),)
TIES = (Input((2, 9, 14, 5), fill=ties),)
EQUAL = (Input((2, 6, 3), fill=equal),)
MISSING = (Input((4, 6, 3), fill=some_missing),)
M1, M2 = partial(partial, NaiveMaxPooling1D), partial(partial, NaiveMaxPooling2D)
A1, A2 = partial(partial, NaiveAveragePooling1D), partial(partial, NaiveAveragePooling2D)

COMPONENTS = [
    Component("MaxPooling2D", "L4", M2(), IMAGE),
    Component("MaxPooling2D, odd size", "L4", M2(2), ODD),
    Component("MaxPooling2D, same", "L4", M2(2, padding="same"), ODD),
    Component("MaxPooling2D, overlapping", "L4", M2(3, 2), ODD),
    Component("MaxPooling2D, overlapping, same, ties", "L4", M2((3, 2), 1, "same"), TIES, exceptions=BY_COLUMNS),
    Component("MaxPooling2D, all equal", "L4", M2(3, 1), (Input((2, 6, 6, 2), fill=equal),)),
    Component("MaxPooling2D, stride larger than pool", "L4", M2(2, 3), IMAGE),
    Component("MaxPooling2D, stride larger than pool, same", "L4", M2((1, 2), 3, "same"), ODD),
    Component("MaxPooling2D, pool larger than image, same", "L4", M2(4, 1, "same"), (Input((2, 2, 3, 2)),)),
    Component("MaxPooling2D, one image, one channel", "L4", M2(2), (Input((1, 4, 6, 1)),)),
    Component("MaxPooling2D, many channels", "L4", M2(3, 2, "same"), MANY),
    Component("MaxPooling1D", "L4", M1(), STEPS),
    Component("MaxPooling1D, overlapping, same", "L4", M1(3, 2, "same"), (Input((4, 10, 3), fill=ties),)),
    Component("AveragePooling2D", "L4", A2(2), IMAGE),
    Component("AveragePooling2D, odd size", "L4", A2(3), ODD),
    Component("AveragePooling2D, same", "L4", A2(2, padding="same"), ODD),
    Component("AveragePooling2D, overlapping", "L4", A2(3, 2), ODD),
    Component("AveragePooling2D, overlapping, same", "L4", A2((2, 3), 1, "same"), ODD),
    Component(
        "AveragePooling2D, two wide, overlapping, same", "L4", A2((3, 2), 1, "same"), ODD,
        exceptions=BY_COLUMNS | {("training", "xla", "backprop"): TWO_WIDE},
    ),
    Component("AveragePooling2D, stride larger than pool", "L4", A2(2, 3, "same"), IMAGE),
    Component("AveragePooling2D, pool larger than image, same", "L4", A2(4, 1, "same"), (Input((2, 2, 3, 2)),)),
    Component("AveragePooling2D, one image, one channel", "L4", A2((2, 1)), (Input((1, 4, 6, 1)),)),
    Component("AveragePooling2D, many channels", "L4", A2(3, 2, "same"), MANY),
    Component("AveragePooling1D", "L4", A1(2), STEPS),
    Component("AveragePooling1D, overlapping, same", "L4", A1(3, 1, "same"), (Input((4, 25, 3)),)),
    Component("GlobalAveragePooling2D", "L4", partial(NaiveGlobalAveragePooling2D), (Input((4, 3, 5, 6)),)),
    Component("GlobalAveragePooling2D, keepdims", "L4", partial(NaiveGlobalAveragePooling2D, None, True), IMAGE),
    Component("GlobalAveragePooling1D", "L4", partial(NaiveGlobalAveragePooling1D), (Input((4, 7, 3)),)),
    Component("GlobalAveragePooling1D, mask", "L4", partial(masked_average, False), MISSING),
    Component("GlobalAveragePooling1D, mask, keepdims", "L4", partial(masked_average, True), MISSING),
    Component("GlobalMaxPooling2D", "L4", partial(NaiveGlobalMaxPooling2D), (Input((4, 3, 5, 6), fill=ties),)),
    Component("GlobalMaxPooling2D, keepdims", "L4", partial(NaiveGlobalMaxPooling2D, None, True), IMAGE),
    Component("GlobalMaxPooling1D", "L4", partial(NaiveGlobalMaxPooling1D), STEPS),
    Component("GlobalMaxPooling1D, all equal", "L4", partial(NaiveGlobalMaxPooling1D), EQUAL),
]  # fmt: skip
