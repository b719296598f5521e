"""TimeDistributed: the same layer for every element of a sequence, one after the other.

    y_t = layer(x_t)              x (batch, time, …)    y (batch, time, …)

    dweights = Σ_t dweights_t     every step used the same weights
    dx_t     = what the layer gives for step t

Nothing is handed from step to step: that is the difference to a recurrent layer.

Keras facts (Keras 3.15.1)
1. With a known length, Keras calls the layer once for each step; so a layer that draws random numbers draws new ones
   for each, and one that keeps statistics moves them at each.
2. The terms of a weight's gradient are handed to the sum last step first.
3. The layer is given the mask of its step, if it takes one; the mask of the sequence stays that of the output.
4. A loss does not look behind a softmax in here.
"""

from __future__ import annotations

from typing import Any

from naive import ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.layers.wrapping import Entry, described, made
from naive.ops import Tensor
from naive.seeds import NaiveSeedGenerator


class NaiveTimeDistributed(NaiveLayer):
    """A layer, applied to every step.

    Args:
        layer: a naive layer with one input and one output.
        name: see `NaiveLayer`; dtype and body are those of the layer.

    Raises:
        ValueError: something that is not a layer, or a layer with several outputs.
    """

    takes_mask = True

    def __init__(self, layer: NaiveLayer | Entry, name: str | None = None) -> None:
        inner = made(layer, "NaiveTimeDistributed")
        super().__init__(inner.dtype, inner.body, name)
        if inner.num_outputs != 1:
            raise ValueError(
                "NaiveTimeDistributed holds a layer with one output. Expected num_outputs=1. "
                f"Received: {inner!r} with {inner.num_outputs} outputs"
            )
        self.layer = inner
        self.layers = [inner]

    def forward(self, x: Any, training: bool = False, mask: Any = None) -> tuple[Tensor, Saved]:
        """x (batch, time, …) → y (batch, time, …)"""
        x = ops.tensor(x)
        steps = self._length(x)
        mask = self._check_mask(mask, x)
        xs = ops.swap_first(x)  # (time, batch, …)
        outputs, saved = [], {}
        for time in range(steps):
            options = {"mask": mask[:, time]} if mask is not None and self.layer.takes_mask else {}
            y, saved[f"step {time}"] = self.layer.forward(xs[time], training=training, **options)  # (batch, …)
            outputs.append(y)
        return ops.swap_first(ops.stack(outputs)), saved

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[Any, Gradients]:
        """dy (batch, time, …) → dx (batch, time, …), and the layer's gradients, summed over the steps"""
        dys = ops.swap_first(dy)  # (time, batch, …)
        dxs: list[Any] = []
        terms: dict[str, list[Tensor]] = {}
        for time in range(len(saved)):
            dx, gradients = self.layer.backward(dys[time], saved[f"step {time}"])  # (batch, …)
            dxs.append(dx)
            for name, one in gradients.items():
                terms.setdefault(f"layer/{name}", []).append(one)
        dx = None if dxs[0] is None else ops.swap_first(ops.stack(dxs))
        return dx, {name: ops.total(several) for name, several in terms.items()}

    def _length(self, x: Tensor) -> int:
        shape = tuple(x.shape)
        if len(shape) < 3 or shape[1] is None:
            raise ValueError(
                "The input does not fit NaiveTimeDistributed. Expected shape (batch, time, ...) with a known time. "
                f"Received: shape={shape}"
            )
        return shape[1]

    def _check_mask(self, mask: Any, x: Tensor) -> Tensor | None:
        if mask is None:
            return None
        mask = ops.tensor(mask)
        expected, received = tuple(x.shape[:2]), tuple(mask.shape)
        pairs = zip(expected, received, strict=False)
        if len(received) < 2 or any(a != b for a, b in pairs if a is not None and b is not None):
            raise ValueError(
                f"The mask does not fit the sequence. Expected shape (batch, time) = {expected}. "
                f"Received: shape={received}"
            )
        return mask

    @property
    def named_weights(self) -> dict[str, Any]:
        """layer/kernel, …: the weights of the layer"""
        return {f"layer/{name}": weight for name, weight in self.layer.named_weights.items()}

    @property
    def named_trainable(self) -> dict[str, Any]:
        """The same, without those of a frozen layer"""
        inner = self.layer.named_trainable if self.trainable else {}
        return {f"layer/{name}": weight for name, weight in inner.items()}

    @property
    def seeds(self) -> list[NaiveSeedGenerator]:
        return self.layer.seeds

    @property
    def state(self) -> list[Any]:
        """The layer's."""
        return self.layer.state

    def get_config(self) -> dict[str, Any]:
        return {"layer": described(self.layer), "name": self.name}
