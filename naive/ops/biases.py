"""Adding a bias of any shape: three ways to add the same numbers, and three orders in which gradients are summed."""

from __future__ import annotations

import tensorflow as tf

from naive.ops.arithmetic import unbroadcast
from naive.ops.core import operation
from naive.ops.mode import current_mode
from naive.ops.sums import sum_rows
from naive.ops.tensors import Tensor


def _way(x: Tensor, bias: Tensor) -> str:
    """How Keras adds this bias to this tensor.

    A bias with one axis longer than 1 is taken for a vector: one number for each channel of the last axis, or, where
    its length is that of the second axis only, for each channel of the second axis.
    """
    longer = [size for size in bias.shape if size > 1]
    if len(longer) != 1 or len(x.shape) < 2 or longer[0] not in (x.shape[-1], x.shape[1]):
        return "plain"
    return "last" if longer[0] == x.shape[-1] else "second"


@operation
def add_bias(x: Tensor, bias: Tensor) -> Tensor:
    """x (batch, …) + bias, whose axes are the last axes of x, as `keras.ops.add` adds them."""
    way = _way(x, bias)
    bias = tf.convert_to_tensor(bias)
    if way == "plain":
        return tf.add(x, bias)
    if len(bias.shape) > 1:
        bias = tf.squeeze(bias)
    return tf.nn.bias_add(x, bias, data_format="NHWC" if way == "last" else "NCHW")


@add_bias.definition
def _(x: Tensor, bias: Tensor) -> Tensor:
    if _way(x, bias) == "second":
        return x + tf.reshape(bias, [-1, *[1] * (len(x.shape) - 2)])
    return x + bias


@add_bias.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    way = _way(x, bias)
    if way == "plain":
        return dy, unbroadcast(dy, bias)
    rows = dy
    if way == "second" and current_mode() == "xla":
        rows = tf.transpose(dy, [0, *range(2, len(dy.shape)), 1])  # all at once
    elif way == "second":
        rows = tf.reduce_sum(dy, list(range(2, len(dy.shape))))  # within each example first, then over the examples
    return dy, tf.reshape(sum_rows(rows), bias.shape)
