"""Networks in which everything flows one way: the multilayer perceptron and the autoencoder."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import layers


def mlp(
    input_size: int,
    hidden: Sequence[int],
    output_size: int,
    activation: str | Callable[..., Any] = "relu",
    output_activation: str | Callable[..., Any] = "softmax",
) -> keras.Sequential:
    """Dense layers in a row: input_size → hidden … → output_size."""
    row: list[Any] = [layers.Input((input_size,))]
    row += [layers.Dense(units, activation=activation) for units in hidden]
    row += [layers.Dense(output_size, activation=output_activation)]
    return keras.Sequential(row)


def autoencoder(
    input_shape: tuple[int, int, int],
    output_size: int,
    output_activation: Any = "sigmoid",
    filters: Sequence[int] = (8, 16),
    code: int = 16,
) -> keras.Sequential:
    """Image → code → image of `output_size` channels; each entry of `filters` halves the sides, and doubles them."""
    height, width, _ = input_shape
    small = (height // 2 ** len(filters), width // 2 ** len(filters), filters[-1])
    model = keras.Sequential([layers.Input(input_shape)])
    for count in filters:
        model.add(layers.Conv2D(count, 3, strides=2, padding="same", activation="relu"))
    model.add(layers.Flatten())
    model.add(layers.Dense(code, activation="relu", name="code"))
    model.add(layers.Dense(math.prod(small), activation="relu"))
    model.add(layers.Reshape(small))
    for count in reversed(filters):
        model.add(layers.Conv2DTranspose(count, 3, strides=2, padding="same", activation="relu"))
    model.add(layers.Conv2D(output_size, 3, padding="same", activation=output_activation))
    return model
