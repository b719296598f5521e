"""Convolution: the same small matrix looks at every window of an image, and says what it found there.

A dense layer has a weight for each pair of input and output. For an image that is too many, and it would have to learn
an edge anew at every place. A convolution keeps one kernel of kh · kw · c numbers for each of its filters, multiplies
it with the window at every place, and writes the sums beside each other: a map of where the filter's pattern is.

    z[b, r, s, f] = Σᵢⱼ꜀ x[b, r·stride + i·dilation - before, s·stride + j·dilation - before, c] · kernel[i, j, c, f]
    y             = activation(z + bias)

or, with `windows` (see `naive/ops/sliding.py`), which cuts the windows out, as one matrix product:

    w  = windows(x)                x (batch, height, width, c)   w (batch, rows, columns, kh·kw·c)
    z  = w · kernel + bias         kernel (kh·kw·c, filters)     z (batch, rows, columns, filters)
    y  = activation(z)

    dz      = dy · activation'(z)
    dkernel = wᵀ · dz              each weight's gradient: summed over every place at which it was used
    dbias   = Σ dz                 over the batch and every place
    dx      = lay_back(dz · kernelᵀ)   every window's gradient is added where the window was cut out

It is a dense layer on windows, whose weights all places share.

* padding: `"valid"` takes only windows inside the image; `"same"` surrounds it with zeros so that there are
  ceil(length / stride) windows, the odd zero at the end; `"causal"` (sequences) puts all zeros before the first step,
  so that no output sees the future.
* dilation: the numbers of a window stand `dilation_rate` apart. groups: the filters are shared out among groups, each
  of which sees only its part of the channels.

Keras facts (Keras 3.15.1)
1. The kernel is not turned around, as it is in mathematics' convolution; it is a correlation.
2. It is stored (kh, kw, channels / groups, filters), and its fans for Glorot's rule count the window.
3. Causal padding pads the input first and is `"valid"` from there on, dilation counted in: (size - 1) · dilation zeros.
4. Strides and dilation are not allowed together.
5. Grouped convolutions are compiled by XLA in every mode.
6. A convolution of a sequence is that of an image of height 1.

Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998, section II.A; Fukushima,
"Neocognitron", 1980, for the idea.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import checks, initializers, ops
from naive.layers.base import Gradients, Saved
from naive.layers.convolution_base import Activation, Initializer, NaiveConvolution
from naive.ops import Tensor


class NaiveConv2D(NaiveConvolution):
    """A convolution of images.

    Args:
        input_size: number of channels of the input.
        filters: number of channels of the output.
        kernel_size, strides, dilation_rate: an integer or a pair (height, width).
        padding: `"valid"` or `"same"`; for sequences also `"causal"`.
        data_format: `"channels_last"`, or None, which means the same.
        groups: into how many parts channels and filters are divided.
        activation: as in `NaiveDense`.
        use_bias: False leaves the bias out.
        kernel_initializer, bias_initializer: a Keras name or a naive initializer.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown name, groups that do not divide the channels and
            the filters, or strides together with dilation.
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
        groups: int = 1,
        activation: Activation = None,
        use_bias: bool = True,
        kernel_initializer: Initializer = "glorot_uniform",
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
        checks.positive_integer("groups", groups)
        self._not_strided_and_dilated()
        if input_size % groups or filters % groups:
            raise ValueError(
                "Channels and filters must be divisible by the number of groups. "
                f"Expected multiples of {groups}. "
                f"Received: input_size={input_size}, filters={filters}, groups={groups}"
            )
        self.filters = int(filters)
        self.groups = int(groups)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        shape = (*self.kernel_size, self.input_size // self.groups, self.filters)
        self.kernel = ops.variable(self.kernel_initializer(shape, dtype), "kernel")
        self._make_bias(self.filters)

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, height, width, input_size) → y (batch, rows, columns, filters)"""
        x = self._input(x)
        padded = self._pad(x)
        self._window_fits(padded)
        z = ops.conv(padded, self.kernel, **self._sliding, body=self.body)  # (batch, rows, columns, filters)
        return self._bend(z, {"x": x, "padded": padded})

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, rows, columns, filters) → dx (batch, height, width, input_size), dkernel, dbias"""
        dz, of_bias = self._bend_back(dy, saved, wrt)  # (batch, rows, columns, filters)
        padded = saved["padded"]
        dpadded, dkernel, *_ = ops.conv.backward(dz, None, padded, self.kernel, **self._sliding, body=self.body)
        return self._pad_back(dpadded, saved["x"]), {"kernel": dkernel} | of_bias

    def _pad(self, x: Tensor) -> Tensor:
        return x

    def _pad_back(self, dpadded: Tensor, x: Tensor) -> Tensor:
        return dpadded

    @property
    def _sliding(self) -> dict[str, Any]:
        padding = "valid" if self.padding == "causal" else self.padding
        return {"strides": self.strides, "padding": padding, "dilations": self.dilation_rate}

    @property
    def named_weights(self) -> dict[str, Any]:
        """kernel (kh, kw, input_size / groups, filters), then bias (filters,)"""
        return {"kernel": self.kernel} | ({"bias": self.bias} if self.use_bias else {})

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"filters": self.filters, "groups": self.groups}


class NaiveConv1D(NaiveConv2D):
    """A convolution of sequences: x (batch, steps, input_size) → y (batch, places, filters).

    Arguments as for `NaiveConv2D`, with one length where that has a pair; `padding` may also be `"causal"`.
    """

    rank = 1
    paddings = ("valid", "same", "causal")

    def _pad(self, x: Tensor) -> Tensor:
        return ops.zero_pad(x, self._borders) if self.padding == "causal" else x

    def _pad_back(self, dpadded: Tensor, x: Tensor) -> Tensor:
        if self.padding != "causal":
            return dpadded
        dx, _ = ops.zero_pad.backward(dpadded, None, x, self._borders)  # (batch, steps, input_size)
        return dx

    @property
    def _borders(self) -> list[tuple[int, int]]:
        return [(0, 0), (self.dilation_rate[0] * (self.kernel_size[0] - 1), 0), (0, 0)]
