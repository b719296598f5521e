"""Masking: steps that hold nothing but one agreed number are marked as missing. Identity: nothing happens at all.

    Masking    mask[b, t] = any(x[b, t, ·] ≠ mask_value)       True where there is a step
               y = x where the mask is True, else 0            dx = dy where the mask is True, else 0
    Identity   y = x                                           dx = dy
    x (batch, steps, …, channels)

Keras facts (Keras 3.15.1)
1. A missing step comes out as 0, whatever `mask_value` is.
2. A step counts as missing only where all its numbers equal `mask_value` exactly, and only the last axis is looked
   at: for x (batch, steps, a, channels) the mask is (batch, steps, a).
3. A mask that arrives at `Masking` is replaced; `Identity` hands it on.
4. `Identity` returns the very tensor it was given, so a loss behind it still finds a softmax's logits.
"""

from __future__ import annotations

from typing import Any

from naive import ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor


class NaiveMasking(NaiveLayer):
    """Marks missing steps.

    Args:
        mask_value: what a missing step is filled with.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a value that is not a number.
    """

    def __init__(
        self, mask_value: float = 0.0, dtype: str = "float32", body: str = "kernel", name: str | None = None
    ) -> None:
        super().__init__(dtype, body, name)
        if isinstance(mask_value, bool) or not isinstance(mask_value, (int, float)):
            raise ValueError(f"`mask_value` must be a number. Expected a float. Received: mask_value={mask_value!r}")
        self.mask_value = mask_value

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, steps, …, channels) → y, same shape"""
        x = ops.tensor(x, self.dtype)
        there = ops.any_last(ops.differs(x, self.mask_value), keepdims=True)  # (batch, steps, …, 1)
        return ops.where(there, x, ops.zeros((), self.dtype)), {"x": x, "there": there}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, steps, …, channels) → dx, same shape"""
        _, dx, _ = ops.where.backward(dy, None, saved["there"], saved["x"], ops.zeros((), self.dtype))
        return dx, {}

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """True where there is a step, (batch, steps, …)."""
        return ops.any_last(ops.differs(ops.tensor(x, self.dtype), self.mask_value))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"mask_value": self.mask_value}


class NaiveIdentity(NaiveLayer):
    """y = x"""

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x of any shape → y, the same tensor"""
        return ops.tensor(x, self.dtype), {}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy → dx, the same tensor"""
        return dy, {}

    def is_identity(self, training: bool) -> bool:
        return True
