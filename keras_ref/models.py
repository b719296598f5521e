"""The reference models, as somebody who uses Keras would write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras


def mlp(
    input_size: int,
    hidden: Sequence[int],
    output_size: int,
    activation: str | Callable[..., Any] = "relu",
    output_activation: str | Callable[..., Any] = "softmax",
) -> keras.Sequential:
    """Dense layers in a row: input_size → hidden … → output_size."""
    layers: list[Any] = [keras.layers.Input((input_size,))]
    layers += [keras.layers.Dense(units, activation=activation) for units in hidden]
    layers += [keras.layers.Dense(output_size, activation=output_activation)]
    return keras.Sequential(layers)
