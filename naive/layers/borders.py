"""Larger and smaller images: zeros around them, less of them, or every cell several times.

    ZeroPadding   y is x with zeros around it               dx: dy without the border
    Cropping      y is x without its border                 dx: dy with zeros around it
    UpSampling    y[b, r, s, c] = x[b, r // tall, s // wide, c]     dx: the sum over the copies of each cell
    x (batch, height, width, channels);  1D: x (batch, steps, channels)

Padding and cropping are each other's derivative.

Keras facts (Keras 3.15.1)
1. One number stands for all sides; in 2D a pair is (height, width), each the same on both sides, and a pair of pairs
   is ((top, bottom), (left, right)). In 1D a pair is (before, after).
2. `UpSampling2D` copies first the rows, then the columns; its gradient adds the copies in a row first, then the rows.
3. None of them hands a mask on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import checks, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.layers.convolution_base import lengths
from naive.ops import Operation, Tensor

Borders = tuple[tuple[int, int], ...]


class NaiveBorders(NaiveLayer):
    """What padding and cropping have in common: (before, after) for each axis between batch and channels."""

    keeps_mask = False
    axes: tuple[str, ...] = ("height", "width")
    change: Operation
    argument: str

    def __init__(self, borders: Borders, dtype: str, body: str, name: str | None) -> None:
        super().__init__(dtype, body, name)
        self.borders = ((0, 0), *borders, (0, 0))

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, height, width, channels) → y (batch, other height, other width, channels)"""
        x = ops.tensor(x, self.dtype)
        checks.axes(x, ("batch", *self.axes, "channels"), type(self).__name__)
        self._something_is_left(x)
        return self.change(x, self.borders), {"x": x}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, other height, other width, channels) → dx (batch, height, width, channels)"""
        dx, _ = self.change.backward(dy, None, saved["x"], self.borders)
        return dx, {}

    def _something_is_left(self, x: Tensor) -> None:
        """Nothing to check where the image grows."""

    def get_config(self) -> dict[str, Any]:
        sides = getattr(self, self.argument)
        plain = [list(side) if isinstance(side, tuple) else side for side in sides]
        config = super().get_config() | {self.argument: plain}
        return config | ({"data_format": "channels_last"} if hasattr(self, "data_format") else {})


class NaiveZeroPadding1D(NaiveBorders):
    """Zeros before and after the steps.

    Args:
        padding: how many; an integer, or (before, after).
        data_format: `"channels_last"`, or None, which means the same.
        dtype, body, name: see `NaiveLayer`.
    """

    axes = ("steps",)
    change = ops.zero_pad
    argument = "padding"

    def __init__(
        self,
        padding: int | Sequence[int] = 1,
        data_format: str | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        self.padding = lengths("padding", padding, 2, least=0)
        self.data_format = channels_last(data_format)
        super().__init__((self.padding,), dtype, body, name)  # type: ignore[arg-type]


class NaiveZeroPadding2D(NaiveBorders):
    """Zeros around an image.

    Args:
        padding: an integer, (height, width), or ((top, bottom), (left, right)).
        data_format: `"channels_last"`, or None, which means the same.
        dtype, body, name: see `NaiveLayer`.
    """

    change = ops.zero_pad
    argument = "padding"

    def __init__(
        self,
        padding: int | Sequence[Any] = (1, 1),
        data_format: str | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        self.padding = around("padding", padding)
        self.data_format = channels_last(data_format)
        super().__init__(self.padding, dtype, body, name)


class NaiveCropping(NaiveBorders):
    """What both croppings have in common."""

    change = ops.crop
    argument = "cropping"

    def _something_is_left(self, x: Tensor) -> None:
        for length, border in zip(x.shape, self.borders, strict=True):
            if length is not None and sum(border) >= length:
                raise ValueError(
                    f"{type(self).__name__} leaves nothing of the input. Expected axes longer than what is cut off, "
                    f"cropping={self.borders[1:-1]}. Received: shape={tuple(x.shape)}"
                )


class NaiveCropping1D(NaiveCropping):
    """The steps without the first and the last ones.

    Args:
        cropping: how many; an integer, or (before, after).
        dtype, body, name: see `NaiveLayer`.
    """

    axes = ("steps",)

    def __init__(
        self,
        cropping: int | Sequence[int] = (1, 1),
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        self.cropping = lengths("cropping", cropping, 2, least=0)
        super().__init__((self.cropping,), dtype, body, name)  # type: ignore[arg-type]


class NaiveCropping2D(NaiveCropping):
    """An image without its border.

    Args:
        cropping: an integer, (height, width), or ((top, bottom), (left, right)).
        data_format: `"channels_last"`, or None, which means the same.
        dtype, body, name: see `NaiveLayer`.
    """

    def __init__(
        self,
        cropping: int | Sequence[Any] = ((0, 0), (0, 0)),
        data_format: str | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        self.cropping = around("cropping", cropping)
        self.data_format = channels_last(data_format)
        super().__init__(self.cropping, dtype, body, name)


class NaiveUpSampling1D(NaiveLayer):
    """Every step several times in a row.

    Args:
        size: how many times.
        dtype, body, name: see `NaiveLayer`.
    """

    keeps_mask = False

    def __init__(self, size: int = 2, dtype: str = "float32", body: str = "kernel", name: str | None = None) -> None:
        checks.positive_integer("size", size)
        super().__init__(dtype, body, name)
        self.size = int(size)

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, steps, channels) → y (batch, size · steps, channels)"""
        x = ops.tensor(x, self.dtype)
        checks.axes(x, ("batch", "steps", "channels"), type(self).__name__)
        return ops.repeat(x, self.size, 1, body=self.body), {"x": x}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, size · steps, channels) → dx (batch, steps, channels)"""
        dx, *_ = ops.repeat.backward(dy, None, saved["x"], self.size, 1)
        return dx, {}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"size": self.size}


class NaiveUpSampling2D(NaiveLayer):
    """Every cell of an image several times.

    Args:
        size: an integer, or (tall, wide): how many times, down and across.
        data_format: `"channels_last"`, or None, which means the same.
        interpolation: `"nearest"`; the others that Keras has are not here.
        dtype, body, name: see `NaiveLayer`.
    """

    keeps_mask = False

    def __init__(
        self,
        size: int | Sequence[int] = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype, body, name)
        self.size = lengths("size", size, 2)
        self.data_format = channels_last(data_format)
        checks.one_of("interpolation", interpolation, ["nearest"])
        self.interpolation = interpolation

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, height, width, channels) → y (batch, tall · height, wide · width, channels)"""
        x = ops.tensor(x, self.dtype)
        checks.axes(x, ("batch", "height", "width", "channels"), type(self).__name__)
        tall, wide = self.size
        rows = ops.repeat(x, tall, 1, body=self.body)  # (batch, tall · height, width, channels)
        return ops.repeat(rows, wide, 2, body=self.body), {"x": x, "rows": rows}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, tall · height, wide · width, channels) → dx (batch, height, width, channels)"""
        tall, wide = self.size
        drows, *_ = ops.repeat.backward(dy, None, saved["rows"], wide, 2)  # (batch, tall · height, width, channels)
        dx, *_ = ops.repeat.backward(drows, None, saved["x"], tall, 1)  # (batch, height, width, channels)
        return dx, {}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "size": list(self.size),
            "data_format": self.data_format,
            "interpolation": self.interpolation,
        }


def around(argument: str, value: Any) -> Borders:
    """An integer, a pair, or a pair of pairs as ((top, bottom), (left, right)) (fact 1)."""
    if isinstance(value, int):
        value = (value, value)
    checks.pair(argument, value)
    top_bottom, left_right = (lengths(argument, side, 2, least=0) for side in value)
    return top_bottom, left_right  # type: ignore[return-value]


def channels_last(data_format: str | None) -> str:
    """The only layout there is here."""
    checks.one_of("data_format", "channels_last" if data_format is None else data_format, ["channels_last"])
    return "channels_last"
