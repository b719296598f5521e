"""Training: forward, loss, backward, update; batch after batch, epoch after epoch.

    for each epoch
        for each batch
            predictions     ← model(batch)
            loss            ← how wrong they are
            gradients       ← d loss / d weight, for every weight
            weights         ← weights - learning_rate · gradients

`one_training_step` and `update_weights` are that, in the words of the classic listing. `fit` is the whole of it,
run as one compiled program; `TrainingRun` is the same run, advanced by hand.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from naive import checks, losses, metrics, optimizers
from naive.backprop import GRADIENTS, backprop_gradients, tape_gradients
from naive.batches import EpochOrders, number_of_batches
from naive.callbacks import NaiveCallback, NaiveProgress, wants_every_batch
from naive.history import History
from naive.loop import BatchLoop, Evaluation, Update
from naive.losses import NaiveLoss
from naive.metrics import NaiveMean, NaiveMetric
from naive.models import NaiveModel
from naive.nodes import flatten
from naive.ops import EXECUTIONS, Tensor
from naive.optimizers import NaiveOptimizer, NaiveSGD

LEARNING_RATE = 1e-3
"""The classic listing's learning rate."""

SECONDS_PER_CALL = 0.4
"""How long one call of the compiled loop may last, so that progress and Ctrl-C are never far away."""


def update_weights(gradients: Sequence[Tensor], weights: Sequence[Any], learning_rate: float = LEARNING_RATE) -> None:
    """w ← w - learning_rate · gradient, for each weight."""
    for gradient, weight in zip(gradients, weights, strict=True):
        weight.assign_sub(gradient * learning_rate)


def one_training_step(
    model: NaiveModel,
    images_batch: Tensor,
    labels_batch: Tensor,
    loss: str | NaiveLoss = "sparse_categorical_crossentropy",
    gradients: str = "tape",
) -> Tensor:
    """One update from one batch; returns the average loss before it (scalar)."""
    checks.one_of("gradients", gradients, GRADIENTS)
    differentiate = tape_gradients if gradients == "tape" else backprop_gradients
    average_loss, answer = differentiate(model, loss, images_batch, labels_batch)
    update_weights(answer, model.trainable_weights)
    return average_loss


