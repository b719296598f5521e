"""First weights scaled by the shape, so that signals keep their size from layer to layer.

A unit adds fan_in inputs, each times a weight. If inputs have variance 1 and weights variance s, the sum has variance
fan_in · s: with s = 1 / fan_in it is 1 again. On the way back each input collects fan_out gradients, which asks for
1 / fan_out. The family differs in which of the two it serves, and in what comes after the sum:

    variance = scale / n        n = fan_in, fan_out, or their mean fan_avg

    LeCun    1 / fan_in                  for what passes forward
    Glorot   1 / fan_avg                 a compromise between both ways
    He       2 / fan_in                  for relu, which stops half of its inputs

The numbers come from [-limit, limit] evenly, where limit = √(3 · variance) because an even distribution has the
variance limit² / 3; or from a bell curve cut at two deviations, made wider by 1 / 0.8796 because cutting takes that
much of its deviation.

Keras facts (Keras 3.15.1)
1. The fans of a matrix are its two sizes; of a convolution's kernel, its last two sizes times the window; of a vector,
   both are its length; of a single number, 1. `input_axes` and `output_axes` say otherwise, if both are given.
2. A fan below 1 counts as 1.
3. The variance is computed as scale / max(1, n), the limit or deviation as one root of it, all in float64; it is
   rounded once, at the end.
4. The distribution "normal" is the truncated one.

Source: LeCun et al., "Efficient BackProp", 1998, section 4.6; Glorot and Bengio, "Understanding the difficulty of
training deep feedforward neural networks", 2010, equation 16; He et al., "Delving Deep into Rectifiers", 2015,
equation 10.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from naive import checks, ops
from naive.initializers.base import NaiveRandomInitializer
from naive.ops import Tensor

MODES = ("fan_in", "fan_out", "fan_avg")
DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")
LEFT_BY_TRUNCATION = 0.87962566103423978
"""The standard deviation of a bell curve of deviation 1, cut at ±2."""


def fans(
    shape: Sequence[int], input_axes: Sequence[int] | None = None, output_axes: Sequence[int] | None = None
) -> tuple[int, int]:
    """How many inputs feed one output, and how many outputs one input feeds (fact 1)."""
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) < 2:
        size = shape[0] if shape else 1
        return size, size
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


class NaiveVarianceScaling(NaiveRandomInitializer):
    """Random numbers of variance scale / n, where n depends on the shape.

    Args:
        scale: above 0.
        mode: what n is: `"fan_in"`, `"fan_out"` or `"fan_avg"`.
        distribution: `"truncated_normal"`, `"untruncated_normal"` or `"uniform"`.
        seed: an integer; None draws one.
        input_axes, output_axes: which axes are inputs and which outputs, where the shape alone does not tell.

    Raises:
        ValueError: an unknown mode or distribution, a scale that is not above 0, or a seed that is not an integer.
    """

    keras_name = "variance_scaling"

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        if checks.number("scale", scale) == 0:
            raise ValueError(f"`scale` must not be 0. Expected scale > 0. Received: scale={scale!r}")
        checks.one_of("mode", mode, MODES)
        distribution = str(distribution).lower()
        distribution = "truncated_normal" if distribution == "normal" else distribution
        checks.one_of("distribution", distribution, DISTRIBUTIONS)
        self.scale, self.mode, self.distribution = float(scale), mode, distribution
        self.input_axes = None if input_axes is None else [int(axis) for axis in input_axes]
        self.output_axes = None if output_axes is None else [int(axis) for axis in output_axes]
        super().__init__(seed)

    def variance(self, shape: Sequence[int]) -> float:
        """scale / n (fact 3)."""
        fan_in, fan_out = fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        return self.scale / max(1.0, n)

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Tensor:
        variance = self.variance(shape)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return ops.uniform(shape, -limit, limit, self.pair, dtype)
        if self.distribution == "untruncated_normal":
            return ops.normal(shape, 0.0, math.sqrt(variance), self.pair, dtype)
        return ops.truncated_normal(shape, 0.0, math.sqrt(variance) / LEFT_BY_TRUNCATION, self.pair, dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "seed": self.seed,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _Named(NaiveVarianceScaling):
    """Variance scaling with its numbers fixed, under the name of the paper's author.

    Args:
        seed: an integer; None draws one.
        input_axes, output_axes: which axes are inputs and which outputs, where the shape alone does not tell.
    """

    fixed: tuple[float, str, str]

    def __init__(
        self,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self.fixed, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, "input_axes": self.input_axes, "output_axes": self.output_axes}


class NaiveGlorotUniform(_Named):
    """Evenly from [-limit, limit], limit = √(6 / (fan_in + fan_out))."""

    keras_name = "glorot_uniform"
    fixed = (1.0, "fan_avg", "uniform")


class NaiveGlorotNormal(_Named):
    """From a cut bell curve of deviation √(2 / (fan_in + fan_out))."""

    keras_name = "glorot_normal"
    fixed = (1.0, "fan_avg", "truncated_normal")


class NaiveHeUniform(_Named):
    """Evenly from [-limit, limit], limit = √(6 / fan_in)."""

    keras_name = "he_uniform"
    fixed = (2.0, "fan_in", "uniform")


class NaiveHeNormal(_Named):
    """From a cut bell curve of deviation √(2 / fan_in)."""

    keras_name = "he_normal"
    fixed = (2.0, "fan_in", "truncated_normal")


class NaiveLecunUniform(_Named):
    """Evenly from [-limit, limit], limit = √(3 / fan_in)."""

    keras_name = "lecun_uniform"
    fixed = (1.0, "fan_in", "uniform")


class NaiveLecunNormal(_Named):
    """From a cut bell curve of deviation √(1 / fan_in)."""

    keras_name = "lecun_normal"
    fixed = (1.0, "fan_in", "truncated_normal")
