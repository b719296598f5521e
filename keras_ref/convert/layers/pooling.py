"""Pooling."""

from __future__ import annotations

import keras

from keras_ref.convert.layers.twin import Twin
from naive import layers as naive

TWINS = [
    Twin(ours, theirs, ("pool_size", "strides", "padding", "data_format"))
    for ours, theirs in [
        (naive.NaiveMaxPooling1D, keras.layers.MaxPooling1D),
        (naive.NaiveMaxPooling2D, keras.layers.MaxPooling2D),
        (naive.NaiveAveragePooling1D, keras.layers.AveragePooling1D),
        (naive.NaiveAveragePooling2D, keras.layers.AveragePooling2D),
    ]
]
TWINS += [
    Twin(ours, theirs, ("data_format", "keepdims"))
    for ours, theirs in [
        (naive.NaiveGlobalMaxPooling1D, keras.layers.GlobalMaxPooling1D),
        (naive.NaiveGlobalMaxPooling2D, keras.layers.GlobalMaxPooling2D),
        (naive.NaiveGlobalAveragePooling1D, keras.layers.GlobalAveragePooling1D),
        (naive.NaiveGlobalAveragePooling2D, keras.layers.GlobalAveragePooling2D),
    ]
]
