"""What every naive layer is: weights, a way forward, and the same way back.

    y, saved = layer.forward(x, training=True)
    dx, gradients = layer.backward(dy, saved)

`saved` is a dictionary of the tensors that the backward pass needs, named and open to look at; one per call, so a
layer may be used twice. `gradients` maps the name of each trainable weight to its gradient.
"""

from __future__ import annotations

from typing import Any

from naive import checks, ops
from naive.ops import Tensor

DTYPES = ("float32", "float64")

Saved = dict[str, Any]
Gradients = dict[str, Tensor]


class NaiveLayer:
    """A layer with no weights; subclasses add them.

    Args:
        dtype: `"float32"` or `"float64"`.
        body: `"kernel"` computes with TensorFlow's kernels, `"definition"` with plain arithmetic.
        name: what the layer is called in reports; its class and number in the model by default.
    """

    def __init__(self, dtype: str = "float32", body: str = "kernel", name: str | None = None) -> None:
        checks.one_of("dtype", dtype, DTYPES)
        checks.one_of("body", body, ops.BODIES)
        self.dtype = dtype
        self.body = body
        self.name = name
        self.trainable = True

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """The output, and what the backward pass will need."""
        raise NotImplementedError

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Tensor, Gradients]:
        """The gradient for the input and one per trainable weight, from the gradient `dy` for the output.

        Args:
            dy: the gradient of the loss for this layer's output, or for its logits.
            saved: what `forward` gave.
            wrt: `"output"`, or `"logits"` when the loss has already gone behind the last activation.
        """
        raise NotImplementedError

    def __call__(self, x: Tensor, training: bool = False) -> Tensor:
        y, _ = self.forward(x, training=training)
        return y

    @property
    def named_weights(self) -> dict[str, Any]:
        """All weights by name, in Keras's order."""
        return {}

    @property
    def weights(self) -> list[Any]:
        """All weights, in Keras's order."""
        return list(self.named_weights.values())

    @property
    def trainable_weights(self) -> list[Any]:
        """The weights that gradients move; none when the layer is frozen."""
        return self.weights if self.trainable else []

    @property
    def state(self) -> list[Any]:
        """What moves without a gradient: moving averages, seeds. Most layers have none."""
        return []

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the layer again, weights apart."""
        return {"dtype": self.dtype, "body": self.body, "name": self.name}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name or ''}>".replace(" >", ">")
