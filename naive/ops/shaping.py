"""Moving numbers about: other orders of axes, copies, borders, and several tensors side by side.

A number that was copied receives the sum of the gradients of its copies; one that was cut away receives 0.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import tensorflow as tf

from naive.ops.core import operation
from naive.ops.tensors import Tensor

Borders = Sequence[Sequence[int]]
"""(before, after) for each axis."""


@operation
def permute(x: Tensor, order: Sequence[int]) -> Tensor:
    """Axis `order[0]` of x comes first, and so on."""
    return tf.transpose(x, order)


@permute.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, order: Sequence[int]) -> tuple[Tensor, None]:
    return tf.transpose(dy, [list(order).index(axis) for axis in range(len(order))]), None


@operation
def repeat(x: Tensor, times: int, axis: int) -> Tensor:
    """Every slice along `axis` stands `times` times in a row: a b → a a b b."""
    return tf.repeat(x, times, axis=axis)


@repeat.definition
def _(x: Tensor, times: int, axis: int) -> Tensor:
    return tf.gather(x, tf.range(tf.shape(x)[axis] * times) // times, axis=axis)


@repeat.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, times: int, axis: int) -> tuple[Tensor, None, None]:
    shape = tf.shape(x)
    copies = tf.reshape(dy, tf.concat([shape[: axis + 1], [times], shape[axis + 1 :]], 0))
    return tf.reduce_sum(copies, axis + 1), None, None


@operation
def zero_pad(x: Tensor, borders: Borders) -> Tensor:
    """x with zeros before and after it, along each axis."""
    return tf.pad(x, borders)


@zero_pad.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, borders: Borders) -> tuple[Tensor, None]:
    return tf.slice(dy, [before for before, _ in borders], tf.shape(x)), None


@operation
def crop(x: Tensor, borders: Borders) -> Tensor:
    """x without what lies before and after, along each axis."""
    return x[tuple(slice(before, -after if after else None) for before, after in borders)]


@crop.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, borders: Borders) -> tuple[Tensor, None]:
    return tf.pad(dy, borders), None


@operation
def concatenate(*parts: Tensor, axis: int) -> Tensor:
    """Tensors, one after another along `axis`."""
    return tf.concat(parts, axis)


@concatenate.derivative
def _(dy: Tensor, y: Tensor, *parts: Tensor, axis: int) -> tuple[Tensor, ...]:
    starts = [0, *itertools.accumulate(tf.shape(part)[axis] for part in parts[:-1])]
    gradients = []
    for start, part in zip(starts, parts, strict=True):
        begin = tf.one_hot(axis % len(part.shape), len(part.shape), on_value=start, off_value=0, dtype=tf.int32)
        gradients.append(tf.slice(dy, begin, tf.shape(part)))
    return tuple(gradients)
