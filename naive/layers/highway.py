"""Highway: a layer that learns how much of its input to change, and how much to let pass.

    h = activation(x · kernel + bias)                          what the layer would make of x
    t = sigmoid(x · transform_kernel + transform_bias)         the gate: 1 takes h, 0 takes x
    y = t · h + (1 - t) · x                                    x, h, t, y (batch, …, n); kernels (n, n), biases (n,)

    dh = dy · t        dt = dy · h - dy · x        dx by the open road = dy · (1 - t)
    dz = dh · activation'(z)                        du = dt · t · (1 - t)
    dkernel = xᵀ · dz, dbias = Σ dz                 dtransform_kernel = xᵀ · du, dtransform_bias = Σ du
    dx = dy · (1 - t) + dz · kernelᵀ + du · transform_kernelᵀ

While t is near 0, dx is near dy: the gradient reaches the first of many layers undiminished. That is why the gate's
bias starts negative.

Keras has no such layer; the reference is `keras_ref/custom/highway.py`, written with `keras.ops` as a user would.

Keras facts (Keras 3.15.1)
1. `keras.ops.add` adds a bias by `bias_add`; a layer of a single unit adds it plainly.
2. The three terms of dx are added in the order in which they are written above; in graph mode the two that come
   through the kernels are added first.

Source: Srivastava, Greff and Schmidhuber, "Highway Networks", 2015, equations 2 and 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from naive import activations, checks, initializers, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor


class NaiveHighway(NaiveLayer):
    """A transformed input and the input itself, mixed by a gate.

    Args:
        input_size: length of the last axis of input and output.
        activation: of the transformed input: a Keras name, a TensorFlow function, any callable, or None for linear.
        bias_start: every number of the gate's bias at first; negative lets the input pass.
        kernel_initializer: of both kernels: a Keras name, of which each draws its own, or a naive initializer.
        bias_initializer: of the transformed input's bias.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a size that is not a positive integer, a start that is not a number, or an unknown name.
    """

    keeps_mask = False

    def __init__(
        self,
        input_size: int,
        activation: str | Callable[..., Any] | activations.Activation | None = "relu",
        bias_start: float = -2.0,
        kernel_initializer: str | dict[str, Any] | initializers.NaiveInitializer = "glorot_uniform",
        bias_initializer: str | dict[str, Any] | initializers.NaiveInitializer = "zeros",
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        checks.positive_integer("input_size", input_size)
        super().__init__(dtype, body, name)
        self.input_size = int(input_size)
        self.activation = activations.get(activation)
        self.bias_start = checks.number("bias_start", bias_start, low=-1e30)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)

        square, row = (self.input_size, self.input_size), (self.input_size,)
        self.kernel = ops.variable(self.kernel_initializer(square, dtype), "kernel")
        self.bias = ops.variable(self.bias_initializer(row, dtype), "bias")
        of_gate = initializers.get(kernel_initializer)  # a name draws once more
        self.transform_kernel = ops.variable(of_gate(square, dtype), "transform_kernel")
        self.transform_bias = ops.variable(ops.zeros(row, dtype) + self.bias_start, "transform_bias")

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, …, input_size) → y (batch, …, input_size)"""
        x = ops.tensor(x, self.dtype)
        checks.features(x, self.input_size, f"NaiveHighway(input_size={self.input_size}, ...)")
        product = ops.matmul(x, self.kernel)  # (batch, …, input_size)
        z = ops.add_bias(product, ops.read(self.bias), body=self.body)  # (batch, …, input_size)
        h = self.activation(z, body=self.body)  # (batch, …, input_size)
        product = ops.matmul(x, self.transform_kernel)  # (batch, …, input_size)
        u = ops.add_bias(product, ops.read(self.transform_bias), body=self.body)  # (batch, …, input_size)
        t = ops.sigmoid(u, body=self.body)  # (batch, …, input_size)
        changed = t * h  # (batch, …, input_size)
        carry = 1 - t  # (batch, …, input_size)
        y = changed + carry * x  # (batch, …, input_size)
        return y, {"x": x, "z": z, "h": h, "u": u, "t": t, "carry": carry, "y": y}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, …, input_size) → dx (batch, …, input_size), the gradients of both kernels and biases"""
        x, t, h = saved["x"], saved["t"], saved["h"]
        dt_by_h, dh = ops.multiply.backward(dy, None, t, h)  # (batch, …, input_size) both
        dcarry, dx_by_road = ops.multiply.backward(dy, None, saved["carry"], x)  # (batch, …, input_size) both
        dt = ops.total([dt_by_h, ops.negative(dcarry)])  # (batch, …, input_size)
        dz = self.activation.backward(dh, h, saved["z"])  # (batch, …, input_size)
        du = ops.sigmoid.backward(dt, t, saved["u"])  # (batch, …, input_size)
        gradients: Gradients = {}
        dx_by_h, gradients["kernel"] = ops.matmul.backward(dz, None, x, self.kernel)
        _, gradients["bias"] = ops.add_bias.backward(dz, None, saved["z"], self.bias)
        dx_by_t, gradients["transform_kernel"] = ops.matmul.backward(du, None, x, self.transform_kernel)
        _, gradients["transform_bias"] = ops.add_bias.backward(du, None, saved["u"], self.transform_bias)
        return ops.total_by_name({"mul_1": dx_by_road, "MatMul": dx_by_h, "MatMul_1": dx_by_t}), gradients

    @property
    def tape_depth(self) -> int:
        """Through the gate: two products, a difference, a sigmoid, a bias, a matrix product."""
        return 6

    @property
    def named_weights(self) -> dict[str, Any]:
        """kernel (n, n), bias (n,), transform_kernel (n, n), transform_bias (n,)"""
        return {
            "kernel": self.kernel,
            "bias": self.bias,
            "transform_kernel": self.transform_kernel,
            "transform_bias": self.transform_bias,
        }

    def get_config(self) -> dict[str, Any]:
        if self.activation.name is None:
            raise ValueError(
                "A function that has no name cannot be written into a configuration. "
                f"Expected an activation among {', '.join(activations.NAMES)}. "
                f"Received: activation={self.activation.function!r}"
            )
        return super().get_config() | {
            "input_size": self.input_size,
            "activation": self.activation.name,
            "bias_start": self.bias_start,
            "kernel_initializer": initializers.config_of(self.kernel_initializer),
            "bias_initializer": initializers.config_of(self.bias_initializer),
        }
