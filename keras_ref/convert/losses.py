"""Losses: same class, same options."""

from __future__ import annotations

from typing import Any

import keras

from keras_ref.convert.support import only, unsupported
from naive import (
    NaiveBinaryCrossentropy,
    NaiveCategoricalCrossentropy,
    NaiveLoss,
    NaiveMeanSquaredError,
    NaiveSparseCategoricalCrossentropy,
)

TWINS: dict[type[NaiveLoss], Any] = {
    NaiveBinaryCrossentropy: keras.losses.BinaryCrossentropy,
    NaiveCategoricalCrossentropy: keras.losses.CategoricalCrossentropy,
    NaiveMeanSquaredError: keras.losses.MeanSquaredError,
    NaiveSparseCategoricalCrossentropy: keras.losses.SparseCategoricalCrossentropy,
}
UNCHANGED = {"reduction": "sum_over_batch_size", "label_smoothing": 0.0, "ignore_class": None, "axis": -1}


def to_keras(loss: NaiveLoss) -> Any:
    """The Keras loss of the same class.

    Raises:
        ValueError: a loss that has no twin here.
    """
    if type(loss) not in TWINS:
        raise ValueError(f"This naive loss has no Keras twin. Expected one of {_names()}. Received: {loss!r}")
    options = {name: value for name, value in loss.get_config().items() if name != "body"}
    return TWINS[type(loss)](**options)


def _names() -> str:
    return ", ".join(naive_class.__name__ for naive_class in TWINS)


def from_keras(loss: Any) -> NaiveLoss:
    """The naive loss of the same class.

    Raises:
        ValueError: an unsupported loss or argument.
    """
    for naive_class, keras_class in TWINS.items():
        if type(loss) is keras_class:
            config = loss.get_config()
            for argument, value in UNCHANGED.items():
                only(keras_class.__name__, config, argument, value)
            options = {"from_logits": config["from_logits"]} if "from_logits" in config else {}
            return naive_class(**options)
    raise unsupported("loss", loss, [keras_class.__name__ for keras_class in TWINS.values()])
