"""Random numbers that are a function of a seed: same seed, same numbers, as in Keras.

Keras hands every draw a pair of integers (seed, counter) and TensorFlow's counter-based generator (Philox) turns
it into numbers; nothing is remembered between two draws.
Source: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from naive.ops.tensors import Tensor


def seed_pair(seed: int, counter: int = 0) -> Tensor:
    """(seed, counter) → int32 (2,), folded as Keras folds it: modulo 2³¹ - 2."""
    return fold_seed(tf.constant([seed, counter], tf.int64))


def fold_seed(pair: Tensor) -> Tensor:
    """pair (2,) int64 → int32 (2,), modulo 2³¹ - 2, because XLA takes only such seeds."""
    return tf.cast(tf.math.floormod(pair, tf.int32.max - 1), tf.int32)


def uniform(shape: Any, low: float, high: float, seed: Tensor, dtype: str) -> Tensor:
    """Numbers between `low` and `high`, each equally likely; seed (2,) int32."""
    return tf.random.stateless_uniform(shape, seed, tf.cast(low, dtype), tf.cast(high, dtype), dtype)


def normal(shape: Any, mean: float, stddev: float, seed: Tensor, dtype: str) -> Tensor:
    """Normally distributed numbers; seed (2,) int32."""
    return tf.random.stateless_normal(shape, seed, mean, stddev, dtype)


def truncated_normal(shape: Any, mean: float, stddev: float, seed: Tensor, dtype: str) -> Tensor:
    """Numbers from a bell curve, drawn again where they are beyond two deviations from the mean; seed (2,) int32."""
    return tf.random.stateless_truncated_normal(shape, seed, mean, stddev, dtype)
