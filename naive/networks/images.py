"""Networks for images: the classic convolutional one, and one with residual blocks.

    cnn      (convolution → normalisation → pooling) × n → dropout → flatten → Dense → Dense
    resnet   convolution → block × n → mean of each map → Dense
    block    relu(x + f(x)), f two convolutions, each followed by normalisation

In a block the layers learn only what to change about x; where they should change nothing, zeros are enough, and the
gradient reaches the layers below through the sum undiminished.

Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998; He et al., "Deep residual
learning for image recognition", 2015, figure 2 and equations 1 and 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive.layers import (
    NaiveAdd,
    NaiveBatchNormalization,
    NaiveConv2D,
    NaiveDense,
    NaiveDropout,
    NaiveFlatten,
    NaiveGlobalAveragePooling2D,
    NaiveMaxPooling2D,
    NaiveReLU,
)
from naive.models import NaiveModel
from naive.nodes import NaiveInput
from naive.sequential import NaiveSequential

MOMENTUM = 0.9
"""Of the moving statistics: after 50 updates 99.5 % of them come from the data; with Keras's default, 39 %."""


def cnn(
    input_shape: tuple[int, int, int],
    output_size: int,
    output_activation: Any = "softmax",
    filters: Sequence[int] = (8, 16),
    units: int = 32,
    dropout: float = 0.25,
    body: str = "kernel",
) -> NaiveSequential:
    """Each entry of `filters` is a convolution and halves the sides (rounded down) by pooling."""
    height, width, channels = input_shape
    row: list[Any] = [NaiveInput(input_shape)]
    for count in filters:
        row.append(NaiveConv2D(channels, count, 3, padding="same", activation="relu", body=body))
        row.append(NaiveBatchNormalization((height, width, count), momentum=MOMENTUM, body=body))
        row.append(NaiveMaxPooling2D(2, body=body))
        height, width, channels = height // 2, width // 2, count
    row.append(NaiveDropout(dropout, body=body))
    row.append(NaiveFlatten(body=body))
    row.append(NaiveDense(height * width * channels, units, "relu", body=body))
    row.append(NaiveDense(units, output_size, output_activation, body=body))
    return NaiveSequential(row)


def resnet(
    input_shape: tuple[int, int, int],
    output_size: int,
    output_activation: Any = "softmax",
    filters: Sequence[int] = (8, 16),
    body: str = "kernel",
) -> NaiveModel:
    """A residual block for each entry of `filters`; one that changes their number halves the sides."""
    image = NaiveInput(input_shape)
    shape = (*input_shape[:2], filters[0])
    x = NaiveConv2D(input_shape[-1], filters[0], 3, padding="same", use_bias=False, body=body)(image)
    x = NaiveBatchNormalization(shape, momentum=MOMENTUM, body=body)(x)
    x = NaiveReLU(body=body)(x)
    for count in filters:
        x, shape = _block(x, shape, count, body)
    x = NaiveGlobalAveragePooling2D(body=body)(x)
    return NaiveModel(image, NaiveDense(shape[-1], output_size, output_activation, body=body)(x))


def _block(x: Any, shape: tuple[int, int, int], filters: int, body: str) -> tuple[Any, tuple[int, int, int]]:
    """One block, and the shape that comes out of it; where that is another one, the shortcut is a 1×1 convolution."""
    height, width, channels = shape
    strides = 1 if filters == channels else 2
    smaller = (-(-height // strides), -(-width // strides), filters)
    y = NaiveConv2D(channels, filters, 3, strides, "same", use_bias=False, body=body)(x)
    y = NaiveBatchNormalization(smaller, momentum=MOMENTUM, body=body)(y)
    y = NaiveReLU(body=body)(y)
    y = NaiveConv2D(filters, filters, 3, padding="same", use_bias=False, body=body)(y)
    y = NaiveBatchNormalization(smaller, momentum=MOMENTUM, body=body)(y)
    if smaller != shape:
        x = NaiveConv2D(channels, filters, 1, strides, use_bias=False, body=body)(x)
        x = NaiveBatchNormalization(smaller, momentum=MOMENTUM, body=body)(x)
    return NaiveReLU(body=body)(NaiveAdd(body=body)([y, x])), smaller
