"""The activation functions: the bend between two linear layers.

Without one of these a stack of layers is one matrix. TensorFlow's kernels evaluate exp and tanh with vector code
of their own, so a definition from plain arithmetic agrees up to rounding only.
"""

from __future__ import annotations

import tensorflow as tf

from naive.ops.core import operation
from naive.ops.packets import by_packets
from naive.ops.tensors import Tensor


@operation
def identity(x: Tensor) -> Tensor:
    """y = x"""
    return x


@identity.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return dy


@operation
def relu(x: Tensor) -> Tensor:
    """y = x where x > 0, else 0"""
    return tf.nn.relu(x)


@relu.definition
def _(x: Tensor) -> Tensor:
    return tf.where(x > 0, x, tf.zeros_like(x))


@relu.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    # At exactly 0 Keras says 0; `maximum(x, 0)` would say 1. A product, not a choice: 0 · infinity is NaN, also there.
    return dy * tf.cast(y > 0, dy.dtype)


@operation
def sigmoid(x: Tensor) -> Tensor:
    """y = 1 / (1 + e⁻ˣ)"""
    return tf.nn.sigmoid(x)


@sigmoid.definition
def _(x: Tensor) -> Tensor:
    return 1 / (1 + tf.exp(-x))


@sigmoid.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return by_packets(dy * (y * (1 - y)), (dy * y) * (1 - y))


@operation
def tanh(x: Tensor) -> Tensor:
    """y = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)"""
    return tf.nn.tanh(x)


@tanh.definition
def _(x: Tensor) -> Tensor:
    # 1 - 2/(e²ˣ + 1) is the same fraction, and stays finite where eˣ overflows.
    return 1 - 2 / (tf.exp(2 * x) + 1)


@tanh.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return dy * (1 - y * y)


@operation
def softmax(x: Tensor, axis: int = -1) -> Tensor:
    """y = eˣ / Σ eˣ over the last axis, or another"""
    return tf.nn.softmax(x, axis=axis)


@softmax.definition
def _(x: Tensor, axis: int = -1) -> Tensor:
    # The largest is subtracted first: the fraction stays the same, and no power overflows.
    powers = tf.exp(x - tf.reduce_max(x, axis, keepdims=True))
    return powers / tf.reduce_sum(powers, axis, keepdims=True)


@softmax.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, axis: int = -1) -> Tensor:
    rank = len(x.shape)
    if axis % rank == rank - 1:
        return (dy - tf.reduce_sum(dy * y, -1, keepdims=True)) * y
    # TensorFlow adds along the last axis only: the two axes change places, there and back.
    exchanged = [*range(rank)]
    exchanged[axis % rank], exchanged[-1] = rank - 1, axis % rank
    dy, y = tf.transpose(dy, exchanged), tf.transpose(y, exchanged)
    return tf.transpose(softmax.backward(dy, y, dy), exchanged)
