"""GRU: a recurrent layer whose state is a mixture of what it was and what it might be.

Two gates instead of LSTM's three, and no cell beside the state: z says how much of the old state stays, r how much of
it is heard while the candidate g is made.

    s   = x_t · kernel + input_bias                  s (batch, 3 · units): s_z, s_r, s_g side by side
    u   = h_{t-1} · recurrent_kernel + recurrent_bias      u_z, u_r, u_g
    z   = sigmoid(s_z + u_z)     r = sigmoid(s_r + u_r)
    g   = tanh(s_g + r · u_g)                                     reset_after: the reset comes after the product
    g   = tanh(s_g + (r · h_{t-1}) · recurrent_kernel_g)          not reset_after: before it, and no recurrent_bias
    h_t = z · h_{t-1} + (1 - z) · g

    dz      = dh_t · h_{t-1} - dh_t · g       dg = dh_t · (1 - z)
    dr      = slope of g · u_g                (or slope of g · recurrent_kernel_gᵀ · h_{t-1})
    dkernel = Σ_t x_tᵀ · ds      drecurrent_kernel = Σ_t h_{t-1}ᵀ · du      dx_t = ds · kernelᵀ
    dh_{t-1} = dh_t · z + du · recurrent_kernelᵀ (+ r times what the product received)

Keras facts (Keras 3.15.1)
1. The gates stand in the order z, r, g; z keeps the old state (in the paper's first version it lets the new one in).
2. With `reset_after` the bias is (2, 3 · units): row 0 for the input's part, added by `bias_add`; row 1 for the
   state's part, added plainly. Without it (3 · units,), for the input's part alone.
3. With `recurrent_dropout` all is done gate by gate, and both biases are added plainly.

Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014, equations 5 to 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import activations, ops
from naive.layers.recurrent import NaiveRecurrent
from naive.layers.recurrent_parts import ActivationLike, InitializerLike, Masks, dropped, products, products_backward
from naive.ops import Tensor


class NaiveGRU(NaiveRecurrent):
    """Gated recurrent unit; arguments as Keras's, see `NaiveRecurrent`."""

    gates = 3
    options = (*NaiveRecurrent.options, "reset_after")

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
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        zero_output_for_mask: bool = False,
        batch_size: int | None = None,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        self.reset_after = reset_after
        self.recurrent_activation = activations.get(recurrent_activation)
        super().__init__(
            input_size, units, activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
            dropout, recurrent_dropout, seed, return_sequences, return_state, go_backwards, stateful, unroll,
            zero_output_for_mask, batch_size, dtype, body, name,
        )  # fmt: skip

    def step(self, x: Tensor, states: list[Tensor], masks: Masks) -> tuple[list[Tensor], dict[str, Tensor]]:
        """x (batch, input_size), h (batch, units) → h (batch, units)"""
        (h_before,) = states
        input_bias, recurrent_bias = self._biases()
        s_z, s_r, s_g = self._input_part(x, input_bias, masks)  # each (batch, units)
        u_z, u_r, *rest = self._state_part(h_before, recurrent_bias, masks)  # each (batch, units)
        z_sum, r_sum = s_z + u_z, s_r + u_r  # (batch, units)
        z = self.recurrent_activation(z_sum, body=self.body)  # (batch, units)
        r = self.recurrent_activation(r_sum, body=self.body)  # (batch, units)
        if self.reset_after:
            g_sum = s_g + r * rest[0]  # (batch, units)
        else:
            g_sum = s_g + ops.matmul(r * dropped(h_before, masks[1], 2), self._columns(2))  # (batch, units)
        g = self.activation(g_sum, body=self.body)  # (batch, units)
        h = z * h_before + (1 - z) * g  # (batch, units)
        kept = {"h_before": h_before, "z_sum": z_sum, "r_sum": r_sum, "g_sum": g_sum, "z": z, "r": r, "g": g}
        return [h], kept | ({"u_g": rest[0]} if self.reset_after else {})

    def step_backward(
        self, dstates: list[Tensor], x: Tensor, kept: dict[str, Tensor], masks: Masks
    ) -> tuple[list[Tensor], list[list[Tensor]], dict[str, Any]]:
        """dh (batch, units) → dx (batch, input_size), dh_before (batch, units), weights"""
        (dh,), h_before = dstates, kept["h_before"]
        z, r, g = kept["z"], kept["r"], kept["g"]
        dz = ops.total([dh * h_before, -(dh * g)])  # (batch, units)
        dg_sum = self.activation.backward(dh * (1 - z), g, kept["g_sum"])  # (batch, units)
        if self.reset_after:
            dr, rest = dg_sum * kept["u_g"], [dg_sum * r]  # (batch, units)
        else:
            heard = dropped(h_before, masks[1], 2)  # (batch, units)
            dreset, dkernel_g = ops.matmul.backward(dg_sum, None, r * heard, self._columns(2))
            dr, rest = dreset * heard, []  # (batch, units)
        dz_sum = self.recurrent_activation.backward(dz, z, kept["z_sum"])  # (batch, units)
        dr_sum = self.recurrent_activation.backward(dr, r, kept["r_sum"])  # (batch, units)
        dhs, gradients = self._state_part_backward([dz_sum, dr_sum, *rest], h_before, masks)
        if not self.reset_after:
            dhs.append(dropped(dreset * r, masks[1], 2))  # (batch, units)
            gradients["recurrent_kernel"].append(self._placed(dkernel_g, 2))
        dx, of_input = self._input_part_backward([dz_sum, dr_sum, dg_sum], x, masks)
        for name, terms in of_input.items():
            gradients[name] = terms + gradients.get(name, [])
        if self.bias is not None and self.reset_after:
            gradients["bias"] = [ops.stack(gradients["bias"])]  # (2, 3 · units)
        if self.recurrent_dropout:
            gradients = {name: _as_the_tape(name, terms, self.reset_after) for name, terms in gradients.items()}
        # The candidate's term comes before those of z and r when all gates share a product, else between them.
        dh_z, *others = dhs if self.recurrent_dropout else (dhs[-1], *dhs[:-1])
        return dx, [[dh * z, dh_z, *reversed(others)]], gradients

    def _input_part(self, x: Tensor, bias: Any, masks: Masks) -> Sequence[Tensor]:
        """s_z, s_r, s_g (batch, units)"""
        if self.recurrent_dropout:
            parts = products(x, [self._columns(gate, "kernel") for gate in range(3)], masks[0])
            return parts if bias is None else [part + self._part(bias, gate) for gate, part in enumerate(parts)]
        s = ops.matmul(dropped(x, masks[0]), self.kernel)  # (batch, 3 · units)
        return ops.split(s if bias is None else ops.add_bias(s, bias, body=self.body), 3)

    def _input_part_backward(
        self, dss: Sequence[Tensor], x: Tensor, masks: Masks
    ) -> tuple[list[Tensor], dict[str, list[Tensor]]]:
        if self.recurrent_dropout:
            dxs, dkernels = products_backward(dss, x, [self._columns(gate, "kernel") for gate in range(3)], masks[0])
            gradients = {"kernel": [self._placed(one, gate) for gate, one in enumerate(dkernels)]}
            dbiases = [self._placed(ops.sum(ds, 0), gate) for gate, ds in enumerate(dss)]  # each (3 · units,)
            if self.bias is not None:
                gradients["bias"] = [ops.total(dbiases)] if self.reset_after else dbiases
            return [dxs[0], dxs[2], dxs[1]], gradients
        ds, _ = ops.split.backward(dss, None, None, 3)  # (batch, 3 · units)
        dx, dkernel = ops.matmul.backward(ds, None, dropped(x, masks[0]), self.kernel)
        of_bias = {"bias": [ops.sum_rows(ds)]} if self.bias is not None else {}  # (3 · units,)
        return [dropped(dx, masks[0])], {"kernel": [dkernel]} | of_bias

    def _state_part(self, h: Tensor, bias: Any, masks: Masks) -> list[Tensor]:
        """u_z, u_r, and with reset_after u_g (batch, units)"""
        count = 3 if self.reset_after else 2
        if self.recurrent_dropout:
            parts = products(h, [self._columns(gate) for gate in range(count)], masks[1])
            return parts if bias is None else [part + self._part(bias, gate) for gate, part in enumerate(parts)]
        u = ops.matmul(h, self.recurrent_kernel if self.reset_after else self._columns(0, count=2))
        u = u if bias is None else u + bias  # (batch, count · units)
        return [ops.columns(u, gate * self.units, (gate + 1) * self.units) for gate in range(count)]

    def _state_part_backward(
        self, dus: Sequence[Tensor], h: Tensor, masks: Masks
    ) -> tuple[list[Tensor], dict[str, list[Tensor]]]:
        du = ops.concatenate(*dus, axis=-1)  # (batch, count · units)
        of_bias = {"bias": [ops.sum(du, 0)]} if self.bias is not None and self.reset_after else {}
        if self.recurrent_dropout:
            dhs, dkernels = products_backward(dus, h, [self._columns(gate) for gate in range(len(dus))], masks[1])
            return dhs, {"recurrent_kernel": [self._placed(one, gate) for gate, one in enumerate(dkernels)]} | of_bias
        kernel = self.recurrent_kernel if self.reset_after else self._columns(0, count=2)
        dh, dkernel = ops.matmul.backward(du, None, h, kernel)
        placed = dkernel if self.reset_after else self._placed(dkernel, 0, 2)
        return [dh], {"recurrent_kernel": [placed]} | of_bias

    def _biases(self) -> tuple[Any, Any]:
        """The input's bias and the state's, each (3 · units,); None where there is none"""
        if self.bias is None or not self.reset_after:
            return self.bias, None
        first, second = ops.split(self.bias, 2, axis=0)
        return ops.squeeze(first, 0), ops.squeeze(second, 0)

    def _columns(self, gate: int, weight: str = "recurrent_kernel", count: int = 1) -> Tensor:
        """The columns of one gate or of several in a row"""
        return ops.columns(getattr(self, weight), gate * self.units, (gate + count) * self.units)

    def _placed(self, gradient: Tensor, gate: int, count: int = 1) -> Tensor:
        """A gradient for some gates' columns as one for all: the others receive 0"""
        return ops.columns.backward(gradient, None, self.kernel, gate * self.units, (gate + count) * self.units)[0]

    def _part(self, bias: Tensor, gate: int) -> Tensor:
        return ops.columns(bias, gate * self.units, (gate + 1) * self.units)

    def _first_bias(self) -> Tensor:
        width = 3 * self.units
        return self.bias_initializer((2, width) if self.reset_after else (width,), self.dtype)


def _as_the_tape(name: str, terms: list[Tensor], reset_after: bool) -> list[Tensor]:
    """The terms of z, r and g for a weight that is read gate by gate, in the order in which a tape meets them."""
    if len(terms) < 3:
        return terms
    z, r, g = terms
    return [z, g, r] if reset_after and name == "recurrent_kernel" else [g, z, r]
