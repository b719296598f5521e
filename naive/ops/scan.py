"""Walking through time: a step repeated for every element of a sequence, and the same walk back.

    states₀ → step(x₁) → states₁ → step(x₂) → states₂ → … → step(x_T) → states_T

The weights are the same at every step, so on the way back their gradient is a sum over all steps, last step first.
In eager mode, and where the loop is written out (`unroll`), TensorFlow keeps all terms and adds them at the end
(`add_n`, which adds in groups of eight); a loop inside a program adds each term to a running total. The two sums
differ in their last bits. This file is the one place that knows; a layer only says what one step does, and what the
step does backward.

Where a sequence is masked the step is thrown away: the states stay as they were, and the output is the one before it
(or 0). The gradient then goes past the step, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from naive.ops.gates import swap_first
from naive.ops.tensors import Tensor

Kept = dict[str, Tensor]
Step = Callable[[Tensor, list[Tensor]], tuple[list[Tensor], Kept]]
"""(x of this time, states before) → (states after, what the way back needs). The first state is the output."""
StepBack = Callable[[list[Tensor], Tensor, Kept], tuple[list[Tensor], list[list[Tensor]], dict[str, Any]]]
"""(gradients for the states after, x of this time, what was kept) → the terms of the gradient for x, for each state
before, and for each weight; each a list with one term for each use, in the order in which an eager tape meets them."""


def scan(
    step: Step,
    x: Tensor,
    states: Sequence[Tensor],
    mask: Tensor | None = None,
    go_backwards: bool = False,
    zero_output_for_mask: bool = False,
    return_all: bool = True,
    unroll: bool = False,
) -> tuple[Tensor, list[Tensor], Kept]:
    """Run `step` along axis 1 of x.

    Args:
        step: see `Step`.
        x: (batch, time, …).
        states: the first states, each (batch, n).
        mask: (batch, time) booleans, False where the step is to be thrown away.
        go_backwards: start with the last x; the outputs come in the order in which they are made.
        zero_output_for_mask: the output of a masked step is 0, not the one before it.
        return_all: all outputs, or the last.
        unroll: write the loop out.

    Returns:
        the outputs (batch, time, n) or (batch, n), the last states, and what the steps kept, each (batch, time, …) in
        the order in which it was made.
    """
    inputs = swap_first(x)
    if mask is not None:
        mask = swap_first(tf.expand_dims(tf.cast(mask, tf.bool), -1))  # (time, batch, 1)
    run = _unrolled if unroll else _looped
    return run(step, inputs, list(states), mask, go_backwards, zero_output_for_mask, return_all)


def _looped(
    step: Step,
    inputs: Tensor,
    states: list[Tensor],
    mask: Tensor | None,
    go_backwards: bool,
    zero_output_for_mask: bool,
    return_all: bool,
) -> tuple[Tensor, list[Tensor], Kept]:
    known = inputs.shape[0]
    length = tf.shape(inputs)[0] if known is None else known
    source = _array(tf.reverse(inputs, [0]) if go_backwards else inputs, length)
    mask_source = None if mask is None else _array(tf.reverse(mask, [0]) if go_backwards else mask, length)
    # A step on the first x, thrown away, tells the shapes.
    first, first_kept = step(inputs[0], states)
    zero = tf.zeros_like(first[0]) if mask is not None else None
    outputs = tf.TensorArray(first[0].dtype, length if return_all else 1, element_shape=first[0].shape)
    keep = tuple(tf.TensorArray(one.dtype, length, element_shape=one.shape) for one in first_kept.values())

    def body(time: Tensor, outputs: Any, keep: Any, previous: Any, *before: Tensor) -> Any:
        after, kept = step(source.read(time), list(before))
        output = after[0]
        if mask_source is not None:
            (previous_output,) = previous
            here = mask_source.read(time)  # (batch, 1)
            output = tf.where(tiled(here), output, zero if zero_output_for_mask else previous_output)
            after = [tf.where(tiled(here), one, old) for one, old in zip(after, before, strict=True)]
        outputs = outputs.write(time if return_all else 0, output)
        # What is kept is for the way back by hand; a tape is not to look at it.
        keep = tuple(array.write(time, tf.stop_gradient(one)) for array, one in zip(keep, kept.values(), strict=True))
        return time + 1, outputs, keep, (() if mask_source is None else (output,)), *after

    _, outputs, keep, _, *last = tf.while_loop(
        cond=lambda time, *_: time < length,
        body=body,
        loop_vars=(tf.constant(0, tf.int32), outputs, keep, () if zero is None else (zero,), *states),
        maximum_iterations=length if known is None else tf.reduce_max(length),
        parallel_iterations=32,
        swap_memory=True,
    )
    made = outputs.stack()
    kept = {name: swap_first(array.stack()) for name, array in zip(first_kept, keep, strict=True)}
    return (swap_first(made) if return_all else made[-1]), last, kept


def _unrolled(
    step: Step,
    inputs: Tensor,
    states: list[Tensor],
    mask: Tensor | None,
    go_backwards: bool,
    zero_output_for_mask: bool,
    return_all: bool,
) -> tuple[Tensor, list[Tensor], Kept]:
    xs = tf.unstack(inputs)
    masks: list[Any] = [None] * len(xs) if mask is None else tf.unstack(mask)
    if go_backwards:
        xs.reverse()
        masks.reverse()
    outputs: list[Tensor] = []
    kept: list[Kept] = []
    for x, here in zip(xs, masks, strict=True):
        after, keep = step(x, states)
        output = after[0]
        if here is not None:
            output = tf.where(here, output, outputs[-1] if outputs else tf.zeros_like(output))
            after = [tf.where(here, one, old) for one, old in zip(after, states, strict=True)]
        states = after
        outputs.append(output)
        kept.append(keep)
    stacked = {name: tf.stack([one[name] for one in kept], 1) for name in kept[0]}
    if not return_all:
        if mask is not None and zero_output_for_mask:
            return tf.where(masks[-1], outputs[-1], tf.zeros_like(outputs[-1])), states, stacked
        return outputs[-1], states, stacked
    made = tf.stack(outputs)
    if mask is not None and zero_output_for_mask:
        made = tf.where(mask, made, tf.zeros_like(made))
    return swap_first(made), states, stacked


def tiled(here: Tensor) -> Tensor:
    """The mask of one step (batch, 1), unchanged; written as Keras writes it, because XLA compiles what it sees."""
    return tf.tile(here, [1, 1])


def _array(x: Tensor, length: Any) -> Any:
    return tf.TensorArray(x.dtype, length).unstack(x)
