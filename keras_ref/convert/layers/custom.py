"""Highway and RBF: layers of ours on both sides."""

from __future__ import annotations

from keras_ref.convert.layers.twin import Twin
from keras_ref.custom import RBF, Highway
from naive.layers import NaiveHighway, NaiveRBF

TWINS = [
    Twin(
        NaiveHighway,
        Highway,
        arguments=("activation", "bias_start", "kernel_initializer", "bias_initializer"),
        sizes=lambda layer: {"input_size": int(layer.kernel.shape[0])},
        build=lambda layer: (None, layer.input_size),
    ),
    Twin(
        NaiveRBF,
        RBF,
        arguments=("units", "beta_start", "centers_initializer"),
        sizes=lambda layer: {"input_size": int(layer.centers.shape[1])},
        build=lambda layer: (None, layer.input_size),
    ),
]
