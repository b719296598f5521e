"""Cross-entropy: the surprise at the truth, -log of the probability that was given to it.

With probabilities p (batch, classes) from a softmax of logits z, and the truth t

    sparse        value = -log p[label]            dz = p - one_hot(label)
    categorical   value = -Σ t · log p             dz = p - t
    binary        value = mean of -(t log p + (1-t) log(1-p)), p from a sigmoid      dz = (p - t) / outputs

all of it divided by the number of examples. Behind the softmax the gradient is only "predicted minus true", which
is why a wrong and confident network still learns.

Keras facts (Keras 3.15.1)
1. If the predictions come from a softmax or sigmoid that Keras can see, the logits are used and nothing is
   clipped. Else probabilities are clipped to [1e-7, 1 - 1e-7].
2. Sparse cross-entropy of probabilities takes their logarithm and puts a second softmax behind it, so it
   renormalises; categorical cross-entropy divides by the row sum before it clips.
3. Binary cross-entropy is the mean over the last axis.
4. `from_logits=True` says that the predictions are logits already.
5. Integer labels travel as floats: they are cast to the dtype of the predictions and back. XLA compiles the two
   casts into the loop that adds the bias gradient, and without them adds it in another order.

Sources: Good, "Rational Decisions", 1952; Bishop, "Pattern Recognition and Machine Learning", 2006, equations
4.90 and 4.108.
"""

from __future__ import annotations

from typing import Any

from naive import checks, ops
from naive.layers.base import Saved
from naive.losses.base import NaiveLoss, same_rank
from naive.ops import Tensor

EPSILON = 1e-7
"""How near to 0 and 1 a probability may come before its logarithm is taken (fact 1)."""


class NaiveCrossEntropy(NaiveLoss):
    """What the three have in common: the choice between logits and probabilities.

    Args:
        from_logits: the predictions are logits (fact 4).
        body: see `NaiveLoss`.
    """

    def __init__(self, from_logits: bool = False, body: str = "kernel") -> None:
        super().__init__(body)
        self.from_logits = from_logits

    def logits_for(self, y_pred: Tensor, logits: Tensor | None) -> tuple[Tensor | None, str]:
        """The logits to use, if any, and what the gradient is for."""
        if logits is not None:
            return logits, "logits"
        return (y_pred if self.from_logits else None), "output"

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"from_logits": self.from_logits}


class NaiveSparseCategoricalCrossentropy(NaiveCrossEntropy):
    """Labels are integers: y_true (batch, …) or (batch, …, 1), y_pred (batch, …, classes)."""

    keras_name = "sparse_categorical_crossentropy"
    tape_depth = 3
    belongs_to = "softmax"

    def check_labels(self, y: Any, output_size: int) -> None:
        checks.class_labels(y, output_size)

    def values(self, y_true: Tensor, y_pred: Tensor, logits: Tensor | None = None) -> tuple[Tensor, Saved]:
        labels = ops.cast(ops.tensor(y_true, y_pred.dtype), "int64")  # fact 5
        if ops.rank(labels) == ops.rank(y_pred) and labels.shape[-1] == 1:
            labels = ops.squeeze_last(labels)
        if not labels.shape.is_compatible_with(y_pred.shape[:-1]):
            raise ValueError(
                "A sparse cross-entropy needs one integer for each prediction. "
                f"Expected labels of shape {tuple(y_pred.shape[:-1])}. Received: labels.shape={tuple(y_true.shape)}"
            )
        scores, wrt = self.logits_for(y_pred, logits)
        saved: Saved = {"wrt": wrt, "labels": labels, "y_pred": y_pred}
        if scores is None:
            saved["clipped"] = clipped = ops.clip(y_pred, EPSILON, 1 - EPSILON)
            saved["log"] = scores = ops.log(clipped)
        flat = ops.reshape(scores, (-1, scores.shape[-1]))  # (n, classes)
        saved["scores"], saved["flat"], saved["flat_labels"] = scores, flat, ops.reshape(labels, (-1,))
        saved["entropy"] = ops.sparse_softmax_cross_entropy(flat, saved["flat_labels"], body=self.body)
        values, _ = saved["entropy"]
        return (values if ops.rank(labels) == 1 else ops.reshape(values, ops.shape(labels))), saved

    def values_backward(self, dvalues: Tensor, saved: Saved) -> Tensor:
        """dvalues (batch, …) → (batch, …, classes)"""
        dflat, _ = ops.sparse_softmax_cross_entropy.backward(
            ops.reshape(dvalues, (-1,)), saved["entropy"], saved["flat"], saved["flat_labels"]
        )
        dscores, _ = ops.reshape.backward(dflat, None, saved["scores"], None)
        if "log" not in saved:
            return dscores
        dclipped = ops.log.backward(dscores, saved["log"], saved["clipped"])
        dy_pred, _, _ = ops.clip.backward(dclipped, None, saved["y_pred"], EPSILON, 1 - EPSILON)
        return dy_pred


