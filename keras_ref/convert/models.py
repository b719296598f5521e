"""Models: layer by layer, in order."""

from __future__ import annotations

from typing import Any

import keras

from keras_ref.convert import layers
from naive import NaiveSequential


def to_keras(model: NaiveSequential) -> keras.Sequential:
    """A built `keras.Sequential` with the model's weights."""
    first = model.layers[0]
    twins = [layers.to_keras(layer) for layer in model.layers]
    inputs = keras.layers.Input((first.input_size,), dtype=first.dtype)  # type: ignore[attr-defined]
    return keras.Sequential([inputs, *twins], name=model.name)


def from_keras(model: Any) -> NaiveSequential:
    """A naive model with the model's weights.

    Raises:
        ValueError: a model that is not a built `keras.Sequential`, or one with an unsupported layer.
    """
    if not isinstance(model, keras.Sequential):
        raise ValueError(
            "This kind of Keras model is not supported. Expected a keras.Sequential. "
            f"Received: {type(model).__name__} {model.name!r}"
        )
    if not model.built:
        raise ValueError(
            "A Keras model has weights only once it is built. Expected a built model, for example one that begins with "
            f"keras.layers.Input. Received: {model.name!r}, unbuilt"
        )
    twin = NaiveSequential([layers.from_keras(layer) for layer in model.layers], name=model.name)
    if not model.trainable:
        for layer in twin.layers:
            layer.trainable = False
    return twin
