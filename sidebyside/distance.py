"""How far apart two arrays are, counted and measured.

A unit in the last place (ulp) is one step from a floating-point number to the next. Read as integers, floats of
one sign are in order, so their distance in ulp is a subtraction; -0 and +0 are the same number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

_INTEGERS: dict[Any, type[np.signedinteger[Any]]] = {np.dtype("float32"): np.int32, np.dtype("float64"): np.int64}


def ulp_distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Steps between two arrays of one float dtype, element by element, as float64.

    Two NaN are 0 apart; a NaN and a number are infinitely far apart.
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype not in _INTEGERS:
        return np.abs(a.astype("float64") - b.astype("float64"))
    steps = np.abs(_ordered(a).astype("float64") - _ordered(b).astype("float64"))
    if a.dtype == np.float64:  # integers of 64 bits do not fit a float64: subtract them first where they are near
        with np.errstate(over="ignore"):
            near = np.abs(_ordered(a) - _ordered(b))
        steps = np.where(steps < 2**52, near.astype("float64"), steps)
    nan_a, nan_b = np.isnan(a), np.isnan(b)
    return np.where(nan_a & nan_b, 0.0, np.where(nan_a | nan_b, np.inf, steps))


def _ordered(x: np.ndarray) -> np.ndarray:
    integer = _INTEGERS[x.dtype]
    bits = x.view(integer)
    return np.where(bits < 0, np.iinfo(integer).min - bits, bits)


@dataclass(frozen=True)
class Distance:
    """What comparing two arrays of one shape gave.

    Attributes:
        total, different: elements, and how many of them are not equal.
        worst_index: where they differ most (by absolute difference), None when all are equal.
        mine, reference: both values there.
        max_ulp: largest distance in units in the last place.
        max_abs: largest absolute difference.
        scale: largest absolute value of the reference.
    """

    total: int
    different: int
    worst_index: tuple[int, ...] | None
    mine: float
    reference: float
    max_ulp: float
    max_abs: float
    scale: float

    @property
    def relative(self) -> float:
        """Largest absolute difference, measured on the reference's scale."""
        return self.max_abs / self.scale if self.scale else self.max_abs


def distance(mine: np.ndarray, reference: np.ndarray) -> Distance:
    """Compare two arrays of one shape and dtype; -0 equals +0, NaN equals NaN."""
    mine, reference = np.asarray(mine), np.asarray(reference)
    finite = np.abs(reference[np.isfinite(reference)]) if reference.dtype.kind == "f" else np.abs(reference)
    scale = float(finite.max()) if finite.size else 0.0
    equal = (mine == reference) | ((mine != mine) & (reference != reference))
    different = int(mine.size - np.count_nonzero(equal))
    if different == 0:
        return Distance(int(mine.size), 0, None, 0.0, 0.0, 0.0, 0.0, scale)
    with np.errstate(invalid="ignore"):
        gap = np.abs(mine.astype("float64") - reference.astype("float64"))
    gap = np.where(equal, 0.0, np.where(np.isnan(gap), np.inf, gap))
    worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(gap)), gap.shape))
    return Distance(
        int(mine.size), different, worst, float(mine[worst]), float(reference[worst]),
        float(ulp_distance(mine, reference).max()), float(gap[worst]), scale,
    )  # fmt: skip
