"""Other shapes for the same numbers: Flatten, Reshape, Permute and RepeatVector.

    Flatten        (batch, a, b, …)    →  (batch, a·b·…)          dx = dy in the shape of x
    Reshape        (batch, …)          →  (batch, *target_shape)  dx = dy in the shape of x
    Permute        (batch, a₁, a₂, …)  →  the axes in the order `dims`        dx = dy in the order undone
    RepeatVector   (batch, c)          →  (batch, n, c)           dx = Σ dy over the n copies

Numbers are read row by row, the last axis fastest. No number changes, so a gradient only travels back.

Keras facts (Keras 3.15.1)
1. `Flatten` makes (batch, 1) of a tensor of shape (batch,).
2. `Permute` counts axes from 1, the batch being 0.
3. The logits behind a softmax are lost on the way: a loss behind one of these layers sees probabilities, also where
   the shape stayed the same.
4. None of them hands a mask on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from naive import checks, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor


class NaiveFlatten(NaiveLayer):
    """All axes but the batch become one.

    Args:
        data_format: `"channels_last"`, or None, which means the same.
        dtype, body, name: see `NaiveLayer`.
    """

    keeps_mask = False

    def __init__(
        self, data_format: str | None = None, dtype: str = "float32", body: str = "kernel", name: str | None = None
    ) -> None:
        super().__init__(dtype, body, name)
        checks.one_of("data_format", "channels_last" if data_format is None else data_format, ["channels_last"])
        self.data_format = "channels_last"

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, a, b, …) → y (batch, a·b·…)"""
        x = ops.tensor(x, self.dtype)
        known = None not in x.shape[1:]
        length = math.prod(x.shape[1:]) if known else -1
        return ops.reshape(x, (ops.sizes(x)[0], length)), {"x": x}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, a·b·…) → dx (batch, a, b, …)"""
        dx, _ = ops.reshape.backward(dy, None, saved["x"], None)
        return dx, {}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"data_format": self.data_format}


class NaiveReshape(NaiveLayer):
    """Another shape for each example.

    Args:
        target_shape: without the batch; one length may be -1, for what is left.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a shape that is none, or, at a call, one that the input does not fill.
    """

    keeps_mask = False

    def __init__(
        self, target_shape: Sequence[int], dtype: str = "float32", body: str = "kernel", name: str | None = None
    ) -> None:
        super().__init__(dtype, body, name)
        sizes = tuple(target_shape) if isinstance(target_shape, (tuple, list)) else (None,)
        if not all(isinstance(one, int) and (one > 0 or one == -1) for one in sizes) or sizes.count(-1) > 1:
            raise ValueError(
                "`target_shape` must hold the lengths of the new axes. Expected positive integers, at most one of them "
                f"-1. Received: target_shape={target_shape!r}"
            )
        self.target_shape = sizes

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, …) → y (batch, *target_shape)"""
        x = ops.tensor(x, self.dtype)
        return ops.reshape(x, (ops.sizes(x)[0], *self._sizes(x))), {"x": x}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, *target_shape) → dx (batch, …)"""
        dx, _ = ops.reshape.backward(dy, None, saved["x"], None)
        return dx, {}

    def _sizes(self, x: Tensor) -> tuple[int, ...]:
        """The target shape, the -1 put in where the input's lengths are known."""
        if None in x.shape[1:]:
            return self.target_shape
        numbers = math.prod(x.shape[1:])
        given = math.prod(size for size in self.target_shape if size != -1)
        if numbers % given or (-1 not in self.target_shape and numbers != given):
            raise ValueError(
                f"The input cannot be reshaped. Expected examples of {given} numbers, or of a multiple where one axis "
                f"is -1, for target_shape={self.target_shape}. Received: shape={tuple(x.shape)}, {numbers} numbers"
            )
        return tuple(numbers // given if size == -1 else size for size in self.target_shape)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"target_shape": list(self.target_shape)}


class NaivePermute(NaiveLayer):
    """Other order of the axes.

    Args:
        dims: which axis comes first, second, …; the batch, axis 0, stays where it is.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: anything but the numbers 1, 2, … in some order.
    """

    keeps_mask = False

    def __init__(
        self, dims: Sequence[int], dtype: str = "float32", body: str = "kernel", name: str | None = None
    ) -> None:
        super().__init__(dtype, body, name)
        order = tuple(dims) if isinstance(dims, (tuple, list)) else ()
        if not order or sorted(order) != list(range(1, len(order) + 1)):
            raise ValueError(
                "`dims` must hold every axis behind the batch once. Expected the numbers 1, 2, … in some order. "
                f"Received: dims={dims!r}"
            )
        self.dims = order

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, a₁, a₂, …) → y, its axes in the order 0, *dims"""
        x = ops.tensor(x, self.dtype)
        checks.axes(x, ("batch", *(f"axis {one}" for one in sorted(self.dims))), f"NaivePermute(dims={self.dims})")
        return ops.permute(x, (0, *self.dims)), {"x": x}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy in the order of y → dx in the order of x"""
        dx, _ = ops.permute.backward(dy, None, saved["x"], (0, *self.dims))
        return dx, {}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"dims": list(self.dims)}


class NaiveRepeatVector(NaiveLayer):
    """The same vector at each of n steps.

    Args:
        n: how many steps.
        dtype, body, name: see `NaiveLayer`.
    """

    keeps_mask = False

    def __init__(self, n: int, dtype: str = "float32", body: str = "kernel", name: str | None = None) -> None:
        checks.positive_integer("n", n)
        super().__init__(dtype, body, name)
        self.n = int(n)

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, c) → y (batch, n, c)"""
        x = ops.tensor(x, self.dtype)
        checks.axes(x, ("batch", "channels"), f"NaiveRepeatVector(n={self.n})")
        batch, channels = ops.sizes(x)
        step = ops.reshape(x, (batch, 1, channels))  # (batch, 1, c)
        return ops.repeat(step, self.n, 1, body=self.body), {"x": x, "step": step}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, n, c) → dx (batch, c)"""
        dstep, *_ = ops.repeat.backward(dy, None, saved["step"], self.n, 1)  # (batch, 1, c)
        dx, _ = ops.reshape.backward(dstep, None, saved["x"], None)  # (batch, c)
        return dx, {}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"n": self.n}
