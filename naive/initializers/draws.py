"""First weights drawn with a fixed spread, whatever the shape: evenly, or from a bell curve.

Random, because equal units would receive equal gradients and stay equal; small, so that sums of many inputs stay
where activation functions bend.

    uniform      evenly from [minval, maxval)
    normal       mean + stddev · z, z from the bell curve
    truncated    the same, but z beyond ±2 is drawn again

Keras facts (Keras 3.15.1)
1. The defaults are ±0.05 for the uniform, mean 0 and deviation 0.05 for the others.
2. `stddev` of a truncated normal is that of the bell curve before its tails are cut; what is drawn deviates less, by
   the factor 0.8796.
3. "uniform" and "normal" are short names of `RandomUniform` and `RandomNormal`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import checks, ops
from naive.initializers.base import NaiveRandomInitializer
from naive.ops import Tensor


class NaiveRandomUniform(NaiveRandomInitializer):
    """Evenly from [minval, maxval).

    Args:
        minval, maxval: the bounds.
        seed: an integer; None draws one.

    Raises:
        ValueError: a bound that is not a finite number, or a seed that is not an integer.
    """

    keras_name = "random_uniform"

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        self.minval = checks.number("minval", minval, low=None)
        self.maxval = checks.number("maxval", maxval, low=None)
        super().__init__(seed)

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Tensor:
        return ops.uniform(shape, self.minval, self.maxval, self.pair, dtype)

    def get_config(self) -> dict[str, Any]:
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed}


class NaiveRandomNormal(NaiveRandomInitializer):
    """From a bell curve.

    Args:
        mean: its middle.
        stddev: its standard deviation, at or above 0.
        seed: an integer; None draws one.

    Raises:
        ValueError: numbers that are not such, or a seed that is not an integer.
    """

    keras_name = "random_normal"

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        self.mean = checks.number("mean", mean, low=None)
        self.stddev = checks.number("stddev", stddev)
        super().__init__(seed)

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Tensor:
        return ops.normal(shape, self.mean, self.stddev, self.pair, dtype)

    def get_config(self) -> dict[str, Any]:
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed}


class NaiveTruncatedNormal(NaiveRandomNormal):
    """From a bell curve whose tails, beyond two deviations from the mean, are drawn again (fact 2).

    Args: as NaiveRandomNormal.

    Raises:
        ValueError: numbers that are not such, or a seed that is not an integer.
    """

    keras_name = "truncated_normal"

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Tensor:
        return ops.truncated_normal(shape, self.mean, self.stddev, self.pair, dtype)
