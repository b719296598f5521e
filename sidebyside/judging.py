"""Judging a training that cannot be equal to the last bit: every update alone, beside Keras in float64.

Before each update the naive side is given Keras's weights and state, so that no difference of an earlier update is
carried on; `sidebyside/grades.py` says why, and what is allowed.
"""

from __future__ import annotations

import secrets
from typing import Any

import keras
import numpy as np

from keras_ref import float64_updates
from keras_ref.float64 import Float64Keras
from sidebyside import grades
from sidebyside.closeness import OUTPUTS, Closeness, Judged
from sidebyside.distance import distance

PROPORTIONAL = ("SGD",)
"""Optimizers whose step is proportional to what they remember; the others divide by it, see `grades.py`."""


class Judge:
    """Asks the float64 Keras for the truth of each update, and keeps what is worst.

    Args:
        model: the float32 Keras model, compiled.
        loss: its Keras loss; execution: how it runs.
        reason: why the naive side cannot be equal to the last bit.
    """

    def __init__(self, model: keras.Model, loss: Any, execution: str, reason: str) -> None:
        self.model, self.reason = model, reason
        self.key = secrets.token_hex(8)
        self.process = Float64Keras()
        self.process(
            float64_updates.open_training,
            self.key,
            keras.saving.serialize_keras_object(model),
            keras.losses.serialize(loss),
            keras.optimizers.serialize(model.optimizer),
            execution,
        )
        self.tensors = self.broken = 0
        self.furthest: Judged | None = None
        self.fullest: Judged | None = None
        self.first_broken: Judged | None = None
        self.unjudged: Judged | None = None
        divides = type(model.optimizer).__name__ not in PROPORTIONAL
        moved = {id(weight) for weight in model.trainable_weights} if divides else set()
        self.judged = [id(weight) not in moved for weight in model.weights]

    def update(
        self, number: int, state: Any, x: Any, y: Any, names: list[str], ours: Any, slots: Any
    ) -> tuple[float, ...]:
        """Judge one update: all weights, then what the optimizer remembers.

        Args:
            state: Keras's before it, from `float64_updates.state_of`; x, y: its batch.
            names, ours: of the weights, after it; slots: the optimizer's variables after it.

        Returns:
            For each weight, the largest distance from Keras's as a share of its scale.
        """
        truth = self.process(float64_updates.one_update, self.key, state, x, y)
        rows = zip(names, ours, self.model.weights, truth["weights"], self.judged, strict=True)
        found = [self.tensor(number, name, a.numpy(), b.numpy(), c, judged) for name, a, b, c, judged in rows]
        for a, b, c in zip(slots, self.model.optimizer.variables, truth["slots"], strict=True):
            if b is not self.model.optimizer.iterations and not b.path.endswith("learning_rate"):
                self.tensor(number, f"optimizer: {b.path.split('/', 1)[-1]}", a.numpy(), b.numpy(), c)
        return tuple(found)

    def gradients(self, number: int, state: Any, x: Any, y: Any, names: list[str], ours: Any, theirs: Any) -> None:
        """Judge the gradients of one batch, before its update."""
        truth = self.process(float64_updates.gradients, self.key, state, x, y)
        for name, a, b, c in zip(names, ours, theirs, truth, strict=True):
            self.tensor(number, f"gradient of {name}", np.asarray(a), np.asarray(b), c)

    def outputs(self, x: Any, batch_size: int, ours: Any, theirs: Any) -> None:
        """Judge the answers on the test data, both from Keras's last weights."""
        state = float64_updates.state_of(self.model)
        truth = self.process(float64_updates.outputs, self.key, state, x, batch_size)
        self.tensor(OUTPUTS, "outputs", np.asarray(ours), np.asarray(theirs), truth)

    def tensor(self, update: int, quantity: str, ours: Any, theirs: Any, truth: Any, judged: bool = True) -> float:
        """Put the rule to one tensor, or only measure it; returns its distance from Keras's as a share of the scale."""
        one = Judged(update, quantity, distance(ours, theirs).relative, grades.used32(ours, theirs, truth))
        if not judged:
            if self.unjudged is None or one.relative > self.unjudged.relative:
                self.unjudged = one
            return one.relative
        self.tensors += 1
        if self.furthest is None or one.relative > self.furthest.relative:
            self.furthest = one
        if self.fullest is None or one.used > self.fullest.used:
            self.fullest = one
        if not one.used <= 1:  # so that NaN is no pass
            self.broken += 1
            self.first_broken = self.first_broken or one
        return one.relative

    def result(self) -> Closeness:
        """What came out."""
        return Closeness(
            self.reason, self.tensors, self.broken, self.furthest, self.fullest, self.first_broken, self.unjudged
        )

    def close(self) -> None:
        """End the process of the truth."""
        self.process.close()
