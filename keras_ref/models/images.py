"""Networks for images: the classic convolutional one, and one with residual blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

MOMENTUM = 0.9
"""Of the moving statistics: these networks are trained with few updates, in which Keras's 0.99 would not arrive."""


def cnn(
    input_shape: tuple[int, int, int],
    output_size: int,
    output_activation: Any = "softmax",
    filters: Sequence[int] = (8, 16),
    units: int = 32,
    dropout: float = 0.25,
) -> keras.Sequential:
    """Convolution, batch normalisation and pooling, once for each entry of `filters`; then two Dense layers."""
    model = keras.Sequential([layers.Input(input_shape)])
    for count in filters:
        model.add(layers.Conv2D(count, 3, padding="same", activation="relu"))
        model.add(layers.BatchNormalization(momentum=MOMENTUM))
        model.add(layers.MaxPooling2D(2))
    model.add(layers.Dropout(dropout))
    model.add(layers.Flatten())
    model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dense(output_size, activation=output_activation))
    return model


def resnet(
    input_shape: tuple[int, int, int],
    output_size: int,
    output_activation: Any = "softmax",
    filters: Sequence[int] = (8, 16),
) -> keras.Model:
    """A first convolution, a residual block for each entry of `filters`, and the mean of each map into a Dense layer.

    A block that changes the number of channels halves the sides, and its shortcut is a 1×1 convolution.
    """
    image = layers.Input(input_shape)
    x = layers.Conv2D(filters[0], 3, padding="same", use_bias=False)(image)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    x = layers.ReLU()(x)
    channels = filters[0]
    for count in filters:
        x = _block(x, count, changes=count != channels)
        channels = count
    x = layers.GlobalAveragePooling2D()(x)
    answer = layers.Dense(output_size, activation=output_activation)(x)
    return keras.Model(image, answer, name="resnet")


def _block(x: Any, filters: int, changes: bool) -> Any:
    strides = 2 if changes else 1
    y = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    y = layers.BatchNormalization(momentum=MOMENTUM)(y)
    y = layers.ReLU()(y)
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization(momentum=MOMENTUM)(y)
    if changes:
        x = layers.Conv2D(filters, 1, strides=strides, use_bias=False)(x)
        x = layers.BatchNormalization(momentum=MOMENTUM)(x)
    return layers.ReLU()(layers.Add()([y, x]))
