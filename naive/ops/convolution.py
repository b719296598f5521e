"""Convolutions: one small matrix, applied to every window of an image.

    conv            y = windows(x) · kernel            the same weights look at every place
    depthwise_conv  the same, each channel by itself   (as many groups as channels)
    conv_transpose  y = lay_back(x · kernelᵀ)          what a convolution's gradient does to `dy`, as a layer

These lines are the definitions below, and their derivatives are written out beside them: matrix products over
windows, nothing else. The kernels are TensorFlow's. It cuts the sums of a convolution into blocks that depend on the
processor and the number of threads, so that no other program adds in the same order. Therefore these operations have
two derivatives: of the definition, by hand; and of the kernel, the same sums by TensorFlow's `…Backprop…` kernels,
which is what Keras's gradients are computed with.

Everything here takes a sequence (batch, steps, channels) or an image (batch, height, width, channels).
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from naive.ops.core import operation
from naive.ops.sums import sum_rows
from naive.ops.tensors import Tensor
from naive.ops.windows import Pair, Windows, along_axes, as_image, lay_back, spread, window_padding, windows

Lengths = tuple[int, ...]


@operation
def conv(x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths) -> Tensor:
    """x (batch, …, c), kernel (…, c / groups, filters) → (batch, …, filters): TensorFlow's convolution, as Keras calls it.

    Grouped convolutions are compiled by XLA in every mode; TensorFlow's own kernel for them is wrong on a processor.
    """
    if x.shape[-1] == kernel.shape[-2]:
        return _conv(x, kernel, strides, padding, dilations)
    return tf.function(lambda: _conv(x, kernel, strides, padding, dilations), jit_compile=True)()


def _conv(x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths) -> Tensor:
    formats = {3: "NWC", 4: "NHWC"}
    return tf.nn.convolution(x, kernel, list(strides), padding.upper(), formats[len(x.shape)], dilations)


@conv.definition
def _(x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths) -> Tensor:
    how = _how(kernel, strides, padding, dilations)
    w, k = _per_group(windows(as_image(x), how), kernel)  # (groups, places, n), (groups, n, filters / groups)
    y = _side_by_side(tf.matmul(w, k))  # (places, filters)
    return tf.reshape(y, _shape_of_output(x, kernel.shape[-1], how))


@conv.definition_derivative
def _(
    dy: Tensor, y: Tensor, x: Tensor, kernel: Tensor, strides: Lengths, padding: str, dilations: Lengths
) -> tuple[Tensor, Tensor, None, None, None]:
    how, image = _how(kernel, strides, padding, dilations), as_image(x)
    taken = windows(image, how)
    w, k = _per_group(taken, kernel)
    groups = w.shape[0]
    dy = tf.transpose(tf.reshape(dy, [-1, groups, dy.shape[-1] // groups]), [1, 0, 2])  # (groups, places, f / groups)
    dk = tf.matmul(w, dy, transpose_a=True)  # (groups, n, filters / groups)
    dw = tf.matmul(dy, k, transpose_b=True)  # (groups, places, n)
    dtaken = tf.reshape(_side_by_side(_channels_last(dw, kernel)), tf.shape(taken))
    dx = lay_back(tf.ensure_shape(dtaken, taken.shape), (image.shape[1], image.shape[2]), how)
    return tf.reshape(dx, tf.shape(x)), tf.reshape(_side_by_side(dk), kernel.shape), None, None, None
