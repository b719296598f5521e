"""A highway layer for Keras: the reference for `NaiveHighway`."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_ref")
class Highway(keras.layers.Layer):
    """A transformed input and the input itself, mixed by a gate.

    Args:
        activation: of the transformed input.
        bias_start: every number of the gate's bias at first.
        kernel_initializer, bias_initializer: of both kernels, and of the transformed input's bias.
        kwargs: of `keras.layers.Layer`.
    """

    def __init__(
        self,
        activation: Any = "relu",
        bias_start: float = -2.0,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.activation = keras.activations.get(activation)
        self.bias_start = bias_start
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape: Any) -> None:
        size = input_shape[-1]
        again = self.kernel_initializer.from_config(self.kernel_initializer.get_config())
        start = keras.initializers.Constant(self.bias_start)
        self.kernel = self.add_weight(name="kernel", shape=(size, size), initializer=self.kernel_initializer)
        self.bias = self.add_weight(name="bias", shape=(size,), initializer=self.bias_initializer)
        self.transform_kernel = self.add_weight(name="transform_kernel", shape=(size, size), initializer=again)
        self.transform_bias = self.add_weight(name="transform_bias", shape=(size,), initializer=start)

    def call(self, x: Any) -> Any:
        h = self.activation(ops.add(ops.matmul(x, self.kernel), self.bias))
        t = ops.sigmoid(ops.add(ops.matmul(x, self.transform_kernel), self.transform_bias))
        return t * h + (1 - t) * x

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "activation": keras.activations.serialize(self.activation),
            "bias_start": self.bias_start,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }
