"""Activation functions by name: what each does, where it bends, where its gradient dies.

| name | value | derivative, from the value y | range | gradient vanishes |
|---|---|---|---|---|
| linear | x | 1 | all numbers | nowhere |
| relu | x if x > 0 else 0 | 1 if y > 0 else 0 | [0, ∞) | for x ≤ 0 |
| sigmoid | 1 / (1 + e⁻ˣ) | y (1 - y) | (0, 1) | far from 0, on both sides |
| tanh | (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ) | 1 - y² | (-1, 1) | far from 0, on both sides |
| softmax | eˣ / Σ eˣ | yᵢ (δᵢⱼ - yⱼ) | (0, 1), sums to 1 | where one y is near 1 |

Keras facts (Keras 3.15.1)
1. ReLU's gradient at exactly 0 is 0.
2. A layer whose activation is named `"softmax"` or `"sigmoid"` leads any cross-entropy to the logits, the numbers
   before the activation, in every mode. The callables `tf.nn.softmax` and `tf.nn.sigmoid` do so in graph and XLA
   mode only, and only for the cross-entropy they belong to: softmax for the categorical ones, sigmoid for the
   binary one. Else the loss sees the probabilities, and clips them.
3. `None` means linear.

The formulas themselves stand in `naive/ops/squash.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from naive import checks, ops
from naive.ops import Operation, Tensor

NAMES: dict[str, Operation] = {
    "linear": ops.identity,
    "relu": ops.relu,
    "sigmoid": ops.sigmoid,
    "softmax": ops.softmax,
    "tanh": ops.tanh,
}

CALLABLES: dict[str, tuple[Callable[..., Any], str]] = {
    "tf.identity": (tf.identity, "linear"),
    "tf.nn.relu": (tf.nn.relu, "relu"),
    "tf.nn.sigmoid": (tf.nn.sigmoid, "sigmoid"),
    "tf.nn.softmax": (tf.nn.softmax, "softmax"),
    "tf.nn.tanh": (tf.nn.tanh, "tanh"),
}


class Activation:
    """One activation function as a layer holds it.

    Args:
        name: what it is called in a configuration; None for a function that nobody listed.
        operation: value and derivative; None when only the value is known.
        function: the callable that the user gave; None when a name was given.
    """

    def __init__(
        self, name: str | None, operation: Operation | None, function: Callable[..., Any] | None = None
    ) -> None:
        self.name = name
        self.operation = operation
        self.function = function

    def __call__(self, x: Tensor, body: str = "kernel") -> Tensor:
        """x of any shape → the value, same shape."""
        if self.operation is None:
            assert self.function is not None
            return self.function(x)
        return self.operation(x, body=body)

    def backward(self, dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
        """The gradient for x, given the gradient dy for the value y.

        Raises:
            ValueError: the function has no hand-written derivative.
        """
        if self.operation is None:
            raise ValueError(
                "This activation has no hand-written derivative. "
                f'Expected one of {", ".join(NAMES)}, or gradients="tape", which differentiates any function. '
                f"Received: activation={self.function!r}"
            )
        return self.operation.backward(dy, y, x)

    @property
    def has_logits(self) -> bool:
        """True for softmax and sigmoid: their input is called logits."""
        return self.operation in (ops.softmax, ops.sigmoid)

    def leads_to_logits(self, wanted: str) -> bool:
        """True where Keras's loss would look behind the activation (fact 2).

        Args:
            wanted: the activation that the loss belongs to, `"softmax"` or `"sigmoid"`.
        """
        if not self.has_logits or self.function is None:
            return self.has_logits
        return ops.current_mode() != "eager" and self.operation is NAMES.get(wanted)

    def __repr__(self) -> str:
        return f"<activation {self.name or self.function!r}>"


def get(identifier: str | Callable[..., Any] | Activation | None) -> Activation:
    """The activation for a Keras name, a TensorFlow function, or any callable.

    Raises:
        ValueError: an unknown name.
    """
    if isinstance(identifier, Activation):
        return identifier
    if identifier is None:
        return Activation("linear", ops.identity)
    if callable(identifier):
        for name, (function, meaning) in CALLABLES.items():
            if identifier is function:
                return Activation(name, NAMES[meaning], function)
        return Activation(None, None, identifier)
    if isinstance(identifier, str) and identifier in CALLABLES:
        function, meaning = CALLABLES[identifier]
        return Activation(identifier, NAMES[meaning], function)
    checks.one_of("activation", identifier, NAMES)
    return Activation(identifier, NAMES[identifier])