class NaiveCategoricalCrossentropy(NaiveCrossEntropy):
    """Labels are one-hot or probabilities: y_true and y_pred (batch, classes)."""

    keras_name = "categorical_crossentropy"
    tape_depth = 3
    belongs_to = "softmax"

    def check_labels(self, y: Any, output_size: int) -> None:
        checks.probabilities(y)

    def values(self, y_true: Tensor, y_pred: Tensor, logits: Tensor | None = None) -> tuple[Tensor, Saved]:
        truth = same_rank(ops.tensor(y_true, y_pred.dtype), y_pred)
        scores, wrt = self.logits_for(y_pred, logits)
        saved: Saved = {"wrt": wrt, "truth": truth, "y_pred": y_pred}
        if scores is None:
            saved["row_sum"] = row_sum = ops.expand_last(ops.sum(y_pred, axis=-1))
            saved["normalised"] = normalised = ops.divide(y_pred, row_sum)
            saved["clipped"] = clipped = ops.clip(normalised, EPSILON, 1.0 - EPSILON)
            saved["log"] = log = ops.log(clipped)
            return ops.negative(ops.sum(ops.multiply(truth, log), axis=-1)), saved
        flat = ops.reshape(scores, (-1, scores.shape[-1]))
        saved["scores"], saved["flat"] = scores, flat
        saved["flat_truth"] = ops.reshape(truth, (-1, scores.shape[-1]))
        saved["entropy"] = ops.softmax_cross_entropy(flat, saved["flat_truth"], body=self.body)
        values, _ = saved["entropy"]
        return (values if ops.rank(scores) == 2 else ops.reshape(values, ops.shape(scores)[:-1])), saved

    def values_backward(self, dvalues: Tensor, saved: Saved) -> Tensor:
        """dvalues (batch, …) → (batch, …, classes)"""
        if "log" in saved:
            return self._backward_of_probabilities(dvalues, saved)
        dflat, _ = ops.softmax_cross_entropy.backward(
            ops.reshape(dvalues, (-1,)), saved["entropy"], saved["flat"], saved["flat_truth"]
        )
        dscores, _ = ops.reshape.backward(dflat, None, saved["scores"], None)
        return dscores

    def _backward_of_probabilities(self, dvalues: Tensor, saved: Saved) -> Tensor:
        truth, log, y_pred, row_sum = saved["truth"], saved["log"], saved["y_pred"], saved["row_sum"]
        dproduct = ops.sum.backward(ops.negative(dvalues), None, ops.multiply(truth, log), axis=-1)
        _, dlog = ops.multiply.backward(dproduct, None, truth, log)
        dclipped = ops.log.backward(dlog, log, saved["clipped"])
        dnormalised, _, _ = ops.clip.backward(dclipped, None, saved["normalised"], EPSILON, 1.0 - EPSILON)
        direct, drow_sum = ops.divide.backward(dnormalised, None, y_pred, row_sum)
        through_sum = ops.sum.backward(ops.squeeze_last(drow_sum), None, y_pred, axis=-1)
        return ops.add(direct, through_sum)


class NaiveBinaryCrossentropy(NaiveCrossEntropy):
    """Each output is a yes or no of its own: y_true and y_pred (batch, outputs)."""

    keras_name = "binary_crossentropy"
    tape_depth = 9
    belongs_to = "sigmoid"

    def check_labels(self, y: Any, output_size: int) -> None:
        checks.probabilities(y)

    def values(self, y_true: Tensor, y_pred: Tensor, logits: Tensor | None = None) -> tuple[Tensor, Saved]:
        truth = same_rank(ops.tensor(y_true, y_pred.dtype), y_pred)
        scores, wrt = self.logits_for(y_pred, logits)
        saved: Saved = {"wrt": wrt, "truth": truth, "y_pred": y_pred}
        if scores is None:
            saved["p"] = p = ops.clip(y_pred, EPSILON, 1.0 - EPSILON)
            # -(t log p + (1-t) log(1-p))
            yes = ops.multiply(truth, ops.log(p))
            no = ops.multiply(ops.subtract(1.0, truth), ops.log(ops.subtract(1.0, p)))
            saved["each"] = each = ops.negative(ops.add(yes, no))
        else:
            saved["scores"] = scores
            saved["each"] = each = ops.sigmoid_cross_entropy(scores, truth, body=self.body)
        return ops.mean(each, axis=-1), saved

    def values_backward(self, dvalues: Tensor, saved: Saved) -> Tensor:
        """dvalues (batch,) → (batch, outputs)"""
        truth, each = saved["truth"], saved["each"]
        deach = ops.mean.backward(dvalues, None, each, axis=-1)  # (batch, outputs)
        if "scores" in saved:
            dscores, _ = ops.sigmoid_cross_entropy.backward(deach, each, saved["scores"], truth)
            return dscores
        p, dsum = saved["p"], ops.negative(deach)
        dyes = ops.log.backward(ops.multiply(dsum, truth), None, p)
        dlog_no = ops.multiply(dsum, ops.subtract(1.0, truth))
        dno = ops.negative(ops.log.backward(dlog_no, None, ops.subtract(1.0, p)))
        dy_pred, _, _ = ops.clip.backward(ops.add(dno, dyes), None, saved["y_pred"], EPSILON, 1.0 - EPSILON)
        return dy_pred