class TrainingRun:
    """A training run that is advanced from outside: `begin_epoch`, `advance` until done, `end_epoch`.

    Args: as in `fit`.
    """

    def __init__(
        self,
        model: NaiveModel,
        x: Any,
        y: Any,
        batch_size: int = 128,
        *,
        optimizer: str | NaiveOptimizer | None = None,
        loss: str | NaiveLoss | None = None,
        metrics: Sequence[str | NaiveMetric] = (),
        execution: str = "graph",
        gradients: str = "backprop",
        shuffle: bool = False,
        validation_data: tuple[Any, Any] | None = None,
    ) -> None:
        checks.one_of("execution", execution, EXECUTIONS)
        checks.one_of("gradients", gradients, GRADIENTS)
        checks.positive_integer("batch_size", batch_size)
        if isinstance(metrics, str) or not isinstance(metrics, (list, tuple)):
            raise ValueError(f"`metrics` must be a list. Expected for example ['accuracy']. Received: {metrics=}")
        self.model, self.batch_size = model, int(batch_size)
        self.optimizer = NaiveSGD(LEARNING_RATE) if optimizer is None else optimizers.get(optimizer)
        self.loss = losses.get("sparse_categorical_crossentropy" if loss is None else loss)
        x, y = as_tensors(model, self.loss, x, y)
        self.metrics = _metrics_for(model, _look(model, self.loss, x)[0], y, metrics)
        self.mean_loss = NaiveMean("loss")
        self.num_batches = number_of_batches(int(y.shape[0]), self.batch_size)
        self.orders = EpochOrders(int(y.shape[0]), shuffle)
        self.optimizer.build(model.trainable_weights)  # before tracing: a program cannot make variables twice
        step = Update(model, self.loss, self.optimizer, self.mean_loss, self.metrics, gradients)
        self._training = BatchLoop(step, x, y, self.batch_size, execution)
        self._validation = None
        if validation_data is not None:
            evaluation = Evaluation(model, self.loss, self.mean_loss, self.metrics)
            checks.pair("validation_data", validation_data)
            data = as_tensors(model, self.loss, *validation_data, kind="validation ")
            self._validation = BatchLoop(evaluation, *data, self.batch_size, execution)
        self.order: Any = None
        self.batches_done = self.num_batches  # no epoch has begun
        self._first_iteration = int(self.optimizer.iterations.numpy())

    @property
    def updates(self) -> int:
        """How many times this run has moved the weights, over all its epochs."""
        return int(self.optimizer.iterations.numpy()) - self._first_iteration

    @property
    def epoch_done(self) -> bool:
        """True when every batch of this epoch has been taken."""
        return self.batches_done >= self.num_batches

    def begin_epoch(self) -> None:
        """Draw the order of the examples; start sums and counts anew."""
        self.order = self.orders.next()
        self.batches_done = 0
        self._reset()

    def advance(self, count: int = 1) -> None:
        """Make up to `count` updates within this epoch.

        Raises:
            ValueError: no epoch has begun, or this one is over.
        """
        if self.epoch_done:
            raise ValueError(
                "There are no batches left. Expected a call of begin_epoch before. "
                f"Received: count={count} after {self.batches_done} of {self.num_batches} batches"
            )
        count = min(count, self.num_batches - self.batches_done)
        if count > 0:
            self._training.run(self.order, self.batches_done, count)
            self.batches_done += count

    def logs(self) -> dict[str, float]:
        """Loss and metrics since the epoch began."""
        return {mean.name: float(mean.result()) for mean in (self.mean_loss, *self.metrics)}

    def end_epoch(self) -> dict[str, float]:
        """The epoch's logs, those of the validation data included."""
        logs = self.logs()
        if self._validation is not None:
            self._reset()
            batches = number_of_batches(self._validation.examples, self.batch_size)
            self._validation.run(None, 0, batches)
            logs |= {f"val_{name}": value for name, value in self.logs().items()}
        return logs

    def rows_of_batch(self, batch: int) -> np.ndarray:
        """Which examples make batch `batch` of this epoch (batch,)."""
        size = self.batch_size
        order = np.arange(self._training.examples) if self.order is None else np.asarray(self.order)
        return order[batch * size : (batch + 1) * size]

    def _reset(self) -> None:
        for mean in (self.mean_loss, *self.metrics):
            mean.reset()


def fit(
    model: NaiveModel,
    x: Any,
    y: Any,
    epochs: int = 1,
    batch_size: int = 128,
    *,
    optimizer: str | NaiveOptimizer | None = None,
    loss: str | NaiveLoss | None = None,
    metrics: Sequence[str | NaiveMetric] = (),
    execution: str = "graph",
    gradients: str = "backprop",
    shuffle: bool = False,
    validation_data: tuple[Any, Any] | None = None,
    callbacks: Sequence[NaiveCallback] = (),
    verbose: int = 1,
) -> History:
    """Train the model.

    Args:
        model: its weights are changed in place.
        x: inputs (examples, …), or a list of them; y: labels (examples, …).
        epochs: how often to go through all examples.
        batch_size: examples per update; the last batch of an epoch may be smaller.
        optimizer: a Keras name or a naive optimizer; None is SGD with learning rate 1e-3.
        loss: a Keras name or a naive loss; None is sparse categorical cross-entropy.
        metrics: Keras names or naive metrics, reported per epoch.
        execution: `"eager"`, `"graph"` or `"xla"`.
        gradients: `"backprop"` by hand, or `"tape"` by `tf.GradientTape`.
        shuffle: True takes the examples in Keras's order after the same seed.
        validation_data: (x, y), evaluated after each epoch.
        callbacks: told while training goes on.
        verbose: 0 is silent, 1 writes one line per epoch.

    Returns:
        Loss and metrics of each epoch, and the number of updates.

    Raises:
        ValueError: an unknown name, arrays that do not fit each other or the model, values that are not finite,
            or a size that is not a positive integer.
    """
    checks.positive_integer("epochs", epochs)
    run = TrainingRun(
        model, x, y, batch_size, optimizer=optimizer, loss=loss, metrics=metrics, execution=execution,
        gradients=gradients, shuffle=shuffle, validation_data=validation_data,
    )  # fmt: skip
    told: list[NaiveCallback] = [NaiveProgress(epochs, run.num_batches)] if verbose else []
    told += callbacks
    history = History()
    for callback in told:
        callback.on_train_begin()
    for epoch in range(epochs):
        for callback in told:
            callback.on_epoch_begin(epoch)
        run.begin_epoch()
        _run_epoch(run, told)
        logs = run.end_epoch()
        history.record(epoch, logs, run.updates)
        for callback in told:
            callback.on_epoch_end(epoch, logs)
    for callback in told:
        callback.on_train_end()
    return history


