"""Convolutions: one small matrix, applied to every window of an image.

    conv            y = windows(x) · kernel            the same weights look at every place
    depthwise_conv  the same, each channel by itself   (as many groups as channels)
    conv_transpose  y = lay_back(x · kernelᵀ)          what a convolution's gradient does to `dy`, as a layer

These lines are the definitions below, and their derivatives stand under them: matrix products over windows, nothing
else. The kernels are TensorFlow's (`naive/ops/convolution_kernels.py`). It cuts the sums of a convolution into blocks
that depend on the processor and on the number of threads, so that no other program adds in the same order. Therefore
these operations have two derivatives: that of the definition, by hand; and that of the kernel, the same sums by
TensorFlow's `…Backprop…` kernels, with which Keras's gradients are computed too.

Everything here takes sequences (batch, steps, channels) or images (batch, height, width, channels); `strides` and
`dilations` are tuples with one number for each axis between batch and channels.
"""

from __future__ import annotations

import tensorflow as tf

from naive.ops import convolution_kernels as kernels
from naive.ops.core import operation
from naive.ops.sliding import (
    Lengths,
    Windows,
    along_axes,
    as_image,
    lay_back,
    transposed_length,
    window_count,
    windows,
)
from naive.ops.sums import sum_rows
from naive.ops.tensors import Tensor

ConvGradients = tuple[Tensor, Tensor, None, None, None]


@operation
def conv(x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths) -> Tensor:
    """x (batch, …, c), kernel (…, c / groups, filters) → (batch, …, filters)

    Each of the `groups` sees its own c / groups channels, and makes its own filters / groups.
    """
    return kernels.conv(x, kernel, strides, padding, dilations)


@conv.derivative
def _(
    dy: Tensor, y: Tensor, x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths
) -> ConvGradients:
    dx, dkernel = kernels.conv_gradients(dy, x, kernel, strides, padding, dilations)
    return dx, dkernel, None, None, None


@conv.definition
def _(x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths) -> Tensor:
    how, groups = _how(kernel, strides, padding, dilations), x.shape[-1] // kernel.shape[-2]
    w, k = _rows(windows(as_image(x), how), groups), _kernel_rows(kernel, groups)
    y = _together(tf.matmul(w, k))  # (places, filters)
    return tf.reshape(y, [-1, *_counts(x, how), kernel.shape[-1]])


