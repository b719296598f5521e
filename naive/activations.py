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
4. `celu` at exactly 0 has gradient 2: its two terms, max(x, 0) and min(x, 0), both pass their slope there.
5. `sparsemax` is not the function of its paper where more than one number stays above 0: its values then add up to
   less than 1 (see `ops.sparsemax`).
6. `glu` halves the last axis: its first half is multiplied by the sigmoid of its second. Keras's `Dense` does not know
   of this: it announces all its units, and a layer behind it that relies on that refuses what it gets.
7. `leaky_relu` leaks 0.2 as an activation; the layer of that name leaks 0.3.

These five stand in `naive/ops/squash.py`. The rest of Keras's names are in `naive/ops/hinges.py`, made of straight
pieces (leaky_relu, relu6, hard_sigmoid, hard_silu, hard_tanh, hard_shrink, soft_shrink, sparse_plus, sparse_sigmoid),
and in `naive/ops/bends.py`, smooth (elu, celu, selu, softplus, log_sigmoid, softsign, squareplus, silu, gelu, mish,
tanh_shrink, log_softmax). `naive/ops/bounds.py` has the two that look at several numbers at once, glu and sparsemax,
relu with arguments, which the layer `ReLU` uses, and `threshold`: a name of Keras's too, but one that a layer cannot
use, because the function has arguments without a default.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from naive import checks, ops
from naive.ops import Operation, Tensor

NAMES: dict[str, Operation] = {
    "celu": ops.celu,
    "elu": ops.elu,
    "exponential": ops.exp,
    "gelu": ops.gelu,
    "glu": ops.glu,
    "hard_shrink": ops.hard_shrink,
    "hard_sigmoid": ops.hard_sigmoid,
    "hard_silu": ops.hard_silu,
    "hard_swish": ops.hard_silu,
    "hard_tanh": ops.hard_tanh,
    "leaky_relu": ops.leaky_relu,
    "linear": ops.identity,
    "log_sigmoid": ops.log_sigmoid,
    "log_softmax": ops.log_softmax,
    "mish": ops.mish,
    "relu": ops.relu,
    "relu6": ops.relu6,
    "selu": ops.selu,
    "sigmoid": ops.sigmoid,
    "silu": ops.silu,
    "soft_shrink": ops.soft_shrink,
    "softmax": ops.softmax,
    "softplus": ops.softplus,
    "softsign": ops.softsign,
    "sparse_plus": ops.sparse_plus,
    "sparse_sigmoid": ops.sparse_sigmoid,
    "sparsemax": ops.sparsemax,
    "squareplus": ops.squareplus,
    "swish": ops.silu,
    "tanh": ops.tanh,
    "tanh_shrink": ops.tanh_shrink,
}

CALLABLES: dict[str, tuple[Callable[..., Any], str]] = {
    "tf.identity": (tf.identity, "linear"),
    "tf.exp": (tf.exp, "exponential"),
    "tf.nn.elu": (tf.nn.elu, "elu"),
    "tf.nn.gelu": (tf.nn.gelu, "gelu"),
    "tf.nn.leaky_relu": (tf.nn.leaky_relu, "leaky_relu"),
    "tf.nn.log_softmax": (tf.nn.log_softmax, "log_softmax"),
    "tf.nn.relu": (tf.nn.relu, "relu"),
    "tf.nn.relu6": (tf.nn.relu6, "relu6"),
    "tf.nn.selu": (tf.nn.selu, "selu"),
    "tf.nn.sigmoid": (tf.nn.sigmoid, "sigmoid"),
    "tf.nn.silu": (tf.nn.silu, "silu"),
    "tf.nn.softmax": (tf.nn.softmax, "softmax"),
    "tf.nn.softplus": (tf.nn.softplus, "softplus"),
    "tf.nn.softsign": (tf.nn.softsign, "softsign"),
    "tf.nn.tanh": (tf.nn.tanh, "tanh"),
}
"""TensorFlow functions whose derivative is known here, and the Keras name that computes the same."""


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
