"""What every loss is: one number per example, their mean, and the gradient of that mean.

    values_i = how wrong example i is          (batch,)
    loss     = Σ values_i / n                  scalar

A loss that follows a final softmax or sigmoid may look behind it, at the logits: value and derivative become
simpler there, and exact. `backward` therefore says what its gradient is for: `"logits"` or `"output"`.

Keras facts (Keras 3.15.1)
1. The mean is the sum divided by the number of values, and 0 for none.
2. Its gradient is the rounded number 1/n, multiplied in: multiply by 1/n, do not divide by n.
3. Labels (n,) beside predictions (n, 1) are given the missing axis; nothing else is broadcast.
4. Where the predictions carry a mask, a masked value counts 0 and every other one total/valid, so that the sum
   divided by the number of all values is the mean of the valid ones.
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
    tape_depth = 5
    """How many operations lie between the loss and what its gradient is for, see `naive/walk.py`."""
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

    def forward(
        self, y_true: Tensor, y_pred: Tensor, logits: Tensor | None = None, mask: Tensor | None = None
    ) -> tuple[Tensor, Saved]:
        """y_true, y_pred (batch, …) → the mean loss (scalar), and what `backward` needs.

        Args:
            logits: the input of the final softmax or sigmoid, where the model offers it.
            mask: of the predictions, boolean, of the shape of the values; False where there is nothing (fact 4).
        """
        values, saved = self.values(y_true, y_pred, logits)
        saved["weight"] = None
        if mask is not None:
            saved["unmasked"], saved["weight"] = values, _weight_of(mask, values)
            values = ops.multiply(values, saved["weight"])
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
        if saved["weight"] is not None:
            dvalues, _ = ops.multiply.backward(dvalues, values, saved["unmasked"], saved["weight"])
        return self.values_backward(dvalues, saved), saved["wrt"]

    def __call__(
        self, y_true: Tensor, y_pred: Tensor, logits: Tensor | None = None, mask: Tensor | None = None
    ) -> Tensor:
        loss, _ = self.forward(y_true, y_pred, logits, mask)
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


def _weight_of(mask: Tensor, values: Tensor) -> Tensor:
    """total/valid where there is something, 0 elsewhere (fact 4)."""
    present = ops.tensor(mask, values.dtype)
    if ops.rank(present) != ops.rank(values):
        raise ValueError(
            "The mask of the predictions does not fit the loss. "
            f"Expected a mask of shape {tuple(values.shape)}. Received: mask.shape={tuple(present.shape)}"
        )
    share = ops.divide_no_nan(ops.tensor(_number_of(present), values.dtype), ops.sum(present))
    return ops.where(ops.cast(present, "bool"), share, 0)


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
