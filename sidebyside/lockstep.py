"""Both trainings in one: Keras's `fit` leads, and after each of its updates the naive side makes the same one.

Keras's side is one ordinary call of `fit`; everything here happens in a callback of that call, between its
updates. After each update all weights and seeds are compared; at some updates the gradients are too, before the
update.

With a judge, each update is made alone: before it the naive side is given Keras's weights and state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from keras_ref import KerasGradients
from keras_ref.float64_updates import seed_states, state_of
from naive import TrainingRun
from naive.backprop import forward_and_gradients
from naive.execution import compile_function
from sidebyside.distance import distance
from sidebyside.judging import Judge
from sidebyside.result import GradientRecord, UpdateRecord, WeightResult


class Lockstep(keras.callbacks.Callback):
    """Advances a naive training run with Keras's, and records every difference.

    Args:
        run: the naive training, not begun.
        x, y: the training data, for probing gradients.
        execution, gradients: how the naive side runs and differentiates.
        probes: update numbers (from 1) whose gradients are compared.
        listener: told after each update and epoch; see `Listener`.
        judge: makes every update alone, and says how close it is; None where the sides run free.
    """

    def __init__(
        self,
        run: TrainingRun,
        x: Any,
        y: Any,
        execution: str,
        gradients: str,
        probes: frozenset[int] = frozenset(),
        listener: Listener | None = None,
        judge: Judge | None = None,
    ) -> None:
        super().__init__()
        self.run, self.x, self.y = run, x, y
        self.execution, self.gradients, self.probes = execution, gradients, probes
        self.listener = listener or Listener()
        self.judge = judge
        self.seeds_different = 0
        self._before: dict[str, list[Any]] = {}
        self.names = run.model.weight_names
        self.initial = UpdateRecord(0, 0, (), ())
        self.updates: list[UpdateRecord] = []
        self.gradient_records: list[GradientRecord] = []
        self.history: dict[str, list[float]] = {}
        self.first_update: dict[str, int] = {}
        self._probe: Callable[[Any, Any], tuple[Any, list[Any]]] | None = None
        self._keras_probe: KerasGradients | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        self.initial = self._compare_weights()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.run.begin_epoch()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if self.judge is not None:
            self.take_over()
        if self.run.updates + 1 in self.probes:
            self._compare_gradients(batch)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        rows = self.run.rows_of_batch(batch)
        self.run.advance(1)
        record = self._compare_weights()
        if self.judge is not None:
            relative = self.judge.update(
                record.update, self._before, self.x[rows], self.y[rows], self.names, self.run.model.weights,
                self.run.optimizer.variables,
            )  # fmt: skip
            record = replace(record, relative=relative)
        self.updates.append(record)
        self.listener.update(record, self.run.logs(), dict(logs or {}))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        ours = self.run.end_epoch()
        for name, value in ours.items():
            self.history.setdefault(name, []).append(value)
        self.listener.epoch(epoch, ours, dict(logs or {}))

    def take_over(self) -> None:
        """Give the naive side Keras's weights, seeds and optimizer variables."""
        self._before = before = state_of(self.model)
        groups = {
            "weights": self.run.model.weights,
            "seeds": [seed.state for seed in self.run.model.seeds],
            "slots": self.run.optimizer.variables,
        }
        for name, variables in groups.items():
            for variable, value in zip(variables, before[name], strict=True):
                variable.assign(value)

    def weight_results(self) -> tuple[WeightResult, ...]:
        """One entry per weight, as it is now."""
        results = []
        for name, mine, reference in zip(self.names, self.run.model.weights, self.model.weights, strict=True):
            d = distance(mine.numpy(), reference.numpy())
            results.append(
                WeightResult(
                    name, tuple(mine.shape), d.total, d.different, d.max_ulp, d.max_abs, self.first_update.get(name)
                )
            )
        return tuple(results)

    def slots_different(self) -> int:
        """Numbers in the optimizers' variables (count, learning rate, slots) that differ, as they are now."""
        ours, theirs = self.run.optimizer.variables, self.model.optimizer.variables
        pairs = zip(ours, theirs, strict=True)
        return sum(distance(mine.numpy(), reference.numpy()).different for mine, reference in pairs)

    def _compare_weights(self) -> UpdateRecord:
        update, different = self.run.updates, 0
        ulps, gaps = [], []
        for name, mine, reference in zip(self.names, self.run.model.weights, self.model.weights, strict=True):
            a, b = mine.numpy(), reference.numpy()
            if np.array_equal(a, b):
                ulps.append(0.0)
                gaps.append(0.0)
                continue
            d = distance(a, b)
            different += d.different
            if d.different:
                self.first_update.setdefault(name, update)
            ulps.append(d.max_ulp)
            gaps.append(d.max_abs)
        self._compare_seeds()
        return UpdateRecord(update, different, tuple(ulps), tuple(gaps))

    def _compare_seeds(self) -> None:
        """How many of the numbers that decide what comes next by chance differ; the most of any update is kept."""
        ours, theirs = [seed.state.numpy() for seed in self.run.model.seeds], seed_states(self.model)
        pairs = zip(ours, theirs, strict=True)
        different = sum(distance(mine, reference.numpy()).different for mine, reference in pairs)
        self.seeds_different = max(self.seeds_different, different)

    def _compare_gradients(self, batch: int) -> None:
        if self._keras_probe is None or self._probe is None:
            self._keras_probe = KerasGradients(self.model, self.execution)
            model, loss, how = self.run.model, self.run.loss, self.gradients
            self._probe = compile_function(
                lambda x, y: forward_and_gradients(model, loss, x, y, how)[::2], self.execution
            )
        rows = self.run.rows_of_batch(batch)
        x, y = self.x[rows], self.y[rows]
        state = [(variable, variable.numpy()) for variable in self.run.model.state]
        _, ours = self._probe(x, y)
        for variable, value in state:  # looking changes nothing
            variable.assign(value)
        _, theirs = self._keras_probe(x, y)
        if self.judge is not None:
            names = list(self.run.model.named_trainable)
            self.judge.gradients(self.run.updates + 1, self._before, x, y, names, ours, theirs)
        compared = [distance(mine.numpy(), reference.numpy()) for mine, reference in zip(ours, theirs, strict=True)]
        self.gradient_records.append(
            GradientRecord(
                update=self.run.updates + 1,
                different=sum(d.different for d in compared),
                total=sum(d.total for d in compared),
                max_ulp=tuple(d.max_ulp for d in compared),
                relative=tuple(d.relative for d in compared),
                norm=tuple(float(np.linalg.norm(reference.numpy())) for reference in theirs),
            )
        )


class Listener:
    """Told what happens during a lockstep training; does nothing by default."""

    def begin(self, settings: dict[str, Any], epochs: int, batches: int) -> None:
        """Before the first update."""

    def update(self, record: UpdateRecord, ours: dict[str, float], theirs: dict[str, float]) -> None:
        """After each update, with both sides' loss and metrics so far."""

    def epoch(self, epoch: int, ours: dict[str, float], theirs: dict[str, float]) -> None:
        """After each epoch."""

    def end(self) -> None:
        """After the last update, or when training was interrupted."""
