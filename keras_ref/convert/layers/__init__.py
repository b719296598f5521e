"""Layers: same configuration, same weights, same seeds, copied. One file of twins for each family."""

from __future__ import annotations

from typing import Any

import keras

from keras_ref.convert.layers import (
    activation,
    attention,
    convolution,
    core,
    custom,
    dropout,
    embedding,
    merging,
    normalization,
    pooling,
    recurrent,
    shaping,
)
from keras_ref.convert.layers.calls import arguments_of_call, call
from keras_ref.convert.layers.twin import Twin
from keras_ref.convert.support import unsupported
from naive import NaiveLayer

TWINS: list[Twin] = [
    *custom.TWINS,
    *attention.TWINS,
    *core.TWINS,
    *embedding.TWINS,
    *dropout.TWINS,
    *convolution.TWINS,
    *normalization.TWINS,
    *recurrent.TWINS,
    *activation.TWINS,
    *merging.TWINS,
    *pooling.TWINS,
    *shaping.TWINS,
]


__all__ = ["TWINS", "Twin", "arguments_of_call", "call", "from_keras", "to_keras"]


def to_keras(layer: NaiveLayer) -> keras.layers.Layer:
    """A Keras layer with the layer's weights.

    Raises:
        ValueError: a layer that Keras has no twin for here.
    """
    for twin in TWINS:
        if type(layer) is twin.naive:
            return twin.to_keras(layer)
    names = ", ".join(twin.naive.__name__ for twin in TWINS)
    raise ValueError(f"This naive layer has no Keras twin. Expected one of {names}. Received: {layer!r}")


def from_keras(layer: Any) -> NaiveLayer:
    """A naive layer with the layer's weights.

    Raises:
        ValueError: an unsupported layer or argument, or a layer that is not built yet.
    """
    for twin in TWINS:
        keras_class: Any = twin.keras
        if type(layer) is keras_class:
            break
    else:
        raise unsupported("layer", layer, [twin.keras.__name__ for twin in TWINS])
    if layer.compute_dtype != layer.variable_dtype:
        raise ValueError(
            f"{twin.keras.__name__} with a mixed dtype policy is not supported. "
            f"Expected dtype='float32' or 'float64'. Received: dtype={layer.dtype_policy.name!r}"
        )
    return twin.from_keras(layer)
