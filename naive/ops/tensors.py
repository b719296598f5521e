"""Making, shaping and choosing: operations that move numbers and change none of them.

Each derivative only sends the gradient back to where its number came from.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from naive.ops.core import operation

Tensor = Any
"""A `tf.Tensor`, a `tf.Variable`, or anything that TensorFlow turns into a tensor."""


def variable(value: Tensor, name: str, trainable: bool = True) -> tf.Variable:
    """A tensor that training may change."""
    return tf.Variable(value, trainable=trainable, name=name)


def slot(weight: tf.Variable, name: str) -> tf.Variable:
    """A variable of zeros beside a weight, of its shape and dtype; made outside of a program that is being traced."""
    with tf.init_scope():
        return tf.Variable(tf.zeros(weight.shape, weight.dtype), trainable=False, name=name)


def read(weight: tf.Variable) -> Tensor:
    """The weight's value, with its shape known to TensorFlow's graph optimizer.

    Inside a function that a compiled loop calls, the optimizer does not know the shapes of variables. Where it
    chooses a kernel by shape (a plain addition of one bias), it must know what it knows in Keras.
    """
    return tf.ensure_shape(tf.convert_to_tensor(weight), weight.shape)


def tensor(value: Tensor, dtype: str | None = None) -> Tensor:
    """`value` as a tensor; a tensor of that dtype is passed through untouched."""
    if dtype is not None and getattr(value, "dtype", None) != dtype:
        return tf.cast(value, dtype)
    return tf.convert_to_tensor(value)


def zeros(shape: Any, dtype: str) -> Tensor:
    """A tensor of zeros."""
    return tf.zeros(shape, dtype)


def ones(shape: Any, dtype: str) -> Tensor:
    """A tensor of ones."""
    return tf.ones(shape, dtype)


def rank(x: Tensor) -> int:
    """The number of axes, known before the program runs."""
    return len(x.shape)


def shape(x: Tensor) -> Tensor:
    """The lengths of all axes, as they are when the program runs."""
    return tf.shape(x)


def size(x: Tensor, axis: int) -> Tensor:
    """The length of one axis, as it is when the program runs."""
    return tf.shape(x)[axis]


@operation
def reshape(x: Tensor, shape: Any) -> Tensor:
    """The same numbers in another shape, read row by row."""
    return tf.reshape(x, shape)


@reshape.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, shape: Any) -> tuple[Tensor, None]:
    return tf.reshape(dy, tf.shape(x)), None


@operation
def transpose(x: Tensor) -> Tensor:
    """x (…, n, m) → (…, m, n): the last two axes change places."""
    return tf.linalg.matrix_transpose(x)


@transpose.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return tf.linalg.matrix_transpose(dy)


@operation
def expand_last(x: Tensor) -> Tensor:
    """x (…, n) → (…, n, 1)"""
    return tf.expand_dims(x, -1)


@expand_last.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return tf.squeeze(dy, -1)


@operation
def squeeze_last(x: Tensor) -> Tensor:
    """x (…, n, 1) → (…, n)"""
    return tf.squeeze(x, -1)


@squeeze_last.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return tf.expand_dims(dy, -1)


@operation
def gather(x: Tensor, indices: Tensor) -> Tensor:
    """The rows of x (n, …) at `indices` (k,) → (k, …)."""
    return tf.gather(x, indices)


@gather.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, indices: Tensor) -> tuple[Tensor, None]:
    # A row that was taken twice receives both gradients.
    return tf.math.unsorted_segment_sum(dy, indices, tf.shape(x)[0]), None


@operation
def cast(x: Tensor, dtype: str) -> Tensor:
    """The same numbers in another dtype; no derivative, because between integers there is none."""
    return tf.cast(x, dtype)


@operation
def one_hot(labels: Tensor, depth: Any, dtype: str) -> Tensor:
    """labels (n,) → (n, depth): one 1 in each row, at the label."""
    return tf.one_hot(labels, depth, dtype=dtype)


@operation
def argmax(x: Tensor) -> Tensor:
    """x (…, n) → (…) int32: where the largest number of the last axis is; the first one of equals.

    As in Keras, -0 counts as smaller than +0.
    """
    x = tf.convert_to_tensor(x)
    if not x.dtype.is_floating:
        return tf.argmax(x, axis=-1, output_type=tf.int32)
    integer, tiny = (
        (tf.int64, -np.finfo("float64").tiny) if x.dtype == tf.float64 else (tf.int32, -np.finfo("float32").tiny)
    )
    negative_zero = tf.equal(x, 0.0) & (tf.bitcast(x, integer) < 0)
    return tf.argmax(tf.where(negative_zero, tf.cast(tiny, x.dtype), x), axis=-1, output_type=tf.int32)


@operation
def equal(a: Tensor, b: Tensor) -> Tensor:
    """True where the two are the same."""
    return tf.equal(a, b)


@operation
def greater(a: Tensor, b: Tensor) -> Tensor:
    """True where a > b."""
    return tf.greater(a, b)


@operation
def bincount(labels: Tensor, length: int) -> Tensor:
    """How often each of 0 … length-1 occurs in labels (n,) → (length,) int32."""
    return tf.math.bincount(labels, minlength=length, maxlength=length)
