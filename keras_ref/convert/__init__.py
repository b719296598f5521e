"""Between the two vocabularies: `to_keras(naive object)` and `from_keras(Keras object)`.

Configuration and weights are copied, never drawn again. What comes back from `from_keras` holds no Keras object.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from keras_ref.convert import initializers, layers, losses, metrics, models, optimizers
from naive import (
    NaiveLayer,
    NaiveLoss,
    NaiveMetric,
    NaiveModel,
    NaiveOptimizer,
)
from naive.initializers import NaiveInitializer

_TO_KERAS = [
    (NaiveModel, models.to_keras),
    (NaiveLayer, layers.to_keras),
    (NaiveLoss, losses.to_keras),
    (NaiveOptimizer, optimizers.to_keras),
    (NaiveMetric, metrics.to_keras),
    (NaiveInitializer, initializers.to_keras),
]
_FROM_KERAS = [
    (keras.Model, models.from_keras),
    (keras.layers.Layer, layers.from_keras),
    (keras.losses.Loss, losses.from_keras),
    (keras.optimizers.Optimizer, optimizers.from_keras),
    (keras.metrics.Metric, metrics.from_keras),
    (keras.initializers.Initializer, initializers.from_keras),
]


def to_keras(naive_object: Any, weights: Sequence[Any] | None = None) -> Any:
    """The Keras twin of a naive model, layer, loss, optimizer, metric or initializer.

    Args:
        weights: for an optimizer that has made updates, the Keras variables that its twin will move.

    Raises:
        ValueError: there is no such twin, naming the object.
    """
    kinds = "a naive model, layer, loss, optimizer, metric or initializer"
    return _convert(naive_object, _TO_KERAS, "to_keras", kinds, weights)


def from_keras(keras_object: Any, weights: Sequence[Any] | None = None) -> Any:
    """The naive twin of a Keras model, layer, loss, optimizer, metric or initializer, weights and state copied.

    Args:
        weights: for an optimizer that has made updates, the naive variables that its twin will move.

    Raises:
        ValueError: an object or an argument that is not supported, naming both.
    """
    kinds = "a Keras model, layer, loss, optimizer, metric or initializer"
    return _convert(keras_object, _FROM_KERAS, "from_keras", kinds, weights)


def _convert(thing: Any, table: Any, function: str, kinds: str, weights: Sequence[Any] | None) -> Any:
    if weights is not None and not isinstance(thing, (NaiveOptimizer, keras.optimizers.Optimizer)):
        raise ValueError(f"`weights` goes with an optimizer. Expected weights=None for others. Received: {thing!r}")
    for kind, convert in table:
        if isinstance(thing, kind):
            return convert(thing) if weights is None else convert(thing, weights)
    raise ValueError(f"{function} cannot convert this object. Expected {kinds}. Received: {thing!r}")
