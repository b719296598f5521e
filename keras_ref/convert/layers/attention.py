"""Attention and MultiHeadAttention."""

from __future__ import annotations

from typing import Any

import keras

from keras_ref.convert import initializers
from keras_ref.convert.layers.twin import Twin
from naive.layers import NaiveAttention, NaiveMultiHeadAttention


class MultiHeadTwin(Twin):
    """Keras builds multi-head attention for up to three shapes, and writes its output shape and axes as tuples."""

    def keras_arguments(self, layer: Any) -> dict[str, Any]:
        arguments = {name: getattr(layer, name) for name in self.arguments}
        for name in ("kernel_initializer", "bias_initializer"):
            arguments[name] = initializers.to_keras(getattr(layer, name))
        return arguments

    def naive_arguments(self, layer: Any) -> dict[str, Any]:
        config = layer.get_config()
        self.refuse_others(config, {*self.arguments, "kernel_initializer", "bias_initializer"})
        arguments = {name: config[name] for name in self.arguments}
        for name in ("kernel_initializer", "bias_initializer"):
            arguments[name] = initializers.from_keras(getattr(layer, f"_{name}"))
        _only_steps(config["attention_axes"])
        arguments["attention_axes"] = None
        arguments["output_shape"] = _only_features(config["output_shape"])
        return arguments

    def to_keras(self, layer: Any) -> Any:
        twin = self.keras(**self.keras_arguments(layer), dtype=layer.dtype, name=layer.name)
        twin.build((None, None, layer.input_size), (None, None, layer.value_size), (None, None, layer.key_size))
        self.copy_to_keras(layer, twin)
        twin.trainable = layer.trainable
        return twin


def _only_steps(axes: Any) -> None:
    if axes not in (None, (1,), [1]):
        raise ValueError(
            "MultiHeadAttention over these axes is not supported. "
            f"Expected attention_axes=None or (1,). Received: attention_axes={axes!r}"
        )


def _only_features(shape: Any) -> int | None:
    if shape is not None and len(shape) != 1:
        raise ValueError(
            "MultiHeadAttention with several output axes is not supported. "
            f"Expected one number of features. Received: output_shape={shape!r}"
        )
    return None if shape is None else int(shape[0])


TWINS = [
    Twin(
        NaiveAttention,
        keras.layers.Attention,
        arguments=("use_scale", "score_mode", "dropout", "seed"),
        build=lambda layer: [(None, None, None), (None, None, None)],
    ),
    MultiHeadTwin(
        NaiveMultiHeadAttention,
        keras.layers.MultiHeadAttention,
        arguments=(
            "num_heads", "key_dim", "value_dim", "dropout", "use_bias", "output_shape", "attention_axes",
            "sliding_window", "use_gate", "seed",
        ),
        sizes=lambda layer: {
            "input_size": int(layer.query_dense.kernel.shape[0]),
            "value_size": int(layer.value_dense.kernel.shape[0]),
            "key_size": int(layer.key_dense.kernel.shape[0]),
        },
    ),
]  # fmt: skip
