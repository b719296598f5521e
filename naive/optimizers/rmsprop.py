"""RMSprop: divide each gradient by its own recent size, so that all numbers of a weight step about equally far.

v is a moving average of the squared gradients; its root is their root mean square, RMS. A direction in which
gradients are always small is not left behind, one in which they are large does not run away.

    v ← ρ · v + (1 - ρ) · dw²
    step = learning_rate · dw / √(v + ε)
    w ← w - step
    centered    a ← ρ · a + (1 - ρ) · dw,   and v - a², a variance, takes the place of v in the step
    momentum    m ← momentum · m + step,    and m takes the place of the step in w

Keras facts (Keras 3.15.1)
1. ε is inside the root. In most descriptions, the lecture's notes among them, it is added to the root; with small
   gradients, √(v + 1e-7) is at least 3e-4, and √v + 1e-7 is not.
2. The order of the operations is (learning_rate · dw) / √(v + ε), and (v - a²) + ε; in graph mode TensorFlow's
   optimizer makes the latter (ε - a²) + v.
3. v starts at 0 and is not corrected for it, so the first steps are longer, by up to 1 / √(1 - ρ).
4. In a table, of a row that was looked up twice v takes up dw₁² + dw₂², not (dw₁ + dw₂)². Without momentum only the
   rows that were looked up move. A centered variance can become negative then, and its root NaN.
5. In graph mode TensorFlow turns the division by a root into a product with `rsqrt`, so graph and eager differ in the
   last bits, in Keras as here.

Source: Tieleman and Hinton, "Lecture 6.5: rmsprop", Neural Networks for Machine Learning, 2012; centered: Graves,
"Generating Sequences With Recurrent Neural Networks", 2013, equations 38 to 45, which also have ε inside the root.
"""

from __future__ import annotations

from typing import Any

from naive import checks, ops
from naive.ops import Tensor
from naive.optimizers.base import NaiveOptimizer


class NaiveRMSprop(NaiveOptimizer):
    """Gradients divided by their root mean square.

    Args:
        learning_rate: about the length of a step.
        rho: from 0 to 1, how slowly the average of the squares forgets.
        momentum: from 0 to 1, the share of the last step that is kept.
        epsilon: at or above 0; keeps the divisor away from 0.
        centered: subtract the squared average of the gradients from the average of their squares.

    Raises:
        ValueError: a value outside its range.
    """

    keras_name = "rmsprop"

    def __init__(
        self,
        learning_rate: float = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
    ) -> None:
        super().__init__(learning_rate)
        self.rho = checks.number("rho", rho, high=1)
        self.momentum = checks.number("momentum", momentum, high=1)
        self.epsilon = checks.number("epsilon", epsilon)
        self.centered = checks.boolean("centered", centered)

    @property
    def slot_names(self) -> list[tuple[str, ...]]:
        wanted = {"velocity": True, "momentum": self.momentum > 0, "average_gradient": self.centered}
        return [(kind,) for kind, is_wanted in wanted.items() if is_wanted]

    def update_step(self, gradient: Any, weight: Any, learning_rate: Tensor) -> None:
        v = self.slot("velocity", weight)
        squares = ops.on_rows(gradient, lambda dw: (1 - self.rho) * ops.square(dw))  # dw's shape
        v.assign(self.rho * v + ops.dense(squares))  # w's shape
        if self.centered:
            average = self.slot("average_gradient", weight)
            share = ops.on_rows(gradient, lambda dw: (1 - self.rho) * dw)
            average.assign(self.rho * average + ops.dense(share))
            size = ops.variance(v, average, self.epsilon)
        else:
            size = v + self.epsilon
        scaled = ops.on_rows(gradient, lambda dw: learning_rate * dw)  # dw's shape
        step = ops.divide_rows(scaled, ops.sqrt(size))  # dw's shape
        if not self.momentum:
            ops.subtract_from(weight, step)
            return
        m = self.slot("momentum", weight)
        m.assign(self.momentum * m + ops.dense(step))  # w's shape
        weight.assign_sub(m)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
