"""Sliding windows: cut an image into overlapping patches, and lay patches back where they came from.

    windows    x (batch, height, width, c)  →  w (batch, rows, columns, kh, kw, c)
               w[b, r, s, i, j] = x[b, r · stride + i · dilation - before, s · stride + j · dilation - before]
    lay_back   w  →  x: every number of a patch is added at the place from which `windows` would have taken it

Each is the other's derivative, because each number that is read in one is written in the other. Outside of the image
there are zeros. A convolution is a matrix product with `windows` before it, a transposed one with `lay_back` after it.

One axis is enough to understand both; an axis of steps is an image of height 1 (`as_image`).
"""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from naive.ops.core import operation
from naive.ops.tensors import Tensor

Lengths = tuple[int, ...]
Pair = tuple[int, int]


class Windows(NamedTuple):
    """How windows slide over an image, each as (height, width).

    Attributes:
        size: what one window covers, in numbers taken.
        strides: how far from one window to the next.
        dilations: how far from one number of a window to the next.
        padding: `"valid"`, only windows that lie inside the image, or `"same"`, ceil(length / stride) windows.
    """

    size: Pair
    strides: Pair = (1, 1)
    dilations: Pair = (1, 1)
    padding: str = "valid"


def reach(size: int, dilation: int) -> int:
    """The length from a window's first number to its last, both included."""
    return (size - 1) * dilation + 1


def window_count(length: int, size: int, stride: int, dilation: int, padding: str) -> int:
    """How many windows fit along an axis; 0 or less when none does."""
    if padding == "same":
        return -(-length // stride)
    return (length - reach(size, dilation)) // stride + 1


def window_padding(length: int, size: int, stride: int, dilation: int, padding: str) -> Pair:
    """Zeros (before, after) an axis; for `"same"` the odd one goes after."""
    if padding == "valid":
        return 0, 0
    needed = (window_count(length, size, stride, dilation, padding) - 1) * stride + reach(size, dilation) - length
    before = max(needed, 0) // 2
    return before, max(needed, 0) - before


def transposed_length(length: int, size: int, stride: int, dilation: int, padding: str, extra: int | None) -> int:
    """The length of an axis on which `length` windows fit, as Keras chooses it; `extra` is its output_padding."""
    if padding == "same":
        return length * stride if extra is None else (length - 1) * stride + reach(size, dilation) % 2 + extra
    longest = max(reach(size, dilation), stride) if extra is None else reach(size, dilation) + extra
    return (length - 1) * stride + longest


def as_image(x: Tensor) -> Tensor:
    """x (batch, steps, c) → (batch, 1, steps, c); an image stays as it is."""
    return tf.expand_dims(x, 1) if len(x.shape) == 3 else x


def along_axes(values: Lengths, fill: int) -> Pair:
    """(width,) → (fill, width); a pair stays as it is."""
    return (fill, values[0]) if len(values) == 1 else (values[0], values[1])


def _grid(image: tuple[int, ...], how: Windows) -> tuple[Pair, list[Pair]]:
    """Rows and columns of windows on an image (height, width), and the zeros around it."""
    per_axis = list(zip(image, how.size, how.strides, how.dilations, strict=True))
    rows, columns = (window_count(*axis, how.padding) for axis in per_axis)
    return (rows, columns), [window_padding(*axis, how.padding) for axis in per_axis]


@operation
def windows(x: Tensor, how: Windows) -> Tensor:
    """x (batch, height, width, c) → (batch, rows, columns, kh, kw, c); height and width known beforehand."""
    (rows, columns), around = _grid(x.shape[1:3], how)
    (kh, kw), (sh, sw), (dh, dw) = how.size, how.strides, how.dilations
    x = tf.pad(x, [(0, 0), *around, (0, 0)])
    taken = [
        x[:, i * dh : i * dh + (rows - 1) * sh + 1 : sh, j * dw : j * dw + (columns - 1) * sw + 1 : sw]
        for i in range(kh)
        for j in range(kw)
    ]  # kh · kw times (batch, rows, columns, c)
    return tf.reshape(tf.stack(taken, 3), [-1, rows, columns, kh, kw, x.shape[-1]])


@windows.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, how: Windows) -> tuple[Tensor, None]:
    return lay_back(dy, (x.shape[1], x.shape[2]), how), None


@operation
def lay_back(w: Tensor, image: Pair, how: Windows) -> Tensor:
    """w (batch, rows, columns, kh, kw, c) → (batch, height, width, c), for `image` = (height, width)"""
    _, around = _grid(image, how)
    height, width = (length + sum(zeros) for length, zeros in zip(image, around, strict=True))
    (kh, kw), (dh, dw) = how.size, how.dilations
    parts = []
    for i in range(kh):
        for j in range(kw):
            apart = spread(w[:, :, :, i, j], how.strides)  # (batch, ≤ height, ≤ width, c)
            top, left = i * dh, j * dw
            bottom, right = height - top - apart.shape[1], width - left - apart.shape[2]
            parts.append(tf.pad(apart, [(0, 0), (top, bottom), (left, right), (0, 0)]))
    (top, _), (left, _) = around
    return tf.add_n(parts)[:, top : top + image[0], left : left + image[1]]


@lay_back.derivative
def _(dy: Tensor, y: Tensor, w: Tensor, image: Pair, how: Windows) -> tuple[Tensor, None, None]:
    return windows(dy, how), None, None


def spread(x: Tensor, strides: Pair) -> Tensor:
    """x (batch, n, m, c) → (batch, (n-1)·sh + 1, (m-1)·sw + 1, c): stride - 1 zeros between neighbours."""
    (sh, sw), (n, m, c) = strides, x.shape[1:]
    if strides == (1, 1):
        return x
    x = tf.pad(x[:, :, None, :, None], [(0, 0), (0, 0), (0, sh - 1), (0, 0), (0, sw - 1), (0, 0)])
    x = tf.reshape(x, [-1, n * sh, m * sw, c])
    return x[:, : (n - 1) * sh + 1, : (m - 1) * sw + 1]
