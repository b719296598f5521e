"""Layers that hold a layer: how the inner one is written down as plain data, and made again."""

from __future__ import annotations

from typing import Any

from naive import checks
from naive.layers.base import NaiveLayer

Entry = dict[str, Any]


def described(layer: NaiveLayer) -> Entry:
    """The inner layer as plain data."""
    return {"class_name": type(layer).__name__, "config": layer.get_config(), "trainable": layer.trainable}


def made(layer: NaiveLayer | Entry, wrapper: str) -> NaiveLayer:
    """The inner layer, from itself or from the data of `described`.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(layer, NaiveLayer):
        return layer
    if not isinstance(layer, dict) or not {"class_name", "config"} <= set(layer):
        raise ValueError(
            f"{wrapper} holds a layer. Expected a naive layer. Received: layer={layer!r} of type {type(layer).__name__}"
        )
    from naive.layers import LAYERS  # only now, because that registry holds the wrappers, too

    checks.one_of("class_name", layer["class_name"], LAYERS)
    inner = LAYERS[layer["class_name"]](**layer["config"])
    inner.trainable = layer.get("trainable", True)
    return inner
