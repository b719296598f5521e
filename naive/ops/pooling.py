"""Windows over steps and images: the largest number of each, the average of each, and where their gradients go.

A window of `pool_size` moves over the image by `strides`. With padding `"valid"` it stays inside; with `"same"` there
are ceil(length / stride) windows, and the outer ones stick out: cells outside the image do not count, neither for the
largest number nor for the average.

Where windows overlap, a number receives several gradients, and the order in which they are added decides the last
bits. TensorFlow has two kernels for this on a CPU. Its own one adds window after window, row by row. The other one,
of the library oneDNN, also goes row by row, but within a row it takes a group of windows at a time and serves the
last one first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import tensorflow as tf
from tensorflow.compiler.tf2xla.ops.gen_xla_ops import xla_optimization_barrier

from naive.ops.core import operation
from naive.ops.mode import current_mode
from naive.ops.sliding import along_axes, as_image, window_count
from naive.ops.tensors import Tensor

LANES = 16
"""How many channels one vector register of oneDNN's kernels holds (AVX-512)."""
MAX_REGISTERS, AVERAGE_REGISTERS = 6, 12
"""How many such registers its backward kernels fill at a time."""


@operation
def max_pool(x: Tensor, pool_size: Sequence[int], strides: Sequence[int], padding: str) -> Tensor:
    """x (batch, …, channels) → (batch, windows …, channels): the largest number of each window"""
    return tf.nn.max_pool(x, pool_size, strides, padding.upper(), _layout(x))


@max_pool.definition
def _(x: Tensor, pool_size: Sequence[int], strides: Sequence[int], padding: str) -> Tensor:
    cells, inside = _cells(x, pool_size, strides, padding)
    y = tf.reduce_max(_numbers(x, cells, inside, -float("inf")), 3)
    return tf.reshape(y, _pooled_shape(x, cells))


@max_pool.derivative
def _(
    dy: Tensor, y: Tensor, x: Tensor, pool_size: Sequence[int], strides: Sequence[int], padding: str
) -> tuple[Tensor, None, None, None]:
    # The first maximum of each window, row by row, receives its gradient; the other numbers nothing.
    cells, inside = _cells(x, pool_size, strides, padding)  # (rows, columns, cells)
    winner = tf.argmax(_numbers(x, cells, inside, -float("inf")), 3, output_type=tf.int32)  # (batch, rows, columns, c)
    shape = tf.shape(winner)
    batch, rows, columns, channels = (shape[axis] for axis in range(4))
    window = tf.reshape(tf.range(rows * columns), [1, rows, columns, 1])
    cell = tf.gather(tf.reshape(cells, [-1]), window * tf.shape(cells)[2] + winner)
    picture = tf.reshape(tf.range(batch), [-1, 1, 1, 1]) * _size_of_image(x) + cell
    place = picture * channels + tf.range(channels)  # (batch, rows, columns, channels)
    if current_mode() == "graph":
        order = _last_first(columns, x.shape[-1], MAX_REGISTERS)
        place, dy = tf.gather(place, order, axis=2), tf.gather(as_image(dy), order, axis=2)
    dx = tf.math.unsorted_segment_sum(tf.reshape(dy, [-1]), tf.reshape(place, [-1]), tf.size(x))
    return _finished(tf.reshape(dx, tf.shape(x))), None, None, None


@operation
def average_pool(x: Tensor, pool_size: Sequence[int], strides: Sequence[int], padding: str) -> Tensor:
    """x (batch, …, channels) → (batch, windows …, channels): the average of each window"""
    return tf.nn.avg_pool(x, pool_size, strides, padding.upper(), _layout(x))


@average_pool.definition
def _(x: Tensor, pool_size: Sequence[int], strides: Sequence[int], padding: str) -> Tensor:
    cells, inside = _cells(x, pool_size, strides, padding)
    y = tf.reduce_sum(_numbers(x, cells, inside, 0.0), 3) / _count(inside, x)
    return tf.reshape(y, _pooled_shape(x, cells))