def _run_epoch(run: TrainingRun, told: Sequence[NaiveCallback]) -> None:
    """All batches of one epoch, in calls that last about `SECONDS_PER_CALL`."""
    every_batch = wants_every_batch(told)
    count = 1
    while not run.epoch_done:
        began = time.perf_counter()
        run.advance(count)
        if told:
            logs = run.logs()
            for callback in told:
                if every_batch:
                    callback.on_train_batch_end(run.batches_done - 1, logs)
                callback.on_progress(run.batches_done, logs)
        if not every_batch and time.perf_counter() - began < SECONDS_PER_CALL / 2:
            count *= 2


def as_tensors(model: NaiveModel, loss: NaiveLoss, x: Any, y: Any, kind: str = "") -> tuple[Any, Tensor]:
    """The data as tensors in the dtypes of the model's inputs, checked.

    Args:
        x: an array, or a list of arrays for a model of several inputs.
        kind: which data, for messages: `"validation "`, or empty for the training data.

    Raises:
        ValueError: lengths that differ, no examples, values that are not finite numbers, a wrong number of features,
            or labels that the loss cannot use.
    """
    arrays = [checks.numbers("images", one) for one in (flatten(x) if not model.one_input else [x])]
    y = checks.numbers("labels", y)
    for one in arrays:
        checks.same_length(one, y, kind)
        checks.finite("images", one)
    checks.finite("labels", y)
    if len(arrays) != len(model.inputs):
        raise ValueError(
            f"The model {model.name} takes {len(model.inputs)} inputs. "
            f"Expected a list of {len(model.inputs)} arrays. Received: a list of {len(arrays)}"
        )
    _check_values(model, arrays)
    tensors = [tf.cast(one, symbol.node.dtype) for one, symbol in zip(arrays, model.inputs, strict=True)]
    data = tensors[0] if model.one_input else tensors
    # One example through model and loss: what does not fit is said here, not from inside a compiled program.
    output, *behind = _look(model, loss, data)
    loss.check_labels(y, int(output.shape[-1]))
    loss(tf.convert_to_tensor(y[: output.shape[0]]), output, *behind)
    return data, tf.cast(y, model.dtype) if y.dtype.kind == "f" else tf.convert_to_tensor(y)


def _check_values(model: NaiveModel, arrays: Sequence[Any]) -> None:
    """Let every layer that is fed by an input look at its numbers: an index outside of a table, for example."""
    given = dict(zip(model.inputs, arrays, strict=True))
    for node in model.nodes:
        fed = [given[symbol] for symbol in node.inputs if symbol in given]
        if isinstance(node.layer, NaiveModel):
            if len(fed) == len(node.inputs):
                _check_values(node.layer, fed)
        elif fed and hasattr(node.layer, "check_values"):
            node.layer.check_values(fed[0])


def _look(model: NaiveModel, loss: NaiveLoss, x: Any) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """Output, logits and mask for one example (or one batch, where the batch size is fixed); moves no state."""
    before = [variable.numpy() for variable in model.state]
    size = next((layer.batch_size for layer in model.layers if getattr(layer, "batch_size", None)), 1)
    output, saved = model.forward(tf.nest.map_structure(lambda one: one[:size], x))
    for variable, value in zip(model.state, before, strict=True):
        variable.assign(value)
    if not model.one_output:
        raise ValueError(
            "Training needs one output. Expected a model with one output. "
            f"Received: {model.name} with {len(model.outputs)} outputs"
        )
    return output, model.logits(saved, loss.belongs_to), model.mask(saved)


def _metrics_for(
    model: NaiveModel, output: Tensor, y: Tensor, wanted: Sequence[str | NaiveMetric]
) -> list[NaiveMetric]:
    last = int(y.shape[-1]) if len(y.shape) else None
    return [metrics.get(one, len(y.shape), last, int(output.shape[-1]), len(output.shape)) for one in wanted]
