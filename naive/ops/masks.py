"""Masks: True where something may be seen, False where there is nothing to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from naive.ops.tensors import Tensor


def causal_mask(queries: Tensor, keys: Tensor) -> Tensor:
    """→ (queries, keys) bool: step t may look at the steps 0 … t, never ahead."""
    return tf.linalg.band_part(tf.ones([queries, keys], tf.bool), -1, 0)


def window_mask(queries: Tensor, keys: Tensor, width: int) -> Tensor:
    """→ (queries, keys) bool: step t may look at the steps less than `width` away from it."""
    return tf.linalg.band_part(tf.ones([queries, keys], tf.bool), width - 1, width - 1)


def all_of(masks: Sequence[Any]) -> Tensor | None:
    """True where all masks are True; they broadcast. None stands for a mask that hides nothing."""
    combined = None
    for mask in masks:
        if mask is not None:
            mask = tf.cast(mask, tf.bool)
            combined = mask if combined is None else tf.logical_and(combined, mask)
    return combined


def spread_mask(mask: Tensor | None, axis: int) -> Tensor | None:
    """A mask with one more axis, of length 1; None stays None."""
    return None if mask is None else tf.expand_dims(mask, axis)
