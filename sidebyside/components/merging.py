"""Several tensors become one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from naive import (
    NaiveAdd,
    NaiveAverage,
    NaiveConcatenate,
    NaiveDot,
    NaiveGlobalAveragePooling1D,
    NaiveInput,
    NaiveLayer,
    NaiveMasking,
    NaiveMaximum,
    NaiveMinimum,
    NaiveModel,
    NaiveMultiply,
    NaiveSubtract,
)
from sidebyside.components.component import Component, Input
from sidebyside.components.pooling import some_missing, ties


def masked(merge: Callable[..., NaiveLayer], both: bool, dtype: str = "float32", body: str = "kernel") -> NaiveLayer:
    """Two sequences, one or both with missing steps; what comes out is averaged over the steps that remain."""
    inputs = [NaiveInput((6, 3), dtype), NaiveInput((6, 3), dtype)]
    steps: list[Any] = [NaiveMasking(dtype=dtype, body=body, name="masking")(inputs[0]), inputs[1]]
    if both:
        steps[1] = NaiveMasking(dtype=dtype, body=body, name="masking_too")(inputs[1])
    merged = merge(dtype=dtype, body=body, name="merge")(steps)
    average = NaiveGlobalAveragePooling1D(dtype=dtype, body=body, name="average")(merged)
    return NaiveModel(inputs, [merged, average])


SAME = (Input((4, 5, 6)), Input((4, 5, 6)))
THREE = (*SAME, Input((4, 5, 6)))
TIES = (Input((4, 6), fill=ties), Input((4, 6), fill=ties), Input((4, 6), fill=ties))
WIDER = (Input((4, 5, 6)), Input((4, 1, 6)), Input((4, 5, 1)))
RANKS = (Input((4, 6)), Input((4, 5, 6)), Input((4, 3, 5, 6)))
MISSING = (Input((4, 6, 3), fill=some_missing), Input((4, 6, 3), fill=some_missing))
ONE = (Input((1, 5, 6)), Input((1, 1, 6)))
EVERY = [
    ("Add", NaiveAdd), ("Average", NaiveAverage), ("Multiply", NaiveMultiply), ("Maximum", NaiveMaximum),
    ("Minimum", NaiveMinimum),
]  # fmt: skip

SOME = EVERY[2:4]

COMPONENTS = [Component(f"{name}, two", "L19", partial(make), SAME) for name, make in EVERY]
COMPONENTS += [Component(f"{name}, three", "L19", partial(make), THREE) for name, make in EVERY]
COMPONENTS += [Component(f"{name}, repeated", "L19", partial(make), WIDER) for name, make in EVERY]
COMPONENTS += [Component(f"{name}, other ranks", "L19", partial(make), RANKS) for name, make in EVERY]
COMPONENTS += [Component(f"{name}, ties", "L19", partial(make), TIES) for name, make in EVERY[3:]]
COMPONENTS += [Component(f"{name}, mask", "L19", partial(masked, make, True), MISSING) for name, make in EVERY]
COMPONENTS += [Component(f"{name}, one mask", "L19", partial(masked, make, False), MISSING) for name, make in SOME]
COMPONENTS += [
    Component("Add, one example", "L19", partial(NaiveAdd), ONE),
    Component("Add, one example, by rows", "L19", partial(NaiveAdd), (Input((1, 5, 6)), Input((1, 5, 1)))),
    Component("Add, a batch taken for a bias", "L19", partial(NaiveAdd), (Input((6, 6)), Input((6, 1)))),
    Component("Subtract", "L19", partial(NaiveSubtract), SAME),
    Component("Subtract, repeated", "L19", partial(NaiveSubtract), (Input((4, 1, 6)), Input((4, 5, 1)))),
    Component("Concatenate", "L19", partial(NaiveConcatenate), (Input((4, 5, 6)), Input((4, 5, 1)), Input((4, 5, 2)))),
    Component("Concatenate, axis 1", "L19", partial(NaiveConcatenate, 1), (Input((4, 5, 2)), Input((4, 3, 2)))),
    Component("Concatenate, mask", "L19", partial(masked, NaiveConcatenate, False), MISSING),
    Component("Concatenate, axis 1, mask", "L19", partial(masked, partial(NaiveConcatenate, 1), True), MISSING),
    Component("Dot, vectors", "L19", partial(NaiveDot, 1), (Input((4, 6)), Input((4, 6)))),
    Component("Dot, sequences", "L19", partial(NaiveDot, -1), (Input((4, 5, 6)), Input((4, 3, 6)))),
    Component("Dot, two axes", "L19", partial(NaiveDot, (1, 2)), (Input((4, 6, 5)), Input((4, 3, 6)))),
    Component("Dot, rank 4", "L19", partial(NaiveDot, (2, 1)), (Input((2, 3, 6, 4)), Input((2, 6, 5, 2)))),
    Component("Dot, vector and sequence", "L19", partial(NaiveDot, (1, 2)), (Input((4, 6)), Input((4, 3, 6)))),
    Component("Dot, sequence and vector", "L19", partial(NaiveDot, (2, 1)), (Input((4, 3, 6)), Input((4, 6)))),
    Component("Dot, normalize", "L19", partial(NaiveDot, -1, True), (Input((4, 5, 6)), Input((4, 3, 6)))),
    Component("Dot, normalize, vectors", "L19", partial(NaiveDot, 1, True), (Input((1, 6)), Input((1, 6)))),
]  # fmt: skip
