"""Activation functions made of straight pieces: cheap, and the gradient is read off the piece.

At a corner both sides have a slope, and someone must choose; each function here says what Keras chooses.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from naive.ops.core import operation
from naive.ops.tensors import Tensor

LEAK = float(np.float32(0.2))
"""Keras's slope of `leaky_relu` for negative numbers; TensorFlow keeps it as a float32, also for float64 inputs.
(Keras's layer `LeakyReLU` uses 0.3.)"""
SHRINK = 0.5
"""How far the shrinking functions reach around 0."""


def _kept(condition: Tensor, dy: Tensor) -> Tensor:
    return tf.where(condition, dy, tf.zeros_like(dy))


@operation
def leaky_relu(x: Tensor, negative_slope: float = LEAK) -> Tensor:
    """y = x where x > 0, else 0.2 x, or another slope; at 0 it is that of negative numbers. Maas et al., 2013."""
    return tf.nn.leaky_relu(x, alpha=negative_slope)


@leaky_relu.definition
def _(x: Tensor, negative_slope: float = LEAK) -> Tensor:
    return tf.where(x > 0, x, float(np.float32(negative_slope)) * x)


@leaky_relu.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, negative_slope: float = LEAK) -> Tensor:
    return tf.where(x > 0, dy, float(np.float32(negative_slope)) * dy)


@operation
def relu6(x: Tensor) -> Tensor:
    """y = x between 0 and 6, 0 below, 6 above; the slope at 0 and at 6 is 0. Krizhevsky, 2010."""
    return tf.nn.relu6(x)


@relu6.definition
def _(x: Tensor) -> Tensor:
    return tf.where(x > 0, tf.where(x < 6, x, tf.constant(6, x.dtype)), tf.zeros_like(x))


@relu6.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return dy * tf.cast((y > 0) & (y < 6), dy.dtype)


@operation
def hard_sigmoid(x: Tensor) -> Tensor:
    """y = relu6(x + 3) / 6: a sigmoid of three pieces. (Keras 2 had 0.2 x + 0.5.)"""
    return tf.nn.relu6(x + tf.constant(3.0, x.dtype)) / tf.constant(6.0, x.dtype)


@hard_sigmoid.definition
def _(x: Tensor) -> Tensor:
    return relu6(x + 3, body="definition") / 6


@hard_sigmoid.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return relu6.backward(dy / 6, tf.nn.relu6(x + 3), x)


@operation
def hard_silu(x: Tensor) -> Tensor:
    """y = x · hard_sigmoid(x). Howard et al., "Searching for MobileNetV3", 2019."""
    return x * hard_sigmoid(x)


@hard_silu.definition
def _(x: Tensor) -> Tensor:
    return x * hard_sigmoid(x, body="definition")


@hard_silu.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    pieces = tf.nn.relu6(x + 3)
    return dy * (pieces / 6) + _kept((pieces > 0) & (pieces < 6), (x * dy) / 6)


@operation
def hard_tanh(x: Tensor) -> Tensor:
    """y = x, but not below -1 and not above 1; at -1 and 1 themselves the slope is 1."""
    return tf.clip_by_value(x, clip_value_min=-1.0, clip_value_max=1.0)


@hard_tanh.definition
def _(x: Tensor) -> Tensor:
    one = tf.ones_like(x)
    return tf.where(x > 1, one, tf.where(x < -1, -one, x))


@hard_tanh.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return _kept((x >= -1) & (x <= 1), dy)


@operation
def hard_shrink(x: Tensor) -> Tensor:
    """y = x where |x| > 0.5, else 0."""
    return tf.where(tf.abs(x) > SHRINK, x, tf.zeros_like(x))


@hard_shrink.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return _kept(tf.abs(x) > SHRINK, dy)


@operation
def soft_shrink(x: Tensor) -> Tensor:
    """y = x moved by 0.5 towards 0, and 0 where that would pass it."""
    below = tf.where(x < -SHRINK, x + SHRINK, tf.zeros_like(x))
    return tf.where(x > SHRINK, x - SHRINK, below)


@soft_shrink.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return _kept((x > SHRINK) | (x < -SHRINK), dy)


@operation
def sparse_plus(x: Tensor) -> Tensor:
    """y = 0 up to -1, (x + 1)² / 4 between -1 and 1, x from there on: a softplus that is exactly 0 somewhere."""
    return tf.where(x <= -1, tf.zeros_like(x), tf.where(x < 1, (1 / 4) * tf.pow(x + 1, 2), x))


@sparse_plus.definition
def _(x: Tensor) -> Tensor:
    return tf.where(x <= -1, tf.zeros_like(x), tf.where(x < 1, (x + 1) * (x + 1) / 4, x))


@sparse_plus.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    curved = ((1 / 4) * dy) * 2 * (x + 1)
    return tf.where(x <= -1, tf.zeros_like(dy), tf.where(x < 1, curved, dy))


@operation
def sparse_sigmoid(x: Tensor) -> Tensor:
    """y = 0 up to -1, (x + 1) / 2 between -1 and 1, 1 from there on; the slope at -1 and 1 is 0."""
    zero, one = tf.constant(0.0, x.dtype), tf.constant(1.0, x.dtype)
    return tf.where(x <= -1, zero, tf.where(x >= 1, one, 0.5 * (x + 1)))


@sparse_sigmoid.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return _kept((x > -1) & (x < 1), 0.5 * dy)
