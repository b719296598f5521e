"""What the recurrent layers share: a state that is handed from step to step, and the walk through time.

    states₀ = 0, or given, or what the last batch left (stateful)
    states_t = step(x_t, states_{t-1})          the same weights at every step
    y = h_1 … h_T                               or h_T alone

A recurrent layer is a deep network with as many layers as the sequence has steps, all with the same weights. The way
back is the way through that network; a weight's gradient is the sum of what each step asks of it. SimpleRNN, LSTM and
GRU say what one step does, and what it does backward; everything else is here.

Keras facts (Keras 3.15.1)
1. A masked step hands the states on untouched; its output is the output before it, or 0 with
   `zero_output_for_mask`. The output before the first step is 0, whatever the first state.
2. `go_backwards` gives the outputs in the order in which they were made, last x first.
3. The masks of `dropout` and `recurrent_dropout` are drawn once a call and serve all steps. They are drawn at
   inference, too, and not used; so the seed moves on there.
4. With `recurrent_dropout` an LSTM or GRU multiplies gate by gate, each with a mask of its own, also at inference;
   without it, all gates at once, with one mask. LSTM and GRU ignore a rate of exactly 1; SimpleRNN drops everything.
5. The states of a stateful layer move at inference, too. They are not among its weights.
6. Written out with masks, go_backwards and zero_output_for_mask, Keras puts the zeros in with the mask of the input,
   not turned around.

Source: Werbos, "Backpropagation through time: what it does and how to do it", 1990, equations 6 to 10.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from naive import activations, checks, initializers, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.layers.recurrent_parts import (
    NO_MASKS,
    ActivationLike,
    InitializerLike,
    Masks,
    activation_name,
    check_batch_size,
    check_rate,
)
from naive.ops import Tensor
from naive.seeds import NaiveSeedGenerator


class NaiveRecurrent(NaiveLayer):
    """A layer that walks through time; subclasses have `step` and `step_backward`.

    Its input is x (batch, time, input_size), or a list of x and one first state each (batch, units). Its output is y,
    or with `return_state` a list of y and the last states.

    Args:
        input_size: length of the last axis of the input.
        options: the arguments that all recurrent layers have: units, activation, use_bias, the initializers, dropout,
            recurrent_dropout, seed, return_sequences, return_state, go_backwards, stateful, unroll,
            zero_output_for_mask, batch_size, dtype, body, name.

    Raises:
        ValueError: a size that is not a positive integer, an unknown name, a rate outside 0 … 1, or stateful without
            a batch size.
    """

    input_rank = 2
    takes_mask = True
    gates = 1
    """How many kernels stand side by side in one matrix."""

    state_names: tuple[str, ...] = ("h",)
    seed_first = False
    """True where the seed is drawn before those of the initializers."""

    options: tuple[str, ...] = (
        "units", "use_bias", "dropout", "recurrent_dropout", "seed", "return_sequences", "return_state",
        "go_backwards", "stateful", "unroll", "zero_output_for_mask", "batch_size",
    )  # fmt: skip

    def __init__(
        self,
        input_size: int,
        units: int,
        activation: ActivationLike,
        use_bias: bool,
        kernel_initializer: InitializerLike,
        recurrent_initializer: InitializerLike,
        bias_initializer: InitializerLike,
        dropout: float,
        recurrent_dropout: float,
        seed: int | None,
        return_sequences: bool,
        return_state: bool,
        go_backwards: bool,
        stateful: bool,
        unroll: bool,
        zero_output_for_mask: bool,
        batch_size: int | None,
        dtype: str,
        body: str,
        name: str | None,
    ) -> None:
        checks.positive_integer("input_size", input_size)
        checks.positive_integer("units", units)
        check_rate("dropout", dropout)
        check_rate("recurrent_dropout", recurrent_dropout)
        check_batch_size(stateful, batch_size)
        super().__init__(dtype, body, name)
        self.input_size, self.units = int(input_size), int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.dropout, self.recurrent_dropout, self.seed = float(dropout), float(recurrent_dropout), seed
        self.return_sequences, self.return_state, self.go_backwards = return_sequences, return_state, go_backwards
        self.stateful, self.batch_size = stateful, batch_size
        self.unroll, self.zero_output_for_mask = unroll, zero_output_for_mask
        self.num_outputs = 1 + len(self.state_names) if return_state else 1

        generator = NaiveSeedGenerator(seed) if self.seed_first else None
        self.given_initializers = (kernel_initializer, recurrent_initializer, bias_initializer)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.seed_generator = generator or NaiveSeedGenerator(seed)
        self.kernel, self.recurrent_kernel, self.bias = self._first_weights()
        self.states: list[Any] = []
        if stateful:
            first = ops.zeros((batch_size, self.units), dtype)
            self.states = [ops.variable(first, f"{name}_state", False) for name in self.state_names]

    def step(self, x: Tensor, states: list[Tensor], masks: Masks) -> tuple[list[Tensor], dict[str, Tensor]]:
        """x (batch, input_size), states (batch, units) → the next states, h first; and what the way back needs."""
        raise NotImplementedError

    def step_backward(
        self, dstates: list[Tensor], x: Tensor, kept: dict[str, Tensor], masks: Masks
    ) -> tuple[list[Tensor], list[list[Tensor]], dict[str, Any]]:
        """Terms of the gradient for x, for each state before, and for each weight, in the order of an eager tape."""
        raise NotImplementedError

    def forward(self, x: Any, training: bool = False, mask: Any = None) -> tuple[Any, Saved]:
        """x (batch, time, input_size) → y (batch, time, units), or (batch, units); with return_state also the states"""
        x, states, several = self._take(x)
        mask = self._check_mask(mask, x)
        drawn = self._draw_masks(x[:, 0, :], states[0])
        masks = drawn if training else NO_MASKS
        y, states, steps = ops.scan(partial(self.step, masks=masks), x, states, mask, **self._walk)
        for variable, state in zip(self.states, states, strict=False):
            variable.assign(state)
        saved = {"x": x, "y": y, "steps": steps, "mask": mask, "states": states, "several": several,
                 "dropout": masks[0], "recurrent_dropout": masks[1]}  # fmt: skip
        return ([y, *states] if self.return_state else y), saved

    def backward(self, dy: Any, saved: Saved, wrt: str = "output") -> tuple[Any, Gradients]:
        """dy as y → dx (batch, time, input_size), or a list of it and one gradient for each first state"""
        arriving = list(dy) if self.return_state else [dy, *(None for _ in self.state_names)]
        dy, *dstates = [
            ops.zeros(ops.shape(made), self.dtype) if one is None else one
            for one, made in zip(arriving, [saved["y"], *saved["states"]], strict=True)
        ]
        step_backward = partial(self.step_backward, masks=(saved["dropout"], saved["recurrent_dropout"]))
        dx, dstates, gradients = ops.scan_backward(
            step_backward, dy, dstates, saved["x"], saved["steps"], self.named_weights, saved["mask"], **self._walk
        )
        return ([dx, *dstates] if saved["several"] else dx), gradients

    @property
    def _walk(self) -> dict[str, bool]:
        return {"go_backwards": self.go_backwards, "zero_output_for_mask": self.zero_output_for_mask,
                "return_all": self.return_sequences, "unroll": self.unroll}  # fmt: skip

    def _take(self, x: Any) -> tuple[Tensor, list[Tensor], bool]:
        """The sequence, the first states, and whether they were given."""
        several = isinstance(x, (list, tuple))
        x, *given = [ops.tensor(one, self.dtype) for one in (x if several else [x])]
        shape = tuple(x.shape)
        if len(shape) != 3 or shape[-1] != self.input_size:
            raise ValueError(
                f"The input does not fit {type(self).__name__}(input_size={self.input_size}, ...). "
                f"Expected shape (batch, time, {self.input_size}). Received: shape={shape}"
            )
        if self.unroll and shape[1] is None:
            raise ValueError(
                f"{type(self).__name__}(unroll=True) writes out one step for each element. "
                f"Expected a sequence of known length. Received: shape={shape}"
            )
        if self.stateful and shape[0] not in (None, self.batch_size):
            raise ValueError(
                f"A stateful layer carries one state for each sequence. Expected a batch of {self.batch_size}. "
                f"Received: a batch of {shape[0]}"
            )
        if several and [tuple(one.shape)[1:] for one in given] != [(self.units,) for _ in self.state_names]:
            raise ValueError(
                f"The first states do not fit {type(self).__name__}(units={self.units}, ...). "
                f"Expected {len(self.state_names)} of shape (batch, {self.units}). "
                f"Received: shapes={[tuple(one.shape) for one in given]}"
            )
        if several:
            return x, given, True
        if self.stateful:
            return x, [ops.tensor(state) for state in self.states], False
        batch = ops.size(x, 0) if shape[0] is None else shape[0]
        return x, [ops.zeros((batch, self.units), self.dtype) for _ in self.state_names], False

    def _check_mask(self, mask: Any, x: Tensor) -> Tensor | None:
        """The mask of the sequence; a list of inputs has a list of masks."""
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        if mask is None:
            return None
        mask = ops.tensor(mask, "bool")
        expected, received = tuple(x.shape[:2]), tuple(mask.shape)
        known = [(a, b) for a, b in zip(expected, received, strict=False) if a is not None and b is not None]
        if len(received) != 2 or any(a != b for a, b in known):
            raise ValueError(
                f"The mask does not fit the sequence. Expected shape (batch, time) = {expected}. "
                f"Received: shape={received}"
            )
        return mask

    def _draw_masks(self, x: Tensor, h: Tensor) -> Masks:
        """x (batch, input_size), h (batch, units) → masks of their shapes (facts 3 and 4)."""
        count = self.gates if self.recurrent_dropout else 1

        def draw(like: Tensor, rate: float) -> list[Tensor]:
            if not rate or (rate == 1 and self.gates > 1):
                return []
            ones = ops.ones(ops.shape(like), self.dtype)
            if rate == 1:
                return [ones * 0]
            return [
                ops.drop(ones, ops.keep_mask(ops.shape(like), rate, self.seed_generator.next(), self.dtype), rate)
                for _ in range(count)
            ]

        return draw(x, self.dropout), draw(h, self.recurrent_dropout)

    def _first_weights(self) -> tuple[Any, Any, Any]:
        width = self.gates * self.units
        kernel = ops.variable(self.kernel_initializer((self.input_size, width), self.dtype), "kernel")
        recurrent = ops.variable(self.recurrent_initializer((self.units, width), self.dtype), "recurrent_kernel")
        return kernel, recurrent, ops.variable(self._first_bias(), "bias") if self.use_bias else None

    def _first_bias(self) -> Tensor:
        return self.bias_initializer((self.gates * self.units,), self.dtype)

    def reset_state(self) -> None:
        """Forget the sequences before: all states 0."""
        for state in self.states:
            state.assign(state * 0)

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """The mask of the sequence when all outputs are returned; states have none."""
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        mask = mask if self.return_sequences else None
        return [mask, *(None for _ in self.state_names)] if self.return_state else mask

    def logits(self, saved: Saved, wanted: str) -> Tensor | None:
        """None: behind the walk through time a loss finds no logits."""
        return None

    @property
    def named_weights(self) -> dict[str, Any]:
        """kernel (input_size, gates · units), recurrent_kernel (units, gates · units), bias"""
        weights = {"kernel": self.kernel, "recurrent_kernel": self.recurrent_kernel}
        return weights | ({"bias": self.bias} if self.use_bias else {})

    @property
    def seeds(self) -> list[NaiveSeedGenerator]:
        return [self.seed_generator]

    @property
    def state(self) -> list[Any]:
        """The carried states, then the seed (fact 5)."""
        return [*self.states, *super().state]

    def get_config(self) -> dict[str, Any]:
        config = super().get_config() | {"input_size": self.input_size}
        config |= {name: getattr(self, name) for name in self.options}
        for name in ("activation", "recurrent_activation"):
            if hasattr(self, name):
                config[name] = activation_name(getattr(self, name))
        for name in ("kernel_initializer", "recurrent_initializer", "bias_initializer"):
            config[name] = initializers.config_of(getattr(self, name))
        return config

    def fresh_config(self) -> dict[str, Any]:
        """The configuration as it was given: initializers without a seed draw a new one."""
        names = ("kernel_initializer", "recurrent_initializer", "bias_initializer")
        given = zip(names, self.given_initializers, strict=True)
        return self.get_config() | {name: one for name, one in given if isinstance(one, str)}
