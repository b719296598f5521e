"""Networks for sequences: three recurrent ones, and a small transformer."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers


def rnn(
    input_shape: tuple[int, int], output_size: int, output_activation: Any = "softmax", units: int = 32
) -> keras.Sequential:
    """A simple recurrent layer reads the sequence; a Dense layer answers from its last state."""
    return keras.Sequential([
        layers.Input(input_shape),
        layers.SimpleRNN(units),
        layers.Dense(output_size, activation=output_activation),
    ])  # fmt: skip


def lstm(
    input_shape: tuple[int, int], output_size: int, output_activation: Any = "softmax", units: int = 32
) -> keras.Sequential:
    """The same with long short-term memory."""
    return keras.Sequential([
        layers.Input(input_shape),
        layers.LSTM(units),
        layers.Dense(output_size, activation=output_activation),
    ])  # fmt: skip


def gru(
    input_shape: tuple[int, int], output_size: int, output_activation: Any = "softmax", units: int = 32
) -> keras.Sequential:
    """The same with gated recurrent units."""
    return keras.Sequential([
        layers.Input(input_shape),
        layers.GRU(units),
        layers.Dense(output_size, activation=output_activation),
    ])  # fmt: skip


def transformer(
    input_shape: tuple[int, int],
    output_size: int,
    output_activation: Any = "softmax",
    units: int = 32,
    heads: int = 4,
    blocks: int = 2,
) -> keras.Model:
    """Each step is embedded in `units` numbers; blocks of attention and feed-forward layers; the mean over all steps.

    Every part of a block is added to what came in, and the sum is normalised.
    """
    sequence = layers.Input(input_shape)
    x = layers.Dense(units)(sequence)
    for _ in range(blocks):
        seen = layers.MultiHeadAttention(heads, units // heads)(x, x)
        x = layers.LayerNormalization()(layers.Add()([x, seen]))
        thought = layers.Dense(2 * units, activation="relu")(x)
        thought = layers.Dense(units)(thought)
        x = layers.LayerNormalization()(layers.Add()([x, thought]))
    x = layers.GlobalAveragePooling1D()(x)
    answer = layers.Dense(output_size, activation=output_activation)(x)
    return keras.Model(sequence, answer, name="transformer")
