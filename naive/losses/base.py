"""What every loss is: one number per example, their mean, and the gradient of that mean.

    values_i = how wrong example i is          (batch,)
    loss     = Σ values_i / n                  scalar

A loss that follows a final softmax or sigmoid may look behind it, at the logits: value and derivative become
simpler there, and exact. `backward` therefore says what its gradient is for: `"logits"` or `"output"`.

Keras facts (Keras 3.15.1)
1. The mean is the sum divided by the number of values, and 0 for none.
2. Its gradient is the rounded number 1/n, multiplied in: multiply by 1/n, do not divide by n.
3. Labels (n,) beside predictions (n, 1) are given the missing axis; nothing else is broadcast.
"""

from __future__ import annotations

from typing import Any

from naive import checks, ops
from naive.layers.base import Saved
from naive.ops import Tensor

TARGETS = ("output", "logits")


class NaiveLoss:
    """The mean over the batch of one value per example; subclasses say which value.

    Args:
        body: `"kernel"` or `"definition"`, see `naive/ops/core.py`.
    """

    keras_name = ""
    belongs_to = ""  # the activation behind which this loss may look: "softmax", "sigmoid", or none

    def __init__(self, body: str = "kernel") -> None:
        checks.one_of("body", body, ops.BODIES)
        self.body = body

    def values(self, y_true: Tensor, y_pred: Tensor, logits: Tensor | None = None) -> tuple[Tensor, Saved]:
        """One value per example, and what their derivative needs."""
        raise NotImplementedError

    def values_backward(self, dvalues: Tensor, saved: Saved) -> Tensor:
        """The gradient for `saved["wrt"]`, given the gradient for each value."""
        raise NotImplementedError

    def check_labels(self, y: Any, output_size: int) -> None:
        """Refuse labels that this loss cannot mean; called once before training."""

    def forward(self, y_true: Tensor, y_pred: Tensor, logits: Tensor | None = None) -> tuple[Tensor, Saved]:
        """y_true, y_pred (batch, …) → the mean loss (scalar), and what `backward` needs.

        Args:
            logits: the input of the final softmax or sigmoid, where the model offers it.
        """
        values, saved = self.values(y_true, y_pred, logits)
        saved["values"] = values
        saved["count"] = count = ops.tensor(_number_of(values), values.dtype)
        saved["total"] = total = ops.sum(values)
        return ops.divide_no_nan(total, count), saved

    def backward(self, saved: Saved) -> tuple[Tensor, str]:
        """The gradient of the mean loss, and what it is for: `"logits"` or `"output"`."""
        total, count, values = saved["total"], saved["count"], saved["values"]
        one = ops.ones((), values.dtype)
        dtotal, _ = ops.divide_no_nan.backward(one, None, total, count)  # 1/n
        dvalues = ops.sum.backward(dtotal, total, values)  # (batch,)
        return self.values_backward(dvalues, saved), saved["wrt"]

    def __call__(self, y_true: Tensor, y_pred: Tensor, logits: Tensor | None = None) -> Tensor:
        loss, _ = self.forward(y_true, y_pred, logits)
        return loss

    def get_config(self) -> dict[str, Any]:
        """What is needed to make it again."""
        return {"body": self.body}

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def _number_of(values: Tensor) -> Tensor:
    count = ops.size(values, 0)
    for axis in range(1, ops.rank(values)):
        count = count * ops.size(values, axis)
    return count


def same_rank(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """`y_true` with the rank of `y_pred` (fact 3).

    Raises:
        ValueError: the shapes do not fit even so.
    """
    if ops.rank(y_true) == ops.rank(y_pred) - 1 and y_pred.shape[-1] == 1:
        y_true = ops.expand_last(y_true)
    elif ops.rank(y_true) == ops.rank(y_pred) + 1 and y_true.shape[-1] == 1:
        y_true = ops.squeeze_last(y_true)
    if not y_true.shape.is_compatible_with(y_pred.shape):
        raise ValueError(
            "Labels and predictions must have the same shape. "
            f"Expected labels of shape {tuple(y_pred.shape)}. Received: labels.shape={tuple(y_true.shape)}"
        )
    return y_true
