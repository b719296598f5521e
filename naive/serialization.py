"""A model as plain data: a configuration that JSON can hold, and its weights as arrays.

Nothing but names and numbers is kept, so what is read back needs no other library than this one, and no code is
run while reading.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from naive import checks
from naive.layers import LAYERS
from naive.models import NaiveSequential


def model_config(model: NaiveSequential) -> dict[str, Any]:
    """How the model is built, weights apart; plain types only."""
    layers = [
        {"class_name": type(layer).__name__, "config": layer.get_config(), "trainable": layer.trainable}
        for layer in model.layers
    ]
    return {"class_name": "NaiveSequential", "name": model.name, "layers": layers}


def model_from_config(config: dict[str, Any]) -> NaiveSequential:
    """A model of the same build, with fresh weights.

    Raises:
        ValueError: a class that is not one of ours.
    """
    checks.one_of("class_name", config.get("class_name"), ["NaiveSequential"])
    layers = []
    for entry in config["layers"]:
        checks.one_of("class_name", entry["class_name"], LAYERS)
        layer = LAYERS[entry["class_name"]](**entry["config"])
        layer.trainable = entry["trainable"]
        layers.append(layer)
    return NaiveSequential(layers, name=config["name"])


def get_arrays(model: NaiveSequential) -> dict[str, np.ndarray]:
    """All weights, copied, by `layer/weight`."""
    return {name: weight.numpy().copy() for name, weight in zip(model.weight_names, model.weights, strict=True)}


def set_arrays(model: NaiveSequential, arrays: dict[str, np.ndarray]) -> None:
    """Put weights in; nothing is changed unless all of them fit.

    Raises:
        ValueError: names or shapes that are not the model's.
    """
    names = model.weight_names
    if sorted(arrays) != sorted(names):
        raise ValueError(f"The weights are not this model's. Expected {names}. Received: names={sorted(arrays)}")
    for name, weight in zip(names, model.weights, strict=True):
        if tuple(arrays[name].shape) != tuple(weight.shape):
            raise ValueError(
                f"The weight {name} does not fit. "
                f"Expected shape {tuple(weight.shape)}. Received: shape={tuple(arrays[name].shape)}"
            )
    for name, weight in zip(names, model.weights, strict=True):
        weight.assign(arrays[name])
