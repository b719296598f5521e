"""Dropout: in training every number is left out with a certain probability, so that none becomes indispensable.

What is kept is enlarged, so that sums keep their expected size, and nothing needs to be done outside of training:

    keep  = u ≥ rate                    u drawn evenly from [0, 1), one for each number; x's shape
    y     = x / (1 - rate) where keep, else 0
    dx    = dy / (1 - rate) where keep, else 0

`NaiveSpatialDropout1D` and `2D` draw one u for each channel of each example, and leave whole channels out: the
neighbours in a feature map say nearly the same, so leaving out one of them would change little.

Keras facts (Keras 3.15.1)
1. The factor is 1 / (1 - rate), rounded once; x is multiplied by it. What is left out becomes +0.
2. Each call in training draws a new mask and adds 1 to the counter of the seed; other calls hand x on, untouched.
3. With `rate=0` there is no seed at all, so none is drawn from Python's generator either. With `rate=1` everything
   is 0, and the counter stays where it is.
4. The same seed makes another mask under XLA than in eager and graph mode: the bits drawn are the same, but they are
   turned into numbers differently.
5. In `noise_shape`, a length of 1 makes one draw serve all places along that axis; None is the input's own length.

Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014, section 4 (there
the weights are made smaller after training instead); Tompson et al., "Efficient Object Localization Using
Convolutional Networks", 2015, section 3.2, for whole channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import checks, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor
from naive.seeds import NaiveSeedGenerator


class NaiveDropout(NaiveLayer):
    """Leaves single numbers out.

    Args:
        rate: the probability with which a number is left out, from 0 to 1.
        noise_shape: the shape of the mask, batch included (fact 5); None is the input's shape.
        seed: an integer; None draws one.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a rate outside of 0 to 1, a mask that does not fit, or a seed that is not an integer.
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype, body, name)
        self.rate = checks.number("rate", rate, high=1)
        self.noise_shape = None if noise_shape is None else checks.example_shape("noise_shape", noise_shape)
        self.seed = seed
        self.seed_generator = NaiveSeedGenerator(seed) if self.rate > 0 else None

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x of any shape → y, the same shape"""
        x = ops.tensor(x, self.dtype)
        shape = self.shape_of_mask(x)
        if self.is_identity(training):
            return x, {}
        if self.rate == 1:
            return x * 0.0, {"keep": None}
        assert self.seed_generator is not None
        keep = ops.keep_mask(shape, self.rate, self.seed_generator.next(), self.dtype)  # x's shape
        return ops.drop(x, keep, self.rate), {"x": x, "keep": keep}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy, of x's shape → dx; there are no weights"""
        if "keep" not in saved:
            return dy, {}
        if self.rate == 1:
            return dy * 0.0, {}
        dx, _, _ = ops.drop.backward(dy, None, saved["x"], saved["keep"], self.rate)  # x's shape
        return dx, {}

    def shape_of_mask(self, x: Tensor) -> Any:
        """How many draws, along each axis of x.

        Raises:
            ValueError: `noise_shape` does not fit the input.
        """
        if self.noise_shape is None:
            return ops.shape(x)
        known = tuple(x.shape)
        if len(known) != len(self.noise_shape) or any(
            size not in (None, 1) and length not in (None, size)
            for size, length in zip(self.noise_shape, known, strict=True)
        ):
            raise ValueError(
                "`noise_shape` does not fit the input. Expected for each axis 1, None, or the input's length. "
                f"Received: noise_shape={self.noise_shape} for an input of shape {known}"
            )
        return [length if size is None else size for size, length in zip(self.noise_shape, ops.sizes(x), strict=True)]

    def is_identity(self, training: bool) -> bool:
        return not training or self.rate == 0

    @property
    def seeds(self) -> list[NaiveSeedGenerator]:
        """One, if anything is ever left out (fact 3)."""
        return [self.seed_generator] if self.seed_generator is not None else []

    def get_config(self) -> dict[str, Any]:
        noise_shape = None if self.noise_shape is None else list(self.noise_shape)
        return super().get_config() | {"rate": self.rate, "noise_shape": noise_shape, "seed": self.seed}


class NaiveSpatialDropout1D(NaiveDropout):
    """Leaves whole channels of sequences out: x (batch, steps, channels), mask (batch, 1, channels).

    Args:
        rate, seed, dtype, body, name: see `NaiveDropout`.
    """

    kept_axes: tuple[int, ...] = (0, 2)
    """The axes along which draws differ."""

    rank = 3

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(rate, None, seed, dtype, body, name)

    def shape_of_mask(self, x: Tensor) -> Any:
        """(batch, 1, …, channels)"""
        if ops.rank(x) != self.rank:
            raise ValueError(
                f"The input does not fit {type(self).__name__}. Expected {self.rank} axes, the batch included. "
                f"Received: shape={tuple(x.shape)}"
            )
        return [size if axis in self.kept_axes else 1 for axis, size in enumerate(ops.sizes(x))]

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["noise_shape"]
        return config


class NaiveSpatialDropout2D(NaiveSpatialDropout1D):
    """Leaves whole channels of images out: x (batch, rows, columns, channels), mask (batch, 1, 1, channels).

    Args:
        data_format: `"channels_last"`, or `"channels_first"` for x (batch, channels, rows, columns).
        rate, seed, dtype, body, name: see `NaiveDropout`.

    Raises:
        ValueError: an unknown format.
    """

    rank = 4

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(rate, seed, dtype, body, name)
        self.data_format = "channels_last" if data_format is None else data_format
        checks.one_of("data_format", self.data_format, ("channels_last", "channels_first"))
        self.kept_axes = (0, 1) if self.data_format == "channels_first" else (0, 3)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"data_format": self.data_format}
