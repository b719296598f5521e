"""LSTM: a recurrent layer with a memory that is added to, not multiplied over and over.

Beside its answer h the layer carries a cell c. Three gates, numbers between 0 and 1, say what the cell lets in (i),
what it keeps (f) and what it shows (o); a candidate g is what it might let in.

    z   = x_t · kernel + h_{t-1} · recurrent_kernel + bias      z (batch, 4 · units): z_i, z_f, z_g, z_o side by side
    i   = sigmoid(z_i)   f = sigmoid(z_f)   g = tanh(z_g)   o = sigmoid(z_o)                    each (batch, units)
    c_t = f · c_{t-1} + i · g
    h_t = o · tanh(c_t)

    do      = dh_t · tanh(c_t)
    dc      = dh_t · o · tanh'(c_t) + what arrives from step t + 1
    df      = dc · c_{t-1}      di = dc · g      dg = dc · i      dc_{t-1} = dc · f
    dz      = each gate's gradient times the slope of its bend
    dkernel = Σ_t x_tᵀ · dz     drecurrent_kernel = Σ_t h_{t-1}ᵀ · dz     dbias = Σ_t onesᵀ · dz
    dx_t    = dz · kernelᵀ      dh_{t-1} = dz · recurrent_kernelᵀ

On the way back the cell's gradient is multiplied by f, which the layer can learn to keep near 1: it need not vanish.

Keras facts (Keras 3.15.1)
1. The gates stand in the order i, f, g, o.
2. The bias of the forget gate starts at 1 (`unit_forget_bias`), all others at 0.
3. All gates at once, the sum is (x part + h part) + bias. With `recurrent_dropout`, gate by gate, it is
   (x part + bias) + h part, and the bias is added plainly.
4. With one known row, Keras's `add` takes the h part itself for a bias (see `ops.add_products`).

Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; the forget gate: Gers, Schmidhuber and Cummins,
"Learning to forget", 2000.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import activations, ops
from naive.layers.recurrent import NaiveRecurrent
from naive.layers.recurrent_parts import ActivationLike, InitializerLike, Masks, dropped, products, products_backward
from naive.ops import Tensor

GATES = ("i", "f", "g", "o")
TAPE_ORDER = (3, 1, 0, 2)
"""o, f, i, g: the order in which a tape meets the gates on its way back."""


class NaiveLSTM(NaiveRecurrent):
    """Long short-term memory; arguments as Keras's, see `NaiveRecurrent`. Its states are h and c."""

    gates = 4
    state_names = ("h", "c")
    options = (*NaiveRecurrent.options, "unit_forget_bias")

    def __init__(
        self,
        input_size: int,
        units: int,
        activation: ActivationLike = "tanh",
        recurrent_activation: ActivationLike = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: InitializerLike = "glorot_uniform",
        recurrent_initializer: InitializerLike = "orthogonal",
        bias_initializer: InitializerLike = "zeros",
        unit_forget_bias: bool = True,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        batch_size: int | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        self.unit_forget_bias = unit_forget_bias
        self.recurrent_activation = activations.get(recurrent_activation)
        super().__init__(
            input_size, units, activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
            dropout, recurrent_dropout, seed, return_sequences, return_state, go_backwards, stateful, unroll,
            zero_output_for_mask, batch_size, dtype, body, name,
        )  # fmt: skip

    def step(self, x: Tensor, states: list[Tensor], masks: Masks) -> tuple[list[Tensor], dict[str, Tensor]]:
        """x (batch, input_size), h and c (batch, units) → h and c (batch, units)"""
        h_before, c_before = states
        sums = self._sums_gate_by_gate if self.recurrent_dropout else self._sums
        z_i, z_f, z_g, z_o = sums(x, h_before, masks)  # each (batch, units)
        i = self.recurrent_activation(z_i, body=self.body)  # (batch, units)
        f = self.recurrent_activation(z_f, body=self.body)  # (batch, units)
        g = self.activation(z_g, body=self.body)  # (batch, units)
        c = f * c_before + i * g  # (batch, units)
        o = self.recurrent_activation(z_o, body=self.body)  # (batch, units)
        shown = self.activation(c, body=self.body)  # (batch, units)
        h = o * shown  # (batch, units)
        kept = {"h_before": h_before, "c_before": c_before, "z_i": z_i, "z_f": z_f, "z_g": z_g, "z_o": z_o}
        return [h, c], kept | {"i": i, "f": f, "g": g, "o": o, "c": c, "shown": shown}

    def step_backward(
        self, dstates: list[Tensor], x: Tensor, kept: dict[str, Tensor], masks: Masks
    ) -> tuple[list[Tensor], list[list[Tensor]], dict[str, Any]]:
        """dh, dc (batch, units) → dx (batch, input_size), dh_before, dc_before (batch, units), weights"""
        dh, dc = dstates
        i, f, g, o = (kept[gate] for gate in GATES)
        do = dh * kept["shown"]  # (batch, units)
        dc = ops.total([dc, self.activation.backward(dh * o, kept["shown"], kept["c"])])  # (batch, units)
        dgates = {"i": dc * g, "f": dc * kept["c_before"], "g": dc * i, "o": do}
        bends = {"g": self.activation}
        dz = [
            bends.get(gate, self.recurrent_activation).backward(dgates[gate], kept[gate], kept[f"z_{gate}"])
            for gate in GATES
        ]  # each (batch, units)
        sums_backward = self._sums_gate_by_gate_backward if self.recurrent_dropout else self._sums_backward
        dx, dh_before, gradients = sums_backward(dz, x, kept["h_before"], masks)
        return dx, [dh_before, [dc * f]], gradients

    def _sums(self, x: Tensor, h: Tensor, masks: Masks) -> Sequence[Tensor]:
        """What each gate adds up, all gates in one product: z_i, z_f, z_g, z_o (batch, units)"""
        z = ops.matmul(dropped(x, masks[0]), self.kernel)  # (batch, 4 · units)
        z = ops.add_products(z, ops.matmul(h, self.recurrent_kernel), body=self.body)  # (batch, 4 · units)
        if self.bias is not None:
            z = ops.add_bias(z, self.bias, body=self.body)  # (batch, 4 · units)
        return ops.split(z, 4)

    def _sums_backward(
        self, dzs: Sequence[Tensor], x: Tensor, h: Tensor, masks: Masks
    ) -> tuple[list[Tensor], list[Tensor], dict[str, Any]]:
        dz, _ = ops.split.backward(dzs, None, None, 4)  # (batch, 4 · units)
        dx, dkernel = ops.matmul.backward(dz, None, dropped(x, masks[0]), self.kernel)
        dh, drecurrent = ops.matmul.backward(dz, None, h, self.recurrent_kernel)
        gradients = {"kernel": dkernel, "recurrent_kernel": drecurrent}
        if self.bias is not None:
            _, gradients["bias"] = ops.add_bias.backward(dz, None, dz, self.bias)  # (4 · units,)
        return [dropped(dx, masks[0])], [dh], gradients

    def _sums_gate_by_gate(self, x: Tensor, h: Tensor, masks: Masks) -> Sequence[Tensor]:
        """The same, each gate with its own masks"""
        x_parts = products(x, ops.split(self.kernel, 4, axis=1), masks[0])  # each (batch, units)
        if self.bias is not None:
            biases = ops.split(self.bias, 4, axis=0)  # each (units,)
            x_parts = [part + bias for part, bias in zip(x_parts, biases, strict=True)]
        h_parts = products(h, self._recurrent_kernels(), masks[1])  # each (batch, units)
        return [a + b for a, b in zip(x_parts, h_parts, strict=True)]

    def _sums_gate_by_gate_backward(
        self, dzs: Sequence[Tensor], x: Tensor, h: Tensor, masks: Masks
    ) -> tuple[list[Tensor], list[Tensor], dict[str, Any]]:
        dxs, dkernels = products_backward(dzs, x, ops.split(self.kernel, 4, axis=1), masks[0])
        dhs, drecurrents = products_backward(dzs, h, self._recurrent_kernels(), masks[1])
        gradients: dict[str, Any] = {"kernel": ops.split.backward(dkernels, None, None, 4, axis=1)[0]}
        gradients["recurrent_kernel"] = [
            ops.columns.backward(one, None, self.recurrent_kernel, gate * self.units, (gate + 1) * self.units)[0]
            for gate, one in ((gate, drecurrents[gate]) for gate in TAPE_ORDER)
        ]
        if self.bias is not None:
            dbiases = [ops.unbroadcast(dz, bias) for dz, bias in zip(dzs, ops.split(self.bias, 4, 0), strict=True)]
            gradients["bias"], _ = ops.split.backward(dbiases, None, None, 4, axis=0)
        return [dxs[gate] for gate in TAPE_ORDER], [dhs[gate] for gate in TAPE_ORDER], gradients

    def _recurrent_kernels(self) -> list[Tensor]:
        """Each gate's own, (units, units)"""
        return [ops.columns(self.recurrent_kernel, n * self.units, (n + 1) * self.units) for n in range(4)]

    def _first_bias(self) -> Tensor:
        if not self.unit_forget_bias:
            return super()._first_bias()
        first, last = (self.bias_initializer((size,), self.dtype) for size in (self.units, 2 * self.units))
        return ops.concatenate(first, ops.ones((self.units,), self.dtype), last, axis=0)
