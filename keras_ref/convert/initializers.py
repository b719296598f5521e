"""Initializers: same class, same numbers, same seed."""

from __future__ import annotations

from inspect import signature
from typing import Any

import keras

from keras_ref.convert.support import unsupported
from naive.initializers import INITIALIZERS, NaiveInitializer

TWINS = {kind: getattr(keras.initializers, kind.__name__.removeprefix("Naive")) for kind in INITIALIZERS.values()}


def to_keras(initializer: NaiveInitializer) -> Any:
    """A Keras initializer that makes the same numbers.

    Raises:
        ValueError: no such initializer.
    """
    if type(initializer) not in TWINS:
        names = ", ".join(sorted(kind.__name__ for kind in TWINS))
        raise ValueError(
            f"This naive initializer has no Keras twin. Expected one of {names}. Received: {initializer!r}"
        )
    return TWINS[type(initializer)](**initializer.get_config())


def from_keras(initializer: Any) -> NaiveInitializer:
    """A naive initializer that makes the same numbers; an unseeded one keeps the seed that it drew.

    Raises:
        ValueError: no such initializer, or a seed that is not a number.
    """
    for ours, theirs in TWINS.items():
        if type(initializer) is theirs:
            # Read from the object: Keras's configuration leaves out a drawn seed, and the gain of an identity.
            return ours(**{argument: getattr(initializer, argument) for argument in signature(ours).parameters})
    raise unsupported("initializer", initializer, INITIALIZERS)
