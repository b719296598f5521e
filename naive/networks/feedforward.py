"""Networks in which everything flows one way: the multilayer perceptron and the autoencoder.

    mlp           x (batch, n) → Dense → … → Dense → y (batch, output_size)
    autoencoder   picture → half the sides → … → code (batch, code) → … → double the sides → picture

The code is a bottleneck: much smaller than the picture, so that only what pictures have in common passes. Fed with
noisy pictures and asked for the clean ones, the network learns what is picture and what is noise.

Source: Vincent et al., "Extracting and composing robust features with denoising autoencoders", 2008.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from naive.layers import NaiveConv2D, NaiveConv2DTranspose, NaiveDense, NaiveFlatten, NaiveReshape
from naive.nodes import NaiveInput
from naive.sequential import NaiveSequential


def mlp(
    input_shape: tuple[int, ...],
    output_size: int,
    output_activation: Any = "softmax",
    hidden: Sequence[int] = (128,),
    activation: Any = "relu",
    body: str = "kernel",
) -> NaiveSequential:
    """Dense layers in a row."""
    row: list[Any] = [NaiveInput(input_shape)]
    size = input_shape[-1]
    for units in hidden:
        row.append(NaiveDense(size, units, activation, body=body))
        size = units
    return NaiveSequential([*row, NaiveDense(size, output_size, output_activation, body=body)])


def autoencoder(
    input_shape: tuple[int, int, int],
    output_size: int,
    output_activation: Any = "sigmoid",
    filters: Sequence[int] = (8, 16),
    code: int = 16,
    body: str = "kernel",
) -> NaiveSequential:
    """Each entry of `filters` halves the sides on the way to the code, and doubles them on the way back.

    Args:
        input_shape: height, width, channels; both sides must be divisible by 2 as often as there are filters.
        output_size: channels of the picture that comes out.
        code: how many numbers pass the bottleneck.
    """
    height, width, channels = input_shape
    factor = 2 ** len(filters)
    small = (height // factor, width // factor, filters[-1])
    row: list[Any] = [NaiveInput(input_shape)]
    for count in filters:
        row.append(NaiveConv2D(channels, count, 3, 2, "same", activation="relu", body=body))
        channels = count
    row.append(NaiveFlatten(body=body))
    row.append(NaiveDense(math.prod(small), code, "relu", body=body, name="code"))
    row.append(NaiveDense(code, math.prod(small), "relu", body=body))
    row.append(NaiveReshape(small, body=body))
    for count in reversed(filters):
        row.append(NaiveConv2DTranspose(channels, count, 3, 2, "same", activation="relu", body=body))
        channels = count
    row.append(NaiveConv2D(channels, output_size, 3, 1, "same", activation=output_activation, body=body))
    return NaiveSequential(row)
