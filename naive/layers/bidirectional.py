"""Bidirectional: two recurrent layers read the same sequence, one from either end.

    y⃗ = forward_layer(x)        y⃖ = backward_layer(x), turned around so that both speak of the same element
    concat  y = [y⃗, y⃖]         dy⃗, dy⃖ = the two halves of dy
    sum     y = y⃗ + y⃖          dy⃗ = dy⃖ = dy
    ave     y = (y⃗ + y⃖) / 2    dy⃗ = dy⃖ = dy / 2
    mul     y = y⃗ · y⃖          dy⃗ = dy · y⃖, dy⃖ = dy · y⃗
    None    y⃗ and y⃖ are two outputs

    dx = dx from the forward layer + dx from the backward layer

Keras facts (Keras 3.15.1)
1. The layer that is given is a pattern: both directions are made anew from its configuration, and initializers without
   a seed draw new ones, first forward, then backward.
2. Masked steps of a returned sequence are 0, whatever the pattern says (`zero_output_for_mask`).
3. First states are given for the forward layer, then for the backward layer; last states come in that order.

Source: Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997, figure 3.
"""

from __future__ import annotations

from typing import Any

from naive import checks, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.layers.recurrent import NaiveRecurrent
from naive.layers.wrapping import Entry, described, made
from naive.ops import Tensor
from naive.seeds import NaiveSeedGenerator

MERGE_MODES = ("sum", "mul", "ave", "concat", None)


