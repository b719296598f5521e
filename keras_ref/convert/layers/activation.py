"""Activation functions as layers."""

from __future__ import annotations

import keras

from keras_ref.convert.layers.twin import Twin
from naive import layers as naive

TWINS = [
    Twin(naive.NaiveActivation, keras.layers.Activation, ("activation",)),
    Twin(naive.NaiveReLU, keras.layers.ReLU, ("max_value", "negative_slope", "threshold")),
    Twin(naive.NaiveLeakyReLU, keras.layers.LeakyReLU, ("negative_slope",)),
    Twin(naive.NaiveELU, keras.layers.ELU, ("alpha",)),
    Twin(naive.NaiveSoftmax, keras.layers.Softmax, ("axis",)),
    Twin(
        naive.NaivePReLU,
        keras.layers.PReLU,
        ("alpha_initializer", "shared_axes"),
        sizes=lambda layer: {"input_shape": tuple(layer.get_build_config()["input_shape"][1:])},
        build=lambda layer: (None, *layer.input_shape),
    ),
]
