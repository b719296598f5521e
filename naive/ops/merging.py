"""Adding two tensors as Keras adds them, and the masks of several tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from naive.ops.arithmetic import unbroadcast
from naive.ops.core import operation
from naive.ops.sums import sum_rows
from naive.ops.tensors import Tensor


def bias_axis(a: Tensor, b: Tensor) -> int | None:
    """Along which axis of a Keras lays b, if it takes b for a bias: the last one, the second one, or None for no bias.

    It does so where b has but one axis longer than 1, known to be as long as a's last or second axis; which of b's
    axes that is, it does not ask.
    """
    long = [length for length in b.shape if length != 1]
    if len(long) != 1 or long[0] is None or len(a.shape) < 2:
        return None
    if long[0] == a.shape[-1]:
        return len(a.shape) - 1
    return 1 if long[0] == a.shape[1] else None


@operation
def merge_add(a: Tensor, b: Tensor) -> Tensor:
    """a + b, by the operation that `keras.ops.add` chooses."""
    axis = bias_axis(a, b)
    if axis is None:
        return tf.add(a, b)
    vector = tf.squeeze(b) if len(b.shape) > 1 else b
    return tf.nn.bias_add(a, vector, data_format="NHWC" if axis == len(a.shape) - 1 else "NCHW")


@merge_add.definition
def _(a: Tensor, b: Tensor) -> Tensor:
    axis = bias_axis(a, b)
    if axis is None:
        return a + b
    return a + tf.reshape(b, [-1 if one == axis else 1 for one in range(len(a.shape))])


@merge_add.derivative
def _(dy: Tensor, y: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    axis = bias_axis(a, b)
    if axis is None:
        return unbroadcast(dy, a), unbroadcast(dy, b)
    others = [one for one in range(len(a.shape)) if one != axis]
    # Along the last axis TensorFlow adds row after row; along the second one it adds as reduce_sum does.
    db = sum_rows(dy) if axis == len(a.shape) - 1 else tf.reduce_sum(dy, others)
    return dy, tf.reshape(db, tf.shape(b))


def differs(x: Tensor, number: float) -> Tensor:
    """True where x is another number."""
    return tf.not_equal(x, tf.constant(number, x.dtype))


def any_last(x: Tensor, keepdims: bool = False) -> Tensor:
    """x (…, n) bool → (…), or (…, 1): True where any of the last axis is."""
    return tf.reduce_any(x, -1, keepdims=keepdims)


def any_of(masks: Sequence[Any]) -> Any:
    """True where any mask is; None as soon as one of them is None."""
    if any(mask is None for mask in masks):
        return None
    combined = masks[0]
    for mask in masks[1:]:
        combined = tf.logical_or(combined, mask)
    return combined


def boolean(mask: Tensor) -> Tensor:
    """A mask of booleans; numbers above 0.5 count as True."""
    mask = tf.convert_to_tensor(mask)
    return mask if mask.dtype == tf.bool else tf.greater(mask, tf.cast(0.5, mask.dtype))


def joined_masks(masks: Sequence[Any], parts: Sequence[Tensor], axis: int) -> Tensor:
    """The mask of tensors put side by side along `axis`; a tensor without a mask is all True."""
    whole = []
    for mask, part in zip(masks, parts, strict=True):
        if mask is None:
            mask = tf.ones_like(part, tf.bool)
        elif len(mask.shape) < len(part.shape):
            mask = tf.logical_or(tf.expand_dims(mask, -1), tf.zeros_like(part, tf.bool))
        whole.append(mask)
    return tf.reduce_any(tf.concat(whole, axis), -1)
