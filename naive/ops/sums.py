"""Sums and means over axes, and matrix products: where the order of addition lives.

Floating-point addition is not associative, so two programs that add the same numbers in another order end in
other last bits. This file is the place where the project says in which order Keras adds.
"""

from __future__ import annotations

import tensorflow as tf
from tensorflow.compiler.tf2xla.ops.gen_xla_ops import xla_reduce

from naive.ops.core import operation
from naive.ops.mode import current_mode
from naive.ops.tensors import Tensor


def _spread(dy: Tensor, x: Tensor, axis: int | None) -> Tensor:
    """Give each summand the gradient of its sum: dy without `axis` → the shape of x."""
    if axis is not None:
        dy = tf.expand_dims(dy, axis)
    return tf.broadcast_to(dy, tf.shape(x))


def _rows(x: Tensor) -> Tensor:
    """x (…, n) → (rows, n): all axes but the last become one."""
    return x if len(x.shape) == 2 else tf.reshape(x, [-1, x.shape[-1]])


@operation
def sum(x: Tensor, axis: int | None = None) -> Tensor:
    """The sum over one axis, or over all."""
    return tf.reduce_sum(x, axis)


@sum.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, axis: int | None = None) -> Tensor:
    return _spread(dy, x, axis)


@operation
def mean(x: Tensor, axis: int) -> Tensor:
    """The mean over one axis."""
    return tf.reduce_mean(x, axis)


@mean.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, axis: int) -> Tensor:
    return _spread(dy, x, axis) / tf.cast(tf.shape(x)[axis], x.dtype)


@operation
def max_last(x: Tensor) -> Tensor:
    """x (…, n) → (…, 1): the largest number of the last axis."""
    return tf.reduce_max(x, -1, keepdims=True)


@max_last.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    # Equal largest numbers share the gradient equally.
    largest = tf.cast(tf.equal(x, y), dy.dtype)
    return dy * (largest / tf.reduce_sum(largest, -1, keepdims=True))


@operation
def matmul(a: Tensor, b: Tensor) -> Tensor:
    """a (…, k) · b (k, m) → (…, m): all leading axes of a are rows of one product"""
    return tf.matmul(a, b) if len(a.shape) == 2 else tf.tensordot(a, b, 1)


@matmul.derivative
def _(dy: Tensor, y: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    rows, dy_rows = _rows(a), _rows(dy)  # (n, k), (n, m)
    da = tf.matmul(dy_rows, b, transpose_b=True)  # (n, k)
    db = tf.matmul(rows, dy_rows, transpose_a=True)  # (k, m)
    return (da if len(a.shape) == 2 else tf.reshape(da, tf.shape(a))), db


@operation
def bias_add(x: Tensor, bias: Tensor) -> Tensor:
    """x (…, units) + bias (units,): the bias is added to every row."""
    return tf.nn.bias_add(x, bias)


@bias_add.definition
def _(x: Tensor, bias: Tensor) -> Tensor:
    return x + bias


@bias_add.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    return dy, sum_rows(dy)


def sum_rows(dy: Tensor) -> Tensor:
    """The sum of all rows, dy (…, units) → (units,), in the order in which Keras adds a bias gradient.

    A bias is a weight on an input that is always 1, so its gradient is onesᵀ · dy, as a kernel's is xᵀ · dy. In
    eager and graph mode TensorFlow's bias gradient adds row after row, and so does this product: measured equal to
    the last bit up to 700 rows; beyond, the product may add in blocks. Under XLA the rows are added to -0, the one
    number to which adding changes nothing, not even a sign; `reduce_sum` adds them to +0 there, and is compiled
    into another order.
    """
    rows = _rows(dy)
    if current_mode() == "xla":
        return tf.ensure_shape(_add_to_minus_zero(rows), [dy.shape[-1]])
    ones = tf.ones([1, tf.shape(rows)[0]], rows.dtype)
    return tf.reshape(tf.matmul(ones, rows), [-1])


def _add_to_minus_zero(rows: Tensor) -> Tensor:
    number = tf.TensorSpec([], rows.dtype)
    add = tf.function(lambda total, row: total + row).get_concrete_function(number, number)
    return xla_reduce(rows, tf.constant(-0.0, rows.dtype), dimensions_to_reduce=[0], reducer=add)
