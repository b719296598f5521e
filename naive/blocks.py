"""Blocks: small patterns of layers that deep networks repeat, drawn on symbols.

Each function takes the symbol of an input and gives the symbol of its output; the layers between are ordinary layers,
named `name_…`, so the model walks forward and backward through them like any others.

    residual      y = relu(x + f(x))      f: two Dense layers, or two convolutions
    bottleneck    the same with f: 1x1 down to few channels, 3x3, 1x1 up again
    highway       several gates in a row, see `layers/highway.py`
    transformer   a sequence attends to itself, then each of its steps goes through two Dense layers

What they share is the short way past f. On the way back a tensor that went both ways receives two gradients, which are
added: one of them came past f without being multiplied by anything, and so it cannot vanish.

Where f changes the shape, x is projected on the short way, by a Dense layer or a 1x1 convolution without bias.

Source: He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", 2015, equations 1 and 2, figure 5;
Srivastava, Greff and Schmidhuber, "Highway Networks", 2015; Vaswani et al., "Attention Is All You Need", 2017, 3.1.
"""

from __future__ import annotations

from typing import Any

from naive.layers import (
    NaiveActivation,
    NaiveAdd,
    NaiveBatchNormalization,
    NaiveConv2D,
    NaiveDense,
    NaiveDropout,
    NaiveHighway,
    NaiveLayerNormalization,
    NaiveMultiHeadAttention,
)
from naive.nodes import Symbol


def residual_block(
    x: Symbol, input_size: int, output_size: int | None = None, activation: str = "relu", name: str = "residual",
    **common: Any,
) -> Symbol:  # fmt: skip
    """x (batch, …, input_size) → (batch, …, output_size): activation(x + Dense(activation(Dense(x)))).

    Args:
        output_size: None for input_size; another size projects x on the short way.
        common: `dtype` and `body` of the layers.
    """
    size = input_size if output_size is None else output_size
    f = NaiveDense(input_size, size, activation, name=f"{name}_dense_1", **common)(x)
    f = NaiveDense(size, size, name=f"{name}_dense_2", **common)(f)
    if size != input_size:
        x = NaiveDense(input_size, size, use_bias=False, name=f"{name}_projection", **common)(x)
    y = NaiveAdd(name=f"{name}_add", **common)([x, f])
    return NaiveActivation(activation, name=f"{name}_out", **common)(y)


def convolutional_residual_block(
    x: Symbol, input_size: int, filters: int, strides: int = 1, name: str = "residual", **common: Any
) -> Symbol:
    """x (batch, height, width, input_size) → (batch, height / strides, width / strides, filters).

    Two 3x3 convolutions without bias, each followed by batch normalisation, beside x; ReLU after the first and the sum.
    """
    f = _convolve(x, input_size, filters, 3, strides, f"{name}_1", "relu", common)
    f = _convolve(f, filters, filters, 3, 1, f"{name}_2", None, common)
    return _join(x, f, input_size, filters, strides, name, common)


def bottleneck_block(
    x: Symbol, input_size: int, narrow: int, filters: int, strides: int = 1, name: str = "bottleneck", **common: Any
) -> Symbol:
    """x (batch, height, width, input_size) → (batch, height / strides, width / strides, filters).

    1x1 to `narrow` channels, 3x3 among them, 1x1 to `filters` channels: the costly 3x3 works on few channels.
    """
    f = _convolve(x, input_size, narrow, 1, 1, f"{name}_1", "relu", common)
    f = _convolve(f, narrow, narrow, 3, strides, f"{name}_2", "relu", common)
    f = _convolve(f, narrow, filters, 1, 1, f"{name}_3", None, common)
    return _join(x, f, input_size, filters, strides, name, common)


def highway_block(
    x: Symbol, input_size: int, depth: int, activation: str = "relu", name: str = "highway", **common: Any
) -> Symbol:
    """x (batch, …, input_size) → the same shape, through `depth` highway layers."""
    for number in range(1, depth + 1):
        x = NaiveHighway(input_size, activation, name=f"{name}_{number}", **common)(x)
    return x


def transformer_block(
    x: Symbol,
    input_size: int,
    num_heads: int,
    hidden_size: int,
    dropout: float = 0.0,
    activation: str = "relu",
    use_causal_mask: bool = False,
    seed: int | None = None,
    name: str = "transformer",
    **common: Any,
) -> Symbol:
    """x (batch, steps, input_size) → the same shape: an encoder block, normalised after each sum.

    Args:
        num_heads: each of size input_size // num_heads.
        hidden_size: of the first of the two Dense layers.
        dropout: share that is dropped of what attention and the Dense layers give.
        use_causal_mask: True hides from each step those after it.
        seed: of the first dropout; the second has the next number; None draws both.
    """
    heads = NaiveMultiHeadAttention(
        input_size, num_heads, input_size // num_heads, name=f"{name}_attention", **common
    )  # fmt: skip
    options = {"use_causal_mask": True} if use_causal_mask else {}
    f = heads([x, x], **options)
    f = NaiveDropout(dropout, seed=seed, name=f"{name}_dropout_1", **common)(f)
    x = NaiveAdd(name=f"{name}_add_1", **common)([x, f])
    x = NaiveLayerNormalization((None, input_size), epsilon=1e-6, name=f"{name}_norm_1", **common)(x)
    f = NaiveDense(input_size, hidden_size, activation, name=f"{name}_dense_1", **common)(x)
    f = NaiveDense(hidden_size, input_size, name=f"{name}_dense_2", **common)(f)
    next_seed = None if seed is None else seed + 1
    f = NaiveDropout(dropout, seed=next_seed, name=f"{name}_dropout_2", **common)(f)
    x = NaiveAdd(name=f"{name}_add_2", **common)([x, f])
    return NaiveLayerNormalization((None, input_size), epsilon=1e-6, name=f"{name}_norm_2", **common)(x)


def _convolve(
    x: Symbol, channels: int, filters: int, size: int, strides: int, name: str, activation: str | None, common: Any
) -> Symbol:
    """A convolution without bias (the normalisation behind it has one), and perhaps an activation."""
    y = NaiveConv2D(
        channels, filters, size, strides, "same", use_bias=False, name=f"{name}_conv", **common
    )(x)  # fmt: skip
    y = NaiveBatchNormalization((None, None, filters), name=f"{name}_norm", **common)(y)
    return y if activation is None else NaiveActivation(activation, name=f"{name}_{activation}", **common)(y)


def _join(x: Symbol, f: Symbol, channels: int, filters: int, strides: int, name: str, common: Any) -> Symbol:
    """relu(x + f), with x projected where its shape is another."""
    if channels != filters or strides != 1:
        x = _convolve(x, channels, filters, 1, strides, f"{name}_projection", None, common)
    y = NaiveAdd(name=f"{name}_add", **common)([x, f])
    return NaiveActivation("relu", name=f"{name}_out", **common)(y)
