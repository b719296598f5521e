"""Stochastic gradient descent: a small step straight downhill.

    w ← w - learning_rate · dw

Keras facts (Keras 3.15.1)
1. The step is rounded first, then subtracted: w - (dw · learning_rate).
2. The default learning rate is 0.01.

Source: Robbins and Monro, "A Stochastic Approximation Method", 1951.
"""

from __future__ import annotations

from typing import Any

from naive import ops
from naive.ops import Tensor
from naive.optimizers.base import NaiveOptimizer


class NaiveSGD(NaiveOptimizer):
    """Gradient descent on batches.

    Args:
        learning_rate: how far to go along the gradient.
    """

    keras_name = "sgd"

    def __init__(self, learning_rate: float = 0.01) -> None:
        super().__init__(learning_rate)

    def update_step(self, gradient: Tensor, weight: Any, learning_rate: Tensor) -> None:
        weight.assign_sub(ops.multiply(gradient, learning_rate))
