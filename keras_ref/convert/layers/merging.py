"""Layers that make one tensor of several."""

from __future__ import annotations

import keras

from keras_ref.convert.layers.twin import Twin
from naive import layers as naive

TWINS = [
    Twin(naive.NaiveAdd, keras.layers.Add),
    Twin(naive.NaiveSubtract, keras.layers.Subtract),
    Twin(naive.NaiveMultiply, keras.layers.Multiply),
    Twin(naive.NaiveAverage, keras.layers.Average),
    Twin(naive.NaiveMaximum, keras.layers.Maximum),
    Twin(naive.NaiveMinimum, keras.layers.Minimum),
    Twin(naive.NaiveConcatenate, keras.layers.Concatenate, ("axis",)),
    Twin(naive.NaiveDot, keras.layers.Dot, ("axes", "normalize")),
]
