"""Radial basis functions: units that answer to nearness instead of to direction.

    y[j] = exp(-beta[j] · Σᵢ (x[i] - centers[j, i])²)        x (batch, …, n)   centers (units, n)   beta (units,)

Each unit has a place in the input space, its center, and a width, √(1 / (2 · beta)): it answers 1 to an input at its
center, and less the further away the input is. A linear layer behind it makes a radial basis function network.

    ddistance = dy · y · (-beta)                         distance = Σ (x - centers)²
    dbeta     = -Σ dy · y · distance                     over the batch
    dcenters  = -Σ ddistance · 2 (x - centers)           over the batch
    dx        =  Σ ddistance · 2 (x - centers)           over the units

Keras has no such layer; the reference is `keras_ref/custom/rbf.py`, written with `keras.ops` as a user would.

Keras facts (Keras 3.15.1)
1. A variable that is subtracted or multiplied by Python's signs is broadcast; its gradient is `reduce_sum` over
   all places where it was used.
2. Nothing keeps beta positive. At 0 a unit answers 1 to everything; below, it grows without bound.

Source: Broomhead and Lowe, "Multivariable Functional Interpolation and Adaptive Networks", 1988; Moody and Darken,
"Fast Learning in Networks of Locally-Tuned Processing Units", 1989, equation 1.
"""

from __future__ import annotations

from typing import Any

from naive import checks, initializers, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor


class NaiveRBF(NaiveLayer):
    """Units with a center and a width.

    Args:
        input_size: length of the last axis of the input.
        units: how many.
        beta_start: every beta at first, above 0; 1 / (2 · width²).
        centers_initializer: a Keras name or a naive initializer.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a size that is not a positive integer, a beta that is not above 0, or an unknown name.
    """

    keeps_mask = False

    def __init__(
        self,
        input_size: int,
        units: int,
        beta_start: float = 1.0,
        centers_initializer: str | dict[str, Any] | initializers.NaiveInitializer = "glorot_uniform",
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        checks.positive_integer("input_size", input_size)
        checks.positive_integer("units", units)
        super().__init__(dtype, body, name)
        self.input_size = int(input_size)
        self.units = int(units)
        self.beta_start = checks.number("beta_start", beta_start)
        if self.beta_start == 0:
            raise ValueError(f"A width is finite. Expected beta_start > 0. Received: beta_start={beta_start!r}")
        self.centers_initializer = initializers.get(centers_initializer)
        first_centers = self.centers_initializer((self.units, self.input_size), dtype)
        self.centers = ops.variable(first_centers, "centers")
        self.beta = ops.variable(ops.zeros((self.units,), dtype) + self.beta_start, "beta")

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, …, input_size) → y (batch, …, units)"""
        x = ops.tensor(x, self.dtype)
        checks.features(x, self.input_size, f"NaiveRBF(input_size={self.input_size}, ...)")
        beside = ops.expand(x, -2)  # (batch, …, 1, input_size)
        difference = ops.subtract(beside, ops.read(self.centers))  # (batch, …, units, input_size)
        distance = ops.sum(ops.square(difference), axis=-1)  # (batch, …, units)
        steepness = ops.negative(ops.read(self.beta))  # (units,)
        exponent = ops.multiply(steepness, distance)  # (batch, …, units)
        y = ops.exp(exponent)  # (batch, …, units)
        return y, {
            "x": x, "beside": beside, "difference": difference, "distance": distance, "steepness": steepness,
            "exponent": exponent, "y": y,
        }  # fmt: skip

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, …, units) → dx (batch, …, input_size), dcenters, dbeta"""
        difference, distance = saved["difference"], saved["distance"]
        dexponent = ops.exp.backward(dy, saved["y"], saved["exponent"])  # (batch, …, units)
        dsteepness, ddistance = ops.multiply.backward(dexponent, None, saved["steepness"], distance)
        dsquare = ops.sum.backward(ddistance, None, difference, axis=-1)  # (batch, …, units, input_size)
        ddifference = ops.square.backward(dsquare, None, difference)  # (batch, …, units, input_size)
        dbeside, dcenters = ops.subtract.backward(ddifference, None, saved["beside"], self.centers)
        dx = ops.expand.backward(dbeside, None, saved["x"], -2)[0]  # (batch, …, input_size)
        return dx, {"centers": dcenters, "beta": ops.negative(dsteepness)}  # (units, input_size), (units,)

    @property
    def tape_depth(self) -> int:
        """One for each line of `forward`."""
        return 6

    @property
    def named_weights(self) -> dict[str, Any]:
        """centers (units, input_size), then beta (units,)"""
        return {"centers": self.centers, "beta": self.beta}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "input_size": self.input_size,
            "units": self.units,
            "beta_start": self.beta_start,
            "centers_initializer": initializers.config_of(self.centers_initializer),
        }
