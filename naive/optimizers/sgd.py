"""Stochastic gradient descent: a small step downhill, with momentum if you like.

Plain, the step is straight down. With momentum the weight rolls like a ball: it keeps a share of its last step, so
steps that agree add up and steps that contradict each other cancel. Nesterov's version looks at where the momentum
will carry the weight, and steps from there.

    plain       w ← w - learning_rate · dw
    momentum    m ← momentum · m - learning_rate · dw
                w ← w + m
    nesterov    w ← w + (momentum · m - learning_rate · dw)       with the new m

Keras facts (Keras 3.15.1)
1. The step is rounded first, then subtracted: w - (dw · learning_rate).
2. The default learning rate is 0.01.
3. The slot `momentum` holds steps, learning rate included. In the papers' form it holds gradients, and the learning
   rate is multiplied in afterwards; the two differ as soon as the learning rate changes.
4. Nesterov's lookahead is rewritten so that the gradient is taken at the weight itself: the weights that Keras shows
   are those after the lookahead.
5. Plain, only the rows of a table that were looked up move. With momentum all rows move, because the steps of
   earlier updates go on.

Source: Robbins and Monro, "A Stochastic Approximation Method", 1951; Polyak, "Some methods of speeding up the
convergence of iteration methods", 1964; Sutskever et al., "On the importance of initialization and momentum in deep
learning", 2013, equations 1 to 4.
"""

from __future__ import annotations

from typing import Any

from naive import checks, ops
from naive.ops import Tensor
from naive.optimizers.base import NaiveOptimizer


class NaiveSGD(NaiveOptimizer):
    """Gradient descent on batches.

    Args:
        learning_rate: how far to go along the gradient.
        momentum: from 0 to 1, the share of the last step that is kept.
        nesterov: look ahead along the momentum; changes nothing without momentum.

    Raises:
        ValueError: a value outside its range.
    """

    keras_name = "sgd"

    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.0, nesterov: bool = False) -> None:
        super().__init__(learning_rate)
        self.momentum = checks.number("momentum", momentum, high=1)
        self.nesterov = checks.boolean("nesterov", nesterov)

    @property
    def slot_names(self) -> list[tuple[str, ...]]:
        return [("momentum",)] if self.momentum else []

    def update_step(self, gradient: Any, weight: Any, learning_rate: Tensor) -> None:
        step = ops.on_rows(gradient, lambda dw: ops.multiply(dw, learning_rate))  # dw's shape
        if not self.momentum:
            ops.subtract_from(weight, step)
            return
        m = self.slot("momentum", weight)
        momentum = ops.tensor(self.momentum, weight.dtype)
        m.assign(m * momentum - ops.dense(step))  # w's shape
        if self.nesterov:
            weight.assign_add(m * momentum - ops.dense(step))
        else:
            weight.assign_add(m)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"momentum": self.momentum, "nesterov": self.nesterov}
