"""First weights that are not drawn: zeros, ones, one number, or the identity.

They suit where nothing has to be told apart: biases start at 0, a normalization's scale at 1. A matrix of equal
numbers would give all units of a layer the same gradient, and they would stay equal for ever.

Keras facts (Keras 3.15.1)
1. Biases start at zero, by default in every layer; an LSTM's forget gate at one.
2. The identity is gain · I, and may have more rows than columns or fewer: ones on the diagonal, zeros elsewhere.
   Its configuration, in Keras, leaves the gain out: one that was saved and read back has gain 1.

Source of the identity for recurrent weights: Le, Jaitly and Hinton, "A Simple Way to Initialize Recurrent Networks of
Rectified Linear Units", 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import checks, ops
from naive.initializers.base import NaiveInitializer
from naive.ops import Tensor


class NaiveZeros(NaiveInitializer):
    """All zeros."""

    keras_name = "zeros"

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Tensor:
        return ops.zeros(shape, dtype)


class NaiveOnes(NaiveInitializer):
    """All ones."""

    keras_name = "ones"

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Tensor:
        return ops.ones(shape, dtype)


class NaiveConstant(NaiveInitializer):
    """One number everywhere.

    Args:
        value: the number.

    Raises:
        ValueError: it is not a finite number.
    """

    keras_name = "constant"

    def __init__(self, value: float = 0.0) -> None:
        self.value = checks.number("value", value, low=None)

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Tensor:
        return ops.tensor(self.value, dtype) * ops.ones(shape, dtype)

    def get_config(self) -> dict[str, Any]:
        return {"value": self.value}


class NaiveIdentity(NaiveInitializer):
    """gain · I, for matrices only.

    Args:
        gain: the number on the diagonal.

    Raises:
        ValueError: the gain is not a finite number.
    """

    keras_name = "identity"

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = checks.number("gain", gain, low=None)

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Tensor:
        if len(shape) != 2:
            raise ValueError(f"The identity is a matrix. Expected a shape of two sizes. Received: shape={tuple(shape)}")
        return self.gain * ops.eye(shape[0], shape[1], dtype)

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain}
