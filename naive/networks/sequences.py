"""Networks for sequences: three recurrent ones, and a small transformer.

    rnn, lstm, gru   x (batch, steps, features) → the last state (batch, units) → Dense
    transformer      x → Dense (batch, steps, units) → block × n → the mean over all steps (batch, units) → Dense
    block            x ← normalised(x + attention(x, x));  x ← normalised(x + feed-forward(x))

A recurrent network meets the steps one after another, a transformer all at once: it knows their order only if the
features tell it.

Source: Elman, "Finding structure in time", 1990; Hochreiter and Schmidhuber, "Long short-term memory", 1997; Cho et
al., 2014, for the gated recurrent unit; Vaswani et al., "Attention is all you need", 2017, section 3.1.
"""

from __future__ import annotations

from typing import Any

from naive.layers import (
    NaiveAdd,
    NaiveDense,
    NaiveGlobalAveragePooling1D,
    NaiveGRU,
    NaiveLayerNormalization,
    NaiveLSTM,
    NaiveMultiHeadAttention,
    NaiveSimpleRNN,
)
from naive.models import NaiveModel
from naive.nodes import NaiveInput
from naive.sequential import NaiveSequential


def rnn(
    input_shape: tuple[int, int],
    output_size: int,
    output_activation: Any = "softmax",
    units: int = 32,
    body: str = "kernel",
) -> NaiveSequential:
    """A simple recurrent layer, and a Dense layer that answers from its last state."""
    return _recurrent(NaiveSimpleRNN, input_shape, output_size, output_activation, units, body)


def lstm(
    input_shape: tuple[int, int],
    output_size: int,
    output_activation: Any = "softmax",
    units: int = 32,
    body: str = "kernel",
) -> NaiveSequential:
    """The same with long short-term memory."""
    return _recurrent(NaiveLSTM, input_shape, output_size, output_activation, units, body)


def gru(
    input_shape: tuple[int, int],
    output_size: int,
    output_activation: Any = "softmax",
    units: int = 32,
    body: str = "kernel",
) -> NaiveSequential:
    """The same with gated recurrent units."""
    return _recurrent(NaiveGRU, input_shape, output_size, output_activation, units, body)


def _recurrent(
    layer: Any, input_shape: tuple[int, int], output_size: int, output_activation: Any, units: int, body: str
) -> NaiveSequential:
    return NaiveSequential([
        NaiveInput(input_shape),
        layer(input_shape[-1], units, body=body),
        NaiveDense(units, output_size, output_activation, body=body),
    ])  # fmt: skip


def transformer(
    input_shape: tuple[int, int],
    output_size: int,
    output_activation: Any = "softmax",
    units: int = 32,
    heads: int = 4,
    blocks: int = 2,
    body: str = "kernel",
) -> NaiveModel:
    """Blocks of attention and feed-forward layers over steps embedded in `units` numbers.

    Args:
        heads: of the attention; it must divide `units`.
    """
    steps, features = input_shape
    shape = (steps, units)
    sequence = NaiveInput(input_shape)
    x = NaiveDense(features, units, body=body)(sequence)
    for _ in range(blocks):
        seen = NaiveMultiHeadAttention(units, heads, units // heads, body=body)([x, x])
        x = NaiveLayerNormalization(shape, body=body)(NaiveAdd(body=body)([x, seen]))
        thought = NaiveDense(units, 2 * units, "relu", body=body)(x)
        thought = NaiveDense(2 * units, units, body=body)(thought)
        x = NaiveLayerNormalization(shape, body=body)(NaiveAdd(body=body)([x, thought]))
    x = NaiveGlobalAveragePooling1D(body=body)(x)
    return NaiveModel(sequence, NaiveDense(units, output_size, output_activation, body=body)(x))
