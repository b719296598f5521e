"""Activations: a Keras function becomes its name; a TensorFlow function stays the function it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from naive import activations


def to_keras(activation: activations.Activation) -> str | Callable[..., Any]:
    """What to hand to a Keras layer: the same callable, or the same name."""
    if activation.function is not None:
        return activation.function
    assert activation.name is not None
    return activation.name


def from_keras(function: Callable[..., Any]) -> str | Callable[..., Any]:
    """What to hand to a naive layer.

    Raises:
        ValueError: a Keras activation that has no twin yet.
    """
    for name in activations.NAMES:
        if function is keras.activations.get(name):
            return name
    if getattr(function, "__module__", "").startswith("keras."):
        raise ValueError(
            f"This Keras activation is not supported. Expected one of {', '.join(activations.NAMES)}. "
            f"Received: activation={getattr(function, '__name__', function)!r}"
        )
    return function
