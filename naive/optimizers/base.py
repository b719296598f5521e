"""What every optimizer is: a learning rate, a count of updates, and a rule for one weight.

Keras facts (Keras 3.15.1)
1. The learning rate is a variable in the compiled program, not a constant: constants are folded and round
   differently.
2. `iterations` counts updates, and is moved once per call of `apply_gradients`.
"""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from typing import Any

from naive import ops
from naive.ops import Tensor


class NaiveOptimizer:
    """Moves weights against their gradients; subclasses say how far.

    Args:
        learning_rate: a number above or equal to 0.

    Raises:
        ValueError: the learning rate is not such a number.
    """

    keras_name = ""

    def __init__(self, learning_rate: float) -> None:
        if (
            isinstance(learning_rate, bool)
            or not isinstance(learning_rate, Real)
            or not 0 <= learning_rate < float("inf")
        ):
            raise ValueError(
                "`learning_rate` must be a number. Expected a finite learning_rate >= 0. "
                f"Received: learning_rate={learning_rate!r}"
            )
        self.learning_rate: Any = ops.variable(ops.tensor(float(learning_rate), "float32"), "learning_rate", False)
        self.iterations: Any = ops.variable(ops.zeros((), "int64"), "iterations", False)

    def update_step(self, gradient: Tensor, weight: Any, learning_rate: Tensor) -> None:
        """Move one weight."""
        raise NotImplementedError

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Tensor, Any]]) -> None:
        """Move each weight once, given pairs (gradient, weight)."""
        for gradient, weight in grads_and_vars:
            self.update_step(gradient, weight, ops.tensor(self.learning_rate, weight.dtype))
        self.iterations.assign_add(1)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make it again."""
        return {"learning_rate": float(self.learning_rate.numpy())}

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