@conv.definition_derivative
def _(
    dy: Tensor, y: Tensor, x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths
) -> ConvGradients:
    how, groups = _how(kernel, strides, padding, dilations), x.shape[-1] // kernel.shape[-2]
    image = as_image(x)
    taken = windows(image, how)
    w, k = _rows(taken, groups), _kernel_rows(kernel, groups)  # (groups, places, n), (groups, n, filters / groups)
    dy = _apart(tf.reshape(dy, [-1, dy.shape[-1]]), groups)  # (groups, places, filters / groups)
    dk = tf.matmul(w, dy, transpose_a=True)  # (groups, n, filters / groups)
    dw = tf.matmul(dy, k, transpose_b=True)  # (groups, places, n)
    dtaken = _together(tf.reshape(dw, [groups, -1, x.shape[-1] // groups]))  # (places · kh · kw, c)
    dx = lay_back(tf.reshape(dtaken, [-1, *taken.shape[1:]]), image.shape[1:3], how)
    return tf.reshape(dx, tf.shape(x)), tf.reshape(_together(dk), kernel.shape), None, None, None


@operation
def depthwise_conv(x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths) -> Tensor:
    """x (batch, …, c), kernel (…, c, multiplier) → (batch, …, c · multiplier): no channel sees another."""
    return kernels.depthwise_conv(x, kernel, strides, padding, dilations)


@depthwise_conv.derivative
def _(
    dy: Tensor, y: Tensor, x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths
) -> ConvGradients:
    dx, dkernel = kernels.depthwise_conv_gradients(dy, x, kernel, strides, padding, dilations)
    return dx, dkernel, None, None, None


@depthwise_conv.definition
def _(x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths) -> Tensor:
    return conv(x, _one_group_each(kernel), strides, padding, dilations, body="definition")


@depthwise_conv.definition_derivative
def _(
    dy: Tensor, y: Tensor, x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths
) -> ConvGradients:
    each = _one_group_each(kernel)
    dx, deach, *rest = conv.backward(dy, y, x, each, strides, padding, dilations, body="definition")
    return dx, tf.reshape(deach, kernel.shape), *rest


@operation
def conv_transpose(
    x: Tensor,
    kernel: Tensor,
    strides: Lengths,
    padding: str,
    dilations: Lengths,
    output_padding: Lengths | None = None,
) -> Tensor:
    """x (batch, …, c), kernel (…, filters, c) → (batch, …, filters), about `strides` times as long.

    The lengths of the output are those of an image on which a convolution with this kernel has as many windows as x
    has places. With strides there are several; `output_padding` chooses.
    """
    return kernels.conv_transpose(x, kernel, strides, padding, dilations, output_padding)


@conv_transpose.derivative
def _(
    dy: Tensor, y: Tensor, x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths,
    output_padding: Lengths | None = None,
) -> ConvGradients:  # fmt: skip
    dx, dkernel = kernels.conv_transpose_gradients(dy, x, kernel, strides, padding, dilations)
    return dx, dkernel, None, None, None


@conv_transpose.definition
def _(
    x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths,
    output_padding: Lengths | None = None,
) -> Tensor:  # fmt: skip
    how, image, (*_, filters, channels) = _how(kernel, strides, padding, dilations), as_image(x), kernel.shape
    k = tf.reshape(kernel, [-1, channels])  # (kh · kw · filters, c)
    w = tf.matmul(tf.reshape(x, [-1, channels]), k, transpose_b=True)  # (places, kh · kw · filters)
    w = tf.reshape(w, [-1, *image.shape[1:3], *how.size, filters])
    lengths = output_lengths(x.shape[1:-1], kernel.shape[:-2], strides, padding, dilations, output_padding)
    y = lay_back(w, along_axes(lengths, 1), how)  # (batch, height, width, filters)
    return tf.reshape(y, [-1, *lengths, filters])


@conv_transpose.definition_derivative
def _(
    dy: Tensor, y: Tensor, x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths,
    output_padding: Lengths | None = None,
) -> ConvGradients:  # fmt: skip
    how, channels = _how(kernel, strides, padding, dilations), kernel.shape[-1]
    k = tf.reshape(kernel, [-1, channels])  # (kh · kw · filters, c)
    dw = tf.reshape(windows(as_image(dy), how), [-1, k.shape[0]])  # (places, kh · kw · filters)
    dx = tf.matmul(dw, k)  # (places, c)
    dk = tf.matmul(dw, tf.reshape(x, [-1, channels]), transpose_a=True)  # (kh · kw · filters, c)
    return tf.reshape(dx, tf.shape(x)), tf.reshape(dk, kernel.shape), None, None, None


@operation
def add_channel_bias(x: Tensor, bias: Tensor) -> Tensor:
    """x (batch, …, filters) + bias (filters,): one number for each filter, at every place.

    A single filter's bias is added by a plain addition in Keras.
    """
    wide = tf.reshape(bias, [1] * (len(x.shape) - 1) + [-1])
    wide = tf.ensure_shape(wide, [1] * (len(x.shape) - 1) + [x.shape[-1]])
    return tf.add(x, wide) if x.shape[-1] == 1 else tf.nn.bias_add(x, tf.squeeze(wide))


@add_channel_bias.definition
def _(x: Tensor, bias: Tensor) -> Tensor:
    return x + bias


@add_channel_bias.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    if x.shape[-1] == 1:
        return dy, tf.reshape(tf.reduce_sum(dy, list(range(len(dy.shape))), keepdims=True), [1])
    return dy, kernels.bias_gradient(dy)


@add_channel_bias.definition_derivative
def _(dy: Tensor, y: Tensor, x: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    return dy, sum_rows(dy)


def output_lengths(
    lengths: Lengths,
    size: Lengths,
    strides: Lengths,
    padding: str,
    dilations: Lengths,
    output_padding: Lengths | None,
) -> Lengths:
    """How long the output of a transposed convolution is, along each axis."""
    extra = output_padding or (None,) * len(lengths)
    axes = zip(lengths, size, strides, dilations, extra, strict=True)
    return tuple(transposed_length(length, k, stride, d, padding, more) for length, k, stride, d, more in axes)


def _how(kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths) -> Windows:
    return Windows(along_axes(tuple(kernel.shape[:-2]), 1), along_axes(strides, 1), along_axes(dilations, 1), padding)


def _counts(x: Tensor, how: Windows) -> Lengths:
    """How many windows lie on x along each of its own axes."""
    axes = list(zip(as_image(x).shape[1:3], how.size, how.strides, how.dilations, strict=True))
    return tuple(window_count(*axis, how.padding) for axis in axes)[4 - len(x.shape) :]


def _apart(rows: Tensor, groups: int) -> Tensor:
    """(rows, groups · m) → (groups, rows, m)"""
    return tf.transpose(tf.reshape(rows, [-1, groups, rows.shape[-1] // groups]), [1, 0, 2])


def _together(parts: Tensor) -> Tensor:
    """(groups, rows, m) → (rows, groups · m)"""
    return tf.reshape(tf.transpose(parts, [1, 0, 2]), [-1, parts.shape[0] * parts.shape[2]])


def _rows(taken: Tensor, groups: int) -> Tensor:
    """Windows (batch, rows, columns, kh, kw, c) → (groups, places, kh · kw · c / groups): a matrix for each group."""
    _, _, _, kh, kw, channels = taken.shape
    parts = _apart(tf.reshape(taken, [-1, channels]), groups)  # (groups, places · kh · kw, c / groups)
    return tf.reshape(parts, [groups, -1, kh * kw * channels // groups])


def _kernel_rows(kernel: Tensor, groups: int) -> Tensor:
    """kernel (…, c / groups, filters) → (groups, n, filters / groups) with n = kh · kw · c / groups"""
    return _apart(tf.reshape(kernel, [-1, kernel.shape[-1]]), groups)


def _one_group_each(kernel: Tensor) -> Tensor:
    """A depthwise kernel (…, c, multiplier) as that of c groups: (…, 1, c · multiplier)"""
    *size, channels, multiplier = kernel.shape
    return tf.reshape(kernel, [*size, 1, channels * multiplier])
