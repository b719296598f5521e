"""Leaving numbers out: which ones, and what becomes of the rest."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from naive.ops.core import operation
from naive.ops.tensors import Tensor


def keep_mask(shape: Any, rate: float, seed: Tensor, dtype: str) -> Tensor:
    """Booleans of that shape, False with probability `rate`: where a draw from [0, 1) is at least the rate."""
    return tf.random.stateless_uniform(shape, seed, dtype=dtype) >= rate


@operation
def drop(x: Tensor, keep: Tensor, rate: float) -> Tensor:
    """x / (1 - rate) where `keep` is True, else 0; a mask with lengths of 1 is used for all along those axes."""
    y = tf.where(keep, x * tf.convert_to_tensor(1 / (1 - rate), x.dtype), tf.constant(0, x.dtype))
    y.set_shape(x.shape)
    return y


@drop.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, keep: Tensor, rate: float) -> tuple[Tensor, None, None]:
    return tf.where(keep, dy, tf.constant(0, dy.dtype)) * tf.convert_to_tensor(1 / (1 - rate), dy.dtype), None, None
