"""Backpropagation through time: the walk of `scan`, from the last step to the first.

    dstates_T → step backward → dstates_{T-1} → … → dstates₀        and at every step: dx_t, and a term of dweights

What arrives at a step is the gradient of its output, from above, and of its states, from the step after it. Both are
added before the step is asked. The terms for a weight are added as TensorFlow's tape adds them (see `scan`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from naive.ops.arithmetic import total
from naive.ops.gates import swap_first
from naive.ops.mode import current_mode
from naive.ops.scan import Kept, StepBack, tiled
from naive.ops.tensors import Tensor


def scan_backward(
    step_backward: StepBack,
    dy: Tensor,
    dstates: Sequence[Tensor],
    x: Tensor,
    kept: Kept,
    weights: dict[str, Tensor],
    mask: Tensor | None = None,
    go_backwards: bool = False,
    zero_output_for_mask: bool = False,
    return_all: bool = True,
    unroll: bool = False,
) -> tuple[Tensor, list[Tensor], dict[str, Tensor]]:
    """The gradients of `scan`.

    Args:
        step_backward: see `StepBack`.
        dy: for the outputs, (batch, time, n) or (batch, n).
        dstates: for the last states, each (batch, n).
        x: as `scan` got it, (batch, time, …).
        kept: what `scan` gave.
        weights: by name, all that `step_backward` gives gradients for.
        mask, go_backwards, zero_output_for_mask, return_all, unroll: as in `scan`.

    Returns:
        dx (batch, time, …), one gradient for each of the first states, and one for each weight.
    """
    inputs = swap_first(x)
    if mask is not None:
        mask = swap_first(tf.expand_dims(tf.cast(mask, tf.bool), -1))  # (time, batch, 1)
    dys = swap_first(dy) if return_all else None
    if unroll and mask is not None and zero_output_for_mask:
        # Written out, Keras puts the zeros in at the end; the mask is not turned around for it.
        last = mask[0 if go_backwards else -1]
        dy = tf.where(mask, dys, tf.zeros_like(dys)) if dys is not None else tf.where(last, dy, tf.zeros_like(dy))
        dys = dy if return_all else None
        zero_output_for_mask = False
    if go_backwards:
        inputs = tf.reverse(inputs, [0])
        mask = None if mask is None else tf.reverse(mask, [0])
    steps = {name: swap_first(one) for name, one in kept.items()}
    states = list(dstates)
    passing = tf.zeros_like(states[0]) if return_all else dy
    if mask is None and not return_all:
        states[0] = total([dy, states[0]])
    walk = _walk_in_python if unroll or current_mode() == "eager" else _walk_in_a_loop
    arrive = _Arrival(step_backward, zero_output_for_mask)
    dinputs, states, gradients = walk(arrive, dys, passing, states, inputs, steps, mask, weights)
    return swap_first(tf.reverse(dinputs, [0]) if go_backwards else dinputs), states, gradients


class _Arrival:
    """What happens at one step on the way back, with or without a mask."""

    def __init__(self, step_backward: StepBack, zero_output_for_mask: bool) -> None:
        self.step_backward = step_backward
        self.zero_output_for_mask = zero_output_for_mask

    def __call__(
        self, doutput: Tensor | None, terms: list[list[Tensor]], x: Tensor, kept: Kept, here: Tensor | None
    ) -> tuple[Tensor, Tensor, list[list[Tensor]], dict[str, Any]]:
        """The gradients for x, for the output before this one, for the states before (terms), and for the weights."""
        zero = tf.zeros_like(terms[0][0])
        if here is None:
            first, *others = terms
            arrived = first if doutput is None else [doutput, *first]
            dx, before, uses = self.step_backward([total(arrived), *(total(one) for one in others)], x, kept)
            return total(dx), zero, before, uses
        assert doutput is not None
        dstates = [total(one) for one in terms]
        into = [tf.where(tiled(here), one, tf.zeros_like(one)) for one in dstates]
        past = [tf.where(tiled(here), tf.zeros_like(one), one) for one in dstates]
        into[0] = total([tf.where(tiled(here), doutput, zero), into[0]])
        dx, before, uses = self.step_backward(into, x, kept)
        states = [[beside, *terms] for beside, terms in zip(past, before, strict=True)]
        return total(dx), zero if self.zero_output_for_mask else tf.where(tiled(here), zero, doutput), states, uses


def _output(dy: Tensor | None, passing: Tensor, masked: bool) -> Tensor | None:
    """What arrives at the output of a step: from above, and, with a mask, past the steps after it."""
    if not masked:
        return dy
    return passing if dy is None else total([dy, passing])


def _walk_in_python(
    arrive: _Arrival,
    dys: Tensor | None,
    passing: Tensor,
    dstates: list[Tensor],
    inputs: Tensor,
    kept: Kept,
    mask: Tensor | None,
    weights: dict[str, Tensor],
) -> tuple[Tensor, list[Tensor], dict[str, Tensor]]:
    dxs: list[Tensor] = []
    uses: dict[str, list[Tensor]] = {name: [] for name in weights}
    terms = [[one] for one in dstates]
    for time in reversed(range(inputs.shape[0])):
        doutput = _output(None if dys is None else dys[time], passing, mask is not None)
        here = None if mask is None else mask[time]
        now = {name: one[time] for name, one in kept.items()}
        dx, passing, terms, of_weights = arrive(doutput, terms, inputs[time], now, here)
        dxs.insert(0, dx)
        for name, one in of_weights.items():
            uses[name] += one if isinstance(one, list) else [one]
    return tf.stack(dxs), [total(one) for one in terms], {name: total(several) for name, several in uses.items()}


def _walk_in_a_loop(
    arrive: _Arrival,
    dys: Tensor | None,
    passing: Tensor,
    dstates: list[Tensor],
    inputs: Tensor,
    kept: Kept,
    mask: Tensor | None,
    weights: dict[str, Tensor],
) -> tuple[Tensor, list[Tensor], dict[str, Tensor]]:
    length = tf.shape(inputs)[0] if inputs.shape[0] is None else inputs.shape[0]
    dys_source, source, mask_source = _array(dys, length), _array(inputs, length), _array(mask, length)
    kept_sources = {name: _array(one, length) for name, one in kept.items()}
    dxs = tf.TensorArray(inputs.dtype, length, element_shape=inputs.shape[1:])
    sums = {name: tf.zeros(weight.shape, weight.dtype) for name, weight in weights.items()}

    def body(time: Tensor, dxs: Any, passing: Tensor, sums: dict[str, Tensor], *dstates: Tensor) -> Any:
        doutput = _output(None if dys_source is None else dys_source.read(time), passing, mask is not None)
        here = None if mask_source is None else mask_source.read(time)
        now = {name: one.read(time) for name, one in kept_sources.items()}
        dx, passing, terms, of_weights = arrive(doutput, [[one] for one in dstates], source.read(time), now, here)
        sums = {
            name: total([so_far, *(of_weights[name] if isinstance(of_weights[name], list) else [of_weights[name]])])
            for name, so_far in sums.items()
        }
        return time - 1, dxs.write(time, dx), passing, sums, *(total(one) for one in terms)

    _, dxs, _, sums, *states = tf.while_loop(
        cond=lambda time, *_: time >= 0,
        body=body,
        loop_vars=(tf.constant(length - 1, tf.int32) if isinstance(length, int) else length - 1, dxs, passing, sums,
                   *dstates),
        maximum_iterations=length,
    )  # fmt: skip
    return dxs.stack(), list(states), sums


def _array(x: Tensor | None, length: Any) -> Any:
    return None if x is None else tf.TensorArray(x.dtype, length).unstack(x)
