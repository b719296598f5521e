"""One update, compiled; and the loop around it, compiled too.

One update is four lines: forward, loss, backward, weights (`Update.__call__`). How it runs is the caller's choice:

    eager   Python calls every operation, one by one
    graph   the update is a TensorFlow function; a second function calls it k times without returning to Python
    xla     the same, and the update is compiled by XLA into fused machine code

Measured facts
1. The update must stay a function of its own inside the loop (`_noinline`, or compiled by XLA by itself): once
   TensorFlow's optimizer sees loop and update together, it may reorder sums, and bits are lost.
2. k changes no bit, because sums of losses and metrics live in variables.
3. Keras's pipeline knows the length of the batch axis when all batches are full, and leaves it open (None) when
   the last is partial. TensorFlow's optimizer folds known lengths into constants, so the step is traced with the
   same knowledge here; an open axis also saves the partial batch a second trace.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from naive import checks
from naive.backprop import forward_and_gradients
from naive.losses import NaiveLoss
from naive.metrics import NaiveMean, NaiveMetric
from naive.models import NaiveModel
from naive.ops import EXECUTIONS, Tensor
from naive.optimizers import NaiveOptimizer


class Update:
    """One training step on one batch."""

    def __init__(
        self,
        model: NaiveModel,
        loss: NaiveLoss,
        optimizer: NaiveOptimizer,
        mean_loss: NaiveMean,
        metrics: Sequence[NaiveMetric],
        gradients: str,
    ) -> None:
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.mean_loss, self.metrics, self.gradients = mean_loss, metrics, gradients

    def __call__(self, x: Tensor, y: Tensor) -> list[Tensor]:
        loss, y_pred, gradients = forward_and_gradients(self.model, self.loss, x, y, self.gradients)
        self.mean_loss.add_weighted(loss, tf.shape(y)[0])
        if gradients:  # a model that is frozen as a whole makes no updates, in Keras neither
            self.optimizer.apply_gradients(zip(gradients, self.model.trainable_weights, strict=True))
        for metric in self.metrics:
            metric.update(y, y_pred)
        return [mean.result() for mean in (self.mean_loss, *self.metrics)]


class Evaluation:
    """Loss and metrics of one batch, without an update."""

    def __init__(
        self, model: NaiveModel, loss: NaiveLoss, mean_loss: NaiveMean, metrics: Sequence[NaiveMetric]
    ) -> None:
        self.model, self.loss, self.mean_loss, self.metrics = model, loss, mean_loss, metrics

    def __call__(self, x: Tensor, y: Tensor) -> list[Tensor]:
        y_pred, saved = self.model.forward(x, training=False)
        loss = self.loss(y, y_pred, self.model.logits(saved, self.loss.belongs_to), self.model.mask(saved))
        self.mean_loss.add_weighted(loss, tf.shape(y)[0])
        for metric in self.metrics:
            metric.update(y, y_pred)
        return [mean.result() for mean in (self.mean_loss, *self.metrics)]


class BatchLoop:
    """Runs a step on batch after batch of a data set.

    Args:
        step: what to do with one batch: `Update` or `Evaluation`.
        x, y: tensors of the same length; x may be a list of them.
        batch_size: examples per batch.
        execution: `"eager"`, `"graph"` or `"xla"`.
    """

    def __init__(self, step: Any, x: Tensor, y: Tensor, batch_size: int, execution: str) -> None:
        checks.one_of("execution", execution, EXECUTIONS)
        self.x, self.y, self.batch_size = x, y, batch_size
        self.examples = int(y.shape[0])
        self.full_batches = self.examples // batch_size
        self.compiled = execution != "eager"
        self.step = self._compile(step, execution) if self.compiled else step
        # A copy for each order of the data: slices where it is kept, gathered rows where it is shuffled.
        self._in_order = tf.function(self._run_in_order) if self.compiled else self._run_in_order
        self._shuffled = tf.function(self._run_shuffled) if self.compiled else self._run_shuffled

    def run(self, order: Any, first: int, count: int) -> None:
        """Take batches first … first + count - 1 of one epoch.

        Args:
            order: indices (examples,) int64, or None for the order of the data.
        """
        full = min(count, self.full_batches - first)
        if full > 0:
            begin, end = (tf.constant(first), tf.constant(first + full)) if self.compiled else (first, first + full)
            if order is None:
                self._in_order(begin, end)
            else:
                self._shuffled(order, begin, end)
        if full < count:
            self._run_partial(order)

    def _compile(self, step: Any, execution: str) -> Any:
        length = self.batch_size if self.examples % self.batch_size == 0 else None  # fact 3
        batch = _each(lambda data: tf.TensorSpec([length, *data.shape[1:]], data.dtype), [self.x, self.y])
        if execution == "xla":
            return tf.function(step, input_signature=batch, jit_compile=True)
        return tf.function(step, input_signature=batch, experimental_attributes={"_noinline": True})

    def _run_in_order(self, begin: Any, end: Any) -> None:
        size = self.batch_size
        for i in tf.range(begin, end) if self.compiled else range(begin, end):
            self.step(*tf.nest.map_structure(functools.partial(_rows, start=i * size, size=size), [self.x, self.y]))

    def _run_shuffled(self, order: Tensor, begin: Any, end: Any) -> None:
        size = self.batch_size
        for i in tf.range(begin, end) if self.compiled else range(begin, end):
            rows = tf.slice(order, [i * size], [size])
            self.step(*tf.nest.map_structure(functools.partial(tf.gather, indices=rows), [self.x, self.y]))

    def _run_partial(self, order: Any) -> None:
        rest = slice(self.full_batches * self.batch_size, self.examples)
        if order is None:
            self.step(*_each(lambda data: data[rest], [self.x, self.y]))
        else:
            self.step(*_each(lambda data: tf.gather(data, order[rest]), [self.x, self.y]))


def _each(change: Callable[[Tensor], Any], data: Any) -> Any:
    """The same for every tensor of x and y; x may be a list."""
    return tf.nest.map_structure(change, data)


def _rows(data: Tensor, start: Any, size: int) -> Tensor:
    """`size` rows from `start`, their number known to the compiler."""
    rest = len(data.shape) - 1
    return tf.slice(data, [start] + [0] * rest, [size] + [-1] * rest)
