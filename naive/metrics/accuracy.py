"""Accuracy: how many of the predictions are right.

Keras facts (Keras 3.15.1)
1. The word `"accuracy"` means one of three: binary where the model has one output, sparse categorical where
   labels have one axis less than predictions (or a last axis of 1), categorical else.
2. Of equal probabilities the first one counts as the prediction, and -0 counts as smaller than +0.
3. Binary accuracy says yes where the prediction is above 0.5, not at 0.5.
4. With several outputs, binary accuracy is first averaged over them.
"""

from __future__ import annotations

from naive import checks, ops
from naive.losses.base import same_rank
from naive.metrics.base import NaiveMetric
from naive.ops import Tensor


class NaiveSparseCategoricalAccuracy(NaiveMetric):
    """y_true: integers (batch,) or (batch, 1); y_pred (batch, classes)."""

    keras_name = "sparse_categorical_accuracy"

    def __init__(self, name: str = "sparse_categorical_accuracy") -> None:
        super().__init__(name)

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        labels = ops.squeeze_last(y_true) if ops.rank(y_true) == ops.rank(y_pred) else y_true
        return _matches(labels, ops.argmax(y_pred), y_pred.dtype)


class NaiveCategoricalAccuracy(NaiveMetric):
    """y_true and y_pred (batch, classes)."""

    keras_name = "categorical_accuracy"

    def __init__(self, name: str = "categorical_accuracy") -> None:
        super().__init__(name)

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return _matches(ops.argmax(y_true), ops.argmax(y_pred), y_pred.dtype)


class NaiveBinaryAccuracy(NaiveMetric):
    """y_true and y_pred (batch, outputs); labels (batch,) beside one output are given its axis.

    Args:
        threshold: above it a prediction means yes.
    """

    keras_name = "binary_accuracy"

    def __init__(self, name: str = "binary_accuracy", threshold: float = 0.5) -> None:
        super().__init__(name)
        self.threshold = threshold

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        truth = same_rank(ops.tensor(y_true, y_pred.dtype), y_pred)
        says_yes = ops.cast(ops.greater(y_pred, self.threshold), y_pred.dtype)
        right = ops.cast(ops.equal(truth, says_yes), "float32")  # (batch, outputs)
        return ops.mean(right, axis=-1)  # (batch,)

    def get_config(self) -> dict[str, object]:
        return super().get_config() | {"threshold": self.threshold}


def _matches(labels: Tensor, predicted: Tensor, dtype: str) -> Tensor:
    """1 where two class numbers are the same, else 0; compared in the predictions' dtype, as Keras does."""
    return ops.cast(ops.equal(ops.tensor(labels, dtype), ops.tensor(predicted, dtype)), "float32")


METRICS: dict[str, type[NaiveMetric]] = {
    "binary_accuracy": NaiveBinaryAccuracy,
    "categorical_accuracy": NaiveCategoricalAccuracy,
    "sparse_categorical_accuracy": NaiveSparseCategoricalAccuracy,
}


def get(
    identifier: str | NaiveMetric, y_rank: int, y_last: int | None, output_size: int, output_rank: int = 2
) -> NaiveMetric:
    """The metric for a Keras name, `"accuracy"` resolved as Keras resolves it (fact 1).

    Args:
        identifier: a name or a naive metric, which is passed through.
        y_rank, y_last: number of axes of the labels and length of the last one.
        output_size, output_rank: length of the last axis of the model's output, and its number of axes.

    Raises:
        ValueError: an unknown name.
    """
    if isinstance(identifier, NaiveMetric):
        return identifier
    checks.one_of("metric", identifier, ["accuracy", "acc", *METRICS])
    if identifier not in ("accuracy", "acc"):
        return METRICS[identifier](identifier)
    if output_size == 1:
        return NaiveBinaryAccuracy(identifier)
    if y_rank < output_rank or (y_last == 1 and output_size > 1):
        return NaiveSparseCategoricalAccuracy(identifier)
    return NaiveCategoricalAccuracy(identifier)
