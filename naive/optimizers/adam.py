"""Adam: each number gets a step length of its own, from how large and how steady its gradients were.

m is a moving average of the gradients, v one of their squares. A gradient that keeps its sign makes m as large as
√v, and the step about as long as the learning rate; one that flips makes m small against √v, and the step short.
Both averages start at 0 and are too small at first: after t updates by the factors 1 - β₁ᵗ and 1 - β₂ᵗ, which α
makes up for.

    t ← t + 1
    m ← m + (dw - m) · (1 - β₁)
    v ← v + (dw² - v) · (1 - β₂)
    α = learning_rate · √(1 - β₂ᵗ) / (1 - β₁ᵗ)
    w ← w - m · α / (√v + ε)
    amsgrad: v̂ ← max(v̂, v) takes the place of v in the last line, so that steps never become longer again

Keras facts (Keras 3.15.1)
1. Keras departs from the paper's Algorithm 1: ε is added to √v, before the correction of v, and not to √v̂ after it.
   It is the ε̂ of the remark at the end of the paper's section 2. While t is small, Keras's ε weighs more, by the
   factor 1 / √(1 - β₂ᵗ): 32 at t = 1.
2. ε is 1e-7; in the paper it is 1e-8.
3. The averages move by a share of the distance, m + (dw - m) · (1 - β₁). That is the paper's β₁ m + (1 - β₁) dw,
   rounded differently. 1 - β₁ is taken in float64 and rounded once; β₁ᵗ is a power of the rounded β₁.
4. amsgrad compares the v that are not corrected, as its paper does.
5. In a table all rows move at every update, also those that were not looked up: m goes on. Of a row that was looked
   up twice v takes up dw₁² + dw₂², not (dw₁ + dw₂)².

Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, Algorithm 1 and section 2; Reddi, Kale and
Kumar, "On the Convergence of Adam and Beyond", 2018, Algorithm 2.
"""

from __future__ import annotations

from typing import Any

from naive import checks, ops
from naive.ops import Tensor
from naive.optimizers.base import NaiveOptimizer


class NaiveAdam(NaiveOptimizer):
    """Adaptive moments.

    Args:
        learning_rate: about the length of a step.
        beta_1: from 0 to below 1, how slowly the average of the gradients forgets.
        beta_2: from 0 to below 1, how slowly the average of their squares forgets.
        epsilon: at or above 0; keeps the divisor away from 0.
        amsgrad: divide by the largest average of squares so far.

    Raises:
        ValueError: a value outside its range.
    """

    keras_name = "adam"

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(learning_rate)
        self.beta_1 = checks.number("beta_1", beta_1, below=1)
        self.beta_2 = checks.number("beta_2", beta_2, below=1)
        self.epsilon = checks.number("epsilon", epsilon)
        self.amsgrad = checks.boolean("amsgrad", amsgrad)

    @property
    def slot_names(self) -> list[tuple[str, ...]]:
        pair: list[tuple[str, ...]] = [("momentum", "velocity")]
        return [*pair, ("velocity_hat",)] if self.amsgrad else pair

    def update_step(self, gradient: Any, weight: Any, learning_rate: Tensor) -> None:
        m, v = self.slot("momentum", weight), self.slot("velocity", weight)
        t = ops.tensor(self.iterations + 1, weight.dtype)  # scalar
        left_1 = ops.power(ops.tensor(self.beta_1, weight.dtype), t)  # β₁ᵗ, what is left of the first m
        left_2 = ops.power(ops.tensor(self.beta_2, weight.dtype), t)
        alpha = learning_rate * ops.sqrt(1 - left_2) / (1 - left_1)  # scalar
        m.assign_add((ops.dense(gradient) - m) * (1 - self.beta_1))  # w's shape
        squares = ops.on_rows(gradient, ops.square)  # dw's shape
        v.assign_add((ops.dense(squares) - v) * (1 - self.beta_2))  # w's shape
        if self.amsgrad:
            largest = self.slot("velocity_hat", weight)
            largest.assign(ops.maximum(largest, v))
            v = largest
        weight.assign_sub((m * alpha) / (ops.sqrt(v) + self.epsilon))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }
