"""Epochs, iterations, batches: how a data set is cut, and in which order.

n examples in batches of b make ceil(n / b) batches, so as many updates, in each epoch; the last batch holds what
is left. 60,000 in batches of 128 are 469 updates an epoch, the last of 96 images.

Keras facts (Keras 3.15.1)
1. `fit(shuffle=True)` draws one permutation of all indices inside a `tf.data` pipeline, from TensorFlow's global
   seed. The same operation outside such a pipeline gives another permutation.
2. Each epoch starts that pipeline anew; with the global seed set, every epoch of one `fit` has the same order.
"""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

from naive import checks


def number_of_batches(examples: int, batch_size: int) -> int:
    """ceil(examples / batch_size)"""
    return math.ceil(examples / batch_size)


class BatchGenerator:
    """Hands out batch after batch, in order.

    Args:
        images, labels: arrays of the same length.
        batch_size: examples per batch; the last batch may be smaller.

    Raises:
        ValueError: different lengths, an empty data set, or a batch size below 1.
    """

    def __init__(self, images: Any, labels: Any, batch_size: int = 128) -> None:
        checks.positive_integer("batch_size", batch_size)
        checks.same_length(images, labels)
        self.index = 0
        self.images = images
        self.labels = labels
        self.batch_size = batch_size
        self.num_batches = number_of_batches(len(images), batch_size)

    def next(self) -> tuple[Any, Any]:
        """The next images and labels.

        Raises:
            StopIteration: every example has been handed out.
        """
        if self.index >= len(self.images):
            raise StopIteration(f"All {self.num_batches} batches have been handed out")
        batch = slice(self.index, self.index + self.batch_size)
        self.index += self.batch_size
        return self.images[batch], self.labels[batch]


class EpochOrders:
    """The order of the examples in each epoch of one training run, as Keras draws it.

    Args:
        examples: how many there are.
        shuffle: False keeps the order of the data.
    """

    def __init__(self, examples: int, shuffle: bool) -> None:
        self.examples = examples
        self._permutations = None
        if shuffle:
            # The steps of Keras's own pipeline: the seed depends on what stands before the shuffle in this function.
            def permutation(_: Any) -> Any:
                return tf.random.shuffle(tf.range(examples, dtype=tf.int64))

            self._permutations = tf.data.Dataset.range(1).map(permutation).prefetch(1)

    def next(self) -> Any:
        """Indices (examples,) int64 for the next epoch, or None where the order is that of the data."""
        if self._permutations is None:
            return None
        return next(iter(self._permutations))
