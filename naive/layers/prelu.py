"""PReLU: a leaky relu that learns how much each unit leaks.

    y = max(x, 0) - alpha · max(-x, 0)          x (batch, …)   alpha (…), 1 along shared axes

    dx     = dy where x > 0, alpha · dy where x < 0, 0 at 0
    dalpha = -Σ dy · max(-x, 0)                 over the batch and the shared axes

Keras facts (Keras 3.15.1)
1. There is one alpha for each number of an example, unless axes are shared; `shared_axes=[1, 2]` leaves one for each
   channel of an image.
2. It starts at 0: at first a PReLU is a relu.
3. Both terms are relus, so at exactly 0 the gradient is 0, not alpha.

Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015, equations 1 and 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import checks, initializers, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor


class NaivePReLU(NaiveLayer):
    """A leaky relu with a trainable slope.

    Args:
        input_shape: of one example, without the batch.
        alpha_initializer: a Keras name or a naive initializer.
        shared_axes: along which axes one slope serves all; an integer or several, the batch being axis 0.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a shape that is not made of positive integers, or an axis that there is not.
    """

    def __init__(
        self,
        input_shape: Sequence[int],
        alpha_initializer: str | dict[str, Any] | initializers.NaiveInitializer = "zeros",
        shared_axes: int | Sequence[int] | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype, body, name)
        for length in input_shape:
            checks.positive_integer("input_shape", length)
        self.input_shape = tuple(input_shape)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.shared_axes = None
        if shared_axes is not None:
            self.shared_axes = list(shared_axes) if isinstance(shared_axes, (tuple, list)) else [shared_axes]
        sizes = list(self.input_shape)
        for axis in self.shared_axes or []:
            if isinstance(axis, bool) or not isinstance(axis, int) or not 1 <= axis <= len(sizes):
                raise ValueError(
                    "`shared_axes` must hold axes behind the batch. "
                    f"Expected integers from 1 to {len(sizes)}. Received: shared_axes={shared_axes!r}"
                )
            sizes[axis - 1] = 1
        self.alpha = ops.variable(self.alpha_initializer(tuple(sizes), dtype), "alpha")

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, …) → y, same shape"""
        x = ops.tensor(x, self.dtype)
        shape = tuple(x.shape)
        if len(shape) != len(self.input_shape) + 1 or any(
            mine not in (1, theirs) for mine, theirs in zip(self.alpha.shape, shape[1:], strict=True) if theirs
        ):
            raise ValueError(
                f"The input does not fit NaivePReLU(input_shape={self.input_shape}, shared_axes={self.shared_axes}). "
                f"Expected shape (batch, {', '.join(map(str, self.input_shape))}). Received: shape={shape}"
            )
        slope = ops.negative(self.alpha)  # (…)
        mirrored = ops.negative(x)  # (batch, …)
        positive = ops.relu(x, body=self.body)  # (batch, …)
        below = ops.relu(mirrored, body=self.body)  # (batch, …)
        y = ops.add(positive, ops.multiply(slope, below))  # (batch, …)
        return y, {"x": x, "mirrored": mirrored, "positive": positive, "below": below, "slope": slope}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, …) → dx (batch, …), dalpha (…)"""
        dslope, dbelow = ops.multiply.backward(dy, None, saved["slope"], saved["below"])  # (…), (batch, …)
        dmirrored = ops.relu.backward(dbelow, saved["below"], saved["mirrored"])  # (batch, …)
        dpositive = ops.relu.backward(dy, saved["positive"], saved["x"])  # (batch, …)
        return dpositive - dmirrored, {"alpha": ops.negative(dslope)}

    @property
    def named_weights(self) -> dict[str, Any]:
        """alpha, in the shape of an example, 1 along shared axes"""
        return {"alpha": self.alpha}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "input_shape": list(self.input_shape),
            "alpha_initializer": initializers.config_of(self.alpha_initializer),
            "shared_axes": self.shared_axes,
        }
