"""Batch normalization: every channel is brought to mean 0 and variance 1 over the batch, then scaled and shifted.

A channel is one place on the axis `axis`; its numbers are all the others: the whole batch, and every place of an
image. Outside of training the batch's own mean and variance are replaced by moving averages of those seen before.

    mean     = Σ x / n                       x (batch, …, channels), n numbers in each channel; mean (channels,)
    variance = Σ (x - mean)² / n             (channels,)
    r        = 1 / √(variance + epsilon)     (channels,)
    inv      = r · gamma                     (channels,)
    shift    = beta - mean · inv             (channels,)
    y        = x · inv + shift               x's shape; the same as gamma · (x - mean) · r + beta

    dbeta    = dshift = Σ dy
    dinv     = Σ dy · x - dshift · mean      inv stands in the formula twice
    dgamma   = dinv · r
    dmean    = -dshift · inv
    dvariance = -½ dinv · gamma · r³
    dx       = dy · inv  +  dmean / n  +  2 (x - mean) · dvariance / n     directly, by the mean, by the variance

    moving ← moving · momentum + of this batch · (1 - momentum)            in training only

Keras facts (Keras 3.15.1)
1. The variance divides by n, not by n - 1, in the moving average too.
2. The moving averages move at `training=True` only, and a frozen layer (`trainable=False`) uses them instead of the
   batch, even at `training=True`.
3. The mean inside the variance is held fixed: its gradient would be 0.
4. y is computed as x · inv + shift, in this order; the textbook's (x - mean) · r is rounded differently.
5. With a mask, only the numbers where it is True count, and 1e-7 is added to their number; the mean inside the
   variance is not held fixed then. The output is computed everywhere.

Source: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate
Shift", 2015, algorithm 1; its gradients are in section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import checks, initializers, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.layers.moments import masked_moments, masked_moments_backward, moments, moments_backward
from naive.ops import Tensor

Initializer = str | dict[str, Any] | initializers.NaiveInitializer


class NaiveBatchNormalization(NaiveLayer):
    """Normalises over the batch.

    Args:
        input_shape: one example's shape, None for lengths that may differ; an integer n is (n,).
        axis: the channels' axis, counted with the batch as axis 0.
        momentum: how much of the moving averages is kept at each update.
        epsilon: added to the variance.
        center: True has a `beta`. scale: True has a `gamma`.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: a Keras name or a
            naive initializer.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: an axis that the input does not have, or whose length is not known; an unknown name.
    """

    takes_mask = True

    def __init__(
        self,
        input_shape: int | Sequence[int | None],
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Initializer = "zeros",
        gamma_initializer: Initializer = "ones",
        moving_mean_initializer: Initializer = "zeros",
        moving_variance_initializer: Initializer = "ones",
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype, body, name)
        self.input_shape = checks.example_shape("input_shape", input_shape)
        (self.input_size,) = checks.lengths("axis", [axis], self.input_shape)
        self.axis = int(axis)
        self.momentum = checks.number("momentum", momentum, high=1)
        self.epsilon = checks.number("epsilon", epsilon)
        self.center, self.scale = checks.boolean("center", center), checks.boolean("scale", scale)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)

        def weight(name: str, wanted: bool = True, trainable: bool = False) -> Any:
            make = getattr(self, f"{name}_initializer")
            return ops.variable(make((self.input_size,), dtype), name, trainable) if wanted else None

        self.gamma = weight("gamma", self.scale, trainable=True)
        self.beta = weight("beta", self.center, trainable=True)
        self.moving_mean = weight("moving_mean")
        self.moving_variance = weight("moving_variance")

    def forward(self, x: Tensor, training: bool = False, mask: Tensor | None = None) -> tuple[Tensor, Saved]:
        """x (batch, …, channels), mask (batch, …) or None → y, x's shape"""
        x = ops.tensor(x, self.dtype)
        checks.fits(x, self.input_shape, "NaiveBatchNormalization")
        moving_mean, moving_variance = ops.read(self.moving_mean), ops.read(self.moving_variance)  # (channels,)
        gamma = self._along_axis(ops.read(self.gamma)) if self.scale else None
        beta = self._along_axis(ops.read(self.beta)) if self.center else None
        saved: Saved = {}
        mean, variance = moving_mean, moving_variance
        if training and self.trainable:
            mean, variance, saved["moments"] = self._of_batch(x, mask)  # (channels,)
            self._move(self.moving_mean, moving_mean, mean)
            self._move(self.moving_variance, moving_variance, variance)
        mean, variance = self._along_axis(mean), self._along_axis(variance)
        with ops.scope("batchnorm"):
            shifted = variance + self.epsilon  # (channels,)
            r = ops.rsqrt(shifted, body=self.body)  # (channels,)
            inv = r * gamma if self.scale else r  # (channels,)
            product = x * inv  # (batch, …, channels)
            shift = beta - mean * inv if self.center else -mean * inv  # (channels,)
            y = product + shift  # (batch, …, channels)
        return y, saved | {
            "x": x, "mean": mean, "shifted": shifted, "r": r, "gamma": gamma, "beta": beta, "inv": inv, "shift": shift,
        }  # fmt: skip

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy, of x's shape → dx, dgamma (channels,), dbeta (channels,)"""
        x, mean, r, inv = saved["x"], saved["mean"], saved["r"], saved["inv"]
        gradients: Gradients = {}
        dproduct, dshift = ops.add.backward(dy, None, x, saved["shift"])  # x's shape, (channels,)
        dx, dinv = ops.multiply.backward(dproduct, None, x, inv)  # x's shape, (channels,)
        if self.center:
            dbeta, dproduct = ops.subtract.backward(dshift, None, saved["beta"], inv)  # (channels,)
            dmean, dinv_by_shift = ops.multiply.backward(dproduct, None, mean, inv)  # (channels,)
        else:
            dminus, dinv_by_shift = ops.multiply.backward(dshift, None, ops.negative(mean), inv)
            dmean = ops.negative.backward(dminus, None, mean)  # (channels,)
        dr = dinv = ops.total([dinv, dinv_by_shift])  # (channels,)
        if self.scale:
            dr, dgamma = ops.multiply.backward(dinv, None, r, saved["gamma"])  # (channels,)
            gradients["gamma"] = self._as_row(dgamma)
        if self.center:
            gradients["beta"] = self._as_row(dbeta)
        if "moments" not in saved:
            return dx, gradients
        dvariance = ops.rsqrt.backward(dr, r, saved["shifted"])  # (channels,)
        terms = self._of_batch_backward(self._as_row(dmean), self._as_row(dvariance), saved["moments"])
        return ops.total_by_name({"batchnorm/mul_1": dx} | terms), gradients

    def _of_batch(self, x: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor, Saved]:
        """mean and variance (channels,) of this batch, and what they came from"""
        axes = [axis for axis in range(ops.rank(x)) if axis != self.axis % ops.rank(x)]
        if mask is None:
            saved = moments(x, axes, self.body)
            return ops.squeeze(saved["mean"], axes), ops.squeeze(saved["variance"], axes), saved
        if ops.rank(mask) != ops.rank(x) - 1:
            raise ValueError(
                "The mask does not fit the input. Expected a mask without the input's last axis. "
                f"Received: mask of shape {tuple(mask.shape)} for an input of shape {tuple(x.shape)}"
            )
        saved = masked_moments(x, axes, mask)
        return ops.squeeze(saved["mean"]), ops.squeeze(saved["variance"]), saved

    def _of_batch_backward(self, dmean: Tensor, dvariance: Tensor, saved: Saved) -> dict[str, Tensor]:
        dmean, _ = ops.squeeze.backward(dmean, None, saved["mean"])  # (1, …, channels)
        dvariance, _ = ops.squeeze.backward(dvariance, None, saved["variance"])  # (1, …, channels)
        return (masked_moments_backward if "mask" in saved else moments_backward)(dmean, dvariance, saved)

    def _move(self, average: Any, before: Tensor, now: Tensor) -> None:
        average.assign(before * self.momentum + now * (1.0 - self.momentum))

    def _along_axis(self, row: Tensor) -> Tensor:
        """(channels,) → (1, channels, 1, …), where the channels are not the last axis"""
        if self.axis == -1:
            return row
        shape = [1] * (len(self.input_shape) + 1)
        shape[self.axis] = self.input_size
        return ops.reshape(row, shape)

    def _as_row(self, gradient: Tensor) -> Tensor:
        """The way back from `_along_axis`."""
        return gradient if self.axis == -1 else ops.reshape(gradient, (self.input_size,))

    @property
    def named_weights(self) -> dict[str, Any]:
        """gamma, beta, moving_mean, moving_variance, each (channels,)"""
        weights = {"gamma": self.gamma, "beta": self.beta}
        weights |= {"moving_mean": self.moving_mean, "moving_variance": self.moving_variance}
        return {name: weight for name, weight in weights.items() if weight is not None}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "input_shape": list(self.input_shape),
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.config_of(self.beta_initializer),
            "gamma_initializer": initializers.config_of(self.gamma_initializer),
            "moving_mean_initializer": initializers.config_of(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.config_of(self.moving_variance_initializer),
        }
