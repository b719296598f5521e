"""Objectives: what training makes small."""

from __future__ import annotations

from naive import checks
from naive.losses.base import NaiveLoss
from naive.losses.cross_entropy import (
    NaiveBinaryCrossentropy,
    NaiveCategoricalCrossentropy,
    NaiveSparseCategoricalCrossentropy,
)
from naive.losses.regression import NaiveMeanSquaredError

LOSSES: dict[str, type[NaiveLoss]] = {
    "binary_crossentropy": NaiveBinaryCrossentropy,
    "categorical_crossentropy": NaiveCategoricalCrossentropy,
    "mean_squared_error": NaiveMeanSquaredError,
    "mse": NaiveMeanSquaredError,
    "sparse_categorical_crossentropy": NaiveSparseCategoricalCrossentropy,
}


def get(identifier: str | NaiveLoss) -> NaiveLoss:
    """The loss for a Keras name; a loss is passed through.

    Raises:
        ValueError: an unknown name.
    """
    if isinstance(identifier, NaiveLoss):
        return identifier
    checks.one_of("loss", identifier, LOSSES)
    return LOSSES[identifier]()


__all__ = [
    "LOSSES",
    "NaiveBinaryCrossentropy",
    "NaiveCategoricalCrossentropy",
    "NaiveLoss",
    "NaiveMeanSquaredError",
    "NaiveSparseCategoricalCrossentropy",
    "get",
]
