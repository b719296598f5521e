"""Dropout of numbers and of channels, and noise."""

from __future__ import annotations

import keras

from keras_ref.convert.layers.twin import Twin
from naive.layers import (
    NaiveAlphaDropout,
    NaiveDropout,
    NaiveGaussianDropout,
    NaiveGaussianNoise,
    NaiveSpatialDropout1D,
    NaiveSpatialDropout2D,
)

TWINS = [
    Twin(NaiveDropout, keras.layers.Dropout, arguments=("rate", "noise_shape", "seed")),
    Twin(NaiveSpatialDropout1D, keras.layers.SpatialDropout1D, arguments=("rate", "seed")),
    Twin(NaiveSpatialDropout2D, keras.layers.SpatialDropout2D, arguments=("rate", "data_format", "seed")),
    Twin(NaiveAlphaDropout, keras.layers.AlphaDropout, arguments=("rate", "noise_shape", "seed")),
    Twin(NaiveGaussianDropout, keras.layers.GaussianDropout, arguments=("rate", "seed")),
    Twin(NaiveGaussianNoise, keras.layers.GaussianNoise, arguments=("stddev", "seed")),
]