class NaiveBidirectional(NaiveLayer):
    """Two recurrent layers, forward and backward.

    Args:
        layer: the pattern: a NaiveSimpleRNN, NaiveLSTM or NaiveGRU.
        merge_mode: `"concat"`, `"sum"`, `"mul"`, `"ave"` or None.
        backward_layer: used as it is for the way from the end; by default made from the pattern.
        name: see `NaiveLayer`; dtype and body are those of the pattern.

    Raises:
        ValueError: a layer that is not recurrent, an unknown merge mode, or two layers that do not go together.
    """

    takes_mask = True

    def __init__(
        self,
        layer: NaiveRecurrent | Entry,
        merge_mode: str | None = "concat",
        backward_layer: NaiveRecurrent | Entry | None = None,
        name: str | None = None,
    ) -> None:
        pattern = _recurrent("layer", layer)
        checks.one_of("merge_mode", merge_mode, MERGE_MODES)
        super().__init__(pattern.dtype, pattern.body, name)
        self.merge_mode = merge_mode
        self.forward_layer = pattern if isinstance(layer, dict) else _again(pattern, "forward")
        self.backward_layer = (
            _again(pattern, "backward", go_backwards=True)
            if backward_layer is None
            else _recurrent("backward_layer", backward_layer)
        )
        _go_together(self.forward_layer, self.backward_layer)
        self.layers = [self.forward_layer, self.backward_layer]
        for one in self.layers:
            one.zero_output_for_mask = one.return_sequences
        self.return_sequences, self.return_state = pattern.return_sequences, pattern.return_state
        self.input_size, self.stateful = pattern.input_size, pattern.stateful
        states = sum(len(one.state_names) for one in self.layers) if self.return_state else 0
        self.num_outputs = (2 if merge_mode is None else 1) + states

    def forward(self, x: Any, training: bool = False, mask: Any = None) -> tuple[Any, Saved]:
        """x (batch, time, input_size) → y (batch, time, 2 · units), or as `merge_mode` says; then the last states"""
        several = isinstance(x, (list, tuple))
        ours = theirs = x
        if several:
            half = 1 + (len(x) - 1) // 2
            ours, theirs = list(x[:half]), [x[0], *x[half:]]
        y, saved = self.forward_layer.forward(ours, training=training, mask=mask)
        y_back, saved_back = self.backward_layer.forward(theirs, training=training, mask=mask)
        states: list[Tensor] = []
        if self.return_state:
            (y, *states), (y_back, *states_back) = y, y_back
            states += states_back
        if self.return_sequences:
            y_back = ops.flip(y_back, 1)  # (batch, time, units)
        merged = self._merge(y, y_back)
        outputs = [*merged, *states]
        kept = {"forward": saved, "backward": saved_back, "y": y, "y_back": y_back, "several": several}
        return (outputs if self.num_outputs > 1 else outputs[0]), kept

    def backward(self, dy: Any, saved: Saved, wrt: str = "output") -> tuple[Any, Gradients]:
        """dy as y → dx (batch, time, input_size), or a list of it and one gradient for each first state"""
        arriving = list(dy) if self.num_outputs > 1 else [dy]
        count = 2 if self.merge_mode is None else 1
        merged, states = arriving[:count], arriving[count:]
        dy, dy_back = self._merge_backward(merged, saved["y"], saved["y_back"])
        if self.return_sequences and dy_back is not None:
            dy_back, _ = ops.flip.backward(dy_back, None, saved["y_back"], 1)
        if self.return_state:
            half = len(self.forward_layer.state_names)
            dy, dy_back = [dy, *states[:half]], [dy_back, *states[half:]]
        dx, gradients = self.forward_layer.backward(dy, saved["forward"])
        dx_back, gradients_back = self.backward_layer.backward(dy_back, saved["backward"])
        named = {f"forward/{name}": one for name, one in gradients.items()}
        named |= {f"backward/{name}": one for name, one in gradients_back.items()}
        if saved["several"]:
            return [ops.total([dx[0], dx_back[0]]), *dx[1:], *dx_back[1:]], named
        return ops.total([dx, dx_back]), named

    def _merge(self, y: Tensor, y_back: Tensor) -> list[Tensor]:
        if self.merge_mode == "concat":
            return [ops.concatenate(y, y_back, axis=-1)]
        if self.merge_mode == "sum":
            return [y + y_back]
        if self.merge_mode == "ave":
            return [(y + y_back) / 2]
        return [y * y_back] if self.merge_mode == "mul" else [y, y_back]

    def _merge_backward(self, dys: list[Any], y: Tensor, y_back: Tensor) -> list[Any]:
        if self.merge_mode is None:
            return [ops.zeros(ops.shape(y), self.dtype) if dy is None else dy for dy in dys]
        (dy,) = dys
        if dy is None:
            return [None, None]
        if self.merge_mode == "concat":
            return list(ops.concatenate.backward(dy, None, y, y_back, axis=-1))
        if self.merge_mode == "mul":
            return [dy * y_back, dy * y]
        return [dy / 2, dy / 2] if self.merge_mode == "ave" else [dy, dy]

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """The mask of the sequence when all outputs are returned"""
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        mask = mask if self.return_sequences else None
        return [mask, mask] if self.merge_mode is None else mask

    def reset_state(self) -> None:
        """Forget the sequences before: all states 0."""
        for one in self.layers:
            one.reset_state()

    @property
    def named_weights(self) -> dict[str, Any]:
        """forward/kernel, forward/recurrent_kernel, forward/bias, backward/kernel, …"""
        return self._both("named_weights")

    @property
    def named_trainable(self) -> dict[str, Any]:
        """The same, without those of a frozen layer"""
        return self._both("named_trainable") if self.trainable else {}

    def _both(self, what: str) -> dict[str, Any]:
        ways = {"forward": self.forward_layer, "backward": self.backward_layer}
        return {f"{way}/{name}": one for way, layer in ways.items() for name, one in getattr(layer, what).items()}

    @property
    def seeds(self) -> list[NaiveSeedGenerator]:
        return [*self.forward_layer.seeds, *self.backward_layer.seeds]

    @property
    def state(self) -> list[Any]:
        """The carried states of both, then their seeds."""
        return [*self.forward_layer.states, *self.backward_layer.states, *(seed.state for seed in self.seeds)]

    def get_config(self) -> dict[str, Any]:
        return {"layer": described(self.forward_layer), "backward_layer": described(self.backward_layer),
                "merge_mode": self.merge_mode, "name": self.name}  # fmt: skip


def _recurrent(argument: str, layer: Any) -> NaiveRecurrent:
    inner = made(layer, "NaiveBidirectional")
    if not isinstance(inner, NaiveRecurrent):
        raise ValueError(
            f"`{argument}` must walk through time. Expected a NaiveSimpleRNN, NaiveLSTM or NaiveGRU. "
            f"Received: {argument}={inner!r}"
        )
    return inner


def _again(pattern: NaiveRecurrent, way: str, **changes: Any) -> NaiveRecurrent:
    """The pattern made anew, with weights of its own (fact 1)."""
    name = f"{way}_{pattern.name.removeprefix(way + '_')}" if pattern.name else None
    config = pattern.fresh_config() | {"name": name} | changes
    layer = type(pattern)(**config)
    layer.trainable = pattern.trainable
    return layer


def _go_together(one: NaiveRecurrent, other: NaiveRecurrent) -> None:
    for argument, same in (
        ("go_backwards", False),
        ("stateful", True),
        ("return_sequences", True),
        ("return_state", True),
    ):
        mine, theirs = getattr(one, argument), getattr(other, argument)
        if (mine == theirs) is not same:
            raise ValueError(
                f"The two layers do not go together. Expected {'the same' if same else 'different'} {argument}. "
                f"Received: {argument}={mine} forward and {argument}={theirs} backward"
            )
