"""Refuse bad input with one clear sentence: what was wrong, what was expected, what came.

Every function here returns nothing when all is well and raises `ValueError` otherwise.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np


def one_of(argument: str, value: Any, valid: Iterable[Any]) -> None:
    """`value` is among the valid ones; else the nearest names are offered."""
    choices = list(valid)
    if any(value is choice or (isinstance(value, str) and value == choice) for choice in choices):
        return
    near = difflib.get_close_matches(str(value), [str(choice) for choice in choices], n=3, cutoff=0.4)
    hint = f" Did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
    raise ValueError(
        f"Unknown value for `{argument}`.{hint} "
        f"Expected one of {', '.join(repr(choice) for choice in choices)}. Received: {argument}={value!r}"
    )


def positive_integer(argument: str, value: Any) -> None:
    """`value` is an integer of at least 1."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(
            f"`{argument}` must be a positive integer. Expected {argument} >= 1. Received: {argument}={value!r}"
        )


def number(argument: str, value: Any, low: float | None = 0, high: float = math.inf, below: float = math.inf) -> float:
    """`value` as a float, when it is a finite number from `low` to `high`, and below `below`; else raises."""
    least = -math.inf if low is None else low
    fits = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    fits = fits and least <= value <= high and value < below
    if not fits:
        upper = f" <= {high:g}" if high < math.inf else f" < {below:g}" if below < math.inf else ""
        lower = "" if low is None else f" >= {low:g}"
        expected = f"{least:g} <= {argument}{upper}" if upper else f"a finite {argument}{lower}"
        raise ValueError(f"`{argument}` must be a number. Expected {expected}. Received: {argument}={value!r}")
    return float(value)


def boolean(argument: str, value: Any) -> bool:
    """`value`, when it is True or False; else raises."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"`{argument}` must be True or False. Expected a bool. Received: {argument}={value!r}")
    return bool(value)


def numbers(argument: str, values: Any) -> np.ndarray:
    """`values` as an array of numbers with at least one axis; raises for anything else."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf" or array.ndim == 0:
        raise ValueError(
            f"`{argument}` must be an array of numbers. Expected at least one axis, integers or floats. "
            f"Received: {argument} of type {type(values).__name__}, shape {array.shape}, dtype {array.dtype}"
        )
    return array


def same_length(x: Any, y: Any, kind: str = "") -> None:
    """As many labels as images, and at least one; `kind` says of which data, for example `"validation "`."""
    if len(x) != len(y):
        whose = f" of the {kind}data" if kind else ""
        raise ValueError(
            f"Images and labels{whose} must be of the same length. "
            f"Expected {len(x)} labels. Received: len(images)={len(x)}, len(labels)={len(y)}"
        )
    if len(x) == 0:
        raise ValueError(f"The {kind}data set is empty. Expected at least one example. Received: len(images)=0")


def finite(argument: str, values: Any) -> None:
    """No NaN and no infinity; the first bad place is named."""
    array = np.asarray(values)
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return
    bad = np.argwhere(~np.isfinite(array))
    first = tuple(int(i) for i in bad[0])
    raise ValueError(
        f"`{argument}` must hold finite numbers. Expected no NaN and no infinity. "
        f"Received: {argument}[{', '.join(map(str, first))}]={array[first]} ({len(bad)} such values)"
    )


def features(x: Any, expected: int, layer: str) -> None:
    """The last axis of `x` has the size that the layer's weights were made for."""
    shape = tuple(x.shape)
    if len(shape) < 2 or shape[-1] != expected:
        raise ValueError(
            f"The input does not fit {layer}. Expected shape (batch, ..., {expected}). Received: shape={shape}"
        )


