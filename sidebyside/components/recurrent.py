"""Recurrent layers, and the layers that hold a layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from naive import (
    NaiveBidirectional,
    NaiveDense,
    NaiveGRU,
    NaiveInput,
    NaiveLayer,
    NaiveLSTM,
    NaiveMasking,
    NaiveSequential,
    NaiveSimpleRNN,
    NaiveTimeDistributed,
)
from sidebyside.components.component import Component, Input

SEQUENCE = (Input((4, 5, 6)),)
UNITS = 8
STATE = Input((4, UNITS))

EAGER_TAPE = "a tape adds all uses, of all steps of both layers, in one sum; by hand each inner sum is finished first"
IN_A_LOOP = "three and more terms that meet inside a compiled loop are added in an order that was not found"
WRITTEN_OUT = "in graph mode TensorFlow's optimizer rearranges the sum over written-out steps; not traced"


GRU_XLA = "XLA compiles the loop back into other fused sums where outputs arrive at every step; not traced"
MASKED_XLA = "XLA compiles the loop back with masks into other fused sums; a few units in the last place, not traced"

BOTH = ("input gradient", "weight gradients")
NOT_EXACT: dict[str, dict[tuple[str, str, str], str]] = {
    "LSTM, written out": {("weight gradients", "graph", "backprop"): WRITTEN_OUT,
                          ("training", "graph", "backprop"): WRITTEN_OUT},
    "GRU, written out": {("weight gradients", "graph", "*"): WRITTEN_OUT, ("training", "graph", "*"): WRITTEN_OUT},
    **{f"{kind}, written out": {(one, "graph", "backprop"): WRITTEN_OUT for one in ("weight gradients", "training")}
       for kind in ("SimpleRNN", "GRU, reset before")},
    "TimeDistributed Dense": {("weight gradients", "graph", "backprop"): WRITTEN_OUT},
    "LSTM, recurrent dropout": {(one, "graph", "backprop"): IN_A_LOOP for one in (*BOTH, "training")},
    "GRU, recurrent dropout": {(one, "graph", "backprop"): IN_A_LOOP for one in (*BOTH, "training")},
    "LSTM, both dropouts": {(one, "graph", "backprop"): IN_A_LOOP for one in BOTH},
    "GRU, both dropouts": {("input gradient", mode, "backprop"): IN_A_LOOP for mode in ("graph", "xla")},
    "GRU, all outputs": {(one, "xla", "backprop"): GRU_XLA for one in (*BOTH, "training")},
    **{f"GRU, reset before{variant}": {(one, "graph", "backprop"): IN_A_LOOP for one in (*BOTH, "training")}
       for variant in ("", ", all outputs", ", all outputs and states", ", no bias, relu", ", backwards", ", dropout",
                       ", recurrent dropout",
                       ", both dropouts", ", stateful", ", first states given", ", one example", ", one feature",
                       ", one unit", ", twelve steps")},
    "TimeDistributed LSTM": {(one, "eager", "backprop"): EAGER_TAPE for one in ("weight gradients", "training")},
    **{name: {(one, "xla", "backprop"): GRU_XLA for one in (*BOTH, "training")}
       for name in ("GRU", "Bidirectional GRU")},
    **{f"masked GRU, reset before, {variant}": {(one, "graph", "backprop"): IN_A_LOOP for one in (*BOTH, "training")}
       for variant in ("last output", "all outputs", "zeros")},
    **{name: {(one, "xla", "backprop"): MASKED_XLA for one in BOTH}
       for name in ("masked Bidirectional LSTM", "masked LSTM, last output", "masked LSTM, all outputs",
                    "masked LSTM, zeros")},
    **{name: {(one, "xla", "backprop"): MASKED_XLA for one in (*BOTH, "training")}
       for name in ("masked GRU, last output", "masked GRU, zeros", "masked, GRU then LSTM backwards")},
    "masked GRU, all outputs": {(one, "xla", "backprop"): MASKED_XLA for one in ("weight gradients", "training")},
}  # fmt: skip
"""Name → what is known not to be EXACT, and why."""

KINDS: dict[str, tuple[str, Any, int]] = {
    "SimpleRNN": ("L6", NaiveSimpleRNN, 1),
    "LSTM": ("L7", NaiveLSTM, 2),
    "GRU": ("L8", NaiveGRU, 1),
    "GRU, reset before": ("L8", partial(NaiveGRU, reset_after=False), 1),
}

VARIANTS: dict[str, dict[str, Any]] = {
    "": {},
    "all outputs": {"return_sequences": True},
    "all outputs and states": {"return_sequences": True, "return_state": True},
    "no bias, relu": {"use_bias": False, "activation": "relu"},
    "backwards": {"go_backwards": True, "return_sequences": True},
    "written out": {"unroll": True},
    "dropout": {"dropout": 0.4, "seed": 7},
    "both dropouts": {"dropout": 0.4, "recurrent_dropout": 0.3, "seed": 7},
    "recurrent dropout": {"recurrent_dropout": 0.3, "seed": 7, "return_sequences": True},
    "stateful": {"stateful": True, "batch_size": 4},
}


def wrapped(wrapper: Callable[..., NaiveLayer], inner: Callable[..., NaiveLayer], **options: Any) -> Any:
    """A maker of a layer that holds a layer."""

    def make(dtype: str, body: str) -> NaiveLayer:
        return wrapper(inner(dtype=dtype, body=body), **options)

    return make


def _of_each_kind() -> list[Component]:
    components = []
    for kind, (concept, make, states) in KINDS.items():
        for variant, options in VARIANTS.items():
            name = f"{kind}, {variant}" if variant else kind
            random = "dropout" in variant
            components.append(Component(name, concept, partial(make, 6, UNITS, **options), SEQUENCE, random=random))
        first = (*SEQUENCE, *[STATE] * states)
        components += [
            Component(f"{kind}, first states given", concept, partial(make, 6, UNITS, return_state=True), first),
            Component(f"{kind}, one step", concept, partial(make, 6, UNITS), (Input((4, 1, 6)),)),
            Component(f"{kind}, one example", concept, partial(make, 6, UNITS), (Input((1, 5, 6)),)),
            Component(f"{kind}, one feature", concept, partial(make, 1, UNITS), (Input((4, 5, 1)),)),
            Component(f"{kind}, one unit", concept, partial(make, 6, 1), (Input((8, 5, 6)),)),
            Component(f"{kind}, twelve steps", concept, partial(make, 6, UNITS), (Input((4, 12, 6)),)),
        ]
    return components


def _bidirectional() -> list[Component]:
    components = []
    for kind, make in (("LSTM", NaiveLSTM), ("GRU", NaiveGRU), ("SimpleRNN", NaiveSimpleRNN)):
        inner: Any = partial(make, 6, UNITS, return_sequences=True)
        components.append(Component(f"Bidirectional {kind}", "L9", wrapped(NaiveBidirectional, inner), SEQUENCE))
    for mode in ("sum", "mul", "ave", None):
        made = wrapped(NaiveBidirectional, partial(NaiveLSTM, 6, UNITS), merge_mode=mode)
        components.append(Component(f"Bidirectional LSTM, last outputs, {mode}", "L9", made, SEQUENCE))
    made = wrapped(NaiveBidirectional, partial(NaiveGRU, 6, UNITS, return_state=True))
    components.append(Component("Bidirectional GRU, first states", "L9", made, (*SEQUENCE, STATE, STATE)))
    made = wrapped(NaiveBidirectional, partial(NaiveGRU, 6, UNITS, dropout=0.3, stateful=True, batch_size=4, seed=3))
    components.append(Component("Bidirectional GRU, stateful, dropout", "L9", made, SEQUENCE, random=True))
    return components


def _time_distributed() -> list[Component]:
    dense: Any = partial(NaiveDense, 6, UNITS, "tanh")
    inner: Any = partial(NaiveLSTM, 3, UNITS)
    return [
        Component("TimeDistributed Dense", "L9", wrapped(NaiveTimeDistributed, dense), SEQUENCE),
        Component("TimeDistributed Dense, one step", "L9", wrapped(NaiveTimeDistributed, dense), (Input((4, 1, 6)),)),
        Component("TimeDistributed LSTM", "L9", wrapped(NaiveTimeDistributed, inner), (Input((4, 3, 2, 3)),)),
    ]


def with_gaps(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Sequences of which some steps are missing: a hole, the beginning, the end, in one batch of four all of them."""
    x = rng.normal(size=shape)
    for example in range(shape[0]):
        x[example, [slice(2, 3), slice(0, 1), slice(3, None), slice(0, None)][example % 4]] = 0.0
    return x.astype("float32")


