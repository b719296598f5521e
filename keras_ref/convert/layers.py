"""Layers: same configuration, same weights, copied."""

from __future__ import annotations

from typing import Any

import keras

from keras_ref.convert import activations, initializers
from keras_ref.convert.support import only, unsupported
from naive import NaiveDense, NaiveLayer


def to_keras(layer: NaiveLayer) -> keras.layers.Layer:
    """A built Keras layer with the layer's weights.

    Raises:
        ValueError: a layer that Keras has no twin for here.
    """
    if not isinstance(layer, NaiveDense):
        raise ValueError(f"This naive layer has no Keras twin. Expected NaiveDense. Received: {layer!r}")
    twin = keras.layers.Dense(
        layer.output_size,
        activation=activations.to_keras(layer.activation),
        use_bias=layer.use_bias,
        kernel_initializer=initializers.to_keras(layer.kernel_initializer),
        bias_initializer=initializers.to_keras(layer.bias_initializer),
        dtype=layer.dtype,
        name=layer.name,
    )
    twin.build((None, layer.input_size))
    twin.set_weights([weight.numpy() for weight in layer.weights])
    twin.trainable = layer.trainable
    return twin


def from_keras(layer: Any) -> NaiveLayer:
    """A naive layer with the layer's weights.

    Raises:
        ValueError: an unsupported layer or argument, or a layer that is not built yet.
    """
    if type(layer) is not keras.layers.Dense:
        raise unsupported("layer", layer, ["Dense"])
    if not layer.built:
        raise ValueError(
            "A Keras layer has weights only once it is built. "
            f"Expected a built layer. Received: {layer.name!r}, unbuilt"
        )
    config = layer.get_config()
    for argument in ("kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint"):
        only("Dense", config, argument, None)
    for argument in ("bias_constraint", "lora_rank", "quantization_config"):
        only("Dense", config, argument, None)
    if layer.compute_dtype != layer.variable_dtype:
        raise ValueError(
            "Dense with a mixed dtype policy is not supported. Expected dtype='float32' or 'float64'. "
            f"Received: dtype={layer.dtype_policy.name!r}"
        )
    twin = NaiveDense(
        input_size=int(layer.kernel.shape[0]),
        output_size=layer.units,
        activation=activations.from_keras(layer.activation),
        use_bias=layer.use_bias,
        kernel_initializer=initializers.from_keras(layer.kernel_initializer),
        bias_initializer=initializers.from_keras(layer.bias_initializer),
        dtype=layer.compute_dtype,
        name=layer.name,
    )
    for weight, value in zip(twin.weights, layer.get_weights(), strict=True):
        weight.assign(value)
    twin.trainable = layer.trainable
    return twin