def example_shape(argument: str, value: Any) -> tuple[int | None, ...]:
    """The shape of one example as a tuple; an integer n is (n,), None is a length that may differ; else raises."""
    sizes = value if isinstance(value, (tuple, list)) else [value]
    for size in sizes:
        if size is not None and (isinstance(size, bool) or not isinstance(size, (int, np.integer)) or size < 1):
            raise ValueError(
                f"`{argument}` must hold the sizes of one example. "
                f"Expected positive integers or None. Received: {argument}={value!r}"
            )
    return tuple(None if size is None else int(size) for size in sizes)


def lengths(argument: str, axes: Any, shape: tuple[int | None, ...]) -> tuple[int, ...]:
    """The lengths of `axes`, counted with the batch as axis 0, of examples of `shape`; raises where there is none."""
    found = []
    rank = len(shape) + 1
    for axis in axes:
        valid = isinstance(axis, (int, np.integer)) and not isinstance(axis, bool) and -rank <= axis < rank
        size = shape[axis % rank - 1] if valid and axis % rank else None
        if size is None:
            raise ValueError(
                f"`{argument}` must name axes of a known length, other than the batch. "
                f"Expected axes from 1 to {rank - 1}, or from {1 - rank} to -1. "
                f"Received: {argument}={axis!r} for examples of shape {shape}"
            )
        found.append(size)
    if len({axis % rank for axis in axes}) < len(found):
        raise ValueError(f"`{argument}` names an axis twice. Expected different axes. Received: {argument}={axes!r}")
    return tuple(found)


def fits(x: Any, shape: tuple[int | None, ...], layer: str) -> None:
    """`x` is a batch of examples of `shape`; a None fits any length."""
    sizes = tuple(x.shape)[1:]
    same = len(x.shape) == len(shape) + 1 and all(
        wanted is None or size is None or size == wanted for size, wanted in zip(sizes, shape, strict=True)
    )
    if not same:
        expected = ", ".join("any" if size is None else str(size) for size in shape)
        raise ValueError(
            f"The input does not fit {layer}. Expected shape (batch, {expected}). Received: shape={tuple(x.shape)}"
        )


def axes(x: Any, expected: Iterable[str], layer: str) -> None:
    """`x` has as many axes as there are names, for example `("batch", "steps", "channels")`."""
    names, shape = list(expected), tuple(x.shape)
    if len(shape) != len(names):
        raise ValueError(
            f"The input does not fit {layer}. Expected shape ({', '.join(names)}). Received: shape={shape}"
        )


def pair(argument: str, value: Any) -> None:
    """`value` is a tuple or list of two."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        size = f" of length {len(value)}" if hasattr(value, "__len__") else ""
        raise ValueError(
            f"`{argument}` must be a pair. Expected {argument}=(x, y). "
            f"Received: {argument} of type {type(value).__name__}{size}"
        )


def probabilities(y: Any) -> None:
    """Labels between 0 and 1."""
    array = np.asarray(y)
    outside = np.argwhere(~((array >= 0) & (array <= 1)))
    if len(outside):
        first = tuple(int(i) for i in outside[0])
        raise ValueError(
            "Labels out of range. Expected numbers from 0 to 1. "
            f"Received: labels[{', '.join(map(str, first))}]={array[first]} ({len(outside)} such labels)"
        )


def class_labels(y: Any, num_classes: int) -> None:
    """Integer labels between 0 and num_classes - 1."""
    array = np.asarray(y)
    broken = np.arange(array.size)
    if array.dtype.kind in "iuf":
        broken = np.flatnonzero(array != np.floor(array))
    if len(broken):
        first = int(broken[0])
        raise ValueError(
            "Labels of a sparse cross-entropy must be integers. "
            f"Expected integers from 0 to {num_classes - 1}. Received: labels of dtype {array.dtype}, "
            f"labels[{first}]={array.flat[first]}"
        )
    outside = np.flatnonzero((array < 0) | (array >= num_classes))
    if len(outside):
        first = int(outside[0])
        raise ValueError(
            "Labels out of range. "
            f"Expected integers from 0 to {num_classes - 1}. "
            f"Received: labels[{first}]={array.flat[first]} ({len(outside)} such labels)"
        )
