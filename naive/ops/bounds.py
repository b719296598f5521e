"""Activation functions with arguments or with a shape of their own: relu with bounds, threshold, glu, sparsemax."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from naive.ops.arithmetic import clip
from naive.ops.core import operation
from naive.ops.hinges import leaky_relu, relu6
from naive.ops.squash import relu, sigmoid
from naive.ops.tensors import Tensor


@operation
def threshold(x: Tensor, limit: float, default_value: float) -> Tensor:
    """y = x where x > limit, else `default_value`; Keras's activation of that name, which needs its arguments."""
    return tf.where(x > limit, x, tf.cast(default_value, x.dtype))


@threshold.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, limit: float, default_value: float) -> tuple[Tensor, None, None]:
    return tf.where(x > limit, dy, tf.zeros_like(dy)), None, None


def _above(x: Tensor, max_value: float | None, limit: float) -> tuple[Tensor, bool]:
    """The part of `bounded_relu` above the threshold, and whether it must still be clipped."""
    if limit != 0:
        return tf.where(tf.greater(x, tf.cast(limit, x.dtype)), x, tf.zeros((), x.dtype)), max_value is not None
    if max_value == 6:
        return relu6(x), False
    return relu(x), max_value is not None


def _below(x: Tensor, limit: float) -> Tensor:
    """How far x is below the threshold, and 0 above it."""
    return relu(-x + limit) if limit != 0 else relu(-x)


@operation
def bounded_relu(x: Tensor, negative_slope: float = 0.0, max_value: float | None = None, limit: float = 0.0) -> Tensor:
    """y = min(x, max_value) where x > limit, else negative_slope · (x - limit); in Keras, `limit` is `threshold`."""
    if negative_slope != 0.0 and max_value is None and limit == 0:
        return leaky_relu(x, negative_slope=negative_slope)
    y, too_high = _above(x, max_value, limit)
    if too_high:
        y = tf.clip_by_value(y, tf.cast(0.0, x.dtype), tf.cast(max_value, x.dtype))
    return y - negative_slope * _below(x, limit) if negative_slope != 0.0 else y


@bounded_relu.definition
def _(x: Tensor, negative_slope: float = 0.0, max_value: float | None = None, limit: float = 0.0) -> Tensor:
    if negative_slope != 0.0 and max_value is None and limit == 0:
        return leaky_relu(x, negative_slope=negative_slope, body="definition")
    highest = x if max_value is None else tf.where(x > max_value, tf.cast(max_value, x.dtype), x)
    return tf.where(x > limit, highest, negative_slope * (x - limit))


@bounded_relu.derivative
def _(
    dy: Tensor, y: Tensor, x: Tensor, negative_slope: float = 0.0, max_value: float | None = None, limit: float = 0.0
) -> Tensor:
    if negative_slope != 0.0 and max_value is None and limit == 0:
        return leaky_relu.backward(dy, y, x, negative_slope=negative_slope)
    above, too_high = _above(x, max_value, limit)
    dabove: Any = clip.backward(dy, None, above, 0.0, max_value)[0] if too_high else dy
    if limit != 0:
        dx = tf.where(x > limit, dabove, tf.zeros_like(dabove))
    else:
        dx = (relu6 if max_value == 6 else relu).backward(dabove, above, x)
    if negative_slope == 0.0:
        return dx
    return dx - relu.backward((-dy) * negative_slope, _below(x, limit), x)


@operation
def glu(x: Tensor, axis: int = -1) -> Tensor:
    """x (…, 2n) → (…, n): the first half, multiplied by the sigmoid of the second. Dauphin et al., 2016."""
    value, gate = tf.split(x, 2, axis=axis)
    return value * tf.sigmoid(gate)


@glu.definition
def _(x: Tensor, axis: int = -1) -> Tensor:
    value, gate = tf.split(x, 2, axis=axis)
    return value * sigmoid(gate, body="definition")


@glu.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, axis: int = -1) -> Tensor:
    value, gate = tf.split(x, 2, axis=axis)
    opened = tf.sigmoid(gate)
    return tf.concat([dy * opened, sigmoid.backward(dy * value, opened, gate)], axis)


def _sorted_sums(x: Tensor) -> tuple[Tensor, Tensor]:
    """The numbers of the last axis, largest first, and their running sums."""
    largest_first = tf.sort(x, direction="DESCENDING", axis=-1)
    return largest_first, tf.cumsum(largest_first, axis=-1)


def _supported(largest_first: Tensor, sums: Tensor) -> Tensor:
    """True for the numbers that stay above zero in Keras's sparsemax."""
    places = tf.range(1, tf.shape(sums)[-1] + 1, dtype=sums.dtype)
    return largest_first - (sums - 1) / places > 0


@operation
def sparsemax(x: Tensor) -> Tensor:
    """y = max(x - τ, 0) over the last axis, as Keras computes it: a softmax with exact zeros. Martins et al., 2016.

    With the numbers sorted, z₁ ≥ z₂ ≥ …, and their running sums c₁, c₂, …, number i is kept where 1 + i·zᵢ > cᵢ. Of
    the k kept, the paper takes τ = (cₖ - 1) / k, with which the values add up to 1. Keras takes the sum of all kept
    running sums, τ = (c₁ + … + cₖ - 1) / k, which is the same only for k = 1.
    """
    largest_first, sums = _sorted_sums(x)
    support = _supported(largest_first, sums)
    kept = tf.where(support, sums, tf.zeros((), x.dtype))
    count = tf.reduce_sum(tf.cast(support, x.dtype), axis=-1, keepdims=True)
    tau = (tf.reduce_sum(kept, axis=-1, keepdims=True) - 1) / count
    return tf.maximum(x - tau, 0.0)


@sparsemax.definition
def _(x: Tensor) -> Tensor:
    # Who stands before whom: larger numbers first, and of equal ones the earlier.
    places = tf.range(tf.shape(x)[-1])
    mine, other = x[..., :, None], x[..., None, :]
    before = (other > mine) | ((other == mine) & (places[None, :] <= places[:, None]))
    rank = tf.reduce_sum(tf.cast(before, x.dtype), -1)
    sums = tf.reduce_sum(tf.where(before, other, tf.zeros_like(other)), -1)
    support = x - (sums - 1) / rank > 0
    kept = tf.reduce_sum(tf.where(support, sums, tf.zeros_like(sums)), -1, keepdims=True)
    above = x - (kept - 1) / tf.reduce_sum(tf.cast(support, x.dtype), -1, keepdims=True)
    return tf.where(above > 0, above, tf.zeros_like(x))


@sparsemax.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    largest_first, sums = _sorted_sums(x)
    support = _supported(largest_first, sums)
    count = tf.reduce_sum(tf.cast(support, x.dtype), axis=-1, keepdims=True)
    kept = tf.reduce_sum(tf.where(support, sums, tf.zeros((), x.dtype)), axis=-1, keepdims=True)
    above = x - (kept - 1) / count
    direct = tf.where(above >= 0, dy, tf.zeros_like(dy))
    dtau = tf.reduce_sum(-direct, -1, keepdims=True)
    dsums = tf.where(support, tf.broadcast_to(dtau / count, tf.shape(x)), tf.zeros_like(x))
    # A number is in its own running sum and in all later ones.
    dsorted = tf.cumsum(dsums, axis=-1, reverse=True)
    order = tf.argsort(x, direction="DESCENDING", axis=-1, stable=True)
    back = tf.argsort(order, axis=-1)
    return direct + tf.gather(dsorted, back, batch_dims=len(x.shape) - 1)
