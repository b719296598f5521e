"""Softmax: any numbers become shares of a whole, all positive, together 1.

    y = eˣ / Σ eˣ                             the sum along `axis`
    dx = (dy - Σ dy · y) · y

With a mask, which is True where a number counts, the others are lowered before and set to 0 afterwards:

    y = where(mask, softmax(where(mask, x, -10⁹)), 0)

Keras facts (Keras 3.15.1)
1. Without a mask the layer leads a cross-entropy to the logits, also where `axis` is not the last one; the loss then
   takes its own softmax of them, along its own axis, the last. With a mask the logits are lost.
2. -10⁹ is not -∞: a number can be lower still. Where all are masked, the shares are equal before they become 0.
3. The mask must fit from the last axis on: each of its axes is 1 or as long as x's. A mask (batch, steps) of a
   sequence (batch, steps, channels) does not fit.
4. A mask of numbers counts as True above 0.5.

Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990, equation 6.
"""

from __future__ import annotations

from typing import Any

from naive import ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor

LOW = -1e9
"""What stands in for a masked number (fact 2)."""


class NaiveSoftmax(NaiveLayer):
    """Shares of a whole.

    Args:
        axis: along which the shares add up to 1. Keras also takes several axes; here it is one.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: an axis that is not an integer.
    """

    takes_mask = True

    def __init__(self, axis: int = -1, dtype: str = "float32", body: str = "kernel", name: str | None = None) -> None:
        super().__init__(dtype, body, name)
        if isinstance(axis, (tuple, list)) and len(axis) == 1:
            axis = axis[0]
        if isinstance(axis, bool) or not isinstance(axis, int):
            raise ValueError(f"`axis` must be one axis. Expected an integer. Received: axis={axis!r}")
        self.axis = axis

    def forward(self, x: Tensor, training: bool = False, mask: Tensor | None = None) -> tuple[Tensor, Saved]:
        """x of any shape, mask that fits it → y, the shape of x"""
        x = ops.tensor(x, self.dtype)
        if not -len(x.shape) <= self.axis < len(x.shape):
            raise ValueError(
                f"The input has no axis {self.axis}. Expected one of {len(x.shape)} axes. "
                f"Received: axis={self.axis}, shape={tuple(x.shape)}"
            )
        if mask is None:
            y = ops.softmax(x, axis=self.axis, body=self.body)
            return y, {"x": x, "y": y, "logits": x}
        counts = self._fitting(mask, x)
        lowered = ops.where(counts, x, ops.tensor(LOW, self.dtype))
        shares = ops.softmax(lowered, axis=self.axis, body=self.body)
        y = ops.where(counts, shares, ops.zeros((), self.dtype))
        return y, {"x": x, "counts": counts, "lowered": lowered, "shares": shares}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy → dx, same shape"""
        if wrt == "logits":
            return dy, {}
        x = saved["x"]
        if "counts" not in saved:
            return ops.softmax.backward(dy, saved["y"], x, axis=self.axis), {}
        counts, shares, zero = saved["counts"], saved["shares"], ops.zeros((), self.dtype)
        _, dshares, _ = ops.where.backward(dy, None, counts, shares, zero)
        dlowered = ops.softmax.backward(dshares, shares, saved["lowered"], axis=self.axis)
        _, dx, _ = ops.where.backward(dlowered, None, counts, x, zero)
        return dx, {}

    def logits(self, saved: Saved, wanted: str) -> Tensor | None:
        """x, for any loss that looks behind a softmax or sigmoid (fact 1)."""
        return saved.get("logits") if wanted else None

    def _fitting(self, mask: Tensor, x: Tensor) -> Tensor:
        counts = ops.boolean(mask)
        sizes, lengths = tuple(counts.shape), tuple(x.shape)
        pairs = zip(sizes[::-1], lengths[::-1], strict=False)
        if len(sizes) > len(lengths) or any(None not in (a, b) and a not in (1, b) for a, b in pairs):
            raise ValueError(
                "The mask does not fit the input. Expected as many axes as the input or fewer, each as long as the "
                f"input's or 1, counted from the last. Received: mask.shape={sizes}, shape={lengths}"
            )
        return counts

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"axis": self.axis}
