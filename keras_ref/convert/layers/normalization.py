"""Batch, layer, group and RMS normalization."""

from __future__ import annotations

from typing import Any

import keras

from keras_ref.convert.layers.twin import Twin
from keras_ref.convert.support import only
from naive import NaiveLayer
from naive.layers import (
    NaiveBatchNormalization,
    NaiveGroupNormalization,
    NaiveLayerNormalization,
    NaiveRMSNormalization,
)


def built_for(layer: Any) -> dict[str, Any]:
    """The shape of one example that a Keras layer was built for."""
    return {"input_shape": tuple(layer.get_build_config()["input_shape"][1:])}


def build(layer: NaiveLayer) -> Any:
    """The shape with which the Keras layer is built."""
    return (None, *layer.input_shape)  # type: ignore[attr-defined]


class BatchTwin(Twin):
    """With `synchronized=True` Keras computes the variance by another formula, even on one device."""

    def refuse_others(self, config: dict[str, Any], known: set[str]) -> None:
        only("BatchNormalization", config, "synchronized", False)
        super().refuse_others(config, known)


WEIGHTS = ("center", "scale", "beta_initializer", "gamma_initializer")
TWINS = [
    BatchTwin(
        NaiveBatchNormalization,
        keras.layers.BatchNormalization,
        arguments=("axis", "momentum", "epsilon", *WEIGHTS, "moving_mean_initializer", "moving_variance_initializer"),
        sizes=built_for,
        build=build,
    ),
    Twin(
        NaiveLayerNormalization,
        keras.layers.LayerNormalization,
        arguments=("axis", "epsilon", *WEIGHTS, "rms_scaling"),
        sizes=built_for,
        build=build,
    ),
    Twin(
        NaiveGroupNormalization,
        keras.layers.GroupNormalization,
        arguments=("groups", "axis", "epsilon", *WEIGHTS),
        sizes=built_for,
        build=build,
    ),
    Twin(
        NaiveRMSNormalization,
        keras.layers.RMSNormalization,
        arguments=("axis", "epsilon"),
        sizes=built_for,
        build=build,
    ),
]
