"""Convolutions: ordinary, depthwise, separable, transposed."""

from __future__ import annotations

from functools import partial
from typing import Any

from naive import (
    NaiveConv1D,
    NaiveConv1DTranspose,
    NaiveConv2D,
    NaiveConv2DTranspose,
    NaiveDepthwiseConv1D,
    NaiveDepthwiseConv2D,
    NaiveSeparableConv1D,
    NaiveSeparableConv2D,
)
from sidebyside.components.component import Component, Input

IMAGE, ODD, SMALL, SEQUENCE = (4, 8, 6, 3), (3, 7, 5, 3), (3, 4, 3, 3), (4, 9, 3)


FOLDED = (
    "under XLA a grouped convolution with dilation, differentiated by the tape, is computed while the program is "
    "compiled: Keras's HLO holds its output as a constant, added up in another order (seen); by hand it is not"
)
GROUPED = "Conv2D, as many groups as channels, dilation"
EXCEPTIONS = {GROUPED: {("forward", "xla", "backprop"): FOLDED, ("training", "xla", "backprop"): FOLDED}}


def one(name: str, layer: type, shape: tuple[int, ...], *arguments: Any, **options: Any) -> Component:
    """A component on one input; the layer's `input_size` is the shape's last axis."""
    make = partial(layer, shape[-1], *arguments, **options)
    return Component(name, "L3", make, (Input(shape),), exceptions=EXCEPTIONS.get(name, {}))


COMPONENTS = [
    one("Conv2D", NaiveConv2D, IMAGE, 5, 3),
    one("Conv2D, same, relu", NaiveConv2D, IMAGE, 5, (3, 2), padding="same", activation="relu"),
    one("Conv2D, same, stride 2, even and odd sizes", NaiveConv2D, ODD, 4, 3, 2, "same", activation="tanh"),
    one("Conv2D, same, stride 2, even sizes", NaiveConv2D, IMAGE, 4, 3, (2, 2), "same"),
    one("Conv2D, strides differ", NaiveConv2D, IMAGE, 4, (2, 3), (1, 2)),
    one("Conv2D, stride larger than the window", NaiveConv2D, IMAGE, 4, 2, 3, "same", use_bias=False),
    one("Conv2D, 1 x 1, softmax", NaiveConv2D, IMAGE, 4, 1, activation="softmax"),
    one("Conv2D, window larger than the image, same", NaiveConv2D, (2, 3, 2, 2), 3, 5, padding="same"),
    one("Conv2D, dilation 2", NaiveConv2D, IMAGE, 4, 3, dilation_rate=2),
    one("Conv2D, dilation 2 x 1, same", NaiveConv2D, ODD, 4, 3, padding="same", dilation_rate=(2, 1)),
    one("Conv2D, 2 groups", NaiveConv2D, (4, 6, 5, 4), 6, 3, padding="same", groups=2),
    one(GROUPED, NaiveConv2D, (2, 6, 5, 3), 6, 2, dilation_rate=2, groups=3),
    one("Conv2D, one channel, one filter", NaiveConv2D, (4, 6, 6, 1), 1, 3, activation="relu"),
    one("Conv2D, one example", NaiveConv2D, (1, 6, 6, 2), 4, 3, activation="relu"),
    one("Conv2D, one place", NaiveConv2D, (5, 3, 3, 2), 4, 3),
    one("Conv2D, digits", NaiveConv2D, (8, 28, 28, 1), 16, 3, activation="relu"),
    one("Conv2D, many channels", NaiveConv2D, (8, 12, 12, 16), 32, 3, padding="same", activation="relu"),
    one("Conv1D", NaiveConv1D, SEQUENCE, 5, 3),
    one("Conv1D, same, stride 2, relu", NaiveConv1D, SEQUENCE, 5, 3, 2, "same", activation="relu"),
    one("Conv1D, causal, dilation 2", NaiveConv1D, SEQUENCE, 4, 2, 1, "causal", dilation_rate=2),
    one("Conv1D, causal, stride 2, softmax", NaiveConv1D, SEQUENCE, 4, 3, 2, "causal", activation="softmax"),
    one("Conv1D, dilation 3, same, no bias", NaiveConv1D, SEQUENCE, 4, 3, 1, "same", None, 3, use_bias=False),
    one("Conv1D, 2 groups", NaiveConv1D, (3, 7, 4), 4, 3, groups=2),
    one("Conv1D, one filter, one channel", NaiveConv1D, (3, 7, 1), 1, 3),
    one("DepthwiseConv2D", NaiveDepthwiseConv2D, IMAGE, 3),
    one("DepthwiseConv2D, same, stride 2, multiplier 2", NaiveDepthwiseConv2D, ODD, 3, 2, "same", 2, activation="relu"),
    one("DepthwiseConv2D, dilation 2", NaiveDepthwiseConv2D, IMAGE, 3, padding="same", dilation_rate=(2, 1)),
    one("DepthwiseConv2D, strides and dilation", NaiveDepthwiseConv2D, IMAGE, 2, 2, "same", dilation_rate=2),
    one("DepthwiseConv2D, one channel", NaiveDepthwiseConv2D, (1, 6, 6, 1), (3, 2)),
    one("DepthwiseConv2D, many channels", NaiveDepthwiseConv2D, (8, 12, 12, 16), 3, padding="same", use_bias=False),
    one("DepthwiseConv1D, same, stride 2, multiplier 2", NaiveDepthwiseConv1D, SEQUENCE, 3, 2, "same", 2),
    one("DepthwiseConv1D, dilation 2", NaiveDepthwiseConv1D, SEQUENCE, 3, dilation_rate=2),
    one("SeparableConv2D, relu", NaiveSeparableConv2D, IMAGE, 5, 3, activation="relu"),
    one("SeparableConv2D, same, stride 2, multiplier 2", NaiveSeparableConv2D, ODD, 4, 3, 2, "same", None, 1, 2),
    one("SeparableConv2D, dilation 2, no bias", NaiveSeparableConv2D, IMAGE, 4, 3, dilation_rate=2, use_bias=False),
    one("SeparableConv2D, strides and dilation", NaiveSeparableConv2D, IMAGE, 4, 2, 2, "same", dilation_rate=2),
    one("SeparableConv1D, same, tanh", NaiveSeparableConv1D, SEQUENCE, 4, 3, padding="same", activation="tanh"),
    one("SeparableConv1D, stride 2, dilation 2", NaiveSeparableConv1D, SEQUENCE, 4, 2, 2, dilation_rate=2),
    one("Conv2DTranspose", NaiveConv2DTranspose, SMALL, 4, 3),
    one("Conv2DTranspose, same, stride 2, relu", NaiveConv2DTranspose, SMALL, 4, 3, 2, "same", activation="relu"),
    one("Conv2DTranspose, stride larger than the window", NaiveConv2DTranspose, SMALL, 4, 2, 3),
    one("Conv2DTranspose, same, output padding", NaiveConv2DTranspose, SMALL, 4, 3, 2, "same", (0, 1)),
    one("Conv2DTranspose, output padding", NaiveConv2DTranspose, (1, 4, 3, 1), 2, (2, 3), (2, 3), "valid", (1, 2)),
    one("Conv2DTranspose, one filter", NaiveConv2DTranspose, (2, 7, 7, 4), 1, 3, 2, "same", activation="sigmoid"),
    one("Conv1DTranspose, same, stride 2", NaiveConv1DTranspose, SEQUENCE, 4, 3, 2, "same"),
    one("Conv1DTranspose, output padding", NaiveConv1DTranspose, SEQUENCE, 4, 4, 3, output_padding=1, use_bias=False),
]  # fmt: skip
