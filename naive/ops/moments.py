"""Means, deviations and 1/√x: what normalisations are made of.

Every derivative here is one term of a longer sum. Which term is added to which, and when, is written in the layers.

In graph mode TensorFlow's optimizer rearranges neighbouring products and sums, and then they are rounded differently.
Two things keep it out: a constant that waits for the gradient it multiplies (`after`), as in TensorFlow's own
derivatives, and an operation that it cannot look through (`fence`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from naive.ops.core import operation
from naive.ops.mode import current_mode
from naive.ops.tensors import Tensor

Axes = Sequence[int]


def sizes(x: Tensor) -> list[int | Tensor]:
    """The length of each axis: a number where it is known before the program runs, else a tensor."""
    known = x.shape.as_list()
    return [tf.shape(x)[axis] if size is None else size for axis, size in enumerate(known)]


def _count(x: Tensor, axes: Axes) -> Tensor:
    """How many numbers go into one mean; a constant where all lengths are known, as in TensorFlow's derivative."""
    if x.shape.is_fully_defined():
        return tf.constant(math.prod(x.shape[axis] for axis in axes), x.dtype)
    return tf.cast(tf.reduce_prod(tf.gather(tf.shape(x), [axis % len(x.shape) for axis in axes])), x.dtype)


def mask_like(x: Tensor, mask: Tensor) -> Tensor:
    """mask (…) of numbers or booleans → booleans in the shape of x (…, n): the same along the last axis."""
    return tf.cast(tf.broadcast_to(tf.expand_dims(mask, -1), tf.shape(x)), tf.bool)


def after(x: Tensor) -> Any:
    """What is computed inside waits for x; for use with `with`."""
    return tf.control_dependencies([x])


def fence(x: Tensor, name: str | None = None) -> Tensor:
    """x itself; in graph mode nothing on one side of it is joined with anything on the other."""
    return tf.ensure_shape(x, x.shape, name) if current_mode() == "graph" else x


def total_by_name(terms: Mapping[str, Tensor]) -> Tensor:
    """The sum of gradients that met, in the order of arrival; in graph mode in the order of their names.

    Three and more are added there in the alphabetical order of the operations that made them, and these are called
    after the operations of the way forward. So a layer must name those as Keras does (`scope`), and say here what the
    tape would call each term.
    """
    if current_mode() != "graph":
        return tf.add_n(list(terms.values()))
    # The sum made here is sorted too, so each term passes through an operation whose name says its place.
    with tf.name_scope("terms"):
        return tf.add_n([fence(terms[name], f"place_{n}") for n, name in enumerate(sorted(terms))])


@operation
def sum_over(x: Tensor, axes: Axes) -> Tensor:
    """The sum over several axes, which stay, with length 1."""
    return tf.reduce_sum(x, axes, keepdims=True)


@sum_over.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, axes: Axes) -> tuple[Tensor, None]:
    return tf.broadcast_to(dy, tf.shape(x)), None


@operation
def mean_over(x: Tensor, axes: Axes) -> Tensor:
    """The mean over several axes, which stay, with length 1."""
    return tf.reduce_mean(x, axes, keepdims=True)


@mean_over.definition
def _(x: Tensor, axes: Axes) -> Tensor:
    return tf.reduce_sum(x, axes, keepdims=True) / _count(x, axes)


@mean_over.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, axes: Axes) -> tuple[Tensor, None]:
    return tf.broadcast_to(dy, tf.shape(x)) / _count(x, axes), None


@operation
def squared_deviation(x: Tensor, mean: Tensor) -> Tensor:
    """(x - mean)², with the mean held fixed."""
    return tf.math.squared_difference(x, tf.stop_gradient(mean))


@squared_deviation.definition
def _(x: Tensor, mean: Tensor) -> Tensor:
    deviation = x - mean
    return deviation * deviation


@squared_deviation.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, mean: Tensor) -> tuple[Tensor, None]:
    # Around its own mean the deviations add up to 0, so a variance does not change when the mean does.
    with after(dy):
        return (2.0 * dy) * (x - mean), None


@operation
def rsqrt(x: Tensor) -> Tensor:
    """1 / √x"""
    return tf.math.rsqrt(x)


@rsqrt.definition
def _(x: Tensor) -> Tensor:
    return 1 / tf.sqrt(x)


@rsqrt.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    # -½ dy y³; TensorFlow's two programs for it multiply in different orders.
    if current_mode() == "xla":
        return (-0.5 * dy) * ((y * y) * y)
    power = (fence(dy) * y) * tf.square(y)
    with after(power):
        return power * -0.5


@operation
def squeeze(x: Tensor, axes: Axes | None = None) -> Tensor:
    """The same numbers without these axes of length 1; without all such axes by default."""
    return tf.squeeze(x, axes)


@squeeze.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, axes: Axes | None = None) -> tuple[Tensor, None]:
    return tf.reshape(dy, tf.shape(x)), None
