"""Optimizers: same rule, same learning rate, same count of updates."""

from __future__ import annotations

from typing import Any

import keras

from keras_ref.convert.support import only, unsupported
from naive import NaiveOptimizer, NaiveSGD

UNCHANGED = {
    "momentum": 0.0,
    "nesterov": False,
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}


def to_keras(optimizer: NaiveOptimizer) -> keras.optimizers.Optimizer:
    """A Keras optimizer with the same learning rate and count.

    Raises:
        ValueError: an optimizer that has no twin here.
    """
    if type(optimizer) is not NaiveSGD:
        raise ValueError(f"This naive optimizer has no Keras twin. Expected NaiveSGD. Received: {optimizer!r}")
    twin = keras.optimizers.SGD(**optimizer.get_config())
    twin.iterations.assign(int(optimizer.iterations.numpy()))
    return twin


def from_keras(optimizer: Any) -> NaiveOptimizer:
    """A naive optimizer with the same learning rate and count.

    Raises:
        ValueError: an unsupported optimizer, argument or learning-rate schedule.
    """
    if type(optimizer) is not keras.optimizers.SGD:
        raise unsupported("optimizer", optimizer, ["SGD"])
    config = optimizer.get_config()
    for argument, value in UNCHANGED.items():
        only("SGD", config, argument, value)
    if isinstance(config["learning_rate"], dict):
        raise ValueError(
            "SGD with this argument is not supported. Expected learning_rate as a number. "
            f"Received: learning_rate={config['learning_rate']['class_name']!r}"
        )
    twin = NaiveSGD(learning_rate=float(config["learning_rate"]))
    twin.iterations.assign(int(optimizer.iterations.numpy()))
    return twin
