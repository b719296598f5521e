"""Optimizers: same rule, same learning rate, same count of updates, same slots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_ref.convert.support import only, unsupported
from naive import NaiveAdam, NaiveOptimizer, NaiveRMSprop, NaiveSGD

TWINS = {
    NaiveAdam: keras.optimizers.Adam,
    NaiveRMSprop: keras.optimizers.RMSprop,
    NaiveSGD: keras.optimizers.SGD,
}
UNCHANGED = {
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}
FIXED = 2
"""Iterations and learning rate come before the slots, on both sides."""


def to_keras(optimizer: NaiveOptimizer, weights: Sequence[Any] | None = None) -> keras.optimizers.Optimizer:
    """A Keras optimizer with the same configuration, count and slots.

    Args:
        weights: the Keras variables that it will move, in the naive order; needed once the slots hold something.

    Raises:
        ValueError: an optimizer that has no twin here, or slots without weights, or for other weights.
    """
    if type(optimizer) not in TWINS:
        names = ", ".join(sorted(kind.__name__ for kind in TWINS))
        raise ValueError(f"This naive optimizer has no Keras twin. Expected one of {names}. Received: {optimizer!r}")
    twin = TWINS[type(optimizer)](**optimizer.get_config())
    _copy(optimizer, twin, weights)
    return twin


def from_keras(optimizer: Any, weights: Sequence[Any] | None = None) -> NaiveOptimizer:
    """A naive optimizer with the same configuration, count and slots.

    Args:
        weights: the naive variables that it will move, in Keras's order; needed once the slots hold something.

    Raises:
        ValueError: an unsupported optimizer, argument or learning-rate schedule, or slots without weights, or for
            other weights.
    """
    for ours, theirs in TWINS.items():
        if type(optimizer) is theirs:
            twin = ours(**_supported(optimizer, theirs.__name__))
            _copy(optimizer, twin, weights)
            return twin
    raise unsupported("optimizer", optimizer, [theirs.__name__ for theirs in TWINS.values()])


def _supported(optimizer: Any, name: str) -> dict[str, Any]:
    """The arguments of the naive twin; refuses, by name, what it does not have."""
    config = optimizer.get_config()
    for argument, value in UNCHANGED.items():
        only(name, config, argument, value)
    if not isinstance(config["learning_rate"], float):
        schedule = config["learning_rate"]
        received = schedule["class_name"] if isinstance(schedule, dict) else schedule
        raise ValueError(
            f"{name} with this argument is not supported. Expected learning_rate as a number. "
            f"Received: learning_rate={received!r}"
        )
    about_averages = {"ema_momentum", "ema_overwrite_frequency"}  # without effect when use_ema is False
    return {key: value for key, value in config.items() if key not in UNCHANGED.keys() | about_averages | {"name"}}


def _copy(source: Any, twin: Any, weights: Sequence[Any] | None) -> None:
    """Learning rate, count, and the slots if there are weights for them or they are still all zero."""
    slots = [variable.numpy() for variable in source.variables[FIXED:]]
    if weights is not None:
        twin.build(list(weights))
        if source.built:
            _fill(twin.variables[FIXED:], slots)
    elif any(np.any(slot) for slot in slots):
        raise ValueError(
            "The optimizer remembers something about its weights. Expected weights=the variables that its twin will "
            f"move. Received: weights=None for {type(source).__name__} with {len(slots)} slots"
        )
    twin.iterations.assign(int(source.iterations.numpy()))
    twin.learning_rate.assign(source.learning_rate.numpy())


def _fill(variables: Sequence[Any], values: Sequence[np.ndarray]) -> None:
    expected, received = [tuple(one.shape) for one in variables], [one.shape for one in values]
    if expected != received:
        raise ValueError(
            f"The slots do not fit these weights. Expected slots of shapes {expected}. Received: shapes={received}"
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
