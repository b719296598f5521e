"""Which of TensorFlow's kernels compute a convolution in Keras, and which its gradients.

Nothing is derived here; the sums are those of `naive/ops/convolution.py`. What the file says is which kernel adds them.

* An ordinary convolution is one kernel; its gradients are `Conv2DBackpropInput` and `Conv2DBackpropFilter`.
* A dilated one is sliced: every d-th row and column becomes an image of its own (`space_to_batch`), those are
  convolved without dilation, and put together again. The gradients go the same way.
* A grouped one is compiled by XLA, in every mode; so are its gradients.
* A depthwise one that has strides and dilation is computed at every place, and then most places are left out.
* A transposed one *is* `Conv2DBackpropInput`, so that its gradients are an ordinary convolution and the filter kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from naive.ops.sliding import Lengths, Pair, along_axes, as_image, reach, spread, transposed_length, window_padding
from naive.ops.tensors import Tensor

Gradients = tuple[Tensor, Tensor]
Backprop = Callable[[Tensor, Tensor, Tensor, list[int], str], Gradients]
FORMATS = {3: "NWC", 4: "NHWC"}


def conv(x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths) -> Tensor:
    """x (batch, …, c), kernel (…, c / groups, filters) → (batch, …, filters)"""
    run = _conv if x.shape[-1] == kernel.shape[-2] else _compiled_conv
    return run(x, tf.convert_to_tensor(kernel), strides, padding, dilations)


def conv_gradients(
    dy: Tensor, x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths
) -> Gradients:
    """dy → dx, dkernel"""
    run = _conv_gradients if x.shape[-1] == kernel.shape[-2] else _compiled_conv_gradients
    return run(dy, x, tf.convert_to_tensor(kernel), strides, padding, dilations)


def _conv(x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths) -> Tensor:
    return tf.nn.convolution(x, kernel, list(strides), padding.upper(), FORMATS[len(x.shape)], dilations)


def _conv_gradients(
    dy: Tensor, x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths
) -> Gradients:
    return _gradients(_conv2d_backprop, dy, x, kernel, along_axes(strides, 1), padding, dilations)


_compiled_conv = tf.function(_conv, autograph=False, jit_compile=True)
_compiled_conv_gradients = tf.function(_conv_gradients, autograph=False, jit_compile=True)


def depthwise_conv(x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths) -> Tensor:
    """x (batch, …, c), kernel (…, c, multiplier) → (batch, …, c · multiplier)"""
    thinned = _strided_and_dilated(strides, dilations)
    image, k = as_image(x), _as_image_kernel(kernel)
    rates = along_axes(dilations, 1)
    if thinned:
        image = tf.pad(image, [(0, 0), *_zeros_around(image, k, strides, padding, dilations), (0, 0)])
        y = tf.nn.depthwise_conv2d(image, k, [1, 1, 1, 1], "VALID", "NHWC", rates)
        down, right = along_axes(strides, 1)
        y = y[:, ::down, ::right, :]
    else:
        y = tf.nn.depthwise_conv2d(image, k, _four(strides, strides[0]), padding.upper(), "NHWC", rates)
    return tf.squeeze(y, [1]) if len(x.shape) == 3 else y


def depthwise_conv_gradients(
    dy: Tensor, x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths
) -> Gradients:
    """dy → dx, dkernel"""
    if not _strided_and_dilated(strides, dilations):
        down = along_axes(strides, strides[0])
        return _gradients(_depthwise_backprop, dy, x, kernel, down, padding, dilations)
    image, k = as_image(x), _as_image_kernel(kernel)
    around = _zeros_around(image, k, strides, padding, dilations)
    padded = tf.pad(image, [(0, 0), *around, (0, 0)])
    dy = spread(as_image(dy), along_axes(strides, 1))  # the places that were left out have no gradient
    rates = along_axes(dilations, 1)
    full = [n - reach(s, d) + 1 for n, s, d in zip(padded.shape[1:3], k.shape[:2], rates, strict=True)]
    dy = tf.pad(dy, [(0, 0), (0, full[0] - dy.shape[1]), (0, full[1] - dy.shape[2]), (0, 0)])
    dpadded, dkernel = _gradients(_depthwise_backprop, dy, padded, k, (1, 1), "valid", rates)
    (top, _), (left, _) = around
    dx = dpadded[:, top : top + image.shape[1], left : left + image.shape[2]]
    return tf.reshape(dx, tf.shape(x)), tf.reshape(dkernel, kernel.shape)


def conv_transpose(
    x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths, output_padding: Lengths | None
) -> Tensor:
    """x (batch, …, c), kernel (…, filters, c) → (batch, …, filters)"""
    known, running = list(x.shape), tf.shape(x)
    sizes: list[Any] = [running[axis] if length is None else length for axis, length in enumerate(known)]
    extra = output_padding or (None,) * len(strides)
    axes = zip(sizes[1:-1], kernel.shape[:-2], strides, dilations, extra, strict=True)
    lengths = [transposed_length(n, size, stride, d, padding, more) for n, size, stride, d, more in axes]
    shape = [sizes[0], *lengths, kernel.shape[-2]]
    return tf.nn.conv_transpose(x, kernel, shape, list(strides), padding.upper(), FORMATS[len(x.shape)], dilations)


def conv_transpose_gradients(
    dy: Tensor, x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths
) -> Gradients:
    """dy → dx, dkernel"""
    image, dimage, k = as_image(x), as_image(dy), _as_image_kernel(kernel)
    options = {"strides": _four(strides), "padding": padding.upper(), "dilations": _four(dilations)}
    dkernel = tf.raw_ops.Conv2DBackpropFilter(
        input=dimage, filter_sizes=tf.shape(k), out_backprop=image, **options
    )  # fmt: skip
    dx = tf.raw_ops.Conv2D(input=dimage, filter=k, **options)
    return _like_input(dx, x), tf.reshape(dkernel, kernel.shape)


def bias_gradient(dy: Tensor) -> Tensor:
    """dy (batch, …, filters) → (filters,)

    In graph mode TensorFlow replaces this kernel and `Conv2DBackpropFilter` by one that computes both, and that adds
    in another order when it runs on several threads; the project's own `sum_rows` cannot take part in that.
    """
    return tf.raw_ops.BiasAddGrad(out_backprop=dy)


def _gradients(
    backprop: Backprop, dy: Tensor, x: Tensor, kernel: Tensor, strides: Pair, padding: str, dilations: Lengths
) -> Gradients:
    """The gradients by a pair of TensorFlow's kernels, dilated ones slice by slice."""
    image, dy, k = as_image(x), as_image(dy), _as_image_kernel(kernel)
    rates = along_axes(dilations, 1)
    if rates == (1, 1):
        dx, dkernel = backprop(dy, image, k, _four(strides), padding.upper())
        return _like_input(dx, x), tf.reshape(dkernel, kernel.shape)
    lengths = image.shape[1:3] if None not in image.shape[1:3] else tf.shape(image)[1:3]
    around = [window_padding(1, size, 1, rate, padding) for size, rate in zip(k.shape[:2], rates, strict=True)]
    zeros, crops = tf.required_space_to_batch_paddings(lengths, rates, around)
    slices, dslices = tf.space_to_batch(image, rates, zeros), tf.space_to_batch(dy, rates, crops)
    dslices, dkernel = backprop(dslices, slices, k, [1, 1, 1, 1], "VALID")
    dx = tf.batch_to_space(dslices, rates, zeros)
    return _like_input(dx, x), tf.reshape(dkernel, kernel.shape)


