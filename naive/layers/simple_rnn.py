"""SimpleRNN: a dense layer that sees its own last answer beside the new input.

    z_t = x_t · kernel + bias + h_{t-1} · recurrent_kernel      kernel (input_size, units)
    h_t = activation(z_t)                                       h (batch, units)   recurrent_kernel (units, units)

    dz_t              = dh_t · activation'(z_t)
    dkernel           = Σ_t x_tᵀ · dz_t          one term for each step, because each step used the same kernel
    drecurrent_kernel = Σ_t h_{t-1}ᵀ · dz_t
    dbias             = Σ_t onesᵀ · dz_t
    dx_t              = dz_t · kernelᵀ
    dh_{t-1}          = dz_t · recurrent_kernelᵀ + what arrives from above

The last line, taken T times, multiplies by the recurrent kernel T times: gradients of the distant past vanish or
explode. LSTM and GRU were made against that.

Keras facts (Keras 3.15.1)
1. The bias is added to the input's part, by `bias_add` (by a plain addition with one unit); then the state's part.
2. Its seed is drawn before those of its initializers; LSTM's and GRU's after.

Source: Elman, "Finding structure in time", 1990, figure 2; with h_{t-1} where Elman has context units.
"""

from __future__ import annotations

from typing import Any

from naive import ops
from naive.layers.recurrent import NaiveRecurrent
from naive.layers.recurrent_parts import ActivationLike, InitializerLike, Masks, dropped
from naive.ops import Tensor


class NaiveSimpleRNN(NaiveRecurrent):
    """The plain recurrent layer; arguments as Keras's, see `NaiveRecurrent`.

    Raises:
        ValueError: see `NaiveRecurrent`; or `unroll` with a softmax or sigmoid whose logits Keras would hand to a loss.
    """

    seed_first = True

    def __init__(
        self,
        input_size: int,
        units: int,
        activation: ActivationLike = "tanh",
        use_bias: bool = True,
        kernel_initializer: InitializerLike = "glorot_uniform",
        recurrent_initializer: InitializerLike = "orthogonal",
        bias_initializer: InitializerLike = "zeros",
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        zero_output_for_mask: bool = False,
        batch_size: int | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(
            input_size, units, activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
            dropout, recurrent_dropout, seed, return_sequences, return_state, go_backwards, stateful, unroll,
            zero_output_for_mask, batch_size, dtype, body, name,
        )  # fmt: skip
        if unroll and not return_sequences and self.activation.has_logits:
            raise ValueError(
                "A written-out SimpleRNN that ends in a softmax or sigmoid is not supported. Expected unroll=False or "
                f"return_sequences=True. Received: unroll=True, activation={self.activation.name!r}"
            )

    def step(self, x: Tensor, states: list[Tensor], masks: Masks) -> tuple[list[Tensor], dict[str, Tensor]]:
        """x (batch, input_size), h (batch, units) → h (batch, units)"""
        (h_before,) = states
        z = ops.matmul(dropped(x, masks[0]), self.kernel)  # (batch, units)
        if self.bias is not None:
            z = ops.add_bias(z, self.bias, body=self.body)  # (batch, units)
        z = z + ops.matmul(dropped(h_before, masks[1]), self.recurrent_kernel)  # (batch, units)
        h = self.activation(z, body=self.body)  # (batch, units)
        return [h], {"h_before": h_before, "z": z, "h": h}

    def step_backward(
        self, dstates: list[Tensor], x: Tensor, kept: dict[str, Tensor], masks: Masks
    ) -> tuple[list[Tensor], list[list[Tensor]], dict[str, Any]]:
        """dh (batch, units) → dx (batch, input_size), dh_before (batch, units), dkernel, drecurrent_kernel, dbias"""
        z, h, h_before = kept["z"], kept["h"], kept["h_before"]
        dz = self.activation.backward(dstates[0], h, z)  # (batch, units)
        gradients: dict[str, Any] = {}
        dx, gradients["kernel"] = ops.matmul.backward(dz, None, dropped(x, masks[0]), self.kernel)
        dh, gradients["recurrent_kernel"] = ops.matmul.backward(
            dz, None, dropped(h_before, masks[1]), self.recurrent_kernel
        )  # (batch, units), (units, units)
        if self.bias is not None:
            _, gradients["bias"] = ops.add_bias.backward(dz, None, z, self.bias)  # (units,)
        return [dropped(dx, masks[0])], [[dropped(dh, masks[1])]], gradients
