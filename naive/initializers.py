"""First weights: random enough to break symmetry, scaled so that signals keep their size.

Glorot and Bengio ask that a layer neither blow up nor shrink the variance of what passes, forward or backward.
With fan_in inputs and fan_out outputs the compromise is a variance of 2 / (fan_in + fan_out); for numbers drawn
evenly from [-limit, limit], whose variance is limit² / 3, that means

    limit = sqrt(6 / (fan_in + fan_out))

Keras facts (Keras 3.15.1)
1. Same seed, same numbers: a draw is a function of (seed, shape) alone.
2. Without a seed, each initializer takes `random.randint(1, 10**9)` from Python's generator when it is made, so
   after `set_random_seed` the order in which layers are made decides their weights.
3. Biases start at zero.
4. The fans of a matrix are its two sizes; of a convolution's kernel, those times the window; of a vector, its length.

Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010,
equation 16.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from naive import checks, ops
from naive.ops import Tensor
from naive.seeds import check_seed, draw_seed


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """How many inputs feed one output, and how many outputs one input feeds (fact 4)."""
    if len(shape) < 2:
        size = shape[0] if shape else 1
        return size, size
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


class NaiveInitializer:
    """Makes a tensor of a given shape; subclasses say how."""

    keras_name = ""

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Tensor:
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """What is needed to make it again."""
        return {}


class NaiveZeros(NaiveInitializer):
    """All zeros."""

    keras_name = "zeros"

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Tensor:
        return ops.zeros(shape, dtype)


class NaiveGlorotUniform(NaiveInitializer):
    """Evenly from [-limit, limit], limit = sqrt(6 / (fan_in + fan_out)).

    Args:
        seed: an integer; None draws one (fact 2).
    """

    keras_name = "glorot_uniform"

    def __init__(self, seed: int | None = None) -> None:
        check_seed(seed)
        self.seed = draw_seed() if seed is None else int(seed)

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Tensor:
        fan_in, fan_out = fans(shape)
        # In this order of operations, because the limit is rounded once, at the end.
        limit = math.sqrt(3.0 * (1.0 / max(1.0, (fan_in + fan_out) / 2.0)))
        return ops.uniform(shape, -limit, limit, ops.seed_pair(self.seed), dtype)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}


INITIALIZERS: dict[str, type[NaiveInitializer]] = {
    "glorot_uniform": NaiveGlorotUniform,
    "zeros": NaiveZeros,
}


def config_of(initializer: NaiveInitializer) -> dict[str, Any]:
    """The initializer as plain data; `get` makes it again."""
    return {"name": initializer.keras_name, "config": initializer.get_config()}


def get(identifier: str | dict[str, Any] | NaiveInitializer) -> NaiveInitializer:
    """The initializer for a Keras name or for the data of `config_of`; an initializer is passed through.

    Raises:
        ValueError: an unknown name.
    """
    if isinstance(identifier, NaiveInitializer):
        return identifier
    if isinstance(identifier, dict):
        checks.one_of("initializer", identifier.get("name"), INITIALIZERS)
        return INITIALIZERS[identifier["name"]](**identifier["config"])
    checks.one_of("initializer", identifier, INITIALIZERS)
    return INITIALIZERS[identifier]()
