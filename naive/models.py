"""A network is layers in a row: the output of one is the input of the next.

    forward    x → layer 1 → layer 2 → … → y
    backward   dx ← layer 1 ← layer 2 ← … ← dy

The backward pass walks the same layers in the opposite order. Each layer receives the gradient for its output,
keeps the gradients for its own weights, and hands the gradient for its input to the layer below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive.layers import NaiveLayer, Saved
from naive.ops import Tensor


class NaiveSequential:
    """Layers in a row.

    Args:
        layers: naive layers, first to last. Layers without a name are numbered: `dense_1`, `dense_2`, …

    Raises:
        ValueError: no layers, something that is not a naive layer, or two layers of one name.
    """

    def __init__(self, layers: Sequence[NaiveLayer], name: str = "sequential") -> None:
        self.name = name
        self.layers = list(layers)
        if not self.layers:
            raise ValueError("A model needs layers. Expected at least one layer. Received: layers=[]")
        for position, layer in enumerate(self.layers, 1):
            if not isinstance(layer, NaiveLayer):
                raise ValueError(
                    "A NaiveSequential is made of naive layers. "
                    f"Expected a NaiveLayer at position {position}. Received: {layer!r} of type {type(layer).__name__}"
                )
            if layer.name is None:
                layer.name = f"{type(layer).__name__.removeprefix('Naive').lower()}_{position}"
        names = [layer.name for layer in self.layers]
        twice = sorted({str(name) for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"Each layer needs a name of its own. Expected different names. Received twice: {', '.join(twice)}"
            )

    def __call__(self, x: Tensor, training: bool = False) -> Tensor:
        """x (batch, …) → y"""
        for layer in self.layers:
            x = layer(x, training=training)
        return x

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, list[Saved]]:
        """x (batch, …) → y, and what each layer saved, first to last."""
        saved = []
        for layer in self.layers:
            x, from_layer = layer.forward(x, training=training)
            saved.append(from_layer)
        return x, saved

    def backward(self, dy: Tensor, saved: list[Saved], wrt: str = "output") -> tuple[Tensor, list[Tensor]]:
        """dy → dx, and the gradients in the order of `trainable_weights`.

        Args:
            dy: the gradient for the model's output, or for the logits of its last layer.
            saved: what `forward` gave.
            wrt: `"output"` or `"logits"`, as the loss says.
        """
        per_layer: list[list[Tensor]] = []
        for layer, from_layer in zip(reversed(self.layers), reversed(saved), strict=True):
            dy, gradients = layer.backward(dy, from_layer, wrt=wrt)
            wrt = "output"  # only the last layer's activation was skipped
            per_layer.append(list(gradients.values()) if layer.trainable else [])
        return dy, [gradient for gradients in reversed(per_layer) for gradient in gradients]

    def logits(self, saved: list[Saved], loss: Any) -> Tensor | None:
        """The input of a final softmax or sigmoid, where Keras's twin of `loss` would use it; else None."""
        activation = getattr(self.layers[-1], "activation", None)
        if activation is None or not loss.belongs_to or not activation.leads_to_logits(loss.belongs_to):
            return None
        return saved[-1]["logits"]

    @property
    def weights(self) -> list[Any]:
        """All weights, layer by layer, as Keras orders them."""
        return [weight for layer in self.layers for weight in layer.weights]

    @property
    def trainable_weights(self) -> list[Any]:
        """The weights that gradients move."""
        return [weight for layer in self.layers for weight in layer.trainable_weights]

    @property
    def state(self) -> list[Any]:
        """What moves without a gradient, layer by layer."""
        return [variable for layer in self.layers for variable in layer.state]

    @property
    def weight_names(self) -> list[str]:
        """`layer/weight` for each of `weights`."""
        return [f"{layer.name}/{name}" for layer in self.layers for name in layer.named_weights]

    @property
    def dtype(self) -> str:
        """The dtype in which the model computes: that of its last layer."""
        return self.layers[-1].dtype

    def count_params(self) -> int:
        """How many numbers the weights hold."""
        return sum(int(weight.shape.num_elements()) for weight in self.weights)

    def __repr__(self) -> str:
        return f"<NaiveSequential {' → '.join(str(layer.name) for layer in self.layers)}>"
