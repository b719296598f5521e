"""RMS normalization: every example is divided by the root of the mean square of its features.

Layer normalization without its mean: nothing is subtracted, only the length is set.

    square = x²                              x (batch, …, features)
    mean   = Σ square / n                    n numbers along `axis`; (batch, …, 1)
    r      = 1 / √(mean + epsilon)           (batch, …, 1)
    y      = x · r · scale                   (batch, …, features)

    dscale = Σ dy · x · r                    over all examples and places
    dr     = Σ dy · scale · x                over the features
    dmean  = -½ dr · r³                      (batch, …, 1)
    dx     = dy · scale · r  +  2 x · dmean / n

Keras facts (Keras 3.15.1)
1. epsilon is 1e-6 here, and 1e-3 in the other normalisations.
2. There is always a scale, it starts at 1, and there is no shift.
3. The scale meets x from the right, as any vector does, so only the last axes can be normalised.

Source: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019, equation 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import checks, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor


class NaiveRMSNormalization(NaiveLayer):
    """Divides each example by its root mean square.

    Args:
        input_shape: one example's shape, None for lengths that may differ; an integer n is (n,).
        axis: the axis or axes of the features, counted with the batch as axis 0.
        epsilon: added to the mean square.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: axes that are not the last ones, or whose length is not known.
    """

    keeps_mask = False

    def __init__(
        self,
        input_shape: int | Sequence[int | None],
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-6,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype, body, name)
        self.input_shape = checks.example_shape("input_shape", input_shape)
        self.axis: list[int] = sorted(axis) if isinstance(axis, Sequence) else [axis]
        shape = checks.lengths("axis", self.axis, self.input_shape)
        rank = len(self.input_shape) + 1
        if [one % rank for one in self.axis] != list(range(rank - len(self.axis), rank)):
            raise ValueError(
                "RMS normalization scales along the last axes (fact 3). "
                f"Expected the last axes, in order. Received: axis={axis!r} for examples of shape {self.input_shape}"
            )
        self.epsilon = checks.number("epsilon", epsilon)
        self.scale = ops.variable(ops.ones(shape, dtype), "scale")

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, …, features) → y, the same shape"""
        x = ops.tensor(x, self.dtype)
        checks.fits(x, self.input_shape, "NaiveRMSNormalization")
        square = ops.square(x)  # (batch, …, features)
        shifted = ops.mean_over(square, self.axis, body=self.body) + self.epsilon  # (batch, …, 1)
        r = ops.rsqrt(shifted, body=self.body)  # (batch, …, 1)
        divided = ops.multiply(x, r)  # (batch, …, features)
        scale = ops.read(self.scale)  # (features,)
        y = ops.multiply(divided, scale)  # (batch, …, features)
        return y, {"x": x, "square": square, "shifted": shifted, "r": r, "divided": divided, "scale": scale}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, …, features) → dx, dscale (features,)"""
        x, r = saved["x"], saved["r"]
        ddivided, dscale = ops.multiply.backward(dy, None, saved["divided"], saved["scale"])
        dx, dr = ops.multiply.backward(ddivided, None, x, r)  # (batch, …, features), (batch, …, 1)
        dmean = ops.rsqrt.backward(dr, r, saved["shifted"])  # (batch, …, 1)
        dsquare, _ = ops.mean_over.backward(dmean, None, saved["square"], self.axis)  # (batch, …, features)
        by_square = ops.square.backward(dsquare, None, x)  # (batch, …, features)
        return ops.total([dx, by_square]), {"scale": dscale}

    @property
    def named_weights(self) -> dict[str, Any]:
        """scale, with one number for each place along `axis`"""
        return {"scale": self.scale}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "input_shape": list(self.input_shape),
            "axis": list(self.axis),
            "epsilon": self.epsilon,
        }
