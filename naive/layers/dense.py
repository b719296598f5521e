"""Dense: every output is a weighted sum of every input, plus a bias, bent by an activation.

    z  = x · kernel + bias          x (batch, …, input_size)   kernel (input_size, output_size)   bias (output_size,)
    y  = activation(z)              y (batch, …, output_size)

    dz      = dy · activation'(z)
    dkernel = xᵀ · dz               each weight's gradient: its input times the gradient behind it, over the batch
    dbias   = onesᵀ · dz            a bias is a weight on an input that is always 1
    dx      = dz · kernelᵀ          each input's gradient: summed over all the outputs it fed

Keras facts (Keras 3.15.1)
1. The kernel is stored (input, output), and starts Glorot-uniform; the bias starts at zero.
2. The bias is added by `bias_add`, whose gradient adds the rows one after another; with a single unit it is added
   by a plain addition, whose gradient is `reduce_sum`.
3. Inputs of rank 3 and more are multiplied along their last axis, all leading axes as the rows of one product, so
   the kernel's gradient is one product too.
4. If a final softmax or sigmoid is given by its Keras name, the loss looks at z (see `naive/activations.py`).

Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986, equations
1 to 6.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from naive import activations, checks, initializers, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor


class NaiveDense(NaiveLayer):
    """A fully connected layer.

    Args:
        input_size: length of the last axis of the input.
        output_size: number of units; Keras calls it `units`.
        activation: a Keras name, a TensorFlow function such as `tf.nn.relu`, any callable, or None for linear.
        use_bias: False leaves the bias out.
        kernel_initializer, bias_initializer: a Keras name or a naive initializer.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a size that is not a positive integer, or an unknown name.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        activation: str | Callable[..., Any] | activations.Activation | None = None,
        use_bias: bool = True,
        kernel_initializer: str | dict[str, Any] | initializers.NaiveInitializer = "glorot_uniform",
        bias_initializer: str | dict[str, Any] | initializers.NaiveInitializer = "zeros",
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        checks.positive_integer("input_size", input_size)
        checks.positive_integer("output_size", output_size)
        super().__init__(dtype, body, name)
        self.input_size = int(input_size)
        self.output_size = int(output_size)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)

        first_kernel = self.kernel_initializer((self.input_size, self.output_size), dtype)
        self.kernel = ops.variable(first_kernel, "kernel")
        self.bias = None
        if use_bias:
            self.bias = ops.variable(self.bias_initializer((self.output_size,), dtype), "bias")

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, …, input_size) → y (batch, …, output_size)"""
        x = ops.tensor(x, self.dtype)
        checks.features(x, self.input_size, f"NaiveDense(input_size={self.input_size}, ...)")
        z = ops.matmul(x, self.kernel)  # (batch, …, output_size)
        if self.bias is not None:
            z = self._add_bias(z, self.bias)  # (batch, …, output_size)
        y = self.activation(z, body=self.body)  # (batch, …, output_size)
        saved: Saved = {"x": x, "z": z, "y": y}
        if self.activation.has_logits:
            saved["logits"] = z
        return y, saved

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """dy (batch, …, output_size) → dx (batch, …, input_size), dkernel, dbias"""
        x, z, y = saved["x"], saved["z"], saved["y"]
        dz = dy if wrt == "logits" else self.activation.backward(dy, y, z)  # (batch, …, output_size)
        gradients: Gradients = {}
        dx, gradients["kernel"] = ops.matmul.backward(dz, None, x, self.kernel)  # (…, input), (input, output)
        if self.bias is not None:
            add = ops.add if self.output_size == 1 else ops.bias_add
            _, gradients["bias"] = add.backward(dz, None, z, self.bias)  # (output_size,)
        return dx, gradients

    def _add_bias(self, z: Tensor, bias: Tensor) -> Tensor:
        if self.output_size == 1:
            return ops.add(z, ops.read(bias))
        return ops.bias_add(z, bias, body=self.body)

    @property
    def named_weights(self) -> dict[str, Any]:
        """kernel (input_size, output_size), then bias (output_size,)"""
        return {"kernel": self.kernel} | ({"bias": self.bias} if self.use_bias else {})

    @property
    def tape_depth(self) -> int:
        """Product, bias, activation."""
        return 1 + self.use_bias + (self.activation.name != "linear")

    @property
    def W(self) -> Any:  # noqa: N802  (the classic listing's name)
        """The kernel, under the classic listing's name."""
        return self.kernel

    @property
    def b(self) -> Any:
        """The bias, under the classic listing's name."""
        return self.bias

    def get_config(self) -> dict[str, Any]:
        if self.activation.name is None:
            raise ValueError(
                "A function that has no name cannot be written into a configuration. "
                f"Expected an activation among {', '.join(activations.NAMES)}. "
                f"Received: activation={self.activation.function!r}"
            )
        return super().get_config() | {
            "input_size": self.input_size,
            "output_size": self.output_size,
            "activation": self.activation.name,
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.config_of(self.kernel_initializer),
            "bias_initializer": initializers.config_of(self.bias_initializer),
        }
