"""Activation functions as layers of their own, between layers that are linear.

    Activation(f)   y = f(x)                                              dx = dy · f'(x)
    ReLU            y = min(x, max_value) where x > threshold, else negative_slope · (x - threshold)
    LeakyReLU       y = x where x > 0, else negative_slope · x            dx = dy, or negative_slope · dy
    ELU             y = x where x > 0, else alpha · (eˣ - 1)              dx = dy, or dy · alpha · eˣ

x, y, dx and dy are of the same shape, whatever it is; only glu halves the last axis.

Keras facts (Keras 3.15.1)
1. `Activation("softmax")` and `Activation("sigmoid")` lead a cross-entropy to the logits, as in `Dense`.
2. `Activation("linear")` returns the very tensor it was given.
3. The layer `LeakyReLU` leaks 0.3, the activation `"leaky_relu"` 0.2.
4. At a corner the gradient is that of the left side: 0 at 0 for relu. At `max_value` itself it still passes, except for
   `max_value=6` without a threshold, which is relu6.
5. A negative number below a threshold is 0 with `negative_slope=0`; else the line of that slope through the threshold.

Sources: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010; Maas, Hannun and Ng,
"Rectifier nonlinearities improve neural network acoustic models", 2013; Clevert, Unterthiner and Hochreiter, "Fast
and accurate deep network learning by exponential linear units", 2015.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from naive import activations, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor


class NaiveActivation(NaiveLayer):
    """Any activation function.

    Args:
        activation: a Keras name, a TensorFlow function, any callable, or None for linear.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: an unknown name.
    """

    def __init__(
        self,
        activation: str | Callable[..., Any] | activations.Activation | None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype, body, name)
        self.activation = activations.get(activation)

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x of any shape → y, same shape"""
        x = ops.tensor(x, self.dtype)
        y = self.activation(x, body=self.body)
        saved: Saved = {"x": x, "y": y}
        if self.activation.has_logits:
            saved["logits"] = x
        return y, saved

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy → dx, same shape"""
        return (dy if wrt == "logits" else self.activation.backward(dy, saved["y"], saved["x"])), {}

    def is_identity(self, training: bool) -> bool:
        """True for linear by its Keras name; `tf.identity` makes a new tensor."""
        return self.activation.operation is ops.identity and self.activation.function is None

    def get_config(self) -> dict[str, Any]:
        if self.activation.name is None:
            raise ValueError(
                "A function that has no name cannot be written into a configuration. "
                f"Expected an activation among {', '.join(activations.NAMES)}. "
                f"Received: activation={self.activation.function!r}"
            )
        return super().get_config() | {"activation": self.activation.name}


class NaiveReLU(NaiveLayer):
    """relu with a highest value, a slope below, and a threshold.

    Args:
        max_value: the highest value; None for no limit.
        negative_slope: the slope below the threshold.
        threshold: where y begins to be x.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: an argument below 0.
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype, body, name)
        if max_value is not None:
            not_negative("max_value", max_value)
        not_negative("negative_slope", negative_slope)
        not_negative("threshold", threshold)
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x of any shape → y, same shape"""
        x = ops.tensor(x, self.dtype)
        y = ops.bounded_relu(x, body=self.body, **self._bounds)
        return y, {"x": x, "y": y}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy → dx, same shape"""
        return ops.bounded_relu.backward(dy, saved["y"], saved["x"], **self._bounds), {}

    @property
    def _bounds(self) -> dict[str, Any]:
        return {"negative_slope": self.negative_slope, "max_value": self.max_value, "limit": self.threshold}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }


class NaiveLeakyReLU(NaiveLayer):
    """relu with a slope for negative numbers.

    Args:
        negative_slope: that slope, at least 0.
        dtype, body, name: see `NaiveLayer`.
    """

    def __init__(
        self, negative_slope: float = 0.3, dtype: str = "float32", body: str = "kernel", name: str | None = None
    ) -> None:
        super().__init__(dtype, body, name)
        not_negative("negative_slope", negative_slope)
        self.negative_slope = negative_slope

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x of any shape → y, same shape"""
        x = ops.tensor(x, self.dtype)
        y = ops.leaky_relu(x, negative_slope=self.negative_slope, body=self.body)
        return y, {"x": x, "y": y}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy → dx, same shape"""
        return ops.leaky_relu.backward(dy, saved["y"], saved["x"], negative_slope=self.negative_slope), {}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"negative_slope": self.negative_slope}


class NaiveELU(NaiveLayer):
    """Exponential below 0.

    Args:
        alpha: y goes to -alpha far below 0.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: `alpha` is not a number.
    """

    def __init__(
        self, alpha: float = 1.0, dtype: str = "float32", body: str = "kernel", name: str | None = None
    ) -> None:
        super().__init__(dtype, body, name)
        if isinstance(alpha, bool) or not isinstance(alpha, (int, float)):
            raise ValueError(f"`alpha` must be a number. Expected a float. Received: alpha={alpha!r}")
        self.alpha = alpha

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x of any shape → y, same shape"""
        x = ops.tensor(x, self.dtype)
        y = ops.elu(x, alpha=self.alpha, body=self.body)
        return y, {"x": x, "y": y}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy → dx, same shape"""
        return ops.elu.backward(dy, saved["y"], saved["x"], alpha=self.alpha), {}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"alpha": self.alpha}


def not_negative(argument: str, value: Any) -> None:
    """`value` is a number of at least 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise ValueError(
            f"`{argument}` must be a number that is not negative. Expected {argument} >= 0. "
            f"Received: {argument}={value!r}"
        )
