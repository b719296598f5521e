"""One linear map between tensors of many axes: Dense, written as an equation of letters.

    "btc,cnh->btnh"     z[b,t,n,h] = Σ_c x[b,t,c] · kernel[c,n,h] + bias[n,h]

    dkernel = Σ over b and t of x · dz      dbias = Σ over b and t of dz      dx = Σ over n and h of dz · kernel

Multi-head attention has one for the queries, one for the keys, one for the values and one for its output.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from naive import initializers, ops
from naive.layers.base import Gradients
from naive.ops import Tensor


class Projection:
    """A kernel and perhaps a bias, applied to the last axes of a tensor.

    Args:
        name: its weights are called `name/kernel` and `name/bias`.
        equation: letters of input, kernel and output.
        sizes_in, sizes_out: the kernel's axes that are summed, and those that remain; the bias has the latter.
        use_bias: False leaves the bias out.
        kernel_initializer, bias_initializer: a Keras name, or a naive initializer.
        dtype: of the weights.
    """

    def __init__(
        self,
        name: str,
        equation: str,
        sizes_in: Sequence[int],
        sizes_out: Sequence[int],
        use_bias: bool,
        kernel_initializer: Any,
        bias_initializer: Any,
        dtype: str,
    ) -> None:
        self.name = name
        self.equation = equation
        # Drawn as the matrix that it is, so that its fans are the numbers of inputs and outputs.
        matrix = initializers.get(kernel_initializer)((math.prod(sizes_in), math.prod(sizes_out)), dtype)
        self.kernel = ops.variable(ops.reshape(matrix, (*sizes_in, *sizes_out)), f"{name}/kernel")
        first_bias = initializers.get(bias_initializer)(tuple(sizes_out), dtype)
        self.bias = ops.variable(first_bias, f"{name}/bias") if use_bias else None

    def forward(self, x: Tensor, body: str) -> Tensor:
        """x (batch, steps, sizes_in) → z (batch, steps, sizes_out)"""
        with ops.scope(self.name):
            z = ops.einsum(x, ops.read(self.kernel), self.equation, by="matmul", body=body)
            return z if self.bias is None else ops.add_bias(z, ops.read(self.bias), body=body)

    def backward(self, dz: Tensor, x: Tensor) -> tuple[Tensor, Gradients]:
        """dz (batch, steps, sizes_out) → dx (batch, steps, sizes_in), dkernel, dbias"""
        gradients: Gradients = {}
        with ops.scope(self.name):
            kernel = ops.read(self.kernel)
            dx, gradients[f"{self.name}/kernel"] = ops.einsum.backward(dz, None, x, kernel, self.equation, by="matmul")
            if self.bias is not None:
                _, gradients[f"{self.name}/bias"] = ops.add_bias.backward(dz, None, dz, self.bias)
            return dx, gradients

    @property
    def named_weights(self) -> dict[str, Any]:
        """kernel (sizes_in, sizes_out), then bias (sizes_out)"""
        weights = {f"{self.name}/kernel": self.kernel}
        return weights if self.bias is None else weights | {f"{self.name}/bias": self.bias}
