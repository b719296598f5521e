"""A running mean: what a progress bar shows while an epoch is under way.

    total ← total + Σ valuesᵢ        count ← count + n        result = total / count

Keras facts (Keras 3.15.1)
1. The epoch's loss is such a mean too: each batch adds its mean loss times its number of examples, so a partial
   last batch weighs what it should.
2. Sums and counts are float32 variables, moved inside the compiled step; the order of additions is therefore the
   order of the batches.
3. Metrics are computed from the predictions made before the update of that batch.
4. Where an example has several values (a label for each step of a sequence), their mean is its one value.
"""

from __future__ import annotations

from typing import Any

from naive import ops
from naive.ops import Tensor


class NaiveMean:
    """The mean of everything it was shown since the last reset."""

    keras_name = "mean"

    def __init__(self, name: str = "mean") -> None:
        self.name = name
        self.total = ops.variable(ops.zeros((), "float32"), "total", False)
        self.count = ops.variable(ops.zeros((), "float32"), "count", False)

    def add(self, values: Tensor, number: Tensor) -> None:
        """values: their sum is added; number: how many examples they stand for."""
        self.total.assign_add(ops.sum(ops.tensor(values, "float32")))
        self.count.assign_add(ops.tensor(number, "float32"))

    def add_weighted(self, value: Tensor, number: Tensor) -> None:
        """A mean over `number` examples, weighted by them (fact 1)."""
        number = ops.tensor(number, "float32")
        self.add(ops.multiply(ops.tensor(value, "float32"), number), number)

    def reset(self) -> None:
        """Forget everything."""
        self.total.assign(0.0)
        self.count.assign(0.0)

    def result(self) -> Tensor:
        """The mean; 0 when nothing was shown."""
        return ops.divide_no_nan(self.total, self.count)


class NaiveMetric(NaiveMean):
    """The mean of one value per example; subclasses say which value."""

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """y_true, y_pred (batch, …) → one number per example"""
        raise NotImplementedError

    def update(self, y_true: Tensor, y_pred: Tensor) -> None:
        """Take in one batch."""
        values = self.values(y_true, y_pred)
        if ops.rank(values) > 1:
            values = ops.mean(ops.reshape(values, (ops.size(values, 0), -1)), axis=-1)  # fact 4
        self.add(values, ops.size(values, 0))

    def get_config(self) -> dict[str, Any]:
        """What is needed to make it again."""
        return {"name": self.name}
