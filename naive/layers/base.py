"""What every naive layer is: weights, a way forward, and the same way back.

    y, saved = layer.forward(x, training=True)
    dx, gradients = layer.backward(dy, saved)

`saved` is a dictionary of the tensors that the backward pass needs, named and open to look at; one per call, so a
layer may be used twice. `gradients` maps the name of each trainable weight to its gradient.

A layer with several inputs takes a list of them and gives back a list of as many gradients, one per use. A layer
with several outputs returns a list, and takes a list of gradients, in which None stands for an output that nobody
used.
"""

from __future__ import annotations

from typing import Any

from naive import checks, ops
from naive.nodes import is_symbolic, record
from naive.ops import Tensor
from naive.seeds import NaiveSeedGenerator

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

    takes_mask = False
    """True when `forward` has an argument `mask`: a boolean per step (batch, steps), False where there is nothing."""

    keeps_mask = True
    """True when the mask of the input is also that of the output."""

    input_rank = 1
    """How many axes, without the batch, the layer takes at least; asked where a model begins with it."""

    num_outputs = 1
    """How many tensors `forward` returns."""

    def __init__(self, dtype: str = "float32", body: str = "kernel", name: str | None = None) -> None:
        checks.one_of("dtype", dtype, DTYPES)
        checks.one_of("body", body, ops.BODIES)
        self.dtype = dtype
        self.body = body
        self.name = name
        self.trainable = True

    def forward(self, x: Any, training: bool = False) -> tuple[Any, Saved]:
        """The output, and what the backward pass will need."""
        raise NotImplementedError

    def backward(self, dy: Any, saved: Saved, wrt: str = "output") -> tuple[Any, Gradients]:
        """The gradient for the input and one per trainable weight, from the gradient `dy` for the output.

        Args:
            dy: the gradient of the loss for this layer's output, or for its logits.
            saved: what `forward` gave.
            wrt: `"output"`, or `"logits"` when the loss has already gone behind the last activation.
        """
        raise NotImplementedError

    def __call__(self, x: Any, training: bool | None = None, **options: Any) -> Any:
        """The output for tensors; for the symbols of `NaiveInput`, a symbol of the output.

        Args:
            training: for tensors, None is False; in a model it is what the model is called with.
            options: further arguments of `forward`, for example `mask`.
        """
        if is_symbolic(x):
            return record(self, x, options)
        y, _ = self.forward(x, training=bool(training), **options)
        return y

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """The mask of the output, from the input and its mask; None when there is none."""
        return mask if self.keeps_mask else None

    @property
    def tape_depth(self) -> int:
        """How many operations the tape records for a call, on the way from the output to the input."""
        return 1

    def tape_rounds(self, inputs: int) -> list[int]:
        """After how many rounds of the tape each input's gradient is ready; see `naive/walk.py`."""
        return [self.tape_depth] * inputs

    def is_identity(self, training: bool) -> bool:
        """True when the output is the input itself, untouched."""
        return False

    def logits(self, saved: Saved, wanted: str) -> Tensor | None:
        """The input of a final softmax or sigmoid, if a loss that belongs to `wanted` would look at it.

        Args:
            saved: what `forward` gave.
            wanted: `"softmax"`, `"sigmoid"`, or empty for a loss that looks behind neither.
        """
        activation = getattr(self, "activation", None)
        if not wanted or activation is None or not activation.leads_to_logits(wanted):
            return None
        return saved["logits"]

    @property
    def named_weights(self) -> dict[str, Any]:
        """All weights by name, in Keras's order."""
        return {}

    @property
    def seeds(self) -> list[NaiveSeedGenerator]:
        """The layer's sources of chance, in Keras's order."""
        return []

    @property
    def weights(self) -> list[Any]:
        """All weights, in Keras's order."""
        return list(self.named_weights.values())

    @property
    def named_trainable(self) -> dict[str, Any]:
        """The weights that gradients move, by name; none when the layer is frozen."""
        return {name: weight for name, weight in self.named_weights.items() if weight.trainable and self.trainable}

    @property
    def trainable_weights(self) -> list[Any]:
        """The weights that gradients move; none when the layer is frozen."""
        return list(self.named_trainable.values())

    @property
    def state(self) -> list[Any]:
        """What moves without a gradient: moving averages, carried states, seeds. Most layers have none."""
        moving = [weight for weight in self.weights if not weight.trainable]
        return moving + [seed.state for seed in self.seeds]

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the layer again, weights apart."""
        return {"dtype": self.dtype, "body": self.body, "name": self.name}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name or ''}>".replace(" >", ">")
