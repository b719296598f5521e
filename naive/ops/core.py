"""What an operation is: a value, its derivative, and sometimes two bodies.

Everything that layers, losses and activations compute goes through the operations of this package. An
operation is written in up to three parts, one under the other::

    @operation
    def relu(x):                    # the kernel: what TensorFlow (and so Keras) runs
        return tf.nn.relu(x)

    @relu.definition
    def _(x):                       # the same sum in plain arithmetic
        return where(x > 0, x, 0)

    @relu.derivative
    def _(dy, y, x):                # the gradient arriving (dy), the value, the inputs
        return where(y > 0, dy, 0)

Three words are the same everywhere: `dy` is the gradient that arrives at the output `y`, the derivative returns
the gradient for each input, in order. Kernel and definition have one meaning; they may differ in the last bits,
because floating-point sums depend on their order.

A few operations have a second derivative function, `definition_derivative`, for the definition. They are those whose
kernel adds in an order that no other program can follow, so that its gradient, to the last bit, has to come from a
kernel too. Everything else has one derivative for both bodies.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf

BODIES = ("kernel", "definition")


class Operation:
    """A function of tensors together with its derivative.

    Call it for the value; `backward(dy, y, *inputs)` gives the gradient for the inputs. An operation without a
    separate definition is plain arithmetic already, and `body="definition"` runs the same code.
    """

    def __init__(self, kernel: Callable[..., Any]) -> None:
        functools.update_wrapper(self, kernel)
        self.name = kernel.__name__
        self._kernel = kernel
        self._definition: Callable[..., Any] = kernel
        self._derivative: Callable[..., Any] | None = None
        self._definition_derivative: Callable[..., Any] | None = None

    def definition(self, function: Callable[..., Any]) -> None:
        """Register the body in plain arithmetic (used as a decorator)."""
        self._definition = function

    def derivative(self, function: Callable[..., Any]) -> None:
        """Register the derivative (used as a decorator)."""
        self._derivative = function

    def definition_derivative(self, function: Callable[..., Any]) -> None:
        """Register the derivative of the definition, where it is not the kernel's (used as a decorator)."""
        self._definition_derivative = function

    @property
    def has_definition(self) -> bool:
        """True when the definition is a body of its own, not the kernel itself."""
        return self._definition is not self._kernel

    @property
    def differentiable(self) -> bool:
        """True when the operation has a derivative; counting and comparing have none."""
        return self._derivative is not None

    def __call__(self, *inputs: Any, body: str = "kernel", **options: Any) -> Any:
        run = self._definition if body == "definition" else self._kernel
        if not tf.executing_eagerly():
            inputs = tuple(_with_known_shape(one) for one in inputs)
        return run(*inputs, **options)

    def backward(self, dy: Any, y: Any, *inputs: Any, body: str = "kernel", **options: Any) -> Any:
        """The gradient for the input, or a tuple of one per input, given the gradient `dy` of the output `y`.

        Args:
            body: the body that `y` came from; it matters only where the definition has a derivative of its own.

        Raises:
            TypeError: the operation has no derivative.
        """
        if self._derivative is None:
            raise TypeError(f"The operation has no derivative. Received: operation={self.name!r}")
        run = self._derivative
        if body == "definition" and self._definition_derivative is not None:
            run = self._definition_derivative
        return run(dy, y, *inputs, **options)

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


def _with_known_shape(x: Any) -> Any:
    """A weight's value with its shape told to TensorFlow's graph optimizer, which does not know it by itself.

    Inside a function that a compiled loop calls, only this makes it know what it knows in Keras; and it chooses
    kernels, and the order of sums, by shape.
    """
    if isinstance(x, tf.Variable) and x.dtype.is_floating:
        return tf.ensure_shape(tf.convert_to_tensor(x), x.shape)
    return x


def operation(kernel: Callable[..., Any]) -> Operation:
    """Turn a function of tensors into an `Operation` (used as a decorator)."""
    return Operation(kernel)