@average_pool.derivative
def _(
    dy: Tensor, y: Tensor, x: Tensor, pool_size: Sequence[int], strides: Sequence[int], padding: str
) -> tuple[Tensor, None, None, None]:
    # Every number of a window receives an equal share of its gradient.
    cells, inside = _cells(x, pool_size, strides, padding)  # (rows, columns, cells)
    count = _count(inside, x)  # (rows, columns, 1)
    share = _share(as_image(dy), count, one_axis=max(pool_size) == math.prod(pool_size), padding=padding)
    if current_mode() != "xla":
        order = _last_first(tf.shape(cells)[1], x.shape[-1], AVERAGE_REGISTERS)
        cells, inside, share = (tf.gather(one, order, axis=axis) for one, axis in ((cells, 1), (inside, 1), (share, 2)))
    batch = tf.shape(x)[0]
    first = tf.reshape(tf.range(batch), [-1, 1, 1, 1]) * _size_of_image(x)
    place = tf.where(inside, first + cells, -1)  # (batch, rows, columns, cells); -1 is nowhere
    shares = tf.repeat(tf.expand_dims(share, 3), tf.shape(cells)[2], axis=3)  # (batch, rows, columns, cells, channels)
    channels = x.shape[-1]
    dx = tf.math.unsorted_segment_sum(
        tf.reshape(shares, [-1, channels]), tf.reshape(place, [-1]), batch * _size_of_image(x)
    )
    return _finished(tf.reshape(dx, tf.shape(x))), None, None, None


def _finished(dx: Tensor) -> Tensor:
    """dx as a result of its own: XLA would compile it into the sums behind it, and add these in another order."""
    return xla_optimization_barrier([dx])[0] if current_mode() == "xla" else dx


def _layout(x: Tensor) -> str:
    return "NWC" if len(x.shape) == 3 else "NHWC"


def _size_of_image(x: Tensor) -> Tensor:
    shape = tf.shape(as_image(x))
    return shape[1] * shape[2]


def _pooled_shape(x: Tensor, cells: Tensor) -> list[Tensor]:
    """The shape of the pooled x: without the axis of rows if x had none."""
    shape, count = tf.shape(x), tf.shape(cells)
    return [shape[0], *([count[0]] if len(x.shape) == 4 else []), count[1], shape[-1]]


def _along(length: Tensor, pool_size: int, stride: int, padding: str) -> Tensor:
    """The positions (windows, pool_size) that each window covers along one axis; some may lie outside."""
    count = window_count(length, pool_size, stride, 1, padding)
    before = 0 if padding == "valid" else tf.maximum((count - 1) * stride + pool_size - length, 0) // 2
    return tf.range(count)[:, None] * stride - before + tf.range(pool_size)


def _cells(x: Tensor, pool_size: Sequence[int], strides: Sequence[int], padding: str) -> tuple[Tensor, Tensor]:
    """The numbers of the cells that each window covers, (rows, columns, cells), and which of them are in the image.

    The cells of an image are numbered row by row.
    """
    (tall, wide), (down, right) = along_axes(tuple(pool_size), 1), along_axes(tuple(strides), 1)
    shape = tf.shape(as_image(x))
    height, width = shape[1], shape[2]
    h = _along(height, tall, down, padding)[:, None, :, None]  # (rows, 1, tall, 1)
    w = _along(width, wide, right, padding)[None, :, None, :]  # (1, columns, 1, wide)
    cells = h * width + w  # (rows, columns, tall, wide)
    inside = (h >= 0) & (h < height) & (w >= 0) & (w < width)
    flat = [tf.shape(cells)[0], tf.shape(cells)[1], tall * wide]
    return tf.reshape(cells, flat), tf.reshape(inside, flat)


