"""Group normalization: each example's channels are put into groups, and each group is brought to mean 0, variance 1.

Between layer normalization (one group of all channels) and instance normalization (every channel its own group); no
example sees another, so small batches do no harm.

    g        = x with its channels split     (batch, …, groups, channels / groups)
    mean     = Σ g / n                       over everything of one example and one group; (batch, 1, …, groups, 1)
    variance = Σ (g - mean)² / n
    r        = 1 / √(variance + epsilon)
    inv      = r · gamma                     (batch, 1, …, groups, channels / groups)
    shift    = -mean · inv + beta            (batch, 1, …, groups, channels / groups)
    y        = g · inv + shift               and back into x's shape

    dinv     = Σ dy · g - dshift · mean      over the places, for each example and channel; dshift = Σ dy likewise
    dgamma   = Σ dinv · r                    over the examples
    dbeta    = Σ dshift                      over the examples
    dmean    = -Σ dshift · inv               over the channels of a group
    dvariance = -½ (Σ dinv · gamma) · r³     over the channels of a group
    dg       = dy · inv  +  dmean / n  +  2 (g - mean) · dvariance / n

Keras facts (Keras 3.15.1)
1. A group is made of channels that lie next to each other.
2. `groups=-1` makes every channel a group of its own.
3. gamma and beta have one number for each channel, not for each group.
4. The mean inside the variance is held fixed: its gradient would be 0.

Source: Wu and He, "Group Normalization", 2018, equations 1 to 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import checks, initializers, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.layers.moments import moments, moments_backward
from naive.ops import Tensor


class NaiveGroupNormalization(NaiveLayer):
    """Normalises each example over groups of channels.

    Args:
        input_shape: one example's shape, None for lengths that may differ; an integer n is (n,).
        groups: how many; -1 is one for each channel.
        axis: the channels' axis, counted with the batch as axis 0.
        epsilon: added to the variance.
        center: True has a `beta`. scale: True has a `gamma`.
        beta_initializer, gamma_initializer: a Keras name or a naive initializer.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: an axis that the input does not have, or whose length is not known; groups that do not divide the
            channels; an unknown name.
    """

    def __init__(
        self,
        input_shape: int | Sequence[int | None],
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: str | dict[str, Any] | initializers.NaiveInitializer = "zeros",
        gamma_initializer: str | dict[str, Any] | initializers.NaiveInitializer = "ones",
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype, body, name)
        self.input_shape = checks.example_shape("input_shape", input_shape)
        (self.input_size,) = checks.lengths("axis", [axis], self.input_shape)
        self.axis = int(axis)
        if groups != -1:
            checks.positive_integer("groups", groups)
        self.groups = self.input_size if groups == -1 else int(groups)
        if self.input_size % self.groups:
            raise ValueError(
                "The channels cannot be split into equal groups. "
                f"Expected groups that divide {self.input_size} channels. Received: groups={groups}"
            )
        self.epsilon = checks.number("epsilon", epsilon)
        self.center, self.scale = checks.boolean("center", center), checks.boolean("scale", scale)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = ops.variable(self.gamma_initializer((self.input_size,), dtype), "gamma")
        if self.center:
            self.beta = ops.variable(self.beta_initializer((self.input_size,), dtype), "beta")

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, …, channels) → y, the same shape"""
        x = ops.tensor(x, self.dtype)
        checks.fits(x, self.input_shape, "NaiveGroupNormalization")
        shape = [-1, *ops.sizes(x)[1:]]
        g = ops.reshape(x, self._split(shape))  # (batch, …, groups, channels / groups)
        saved = moments(g, self._reduced_axes(), self.body)
        mean, variance = saved["mean"], saved["variance"]  # (batch, 1, …, groups, 1)
        shifted = variance + self.epsilon  # (batch, 1, …, groups, 1)
        r = inv = ops.rsqrt(shifted, body=self.body)  # (batch, 1, …, groups, 1)
        row = self._split([1] * len(shape), self.input_size)
        gamma = beta = None
        if self.gamma is not None:
            gamma = ops.reshape(ops.read(self.gamma), row)  # (1, 1, …, groups, channels / groups)
            inv = r * gamma  # (batch, 1, …, groups, channels / groups)
        minus = -mean  # (batch, 1, …, groups, 1)
        product = shift = minus * inv  # (batch, 1, …, groups, channels / groups)
        if self.beta is not None:
            beta = ops.reshape(ops.read(self.beta), row)  # (1, 1, …, groups, channels / groups)
            shift = product + beta  # (batch, 1, …, groups, channels / groups)
        normalized = g * inv + shift  # (batch, …, groups, channels / groups)
        y = ops.reshape(normalized, ops.sizes(x))  # (batch, …, channels)
        return y, {
            "x": x, "g": g, "moments": saved, "shifted": shifted, "r": r, "gamma": gamma, "inv": inv, "minus": minus,
            "product": product, "beta": beta, "shift": shift, "normalized": normalized,
        }  # fmt: skip

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, …, channels) → dx, dgamma (channels,), dbeta (channels,)"""
        g, r, inv, gamma, beta = (saved[name] for name in ("g", "r", "inv", "gamma", "beta"))
        gradients: Gradients = {}
        dnormalized, _ = ops.reshape.backward(dy, None, saved["normalized"], None)
        dproduct, dshift = ops.add.backward(dnormalized, None, g, saved["shift"])  # g's shape, shift's shape
        dg, dinv = ops.multiply.backward(dproduct, None, g, inv)  # g's shape, inv's shape
        if beta is not None:
            dbeta = ops.sum_over(dshift, [0])  # over the batch alone: XLA joins sums over other axes, and rounds anew
            dshift, _ = ops.add.backward(dshift, None, saved["product"], beta)
        dminus, dinv_by_shift = ops.multiply.backward(dshift, None, saved["minus"], inv)  # like mean, like inv
        dr = dinv = ops.total([dinv, dinv_by_shift])
        if gamma is not None:
            dr, dgamma = ops.multiply.backward(dinv, None, r, gamma)  # like mean, like gamma
            gradients["gamma"] = ops.reshape(dgamma, (self.input_size,))
        if beta is not None:
            gradients["beta"] = ops.reshape(dbeta, (self.input_size,))
        dmean = ops.negative.backward(dminus, None, None)  # (batch, 1, …, groups, 1)
        dvariance = ops.rsqrt.backward(dr, r, saved["shifted"])  # (batch, 1, …, groups, 1)
        dg = ops.total_by_name({"mul_1": dg} | moments_backward(dmean, dvariance, saved["moments"]))  # g's shape
        dx, _ = ops.reshape.backward(dg, None, saved["x"], None)  # (batch, …, channels)
        return dx, gradients

    def _split(self, shape: list[Any], channels: int | None = None) -> list[Any]:
        """The shape in which the channels' axis has become two: groups, and channels in a group."""
        shape, axis = list(shape), self.axis % len(shape)
        shape[axis : axis + 1] = [self.groups, (channels or shape[axis]) // self.groups]
        return shape

    def _reduced_axes(self) -> list[int]:
        """All axes of g but the batch and the groups."""
        rank = len(self.input_shape) + 1
        return [axis for axis in range(1, rank + 1) if axis != self.axis % rank]

    @property
    def named_weights(self) -> dict[str, Any]:
        """gamma, then beta, each (channels,)"""
        weights = {"gamma": self.gamma, "beta": self.beta}
        return {name: weight for name, weight in weights.items() if weight is not None}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "input_shape": list(self.input_shape),
            "groups": self.groups,
            "axis": self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.config_of(self.beta_initializer),
            "gamma_initializer": initializers.config_of(self.gamma_initializer),
        }
