"""Layers that move numbers: shapes, borders, copies, masks."""

from __future__ import annotations

import keras

from keras_ref.convert.layers.twin import Twin
from naive import layers as naive

TWINS = [
    Twin(naive.NaiveFlatten, keras.layers.Flatten, ("data_format",)),
    Twin(naive.NaiveReshape, keras.layers.Reshape, ("target_shape",)),
    Twin(naive.NaivePermute, keras.layers.Permute, ("dims",)),
    Twin(naive.NaiveRepeatVector, keras.layers.RepeatVector, ("n",)),
    Twin(naive.NaiveZeroPadding1D, keras.layers.ZeroPadding1D, ("padding", "data_format")),
    Twin(naive.NaiveZeroPadding2D, keras.layers.ZeroPadding2D, ("padding", "data_format")),
    Twin(naive.NaiveCropping1D, keras.layers.Cropping1D, ("cropping",)),
    Twin(naive.NaiveCropping2D, keras.layers.Cropping2D, ("cropping", "data_format")),
    Twin(naive.NaiveUpSampling1D, keras.layers.UpSampling1D, ("size",)),
    Twin(naive.NaiveUpSampling2D, keras.layers.UpSampling2D, ("size", "data_format", "interpolation")),
    Twin(naive.NaiveMasking, keras.layers.Masking, ("mask_value",)),
    Twin(naive.NaiveIdentity, keras.layers.Identity),
]
