"""Batch, layer, group and RMS normalization."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from naive import (
    NaiveBatchNormalization,
    NaiveGroupNormalization,
    NaiveLayerNormalization,
    NaiveRMSNormalization,
)
from sidebyside.components.component import Component, Input


def constant(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """The first channel never changes: its variance is 0."""
    x = rng.normal(size=shape)
    x[..., 0] = 0.3
    return x.astype("float32")


def large(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Around 10,000, where a mean of squares would have lost the variance."""
    return (1e4 + rng.normal(size=shape)).astype("float32")


def equal(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Every example holds one number only: the variance of each is 0."""
    return np.broadcast_to(rng.normal(size=(shape[0], *[1] * (len(shape) - 1))), shape).astype("float32")


def row(name: str, concept: str, layer: Any, arguments: dict[str, Any], *shape: int, fill: Any = None) -> Component:
    """One component: a layer for examples of that shape, which has the batch in front."""
    make = partial(layer, shape[1:], **arguments)
    return Component(name, concept, make, (Input(shape, fill=fill),))


SUMS = "XLA compiles the two sums of beta's gradient in another order, up to 8 ulp (why is inferred); CLOSE in float64"

BATCH, LAYER, GROUP, RMS = (
    NaiveBatchNormalization,
    NaiveLayerNormalization,
    NaiveGroupNormalization,
    NaiveRMSNormalization,
)
NEITHER = {"center": False, "scale": False}

COMPONENTS = [
    row("BatchNormalization", "L11", BATCH, {}, 8, 6),
    row("BatchNormalization, rank 3", "L11", BATCH, {"momentum": 0.9}, 4, 5, 6),
    row("BatchNormalization, rank 4", "L11", BATCH, {"epsilon": 1e-5}, 3, 5, 4, 6),
    row("BatchNormalization, axis 1", "L11", BATCH, {"axis": 1}, 3, 5, 4, 6),
    row("BatchNormalization, axis -2", "L11", BATCH, {"axis": -2}, 4, 5, 6),
    row("BatchNormalization, no center", "L11", BATCH, {"center": False}, 8, 6),
    row("BatchNormalization, no scale", "L11", BATCH, {"scale": False}, 8, 6),
    row("BatchNormalization, neither", "L11", BATCH, NEITHER, 8, 6),
    row("BatchNormalization, axis 1, neither", "L11", BATCH, {"axis": 1} | NEITHER, 4, 5, 6),
    row("BatchNormalization, batch 1", "L11", BATCH, {}, 1, 6),
    row("BatchNormalization, one channel", "L11", BATCH, {}, 8, 1),
    row("BatchNormalization, constant channel", "L11", BATCH, {}, 8, 6, fill=constant),
    row("BatchNormalization, large", "L11", BATCH, {}, 8, 6, fill=large),
    row("LayerNormalization", "L12", LAYER, {}, 8, 6),
    row("LayerNormalization, rank 3", "L12", LAYER, {"epsilon": 1e-6}, 4, 5, 6),
    row("LayerNormalization, rank 4", "L12", LAYER, {}, 3, 5, 4, 6),
    row("LayerNormalization, axis 2", "L12", LAYER, {"axis": 2}, 4, 5, 6),
    row("LayerNormalization, axis 1", "L12", LAYER, {"axis": 1}, 4, 5, 6),
    row("LayerNormalization, axes 1 and 2", "L12", LAYER, {"axis": [1, 2]}, 4, 5, 6),
    row("LayerNormalization, axes -2 and -1", "L12", LAYER, {"axis": [-1, -2]}, 2, 3, 4, 6),
    row("LayerNormalization, no center", "L12", LAYER, {"center": False}, 4, 5, 6),
    row("LayerNormalization, no scale", "L12", LAYER, {"scale": False}, 4, 5, 6),
    row("LayerNormalization, neither", "L12", LAYER, NEITHER, 8, 6),
    row("LayerNormalization, rms scaling", "L12", LAYER, {"rms_scaling": True}, 4, 5, 6),
    row("LayerNormalization, batch 1", "L12", LAYER, {}, 1, 7),
    row("LayerNormalization, one feature", "L12", LAYER, {}, 8, 1),
    row("LayerNormalization, equal", "L12", LAYER, {}, 8, 6, fill=equal),
    row("LayerNormalization, large", "L12", LAYER, {}, 8, 6, fill=large),
    row("GroupNormalization", "L12", GROUP, {"groups": 3}, 3, 4, 5, 6),
    row("GroupNormalization, rank 2", "L12", GROUP, {"groups": 2}, 8, 6),
    row("GroupNormalization, rank 3", "L12", GROUP, {"groups": 2, "epsilon": 1e-5}, 4, 5, 6),
    row("GroupNormalization, instance", "L12", GROUP, {"groups": -1}, 3, 4, 5, 6),
    row("GroupNormalization, one group", "L12", GROUP, {"groups": 1}, 3, 4, 5, 6),
    row("GroupNormalization, axis 1", "L12", GROUP, {"groups": 2, "axis": 1}, 3, 6, 5, 4),
    row("GroupNormalization, axis -2", "L12", GROUP, {"groups": 2, "axis": -2}, 3, 6, 5),
    row("GroupNormalization, no center", "L12", GROUP, {"groups": 2, "center": False}, 4, 5, 6),
    replace(
        row("GroupNormalization, no scale", "L12", GROUP, {"groups": 2, "scale": False}, 4, 5, 6),
        exceptions={("weight gradients", "xla", "backprop"): SUMS},
    ),
    row("GroupNormalization, neither", "L12", GROUP, {"groups": 2} | NEITHER, 4, 5, 6),
    row("GroupNormalization, batch 1", "L12", GROUP, {"groups": 2}, 1, 5, 6),
    row("GroupNormalization, large", "L12", GROUP, {"groups": 2}, 4, 5, 6, fill=large),
    row("RMSNormalization", "L12", RMS, {}, 8, 6),
    row("RMSNormalization, rank 3", "L12", RMS, {"epsilon": 1e-3}, 4, 5, 6),
    row("RMSNormalization, axes 1 and 2", "L12", RMS, {"axis": [1, 2]}, 4, 5, 6),
    row("RMSNormalization, batch 1", "L12", RMS, {}, 1, 7),
    row("RMSNormalization, one feature", "L12", RMS, {}, 8, 1),
    row("RMSNormalization, large", "L12", RMS, {}, 8, 6, fill=large),
]
