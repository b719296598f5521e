"""Depthwise and separable convolution: first look at each channel alone, then mix the channels.

A convolution does two things at once: it looks around, and it mixes channels. A depthwise one only looks around: each
channel has its own small kernel, or `depth_multiplier` of them, and sees no other channel. A separable convolution is
a depthwise one and then a 1 x 1 convolution, which mixes the channels of each place and looks at no neighbour. For a
window of 3 x 3 and many channels that takes about a ninth of the weights and of the multiplications.

    depthwise   z[b, r, s, c·m + q] = Σᵢⱼ window[b, r, s, i, j, c] · kernel[i, j, c, q]     m = depth_multiplier
                y = activation(z + bias)      x (batch, height, width, c)   z (batch, rows, columns, c·m)

    dz      = dy · activation'(z)
    dkernel = Σ window · dz            over the batch and every place, each channel by itself
    dbias   = Σ dz                     the same
    dx      = lay_back(dz · kernel)    every window's gradient is added where the window was cut out

    separable   u = depthwise(x), without bias     u (batch, rows, columns, c·m)
                z = u · pointwise_kernel + bias     pointwise_kernel (c·m, filters)   z (batch, rows, columns, filters)
                y = activation(z)

    dpointwise_kernel = uᵀ · dz
    du                = dz · pointwise_kernelᵀ      then back through the depthwise part

Keras facts (Keras 3.15.1)
1. The depthwise kernel is stored (kh, kw, channels, depth_multiplier). Output channel c · depth_multiplier + q comes
   from input channel c.
2. Glorot's rule takes channels · window as fan_in and depth_multiplier · window as fan_out.
3. With strides and dilation together, Keras computes every place and then leaves places out, here only; other
   convolutions refuse that.
4. The strides of both axes must be equal, because TensorFlow's kernel for a processor takes no others.
5. A separable convolution has one bias, after the mixing, and no activation between its two parts.

Source: Sifre, "Rigid-motion scattering for image classification", 2014, chapter 6; Chollet, "Xception: Deep Learning
with Depthwise Separable Convolutions", 2017, section 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import checks, initializers, ops
from naive.layers.base import Gradients, Saved
from naive.layers.convolution_base import Activation, Initializer, NaiveConvolution
from naive.ops import Tensor


class _Depthwise(NaiveConvolution):
    """What both layers of this file have: a window that looks at each channel alone."""

    depth_multiplier: int

    def _set_multiplier(self, depth_multiplier: int) -> tuple[int, ...]:
        """Checks; the shape of the depthwise kernel."""
        checks.positive_integer("depth_multiplier", depth_multiplier)
        if len(set(self.strides)) > 1:
            raise ValueError(
                "A depthwise convolution must have the same stride along both axes (fact 4). "
                f"Expected strides=(n, n). Received: strides={self.strides}"
            )
        self.depth_multiplier = int(depth_multiplier)
        return (*self.kernel_size, self.input_size, self.depth_multiplier)

    @property
    def _sliding(self) -> dict[str, Any]:
        return {"strides": self.strides, "padding": self.padding, "dilations": self.dilation_rate}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"depth_multiplier": self.depth_multiplier}


class NaiveDepthwiseConv2D(_Depthwise):
    """A convolution that looks at each channel alone.

    Args:
        input_size: number of channels of the input.
        kernel_size, strides, dilation_rate: an integer or a pair (height, width); the two strides are equal.
        padding: `"valid"` or `"same"`.
        depth_multiplier: how many output channels each input channel has.
        data_format: `"channels_last"`, or None, which means the same.
        activation: as in `NaiveDense`.
        use_bias: False leaves the bias out.
        depthwise_initializer, bias_initializer: a Keras name or a naive initializer.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown name, or strides that differ.
    """

    def __init__(
        self,
        input_size: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Activation = None,
        use_bias: bool = True,
        depthwise_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(
            input_size, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias,
            dtype, body, name,
        )  # fmt: skip
        shape = self._set_multiplier(depth_multiplier)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel = ops.variable(self.depthwise_initializer(shape, dtype), "kernel")
        self._make_bias(self.input_size * self.depth_multiplier)

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, height, width, input_size) → y (batch, rows, columns, input_size · depth_multiplier)"""
        x = self._input(x)
        self._window_fits(x)
        z = ops.depthwise_conv(x, self.kernel, **self._sliding, body=self.body)  # (batch, rows, columns, c·m)
        return self._bend(z, {"x": x})

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, rows, columns, input_size · depth_multiplier) → dx (batch, height, width, input_size), …"""
        dz, of_bias = self._bend_back(dy, saved, wrt)  # (batch, rows, columns, c·m)
        dx, dkernel, *_ = ops.depthwise_conv.backward(
            dz, None, saved["x"], self.kernel, **self._sliding, body=self.body
        )
        return dx, {"kernel": dkernel} | of_bias

    @property
    def named_weights(self) -> dict[str, Any]:
        """kernel (kh, kw, input_size, depth_multiplier), then bias (input_size · depth_multiplier,)"""
        return {"kernel": self.kernel} | ({"bias": self.bias} if self.use_bias else {})


class NaiveDepthwiseConv1D(NaiveDepthwiseConv2D):
    """The same for sequences: x (batch, steps, input_size) → y (batch, places, input_size · depth_multiplier)."""

    rank = 1


class NaiveSeparableConv2D(_Depthwise):
    """A depthwise convolution, then a 1 x 1 convolution that mixes its channels.

    Args:
        input_size: number of channels of the input.
        filters: number of channels of the output.
        kernel_size, strides, dilation_rate: an integer or a pair (height, width); the two strides are equal.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"`, or None, which means the same.
        depth_multiplier: how many channels each input channel has between the two parts.
        activation: as in `NaiveDense`.
        use_bias: False leaves the bias out.
        depthwise_initializer, pointwise_initializer, bias_initializer: a Keras name or a naive initializer.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown name, or strides that differ.
    """

    def __init__(
        self,
        input_size: int,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        depth_multiplier: int = 1,
        activation: Activation = None,
        use_bias: bool = True,
        depthwise_initializer: Initializer = "glorot_uniform",
        pointwise_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(
            input_size, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias,
            dtype, body, name,
        )  # fmt: skip
        checks.positive_integer("filters", filters)
        self.filters = int(filters)
        shape = self._set_multiplier(depth_multiplier)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.depthwise_kernel = ops.variable(self.depthwise_initializer(shape, dtype), "depthwise_kernel")
        mixing = (*[1] * self.rank, self.input_size * self.depth_multiplier, self.filters)
        self.pointwise_kernel = ops.variable(self.pointwise_initializer(mixing, dtype), "pointwise_kernel")
        self._make_bias(self.filters)

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, height, width, input_size) → y (batch, rows, columns, filters)"""
        x = self._input(x)
        self._window_fits(x)
        u = ops.depthwise_conv(x, self.depthwise_kernel, **self._sliding, body=self.body)  # (batch, rows, columns, c·m)
        z = ops.conv(u, self.pointwise_kernel, **self._mixing, body=self.body)  # (batch, rows, columns, filters)
        return self._bend(z, {"x": x, "u": u})

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, rows, columns, filters) → dx (batch, height, width, input_size), the kernels' gradients, dbias"""
        x, u = saved["x"], saved["u"]
        dz, of_bias = self._bend_back(dy, saved, wrt)  # (batch, rows, columns, filters)
        du, dpointwise, *_ = ops.conv.backward(dz, None, u, self.pointwise_kernel, **self._mixing, body=self.body)
        dx, ddepthwise, *_ = ops.depthwise_conv.backward(
            du, None, x, self.depthwise_kernel, **self._sliding, body=self.body
        )
        return dx, {"depthwise_kernel": ddepthwise, "pointwise_kernel": dpointwise} | of_bias

    @property
    def _mixing(self) -> dict[str, Any]:
        ones = (1,) * self.rank
        return {"strides": ones, "padding": "valid", "dilations": ones}

    @property
    def named_weights(self) -> dict[str, Any]:
        """depthwise_kernel (kh, kw, c, m), pointwise_kernel (1, 1, c·m, filters), then bias (filters,)"""
        kernels = {"depthwise_kernel": self.depthwise_kernel, "pointwise_kernel": self.pointwise_kernel}
        return kernels | ({"bias": self.bias} if self.use_bias else {})

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"filters": self.filters}


class NaiveSeparableConv1D(NaiveSeparableConv2D):
    """The same for sequences: x (batch, steps, input_size) → y (batch, places, filters)."""

    rank = 1
