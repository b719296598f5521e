"""Initializers: same class, same seed."""

from __future__ import annotations

from typing import Any

import keras

from keras_ref.convert.support import unsupported
from naive.initializers import INITIALIZERS, NaiveGlorotUniform, NaiveInitializer, NaiveZeros


def to_keras(initializer: NaiveInitializer) -> Any:
    """A Keras initializer that draws the same numbers."""
    return keras.initializers.get({"class_name": initializer.keras_name, "config": initializer.get_config()})


def from_keras(initializer: Any) -> NaiveInitializer:
    """A naive initializer that draws the same numbers.

    Raises:
        ValueError: no such initializer, or a seed that is not a number.
    """
    if isinstance(initializer, keras.initializers.Zeros):
        return NaiveZeros()
    if isinstance(initializer, keras.initializers.GlorotUniform):
        return NaiveGlorotUniform(seed=initializer.seed)
    raise unsupported("initializer", initializer, INITIALIZERS)
