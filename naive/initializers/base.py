"""What every initializer is: a function from a shape to a tensor, and for random ones a seed.

Keras facts (Keras 3.15.1)
1. Same seed, same numbers: a draw is a function of (seed, shape) alone, so a second call gives the same numbers.
2. Without a seed, each random initializer takes `random.randint(1, 10**9)` from Python's generator when it is made,
   so after `set_random_seed` the order in which initializers are made decides the weights. One that is not random
   takes nothing.
3. A constant and the bounds of an even distribution are made float32 first, then the weight's dtype: in float64 a
   constant 0.1 is 0.10000000149. Means, deviations and gains are rounded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import ops
from naive.ops import Tensor
from naive.seeds import check_seed, draw_seed


class NaiveInitializer:
    """Makes a tensor of a given shape; subclasses say how."""

    keras_name = ""

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Tensor:
        """The tensor.

        Raises:
            ValueError: a shape that this initializer cannot fill.
        """
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """What is needed to make it again."""
        return {}


class NaiveRandomInitializer(NaiveInitializer):
    """Draws; subclasses say from what.

    Args:
        seed: an integer; None draws one (fact 2).

    Raises:
        ValueError: the seed is not an integer.
    """

    def __init__(self, seed: int | None = None) -> None:
        check_seed(seed)
        self.seed = draw_seed() if seed is None else int(seed)

    @property
    def pair(self) -> Tensor:
        """What TensorFlow's generator is given, int32 (2,)."""
        return ops.seed_pair(self.seed)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}
