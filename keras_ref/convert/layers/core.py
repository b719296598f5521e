"""Dense."""

from __future__ import annotations

import keras

from keras_ref.convert.layers.twin import Twin
from naive.layers import NaiveDense

TWINS = [
    Twin(
        NaiveDense,
        keras.layers.Dense,
        arguments=("activation", "use_bias", "kernel_initializer", "bias_initializer"),
        renamed={"output_size": "units"},
        sizes=lambda layer: {"input_size": int(layer.kernel.shape[0])},
        build=lambda layer: (None, layer.input_size),
    )
]
