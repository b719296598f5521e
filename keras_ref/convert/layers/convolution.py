"""Convolutions."""

from __future__ import annotations

from typing import Any

import keras

from keras_ref.convert.layers.twin import Twin
from naive.layers import (
    NaiveConv1D,
    NaiveConv1DTranspose,
    NaiveConv2D,
    NaiveConv2DTranspose,
    NaiveDepthwiseConv1D,
    NaiveDepthwiseConv2D,
    NaiveSeparableConv1D,
    NaiveSeparableConv2D,
)

SLIDING = ("kernel_size", "strides", "padding", "data_format", "dilation_rate", "activation", "use_bias")
ORDINARY = (*SLIDING, "filters", "kernel_initializer", "bias_initializer")
DEPTHWISE = (*SLIDING, "depth_multiplier", "depthwise_initializer", "bias_initializer")


def build(layer: Any) -> tuple[int | None, ...]:
    """An input shape of any length: (None, …, channels)."""
    return (None, *[None] * layer.rank, layer.input_size)


def channels_at(axis: int, weight: str = "kernel") -> Any:
    """The number of input channels, read from an axis of a weight, times the groups."""
    return lambda layer: {"input_size": int(getattr(layer, weight).shape[axis]) * getattr(layer, "groups", 1)}


TWINS = [
    Twin(naive, theirs, (*ORDINARY, "groups"), channels_at(-2), build)
    for naive, theirs in [(NaiveConv1D, keras.layers.Conv1D), (NaiveConv2D, keras.layers.Conv2D)]
]
TWINS += [
    Twin(naive, theirs, DEPTHWISE, channels_at(-2), build)
    for naive, theirs in [
        (NaiveDepthwiseConv1D, keras.layers.DepthwiseConv1D),
        (NaiveDepthwiseConv2D, keras.layers.DepthwiseConv2D),
    ]
]
TWINS += [
    Twin(naive, theirs, (*DEPTHWISE, "filters", "pointwise_initializer"), channels_at(-2, "depthwise_kernel"), build)
    for naive, theirs in [
        (NaiveSeparableConv1D, keras.layers.SeparableConv1D),
        (NaiveSeparableConv2D, keras.layers.SeparableConv2D),
    ]
]
TWINS += [
    Twin(naive, theirs, (*ORDINARY, "output_padding"), channels_at(-1), build)
    for naive, theirs in [
        (NaiveConv1DTranspose, keras.layers.Conv1DTranspose),
        (NaiveConv2DTranspose, keras.layers.Conv2DTranspose),
    ]
]
