"""Mean squared error: how far off, squared, so that large errors weigh most.

    value = mean over outputs of (y_true - y_pred)²         (batch,)
    dy_pred = -2 (y_true - y_pred) / (outputs · n)          (batch, outputs)

Keras facts (Keras 3.15.1)
1. The mean is taken over the last axis first, then over the examples.
2. It never looks behind an activation: its gradient is for the output.

Source: Gauss, "Theoria motus", 1809 (least squares).
"""

from __future__ import annotations

from naive import ops
from naive.layers.base import Saved
from naive.losses.base import NaiveLoss, same_rank
from naive.ops import Tensor


class NaiveMeanSquaredError(NaiveLoss):
    """y_true and y_pred (batch, outputs); labels (batch,) beside one output are given its axis."""

    keras_name = "mean_squared_error"

    def values(self, y_true: Tensor, y_pred: Tensor, logits: Tensor | None = None) -> tuple[Tensor, Saved]:
        truth = same_rank(ops.tensor(y_true, y_pred.dtype), y_pred)
        error = ops.subtract(truth, y_pred)  # (batch, outputs)
        squared = ops.square(error)  # (batch, outputs)
        saved: Saved = {"wrt": "output", "truth": truth, "y_pred": y_pred, "error": error, "squared": squared}
        return ops.mean(squared, axis=-1), saved

    def values_backward(self, dvalues: Tensor, saved: Saved) -> Tensor:
        """dvalues (batch,) → dy_pred (batch, outputs)"""
        error, squared = saved["error"], saved["squared"]
        dsquared = ops.mean.backward(dvalues, None, squared, axis=-1)
        derror = ops.square.backward(dsquared, squared, error)
        _, dy_pred = ops.subtract.backward(derror, error, saved["truth"], saved["y_pred"])
        return dy_pred
