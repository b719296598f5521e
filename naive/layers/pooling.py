"""Pooling: a window moves over the image, and of each place one number remains, the largest or the average.

    max       y[b, r, s, c] = max over the window of x[b, ·, ·, c]
              dx: the first maximum of a window, row by row, receives the window's dy, all others 0
    average   y[b, r, s, c] = Σ over the window of x[b, ·, ·, c] / number of cells
              dx: every cell of a window receives dy / number of cells
    x (batch, height, width, channels)  →  y (batch, rows, columns, channels);  1D: (batch, steps, channels)

A cell that lies in several windows receives the sum of what they send. Nothing is learned: a pooling layer makes the
image smaller, and what follows less sensitive to where in a window something was.

Keras facts (Keras 3.15.1)
1. `strides` is the pool size by default, so that windows do not overlap.
2. With `padding="same"` there are ceil(length / stride) windows; the cells that stick out do not count, so an average
   at the border is taken over fewer numbers. The odd cell sticks out at the end.
3. Of equal maxima in a window the first takes the whole gradient; the global layer shares it (`global_pooling.py`).
4. A mask of the input is dropped.
5. The order in which the windows that share a cell are added up is not the same for both layers and all modes; it is
   written in `naive/ops/pooling.py`.

Sources: LeCun et al., "Gradient-based learning applied to document recognition", 1998, section II.B (averages);
Riesenhuber and Poggio, "Hierarchical models of object recognition in cortex", 1999 (maxima).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import checks, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.layers.convolution_base import lengths
from naive.ops import Operation, Tensor


class NaivePooling(NaiveLayer):
    """What all four have in common.

    Args:
        pool_size: an integer, or one for each axis between batch and channels.
        strides: the same; None for the pool size.
        padding: `"valid"`, only windows inside, or `"same"`.
        data_format: `"channels_last"`, or None, which means the same.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: sizes that are not positive integers, an unknown padding, another data format.
    """

    keeps_mask = False
    axes: tuple[str, ...] = ("height", "width")
    pool: Operation

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype, body, name)
        self.pool_size = lengths("pool_size", pool_size, len(self.axes))
        self.strides = self.pool_size if strides is None else lengths("strides", strides, len(self.axes))
        checks.one_of("padding", padding, ["valid", "same"])
        checks.one_of("data_format", "channels_last" if data_format is None else data_format, ["channels_last"])
        self.padding, self.data_format = padding, "channels_last"

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, height, width, channels) → y (batch, rows, columns, channels); 1D: one axis less"""
        x = ops.tensor(x, self.dtype)
        checks.axes(x, ("batch", *self.axes, "channels"), type(self).__name__)
        self._window_fits(x)
        y = self.pool(x, self.pool_size, self.strides, self.padding, body=self.body)  # (batch, rows, columns, c)
        return y, {"x": x, "y": y}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, rows, columns, channels) → dx (batch, height, width, channels)"""
        x, y = saved["x"], saved["y"]
        dx, *_ = self.pool.backward(dy, y, x, self.pool_size, self.strides, self.padding)  # (batch, height, width, c)
        return dx, {}

    def _window_fits(self, x: Tensor) -> None:
        for length, size in zip(x.shape[1:-1], self.pool_size, strict=True):
            if self.padding == "valid" and length is not None and length < size:
                raise ValueError(
                    f"The input of {type(self).__name__} is smaller than the window. Expected at least "
                    f"pool_size={self.pool_size}, or padding='same'. Received: shape={tuple(x.shape)}"
                )

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "pool_size": list(self.pool_size),
            "strides": list(self.strides),
            "padding": self.padding,
            "data_format": self.data_format,
        }


class NaiveMaxPooling1D(NaivePooling):
    """The largest number of each window of steps."""

    axes = ("steps",)
    pool = ops.max_pool


class NaiveMaxPooling2D(NaivePooling):
    """The largest number of each window of an image."""

    pool = ops.max_pool


class NaiveAveragePooling1D(NaivePooling):
    """The average of each window of steps; without a default for `pool_size`, as in Keras."""

    axes = ("steps",)
    pool = ops.average_pool

    def __init__(self, pool_size: int | Sequence[int], *args: Any, **others: Any) -> None:
        super().__init__(pool_size, *args, **others)


class NaiveAveragePooling2D(NaivePooling):
    """The average of each window of an image; without a default for `pool_size`, as in Keras."""

    pool = ops.average_pool

    def __init__(self, pool_size: int | Sequence[int], *args: Any, **others: Any) -> None:
        super().__init__(pool_size, *args, **others)