def after_masking(*inner: Callable[..., NaiveLayer]) -> Any:
    """A maker of a model that begins with Masking."""

    def make(dtype: str, body: str) -> NaiveLayer:
        layers = [one(dtype=dtype, body=body) for one in (NaiveMasking, *inner)]
        return NaiveSequential([NaiveInput((5, 6), dtype), *layers], name="masked")

    return make


def _masked() -> list[Component]:
    gaps = (Input((4, 5, 6), fill=with_gaps),)
    every: dict[str, Any] = {"return_sequences": True}
    components = [
        Component(f"masked {kind}, {words}", concept, after_masking(partial(make, 6, UNITS, **options)), gaps)
        for kind, (concept, make, _) in KINDS.items()
        for words, options in (
            ("last output", {}),
            ("all outputs", every),
            ("zeros", every | {"zero_output_for_mask": True}),
        )
    ]
    both = wrapped(NaiveBidirectional, partial(NaiveLSTM, 6, UNITS, **every))
    twice = after_masking(partial(NaiveGRU, 6, UNITS, **every), partial(NaiveLSTM, UNITS, UNITS, go_backwards=True))
    return [
        *components,
        Component("masked Bidirectional LSTM", "L9", after_masking(both), gaps),
        Component("masked, GRU then LSTM backwards", "L9", twice, gaps),
    ]


_ALL = [*_masked(), *_of_each_kind(), *_bidirectional(), *_time_distributed()]

COMPONENTS = [replace(one, exceptions=NOT_EXACT.get(one.name, {})) for one in _ALL]
