"""Embedding."""

from __future__ import annotations

import keras

from keras_ref.convert.layers.twin import Twin
from naive.layers import NaiveEmbedding

TWINS = [
    Twin(
        NaiveEmbedding,
        keras.layers.Embedding,
        arguments=("input_dim", "output_dim", "embeddings_initializer", "mask_zero"),
        build=lambda layer: (None, None),
        harmless=("lora_alpha",),
    )
]