def _conv2d_backprop(dy: Tensor, x: Tensor, kernel: Tensor, strides: list[int], padding: str) -> Gradients:
    options = {"out_backprop": dy, "strides": strides, "padding": padding}
    dx = tf.raw_ops.Conv2DBackpropInput(input_sizes=tf.shape(x), filter=kernel, **options)
    return dx, tf.raw_ops.Conv2DBackpropFilter(input=x, filter_sizes=tf.shape(kernel), **options)


def _depthwise_backprop(dy: Tensor, x: Tensor, kernel: Tensor, strides: list[int], padding: str) -> Gradients:
    options = {"out_backprop": dy, "strides": strides, "padding": padding}
    dx = tf.raw_ops.DepthwiseConv2dNativeBackpropInput(input_sizes=tf.shape(x), filter=kernel, **options)
    return dx, tf.raw_ops.DepthwiseConv2dNativeBackpropFilter(input=x, filter_sizes=tf.shape(kernel), **options)


def _as_image_kernel(kernel: Tensor) -> Tensor:
    return tf.expand_dims(kernel, 0) if len(kernel.shape) == 3 else kernel


def _like_input(dx: Tensor, x: Tensor) -> Tensor:
    return tf.squeeze(dx, [1]) if len(x.shape) == 3 else dx


def _four(values: Lengths, fill: int = 1) -> list[int]:
    """(height, width) → [1, height, width, 1], as TensorFlow wants it; (width,) → [1, fill, width, 1]"""
    return [1, *along_axes(values, fill), 1]


def _strided_and_dilated(strides: Lengths, dilations: Lengths) -> bool:
    return any(stride > 1 for stride in strides) and any(rate > 1 for rate in dilations)


def _zeros_around(image: Tensor, k: Tensor, strides: Lengths, padding: str, dilations: Lengths) -> list[Lengths]:
    axes = zip(image.shape[1:3], k.shape[:2], along_axes(strides, 1), along_axes(dilations, 1), strict=True)
    return [window_padding(*axis, padding) for axis in axes]
