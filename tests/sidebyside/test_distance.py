"""Distances in units in the last place, and what `distance` finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidebyside.distance import distance, ulp_distance


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_neighbours_are_one_unit_apart(dtype: str) -> None:
    values = np.array([0.0, 1.0, -1.0, 1e-30, 3e20, -7.5], dtype)
    above = np.nextafter(values, np.array(np.inf, dtype))
    assert ulp_distance(values, above).tolist() == [1.0] * 6
    assert ulp_distance(above, values).tolist() == [1.0] * 6


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_steps_through_zero_are_counted(dtype: str) -> None:
    zero, inf = np.array(0.0, dtype), np.array(np.inf, dtype)
    assert ulp_distance(np.nextafter(zero, -inf), np.nextafter(zero, inf)) == 2.0
    assert ulp_distance(np.array(-0.0, dtype), zero) == 0.0


def test_nan_meets_nan() -> None:
    a, b = np.float32([np.nan, np.nan, 1.0]), np.float32([np.nan, 1.0, np.nan])
    assert ulp_distance(a, b).tolist() == [0.0, np.inf, np.inf]


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.integers(0, 50))
def test_counting_steps_forward_gives_their_number(start: float, steps: int) -> None:
    value = np.float32(start)
    moved = value
    with np.errstate(over="ignore"):
        for _ in range(steps):
            moved = np.nextafter(moved, np.float32(np.inf))
    if np.isfinite(moved):
        assert ulp_distance(np.array(moved), np.array(value)) == steps


def test_distance_names_the_worst_place() -> None:
    reference = np.zeros((3, 4), "float32")
    reference[2, 3] = -8.0
    mine = reference.copy()
    mine[1, 2] = 0.5
    mine[0, 0] = 0.25
    d = distance(mine, reference)
    assert (d.total, d.different, d.worst_index) == (12, 2, (1, 2))
    assert (d.mine, d.reference, d.max_abs, d.scale) == (0.5, 0.0, 0.5, 8.0)
    assert d.relative == 0.5 / 8


def test_distance_of_equal_arrays_is_zero() -> None:
    values = np.float32([0.0, -0.0, np.nan, np.inf, 1.5])
    d = distance(values, np.float32([-0.0, 0.0, np.nan, np.inf, 1.5]))
    assert (d.different, d.max_ulp, d.max_abs, d.worst_index) == (0, 0.0, 0.0, None)


def test_a_nan_on_one_side_is_the_worst_of_all() -> None:
    d = distance(np.float32([1.0, np.nan, 3.0]), np.float32([2.0, 2.0, 3.0]))
    assert d.worst_index == (1,)
    assert d.max_abs == np.inf
    assert d.max_ulp == np.inf
