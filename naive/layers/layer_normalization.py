"""Layer normalization: every example is brought to mean 0 and variance 1 over its own features.

Nothing is shared between examples, so training and inference are the same, and a batch of one is as good as any.

    mean     = Σ x / n                       x (batch, …, features), n numbers along `axis`; mean (batch, …, 1)
    variance = Σ (x - mean)² / n             (batch, …, 1)
    r        = 1 / √(variance + epsilon)     (batch, …, 1)
    inv      = r · gamma                     (batch, …, features)
    shift    = -mean · inv + beta            (batch, …, features)
    y        = x · inv + shift               the same as gamma · (x - mean) · r + beta

    dbeta    = Σ dy                          over all examples and places
    dinv     = dy · x - dy · mean            inv stands in the formula twice
    dgamma   = Σ dinv · r                    over all examples and places
    dmean    = -Σ dy · inv                   over the features
    dvariance = -½ (Σ dinv · gamma) · r³     over the features
    dx       = dy · inv  +  dmean / n  +  2 (x - mean) · dvariance / n

Keras facts (Keras 3.15.1)
1. epsilon is 1e-3 here (1e-6 in `RMSNormalization`), and is added to the variance inside the root.
2. Several axes are normalised together, and gamma and beta have one number for each place along them.
3. The mean inside the variance is held fixed: its gradient would be 0.
4. `rms_scaling=True` only divides by √(variance + epsilon): nothing is subtracted and there is no beta. It is
   deprecated, and not the RMS normalization, which divides by the root of the mean square.

Source: Ba, Kiros and Hinton, "Layer Normalization", 2016, equations 3 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import checks, initializers, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.layers.moments import moments, moments_backward
from naive.ops import Tensor


class NaiveLayerNormalization(NaiveLayer):
    """Normalises each example over its features.

    Args:
        input_shape: one example's shape, None for lengths that may differ; an integer n is (n,).
        axis: the axis or axes of the features, counted with the batch as axis 0.
        epsilon: added to the variance.
        center: True has a `beta`. scale: True has a `gamma`.
        beta_initializer, gamma_initializer: a Keras name or a naive initializer.
        rms_scaling: True only divides (fact 4).
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: an axis that the input does not have, or whose length is not known; an unknown name.
    """

    def __init__(
        self,
        input_shape: int | Sequence[int | None],
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: str | dict[str, Any] | initializers.NaiveInitializer = "zeros",
        gamma_initializer: str | dict[str, Any] | initializers.NaiveInitializer = "ones",
        rms_scaling: bool = False,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype, body, name)
        self.input_shape = checks.example_shape("input_shape", input_shape)
        self.axis: list[int] = sorted(axis) if isinstance(axis, Sequence) else [axis]
        shape = checks.lengths("axis", self.axis, self.input_shape)
        self.epsilon = checks.number("epsilon", epsilon)
        self.center, self.scale = checks.boolean("center", center), checks.boolean("scale", scale)
        self.rms_scaling = checks.boolean("rms_scaling", rms_scaling)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.gamma = self.beta = None
        if self.scale or self.rms_scaling:
            self.gamma = ops.variable(self.gamma_initializer(shape, dtype), "gamma")
        if self.center and not self.rms_scaling:
            self.beta = ops.variable(self.beta_initializer(shape, dtype), "beta")

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, …, features) → y, the same shape"""
        x = ops.tensor(x, self.dtype)
        checks.fits(x, self.input_shape, "NaiveLayerNormalization")
        if self.rms_scaling:
            return self._forward_divided(x)
        saved = moments(x, self.axis, self.body)
        mean, variance = saved["mean"], saved["variance"]  # (batch, …, 1)
        gamma, beta = self._along_axes(self.gamma), self._along_axes(self.beta)  # (features,), or (1, …, features)
        shifted = variance + self.epsilon  # (batch, …, 1)
        r = ops.rsqrt(shifted, body=self.body)  # (batch, …, 1)
        inv = r if gamma is None else r * gamma  # (batch, …, features)
        minus = -mean  # (batch, …, 1)
        product = minus * inv  # (batch, …, features)
        shift = product if beta is None else product + beta  # (batch, …, features)
        y = x * inv + shift  # (batch, …, features)
        return y, {
            "x": x, "moments": saved, "shifted": shifted, "r": r, "gamma": gamma, "inv": inv, "minus": minus,
            "product": product, "beta": beta, "shift": shift,
        }  # fmt: skip

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, …, features) → dx, dgamma, dbeta"""
        if self.rms_scaling:
            return self._backward_divided(dy, saved)
        x, r, inv, gamma, beta = (saved[name] for name in ("x", "r", "inv", "gamma", "beta"))
        gradients: Gradients = {}
        dproduct, dshift = ops.add.backward(dy, None, x, saved["shift"])  # (batch, …, features)
        dx, dinv = ops.multiply.backward(dproduct, None, x, inv)  # (batch, …, features)
        if beta is not None:
            dshift, dbeta = ops.add.backward(dshift, None, saved["product"], beta)
        dminus, dinv_by_shift = ops.multiply.backward(dshift, None, saved["minus"], inv)  # (batch, …, 1), like inv
        dr = dinv = ops.total([dinv, dinv_by_shift])
        if gamma is not None:
            dr, dgamma = ops.multiply.backward(dinv, None, r, gamma)  # (batch, …, 1), like gamma
            gradients["gamma"] = self._back_from_axes(dgamma, self.gamma)
        if beta is not None:
            gradients["beta"] = self._back_from_axes(dbeta, self.beta)
        dmean = ops.negative.backward(dminus, None, None)  # (batch, …, 1)
        dvariance = ops.rsqrt.backward(dr, r, saved["shifted"])  # (batch, …, 1)
        terms = moments_backward(dmean, dvariance, saved["moments"])
        return ops.total_by_name({"mul_1": dx} | terms), gradients

    def _forward_divided(self, x: Tensor) -> tuple[Tensor, Saved]:
        """x (batch, …, features) → y = x · r · gamma (fact 4)"""
        with ops.scope("reduce_variance"):
            mean = ops.mean_over(x, self.axis, body=self.body)  # (batch, …, 1)
            deviation = x - mean  # (batch, …, features)
            squared = ops.square(deviation)  # (batch, …, features)
            variance = ops.mean_over(squared, self.axis, body=self.body)  # (batch, …, 1)
        shifted = variance + self.epsilon  # (batch, …, 1)
        r = ops.rsqrt(shifted, body=self.body)  # (batch, …, 1)
        divided = x * r  # (batch, …, features)
        gamma = self._along_axes(self.gamma)
        saved = {"x": x, "mean": mean, "deviation": deviation, "squared": squared, "shifted": shifted}
        return divided * gamma, saved | {"r": r, "divided": divided, "gamma": gamma}

    def _backward_divided(self, dy: Tensor, saved: Saved) -> tuple[Tensor, Gradients]:
        """dy (batch, …, features) → dx, dgamma"""
        x, mean, r = saved["x"], saved["mean"], saved["r"]
        ddivided, dgamma = ops.multiply.backward(dy, None, saved["divided"], saved["gamma"])
        dx, dr = ops.multiply.backward(ddivided, None, x, r)  # (batch, …, features), (batch, …, 1)
        dvariance = ops.rsqrt.backward(dr, r, saved["shifted"])  # (batch, …, 1)
        dsquared, _ = ops.mean_over.backward(dvariance, None, saved["squared"], self.axis)
        ddeviation = ops.square.backward(dsquared, None, saved["deviation"])  # (batch, …, features)
        by_variance, dmean = ops.subtract.backward(ddeviation, None, x, mean)
        by_mean, _ = ops.mean_over.backward(dmean, None, x, self.axis)  # (batch, …, features)
        terms = {"mul": dx, "reduce_variance/mul": by_variance, "reduce_variance/truediv": by_mean}
        return ops.total_by_name(terms), {"gamma": self._back_from_axes(dgamma, self.gamma)}

    def _along_axes(self, weight: Any) -> Tensor | None:
        """The weight in the shape in which it meets x: as it is for features on the last axis of (batch, features)."""
        if weight is None:
            return None
        value = ops.read(weight)
        shape: list[int | None] = [None, *self.input_shape]
        if len(value.shape) == len(shape) or self.axis == [len(shape) - 1]:
            return value
        return ops.reshape(value, [size if self._is_feature(axis) else 1 for axis, size in enumerate(shape)])

    def _is_feature(self, axis: int) -> bool:
        return axis in [one % (len(self.input_shape) + 1) for one in self.axis]

    def _back_from_axes(self, gradient: Tensor, weight: Any) -> Tensor:
        """The way back from `_along_axes`."""
        return ops.reshape(gradient, weight.shape)

    @property
    def named_weights(self) -> dict[str, Any]:
        """gamma, then beta, each with one number for each place along `axis`"""
        weights = {"gamma": self.gamma, "beta": self.beta}
        return {name: weight for name, weight in weights.items() if weight is not None}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "input_shape": list(self.input_shape),
            "axis": list(self.axis),
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.config_of(self.beta_initializer),
            "gamma_initializer": initializers.config_of(self.gamma_initializer),
            "rms_scaling": self.rms_scaling,
        }
