"""What all convolution layers share: their arguments, the bias after the sum, and the activation after that.

Each of the lessons that use it (`convolution`, `depthwise_convolution`, `transposed_convolution`) computes its own sum;
from there on

    z  = sum + bias        z (batch, …, filters)   bias (filters,)
    y  = activation(z)     y (batch, …, filters)

    dz    = dy · activation'(z)
    dbias = Σ dz           over the batch and every place

Keras facts (Keras 3.15.1)
1. The bias is added by `bias_add`; that of a single filter by a plain addition.
2. In graph mode TensorFlow computes the bias's gradient together with the kernel's. On more than one thread that is
   another order of additions than in eager mode.
3. `channels_first` is not computed by TensorFlow on a processor; only `channels_last` is supported here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from naive import activations, checks, initializers, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor

Initializer = str | dict[str, Any] | initializers.NaiveInitializer
Activation = str | Callable[..., Any] | activations.Activation | None
Lengths = tuple[int, ...]


class NaiveConvolution(NaiveLayer):
    """The part of a convolution layer that does not depend on which convolution it is.

    Args:
        input_size: number of channels of the input.
        kernel_size, strides, dilation_rate: an integer, or one for each axis between batch and channels.
        padding: `"valid"` or `"same"`, and what else `paddings` names.
        data_format: `"channels_last"`, or None, which means the same.
        activation: as in `NaiveDense`.
        use_bias: False leaves the bias out.
        dtype, body, name: see `NaiveLayer`.
    """

    keeps_mask = False
    rank = 2
    """How many axes there are between batch and channels: 1 for sequences, 2 for images."""

    @property
    def input_rank(self) -> int:  # type: ignore[override]
        """The places, and the channels."""
        return self.rank + 1

    paddings: tuple[str, ...] = ("valid", "same")
    bias_initializer: initializers.NaiveInitializer

    def __init__(
        self,
        input_size: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int],
        padding: str,
        data_format: str | None,
        dilation_rate: int | Sequence[int],
        activation: Activation,
        use_bias: bool,
        dtype: str,
        body: str,
        name: str | None,
    ) -> None:
        checks.positive_integer("input_size", input_size)
        super().__init__(dtype, body, name)
        self.input_size = int(input_size)
        self.kernel_size = lengths("kernel_size", kernel_size, self.rank)
        self.strides = lengths("strides", strides, self.rank)
        checks.one_of("padding", padding, self.paddings)
        self.padding = padding
        checks.one_of("data_format", "channels_last" if data_format is None else data_format, ["channels_last"])
        self.data_format = "channels_last"
        self.dilation_rate = lengths("dilation_rate", dilation_rate, self.rank)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias: Any = None

    def _not_strided_and_dilated(self) -> None:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "Strides and dilation do not go together here, as in Keras. "
                "Expected strides=1 or dilation_rate=1. "
                f"Received: strides={self.strides}, dilation_rate={self.dilation_rate}"
            )

    def _make_bias(self, filters: int) -> None:
        if self.use_bias:
            self.bias = ops.variable(self.bias_initializer((filters,), self.dtype), "bias")

    def _input(self, x: Any) -> Tensor:
        """x as a tensor, if it fits."""
        x = ops.tensor(x, self.dtype)
        axes = ("steps",) if self.rank == 1 else ("height", "width")
        shape = tuple(x.shape)
        if len(shape) != self.rank + 2 or shape[-1] != self.input_size:
            raise ValueError(
                f"The input does not fit {type(self).__name__}(input_size={self.input_size}, ...). "
                f"Expected shape (batch, {', '.join(axes)}, {self.input_size}). Received: shape={shape}"
            )
        return x

    def _window_fits(self, x: Tensor) -> None:
        """A window without padding must not be longer than the input."""
        for length, size, rate in zip(x.shape[1:-1], self.kernel_size, self.dilation_rate, strict=True):
            reach = ops.reach(size, rate)
            if self.padding == "valid" and length is not None and length < reach:
                raise ValueError(
                    f"The input of {type(self).__name__} is smaller than the window. Expected at least {reach} along "
                    f"each axis, for kernel_size={self.kernel_size} and dilation_rate={self.dilation_rate}. "
                    f"Received: shape={tuple(x.shape)}"
                )

    def _bend(self, z: Tensor, saved: Saved) -> tuple[Tensor, Saved]:
        """z (batch, …, filters) without bias → y (batch, …, filters), and what backward needs"""
        if self.bias is not None:
            z = ops.add_channel_bias(z, self.bias, body=self.body)  # (batch, …, filters)
        y = self.activation(z, body=self.body)  # (batch, …, filters)
        saved = saved | {"z": z, "y": y}
        return y, saved | {"logits": z} if self.activation.has_logits else saved

    def _bend_back(self, dy: Tensor, saved: Saved, wrt: str) -> tuple[Tensor, Gradients]:
        """dy (batch, …, filters) → dz (batch, …, filters), dbias"""
        z, y = saved["z"], saved["y"]
        dz = dy if wrt == "logits" else self.activation.backward(dy, y, z)  # (batch, …, filters)
        if self.bias is None:
            return dz, {}
        _, dbias = ops.add_channel_bias.backward(dz, None, z, self.bias, body=self.body)  # (filters,)
        return dz, {"bias": dbias}

    def get_config(self) -> dict[str, Any]:
        if self.activation.name is None:
            raise ValueError(
                "A function that has no name cannot be written into a configuration. "
                f"Expected an activation among {', '.join(activations.NAMES)}. "
                f"Received: activation={self.activation.function!r}"
            )
        return (
            super().get_config()
            | {
                "input_size": self.input_size,
                "kernel_size": list(self.kernel_size),
                "strides": list(self.strides),
                "padding": self.padding,
                "data_format": self.data_format,
                "dilation_rate": list(self.dilation_rate),
                "activation": self.activation.name,
                "use_bias": self.use_bias,
            }
            | {name: initializers.config_of(getattr(self, name)) for name in self._initializers()}
        )

    def _initializers(self) -> list[str]:
        return [name for name in vars(self) if name.endswith("_initializer")]


def lengths(argument: str, value: Any, rank: int, least: int = 1) -> Lengths:
    """`value` as a tuple of `rank` integers; a single one stands for all axes.

    Raises:
        ValueError: another number of them, or one that is not an integer of at least `least`.
    """
    several = tuple(value) if isinstance(value, (tuple, list)) else (value,) * rank
    whole = all(isinstance(one, int) and not isinstance(one, bool) and one >= least for one in several)
    if len(several) != rank or not whole:
        raise ValueError(
            f"`{argument}` must be an integer, or {rank} of them, each at least {least}. Received: {argument}={value!r}"
        )
    return several