def _numbers(x: Tensor, cells: Tensor, inside: Tensor, outside: float) -> Tensor:
    """The numbers in each window, (batch, rows, columns, cells, channels)."""
    flat = tf.reshape(x, [tf.shape(x)[0], -1, x.shape[-1]])
    numbers = tf.gather(flat, tf.where(inside, cells, 0), axis=1)
    return tf.where(inside[..., None], numbers, tf.constant(outside, x.dtype))


def _count(inside: Tensor, x: Tensor) -> Tensor:
    """How many cells of each window are in the image, (rows, columns, 1)."""
    return tf.reduce_sum(tf.cast(inside, x.dtype), 2, keepdims=True)


def _share(dy: Tensor, count: Tensor, one_axis: bool, padding: str) -> Tensor:
    """dy / count, rounded as TensorFlow rounds it.

    Compilers turn a division by numbers that they know into a product with their reciprocals. XLA does that here too,
    except where it counts with padding and along one axis only; the graph optimizer must be kept from it.
    """
    if current_mode() != "xla":
        return tf.math.divide_no_nan(dy, count)
    if padding == "same" and one_axis:
        return dy / xla_optimization_barrier([count])[0]
    return dy * (1 / count)


def _last_first(columns: Tensor, channels: int, registers: int) -> Tensor:
    """In which order oneDNN serves the windows of a row: group by group, in each group the last one first."""
    group = max(registers // -(-channels // LANES), 1)
    column = tf.range(columns)
    start = column // group * group
    return start + tf.minimum(start + group, columns) - 1 - column


@operation
def global_average(x: Tensor, axes: Sequence[int], keepdims: bool = False) -> Tensor:
    """x (batch, …, channels) → (batch, channels): the mean over `axes`, which stay with length 1 if `keepdims`."""
    return tf.reduce_mean(x, axes, keepdims=keepdims)


@global_average.definition
def _(x: Tensor, axes: Sequence[int], keepdims: bool = False) -> Tensor:
    return tf.reduce_sum(x, axes, keepdims=keepdims) / _product(x, axes)


@global_average.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, axes: Sequence[int], keepdims: bool = False) -> tuple[Tensor, None]:
    spread = tf.broadcast_to(_keep(dy, axes, keepdims), tf.shape(x))
    return spread / _product(x, axes), None


@operation
def global_max(x: Tensor, axes: Sequence[int], keepdims: bool = False) -> Tensor:
    """x (batch, …, channels) → (batch, channels): the largest number over `axes`, which stay if `keepdims`."""
    return tf.reduce_max(x, axes, keepdims=keepdims)


@global_max.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, axes: Sequence[int], keepdims: bool = False) -> tuple[Tensor, None]:
    # Equal largest numbers share the gradient equally; in a window of max_pool the first one takes it all.
    largest = tf.cast(tf.equal(_keep(y, axes, keepdims), x), dy.dtype)
    shares = largest / tf.reduce_sum(largest, axes, keepdims=True)
    return shares * _keep(dy, axes, keepdims), None


def _keep(y: Tensor, axes: Sequence[int], keepdims: bool) -> Tensor:
    """y with the axes that were summed away put back, with length 1."""
    for axis in () if keepdims else axes:
        y = tf.expand_dims(y, axis)
    return y


def _product(x: Tensor, axes: Sequence[int]) -> Tensor:
    """How many numbers there are along `axes`."""
    sizes = [x.shape[axis] for axis in axes]
    if None in sizes:
        return tf.cast(tf.reduce_prod(tf.gather(tf.shape(x), axes)), x.dtype)
    product = 1
    for size in sizes:
        product *= size
    return tf.constant(product, x.dtype)


@operation
def sum_steps(x: Tensor, keepdims: bool = False) -> Tensor:
    """x (batch, steps, …) → (batch, …): the sum over all steps; their axis stays if `keepdims`."""
    return tf.reduce_sum(x, 1, keepdims=keepdims)


@sum_steps.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, keepdims: bool = False) -> Tensor:
    return tf.broadcast_to(_keep(dy, [1], keepdims), tf.shape(x))
