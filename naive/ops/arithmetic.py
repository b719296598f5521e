"""Plain arithmetic, number by number, and what broadcasting does to a gradient.

These operations are their own definition. Where the two inputs have different shapes, the smaller one is used
several times; its gradient is then the sum over all its uses (`unbroadcast`).
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from naive.ops.core import operation
from naive.ops.mode import current_mode
from naive.ops.packets import by_packets
from naive.ops.tensors import Tensor


def unbroadcast(dy: Tensor, x: Tensor) -> Tensor:
    """Sum `dy` over every axis along which `x` was repeated, so that it has the shape of `x`."""
    if not hasattr(x, "shape"):  # a plain number
        x = tf.convert_to_tensor(x, dy.dtype)
    if dy.shape.is_fully_defined() and dy.shape == x.shape:
        return dy
    _, axes = tf.raw_ops.BroadcastGradientArgs(s0=tf.shape(dy), s1=tf.shape(x))
    return tf.reshape(tf.reduce_sum(dy, axes, keepdims=True), tf.shape(x))


def reciprocal(x: Tensor) -> Tensor:
    """1 / x, rounded as TensorFlow's own derivatives round it.

    Its vector code for a reciprocal and a division differ in the last bit; in graph mode it is turned into a division.
    """
    return 1 / x if current_mode() == "graph" else tf.math.reciprocal(x)


@operation
def add(a: Tensor, b: Tensor) -> Tensor:
    """a + b"""
    return tf.add(a, b)


@add.derivative
def _(dy: Tensor, y: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    return unbroadcast(dy, a), unbroadcast(dy, b)


@operation
def subtract(a: Tensor, b: Tensor) -> Tensor:
    """a - b"""
    return tf.subtract(a, b)


@subtract.derivative
def _(dy: Tensor, y: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    return unbroadcast(dy, a), unbroadcast(-dy, b)


@operation
def multiply(a: Tensor, b: Tensor) -> Tensor:
    """a * b"""
    return tf.multiply(a, b)


@multiply.derivative
def _(dy: Tensor, y: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    return unbroadcast(dy * b, a), unbroadcast(dy * a, b)


@operation
def divide(a: Tensor, b: Tensor) -> Tensor:
    """a / b"""
    return tf.divide(a, b)


@divide.derivative
def _(dy: Tensor, y: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    return unbroadcast(dy / b, a), unbroadcast(dy * ((-a / b) / b), b)


@operation
def divide_no_nan(a: Tensor, b: Tensor) -> Tensor:
    """a / b, and 0 where b is 0"""
    return tf.math.divide_no_nan(a, b)


@divide_no_nan.derivative
def _(dy: Tensor, y: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    da = tf.math.divide_no_nan(dy, b)
    db = dy * tf.math.divide_no_nan(tf.math.divide_no_nan(-a, b), b)
    return unbroadcast(da, a), unbroadcast(db, b)


@operation
def negative(x: Tensor) -> Tensor:
    """-x"""
    return tf.negative(x)


@negative.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return -dy


@operation
def square(x: Tensor) -> Tensor:
    """x²"""
    return tf.square(x)


@square.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    # The 2 waits for dy, as in TensorFlow: else the graph optimizer joins it with another constant factor.
    with tf.control_dependencies([dy]):
        return dy * (x * 2)


@operation
def sqrt(x: Tensor) -> Tensor:
    """√x"""
    return tf.sqrt(x)


@sqrt.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return by_packets(dy * (0.5 / y), (0.5 * dy) / y)


def variance(mean_of_squares: Tensor, mean: Tensor, epsilon: float) -> Tensor:
    """mean of squares - mean² + epsilon

    In graph mode TensorFlow's optimizer adds the constant before the large term. It does so in Keras's program, but
    not in a function that a compiled loop calls, so it is written out here.
    """
    if current_mode() == "graph":
        return (epsilon - tf.square(mean)) + mean_of_squares
    return mean_of_squares - tf.square(mean) + epsilon


def power(base: Tensor, exponent: Tensor) -> Tensor:
    """base to the power of the exponent."""
    return tf.pow(base, exponent)


@operation
def maximum(a: Tensor, b: Tensor) -> Tensor:
    """The larger of the two, number by number."""
    return tf.maximum(a, b)


@maximum.derivative
def _(dy: Tensor, y: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    # Of two equal numbers the first receives the gradient, as in TensorFlow.
    first, zero = a >= b, tf.zeros_like(dy)
    return unbroadcast(tf.where(first, dy, zero), a), unbroadcast(tf.where(first, zero, dy), b)


@operation
def minimum(a: Tensor, b: Tensor) -> Tensor:
    """The smaller of the two, number by number."""
    return tf.minimum(a, b)


@minimum.derivative
def _(dy: Tensor, y: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    first, zero = a <= b, tf.zeros_like(dy)
    return unbroadcast(tf.where(first, dy, zero), a), unbroadcast(tf.where(first, zero, dy), b)


@operation
def exp(x: Tensor) -> Tensor:
    """eˣ"""
    return tf.exp(x)


@exp.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return dy * y


@operation
def log(x: Tensor) -> Tensor:
    """ln x"""
    return tf.math.log(x)


@log.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return dy * reciprocal(x)


@operation
def clip(x: Tensor, low: float, high: float) -> Tensor:
    """x, but not below `low` and not above `high`"""
    return tf.clip_by_value(x, low, high)


@clip.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, low: float, high: float) -> tuple[Tensor, None, None]:
    # On the bounds themselves the gradient passes, as in TensorFlow.
    return tf.where((x >= low) & (x <= high), dy, tf.zeros_like(dy)), None, None


@operation
def where(condition: Tensor, x: Tensor, otherwise: Tensor) -> Tensor:
    """x where the condition holds, else the other."""
    return tf.where(condition, x, otherwise)


@where.derivative
def _(dy: Tensor, y: Tensor, condition: Tensor, x: Tensor, otherwise: Tensor) -> tuple[None, Tensor, Tensor]:
    zero = tf.zeros_like(dy)
    dx, dotherwise = tf.where(condition, dy, zero), tf.where(condition, zero, dy)
    return None, unbroadcast(dx, x), unbroadcast(dotherwise, otherwise)


def total(gradients: Sequence[Tensor]) -> Tensor | None:
    """The sum of gradients that met, in the order in which they arrived; None when there are none.

    In graph mode TensorFlow's optimizer sorts three and more by the names of the operations that made them.
    """
    several = list(gradients)
    if len(several) < 2:
        return several[0] if several else None
    if all(isinstance(one, tf.IndexedSlices) for one in several):  # rows of one table: a longer list of pairs
        values, indices = (tf.concat([getattr(one, part) for one in several], 0) for part in ("values", "indices"))
        return tf.IndexedSlices(values, indices, several[0].dense_shape)
    return tf.add_n(several)
