"""Chance that can be repeated: one call that fixes every source, and the counted seeds that layers draw from.

Keras facts (Keras 3.15.1)
1. A layer that draws random numbers holds a pair (seed, counter); every draw uses the pair and adds 1 to the
   counter, so two draws differ and a run can be repeated.
2. Without a seed, the layer takes `random.randint(1, 10**9)` from Python's generator when it is made.
"""

from __future__ import annotations

import random
from numbers import Integral
from typing import Any

import numpy as np
import tensorflow as tf

from naive import ops
from naive.ops import Tensor


def set_random_seed(seed: int) -> None:
    """Seed Python's, NumPy's and TensorFlow's generators, as `keras.utils.set_random_seed` does.

    After it, layers made in the same order draw the same weights as Keras's, and the data is shuffled in the same
    order.

    Raises:
        ValueError: `seed` is not an integer from 0 to 2³² - 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, Integral) or not 0 <= seed < 2**32:
        raise ValueError(f"`seed` must be an integer. Expected 0 <= seed < 2**32. Received: seed={seed!r}")
    random.seed(int(seed))
    np.random.seed(int(seed))
    tf.random.set_seed(int(seed))


def draw_seed() -> int:
    """The seed that an unseeded object takes, as Keras draws it (fact 2)."""
    return random.randint(1, int(1e9))


def check_seed(seed: Any) -> None:
    """Refuse anything but an integer or None.

    Raises:
        ValueError: it is something else.
    """
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, Integral)):
        raise ValueError(f"`seed` must be an integer or None. Expected an int. Received: seed={seed!r}")


class NaiveSeedGenerator:
    """A seed that is never used twice.

    Args:
        seed: an integer; None draws one (fact 2).

    Raises:
        ValueError: the seed is not an integer.
    """

    def __init__(self, seed: int | None = None) -> None:
        check_seed(seed)
        self.initial_seed = seed
        self.state: Any = ops.variable(
            ops.tensor([draw_seed() if seed is None else int(seed), 0], "int64"), "seed_generator_state", False
        )

    def next(self) -> Tensor:
        """The pair (seed, counter) for one draw, int32 (2,); the counter moves on (fact 1)."""
        pair = self.state * 1  # a copy, taken before the counter moves
        self.state.assign(self.state + ops.tensor([0, 1], "int64"))
        return ops.fold_seed(pair)
