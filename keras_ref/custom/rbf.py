"""A layer of radial basis functions for Keras: the reference for `NaiveRBF`."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_ref")
class RBF(keras.layers.Layer):
    """Units with a center and a width: exp(-beta · squared distance to the center).

    Args:
        units: how many.
        beta_start: every beta at first.
        centers_initializer: of the centers.
        kwargs: of `keras.layers.Layer`.
    """

    def __init__(
        self, units: int, beta_start: float = 1.0, centers_initializer: Any = "glorot_uniform", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.beta_start = beta_start
        self.centers_initializer = keras.initializers.get(centers_initializer)

    def build(self, input_shape: Any) -> None:
        start = keras.initializers.Constant(self.beta_start)
        shape = (self.units, input_shape[-1])
        self.centers = self.add_weight(name="centers", shape=shape, initializer=self.centers_initializer)
        self.beta = self.add_weight(name="beta", shape=(self.units,), initializer=start)

    def call(self, x: Any) -> Any:
        difference = ops.expand_dims(x, -2) - self.centers
        distance = ops.sum(ops.square(difference), axis=-1)
        return ops.exp(-self.beta * distance)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "units": self.units,
            "beta_start": self.beta_start,
            "centers_initializer": keras.initializers.serialize(self.centers_initializer),
        }
