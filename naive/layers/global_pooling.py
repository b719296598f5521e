"""Global pooling: of each channel one number remains, its average or its largest, and the places are forgotten.

    average   y = Σ x / n               dx = dy / n, the same for all n places
    max       y = max x                 dx = dy / (how many are largest), at the largest
    x (batch, height, width, channels)  →  y (batch, channels);  1D: x (batch, steps, channels)

With a mask (1D average only), m being 1 where there is a step and 0 where there is nothing:

    y = Σ m·x / Σ m                     dx = m · dy / Σ m

Keras facts (Keras 3.15.1)
1. Equal maxima share the gradient equally. In `MaxPooling2D` with a window as large as the image the first one takes
   it all: the same values forward, another gradient.
2. `keepdims=True` leaves the axes that were pooled, with length 1.
3. Only `GlobalAveragePooling1D` looks at a mask. An example in which every step is masked is 0 / 0: NaN.
4. None of them hands a mask on.

Source: Lin, Chen and Yan, "Network in network", 2013, section 3.2.
"""

from __future__ import annotations

from typing import Any

from naive import checks, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Operation, Tensor


class NaiveGlobalPooling(NaiveLayer):
    """What all four have in common.

    Args:
        data_format: `"channels_last"`, or None, which means the same.
        keepdims: True keeps the pooled axes, with length 1.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: another data format.
    """

    keeps_mask = False
    axes: tuple[str, ...] = ("height", "width")
    pool: Operation

    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype, body, name)
        checks.one_of("data_format", "channels_last" if data_format is None else data_format, ["channels_last"])
        self.data_format = "channels_last"
        self.keepdims = bool(keepdims)
        self.pooled = tuple(range(1, 1 + len(self.axes)))

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, height, width, channels) → y (batch, channels); 1D: x (batch, steps, channels)"""
        x = ops.tensor(x, self.dtype)
        checks.axes(x, ("batch", *self.axes, "channels"), type(self).__name__)
        y = self.pool(x, self.pooled, keepdims=self.keepdims, body=self.body)  # (batch, channels)
        return y, {"x": x, "y": y}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, channels) → dx (batch, height, width, channels)"""
        dx, _ = self.pool.backward(dy, saved["y"], saved["x"], self.pooled, keepdims=self.keepdims)
        return dx, {}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"data_format": self.data_format, "keepdims": self.keepdims}


class NaiveGlobalMaxPooling1D(NaiveGlobalPooling):
    """The largest number of each channel, over all steps."""

    axes = ("steps",)
    pool = ops.global_max


class NaiveGlobalMaxPooling2D(NaiveGlobalPooling):
    """The largest number of each channel, over the whole image."""

    pool = ops.global_max


class NaiveGlobalAveragePooling2D(NaiveGlobalPooling):
    """The average of each channel, over the whole image."""

    pool = ops.global_average


class NaiveGlobalAveragePooling1D(NaiveGlobalPooling):
    """The average of each channel, over all steps, or over those that the mask shows."""

    takes_mask = True
    axes = ("steps",)
    pool = ops.global_average

    def forward(self, x: Tensor, training: bool = False, mask: Tensor | None = None) -> tuple[Tensor, Saved]:
        """x (batch, steps, channels), mask (batch, steps) → y (batch, channels)"""
        if mask is None:
            return super().forward(x, training)
        x = ops.tensor(x, self.dtype)
        checks.axes(x, ("batch", *self.axes, "channels"), type(self).__name__)
        shown = ops.cast(ops.expand(mask, 2), "bool")  # (batch, steps, 1)
        seen = ops.where(shown, x, ops.zeros((), self.dtype))  # (batch, steps, channels)
        total = ops.sum_steps(seen, keepdims=self.keepdims)  # (batch, channels)
        count = ops.sum_steps(ops.cast(shown, self.dtype), keepdims=self.keepdims)  # (batch, 1)
        return ops.divide(total, count), {"x": x, "shown": shown, "seen": seen, "total": total, "count": count}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, channels) → dx (batch, steps, channels)"""
        if "shown" not in saved:
            return super().backward(dy, saved, wrt)
        dtotal, _ = ops.divide.backward(dy, None, saved["total"], saved["count"])  # (batch, channels)
        dseen = ops.sum_steps.backward(dtotal, None, saved["seen"], keepdims=self.keepdims)  # (batch, steps, channels)
        _, dx, _ = ops.where.backward(dseen, None, saved["shown"], saved["x"], ops.zeros((), self.dtype))
        return dx, {}
