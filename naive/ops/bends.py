"""Activation functions that bend smoothly: exponential on one side, straight on the other, most of them.

Each derivative is written in the order in which TensorFlow multiplies, so that the last bits agree as well.
"""

from __future__ import annotations

import math

import tensorflow as tf

from naive.ops.core import operation
from naive.ops.squash import sigmoid, tanh
from naive.ops.tensors import Tensor

SELU_SCALE = 1.0507009873554805
SELU_SCALE_ALPHA = 1.7580993408473768
"""Constants with which a deep network keeps mean 0 and variance 1. Klambauer et al., 2017."""


def _softplus(x: Tensor) -> Tensor:
    """log(1 + eˣ) in plain arithmetic, without overflow."""
    return tf.where(x > 0, x, tf.zeros_like(x)) + tf.math.log(1 + tf.exp(-tf.where(x > 0, x, -x)))


@operation
def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """y = x where x > 0, else alpha · (eˣ - 1). Clevert et al., 2015."""
    y = tf.nn.elu(x)
    return y if alpha == 1 else tf.where(x > 0, y, alpha * y)


@elu.definition
def _(x: Tensor, alpha: float = 1.0) -> Tensor:
    return tf.where(x > 0, x, alpha * (tf.exp(tf.where(x > 0, tf.zeros_like(x), x)) - 1))


@elu.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, alpha: float = 1.0) -> Tensor:
    if alpha != 1:
        dy, y = tf.where(x > 0, dy, alpha * dy), tf.nn.elu(x)
    return tf.where(y < 0, dy * (y + 1), dy)


@operation
def celu(x: Tensor) -> Tensor:
    """y = max(x, 0) + e^min(x, 0) - 1: elu's curve, but at exactly 0 both terms pass their slope, which makes 2."""
    return tf.maximum(x, 0.0) + 1.0 * tf.math.expm1(tf.minimum(x, 0.0) / 1.0)


@celu.definition
def _(x: Tensor) -> Tensor:
    return elu(x, body="definition")


@celu.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    zero = tf.zeros_like(dy)
    from_minimum = tf.where(x <= 0, dy * tf.exp(tf.minimum(x, 0.0)), zero)
    return tf.where(x >= 0, dy, zero) + from_minimum


@operation
def selu(x: Tensor) -> Tensor:
    """y = 1.0507 · (x where x > 0, else 1.6733 (eˣ - 1)). Klambauer et al., 2017."""
    return tf.nn.selu(x)


@selu.definition
def _(x: Tensor) -> Tensor:
    negative = tf.exp(tf.where(x > 0, tf.zeros_like(x), x)) - 1
    return tf.where(x > 0, SELU_SCALE * x, SELU_SCALE_ALPHA * negative)


@selu.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return tf.where(y < 0, dy * (y + SELU_SCALE_ALPHA), dy * SELU_SCALE)


@operation
def softplus(x: Tensor) -> Tensor:
    """y = log(1 + eˣ): a relu without a corner. Dugas et al., 2001."""
    return tf.math.softplus(x)


@softplus.definition
def _(x: Tensor) -> Tensor:
    return _softplus(x)


@softplus.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return dy * sigmoid(x)


@operation
def log_sigmoid(x: Tensor) -> Tensor:
    """y = log sigmoid(x) = -softplus(-x)"""
    return tf.math.log_sigmoid(x)


@log_sigmoid.definition
def _(x: Tensor) -> Tensor:
    return -_softplus(-x)


@log_sigmoid.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return dy * sigmoid(-x)


@operation
def softsign(x: Tensor) -> Tensor:
    """y = x / (1 + |x|): a tanh that saturates slowly. Bergstra et al., 2009."""
    return tf.nn.softsign(x)


@softsign.definition
def _(x: Tensor) -> Tensor:
    return x / (1 + tf.where(x > 0, x, -x))


@softsign.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return dy / tf.square(1 + tf.abs(x))


@operation
def squareplus(x: Tensor) -> Tensor:
    """y = (x + √(x² + 4)) / 2: a softplus without exponentials. Barron, 2021."""
    return (x + tf.sqrt(tf.square(x) + 4)) / 2


@squareplus.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    half = dy / 2
    root = tf.sqrt(tf.square(x) + 4)
    return half + ((half * 0.5) / root) * (2 * x)


@operation
def silu(x: Tensor) -> Tensor:
    """y = x · sigmoid(x), also called swish. Ramachandran et al., 2017."""
    return tf.nn.silu(x)


@silu.definition
def _(x: Tensor) -> Tensor:
    return x * sigmoid(x, body="definition")


@silu.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    gate = sigmoid(x)
    return dy * (gate * (1 + x * (1 - gate)))


@operation
def gelu(x: Tensor) -> Tensor:
    """y = x · Φ(x), Φ the normal distribution, as ½ x erfc(-x/√2). Hendrycks and Gimpel, 2016.

    TensorFlow rounds the constant 1/√2 to float32, also for float64 inputs. The integral behind erfc has no form in
    plain arithmetic, so the kernel is the definition.
    """
    return tf.nn.gelu(x, approximate=False)


@gelu.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    root_half = tf.cast(math.sqrt(0.5), x.dtype)  # by way of float32
    inner = -x * root_half
    from_erfc = ((dy * (0.5 * x)) * (-2 / math.sqrt(math.pi))) * tf.exp(-tf.square(inner))
    return -(from_erfc * root_half) + (dy * tf.math.erfc(inner)) * 0.5


@operation
def mish(x: Tensor) -> Tensor:
    """y = x · tanh(softplus(x)). Misra, 2019."""
    return x * tf.nn.tanh(tf.math.softplus(x))


@mish.definition
def _(x: Tensor) -> Tensor:
    return x * tanh(_softplus(x), body="definition")


@mish.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    gate = tf.nn.tanh(tf.math.softplus(x))
    return dy * gate + tanh.backward(dy * x, gate, x) * sigmoid(x)


@operation
def tanh_shrink(x: Tensor) -> Tensor:
    """y = x - tanh(x): nothing near 0, a line shifted by 1 far away."""
    return x - tf.math.tanh(x)


@tanh_shrink.definition
def _(x: Tensor) -> Tensor:
    return x - tanh(x, body="definition")


@tanh_shrink.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return dy + tanh.backward(-dy, tf.math.tanh(x), x)


@operation
def log_softmax(x: Tensor) -> Tensor:
    """y = x - log Σ eˣ over the last axis"""
    return tf.nn.log_softmax(x)


@log_softmax.definition
def _(x: Tensor) -> Tensor:
    shifted = x - tf.reduce_max(x, -1, keepdims=True)
    return shifted - tf.math.log(tf.reduce_sum(tf.exp(shifted), -1, keepdims=True))


@log_softmax.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return dy - tf.reduce_sum(dy, -1, keepdims=True) * tf.exp(y)
