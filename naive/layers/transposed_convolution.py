"""Transposed convolution: every place writes a small picture into the output, and pictures that overlap are added.

A convolution reads a window at each place and writes one number for each filter. The transposed one does it the other
way round: it reads the channels of one place and writes a whole window. With strides the windows stand apart and the
output is larger than the input, which is how a network that has shrunk an image grows it again. It undoes the shape
of a convolution, not its numbers.

    w  = x · kernelᵀ             x (batch, height, width, c)   w (batch, height, width, kh·kw·filters)
    z  = lay_back(w) + bias      kernel (kh·kw·filters, c)     z (batch, rows, columns, filters)
    y  = activation(z)

    dz      = dy · activation'(z)
    dw      = windows(dz)          what was added into the output is now cut out of its gradient
    dkernel = dwᵀ · x
    dbias   = Σ dz                 over the batch and every place
    dx      = dw · kernel          an ordinary convolution of dz

These are the lines of a convolution with forward and backward exchanged (see `convolution`).

Keras facts (Keras 3.15.1)
1. The kernel is stored (kh, kw, filters, channels): the other way round than a convolution's.
2. The output is as long as an image on which an ordinary convolution has `length` windows. Without output_padding that
   is length · stride for `"same"` and (length - 1) · stride + max(size, stride) for `"valid"`.
3. With it, it is (length - 1) · stride + size % 2 + output_padding for `"same"` and
   (length - 1) · stride + size + output_padding for `"valid"`. For `"same"` that must give `length` windows, which
   with a window of even size it does only from output_padding=1 on.
4. output_padding is smaller than the stride.
5. Dilation is refused here: TensorFlow's kernel for a processor has none, Keras's layer raises at its first call.

Source: Zeiler et al., "Deconvolutional Networks", 2010; Dumoulin and Visin, "A guide to convolution arithmetic for
deep learning", 2016, chapter 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import checks, initializers, ops
from naive.layers.base import Gradients, Saved
from naive.layers.convolution_base import Activation, Initializer, NaiveConvolution, lengths
from naive.ops import Tensor


class NaiveConv2DTranspose(NaiveConvolution):
    """A transposed convolution of images.

    Args:
        input_size: number of channels of the input.
        filters: number of channels of the output.
        kernel_size, strides: an integer or a pair (height, width).
        padding: `"valid"` or `"same"`.
        output_padding: None, an integer or a pair; see facts 2 to 4.
        data_format: `"channels_last"`, or None, which means the same.
        dilation_rate: 1.
        activation: as in `NaiveDense`.
        use_bias: False leaves the bias out.
        kernel_initializer, bias_initializer: a Keras name or a naive initializer.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown name, an output_padding that does not fit, or
            a dilation.
    """

    def __init__(
        self,
        input_size: int,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
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
        self.filters = int(filters)
        self.output_padding = None
        if output_padding is not None:
            self.output_padding = lengths("output_padding", output_padding, self.rank, least=0)
        self._check_lengths()
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        shape = (*self.kernel_size, self.filters, self.input_size)
        self.kernel = ops.variable(self.kernel_initializer(shape, dtype), "kernel")
        self._make_bias(self.filters)

    def _check_lengths(self) -> None:
        if max(self.dilation_rate) > 1:
            raise ValueError(
                "A transposed convolution with dilation is not computed by TensorFlow on a processor. "
                f"Expected dilation_rate=1. Received: dilation_rate={self.dilation_rate}"
            )
        for size, stride, extra in zip(self.kernel_size, self.strides, self.output_padding or (), strict=False):
            if extra >= stride or (self.padding == "same" and size % 2 == extra == 0):
                least = 1 if self.padding == "same" and size % 2 == 0 else 0
                raise ValueError(
                    "`output_padding` does not fit (facts 3 and 4). "
                    f"Expected {least} <= output_padding < strides={self.strides}. "
                    f"Received: output_padding={self.output_padding}, kernel_size={self.kernel_size}, "
                    f"padding={self.padding!r}"
                )

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, height, width, input_size) → y (batch, rows, columns, filters)"""
        x = self._input(x)
        z = ops.conv_transpose(x, self.kernel, **self._sliding, body=self.body)  # (batch, rows, columns, filters)
        return self._bend(z, {"x": x})

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, rows, columns, filters) → dx (batch, height, width, input_size), dkernel, dbias"""
        dz, of_bias = self._bend_back(dy, saved, wrt)  # (batch, rows, columns, filters)
        dx, dkernel, *_ = ops.conv_transpose.backward(
            dz, None, saved["x"], self.kernel, **self._sliding, body=self.body
        )
        return dx, {"kernel": dkernel} | of_bias

    @property
    def _sliding(self) -> dict[str, Any]:
        return {
            "strides": self.strides,
            "padding": self.padding,
            "dilations": self.dilation_rate,
            "output_padding": self.output_padding,
        }

    @property
    def named_weights(self) -> dict[str, Any]:
        """kernel (kh, kw, filters, input_size), then bias (filters,)"""
        return {"kernel": self.kernel} | ({"bias": self.bias} if self.use_bias else {})

    def get_config(self) -> dict[str, Any]:
        extra = None if self.output_padding is None else list(self.output_padding)
        return super().get_config() | {"filters": self.filters, "output_padding": extra}


class NaiveConv1DTranspose(NaiveConv2DTranspose):
    """The same for sequences: x (batch, steps, input_size) → y (batch, places, filters)."""

    rank = 1
