"""Noise: in training every number is disturbed a little, so that the network cannot rely on any single one.

    NaiveGaussianNoise      y = x + e                       e normal, mean 0, standard deviation stddev
                            dx = dy
    NaiveGaussianDropout    y = x · m                       m normal, mean 1, standard deviation √(rate / (1 - rate))
                            dx = dy · m
    NaiveAlphaDropout       y = a (x · k + s (1 - k)) + b   k is 0 with probability rate, else 1
                            dx = dy · a · k

Gaussian dropout has the mean and the variance of Dropout, without zeros. Alpha dropout is made for `selu`: what is left
out goes to s, the lowest value of selu, and a and b restore mean 0 and variance 1:

    s = -scale · alpha         a = ((1 - rate) (1 + rate · s²))^(-½)         b = -a · s · rate

Keras facts (Keras 3.15.1)
1. Each call in training adds 1 to the counter of the seed; other calls hand x on, untouched. With a rate (or standard
   deviation) of 0 there is no seed at all.
2. `stddev` may not exceed 1.
3. Keras's `AlphaDropout` draws in Keras's default float type, whatever the layer's dtype; here it is the layer's.

Source: Bishop, "Training with Noise is Equivalent to Tikhonov Regularization", 1995, for noise on inputs; Srivastava
et al., "Dropout", 2014, section 10, for Gaussian dropout; Klambauer et al., "Self-Normalizing Neural Networks", 2017,
section 2, for alpha dropout.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from naive import checks, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.layers.dropout import NaiveDropout
from naive.ops import Tensor
from naive.seeds import NaiveSeedGenerator

ALPHA = 1.6732632423543772848170429916717
SCALE = 1.0507009873554804934193349852946
"""The two constants of selu."""


class NaiveGaussianNoise(NaiveLayer):
    """Adds normally distributed noise.

    Args:
        stddev: its standard deviation, from 0 to 1.
        seed: an integer; None draws one.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a standard deviation outside of 0 to 1, or a seed that is not an integer.
    """

    def __init__(
        self,
        stddev: float,
        seed: int | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype, body, name)
        self.stddev = checks.number("stddev", stddev, high=1)
        self.seed = seed
        self.seed_generator = NaiveSeedGenerator(seed) if self.stddev > 0 else None

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x of any shape → y, the same shape"""
        x = ops.tensor(x, self.dtype)
        if self.is_identity(training):
            return x, {}
        assert self.seed_generator is not None
        noise = ops.normal(ops.shape(x), 0.0, self.stddev, self.seed_generator.next(), self.dtype)  # x's shape
        return x + noise, {"noise": noise}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy → dx, the same; there are no weights"""
        return dy, {}

    def is_identity(self, training: bool) -> bool:
        return not training or self.stddev == 0

    @property
    def seeds(self) -> list[NaiveSeedGenerator]:
        """One, if there is ever any noise."""
        return [self.seed_generator] if self.seed_generator is not None else []

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"stddev": self.stddev, "seed": self.seed}


class NaiveGaussianDropout(NaiveDropout):
    """Multiplies by normally distributed numbers around 1.

    Args:
        rate: the variance is rate / (1 - rate); at least 0, less than 1.
        seed, dtype, body, name: see `NaiveGaussianNoise`.

    Raises:
        ValueError: a rate that is not in [0, 1), or a seed that is not an integer.
    """

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(checks.number("rate", rate, below=1), None, seed, dtype, body, name)

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x of any shape → y, the same shape"""
        x = ops.tensor(x, self.dtype)
        if self.is_identity(training):
            return x, {}
        assert self.seed_generator is not None
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        noise = ops.normal(ops.shape(x), 1.0, stddev, self.seed_generator.next(), self.dtype)  # x's shape
        return x * noise, {"x": x, "noise": noise}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy, of x's shape → dx; there are no weights"""
        if not saved:
            return dy, {}
        dx, _ = ops.multiply.backward(dy, None, saved["x"], saved["noise"])  # x's shape
        return dx, {}

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["noise_shape"]
        return config


class NaiveAlphaDropout(NaiveDropout):
    """Sets numbers to selu's lowest value, then restores mean and variance.

    Args:
        rate: the probability with which a number is left out; at least 0, less than 1.
        noise_shape, seed, dtype, body, name: see `NaiveDropout`.

    Raises:
        ValueError: a rate that is not in [0, 1), a mask that does not fit, or a seed that is not an integer.
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(checks.number("rate", rate, below=1), noise_shape, seed, dtype, body, name)
        lowest = -ALPHA * SCALE
        self.lowest = lowest
        self.a = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5
        self.b = -self.a * lowest * self.rate

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x of any shape → y, the same shape"""
        x = ops.tensor(x, self.dtype)
        shape = self.shape_of_mask(x)
        if self.is_identity(training):
            return x, {}
        assert self.seed_generator is not None
        keep = ops.keep_mask(shape, self.rate, self.seed_generator.next(), self.dtype)
        k = ops.cast(keep, self.dtype)  # 1 where a number is kept, else 0
        left = x * k + self.lowest * (1 - k)  # x's shape
        return self.a * left + self.b, {"x": x, "k": k, "left": left}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy, of x's shape → dx; there are no weights"""
        if not saved:
            return dy, {}
        dleft, _ = ops.multiply.backward(dy, None, saved["left"], self.a)  # x's shape
        dx, _ = ops.multiply.backward(dleft, None, saved["x"], saved["k"])  # x's shape
        return dx, {}
