"""Which class was taken for which, and the four ratios that are read from that table.

With row = true class, column = predicted class, and for one class
TP = said so and was so, FP = said so and was not, FN = was so and was not said

    precision = TP / (TP + FP)        of those called so, how many were
    recall    = TP / (TP + FN)        of those that were, how many were called so
    F1        = 2 · precision · recall / (precision + recall)
    accuracy  = Σ TP / number of examples

Facts
1. A ratio with nothing below the line is 0, in Keras and in scikit-learn alike.
2. Keras computes these in float32, scikit-learn in float64; the counts are the same integers, so each ratio
   is reproduced to the last bit by dividing in that dtype.
3. Keras's F1 comes from its own precision and recall, each with 1e-7 added to the sum below the line; in the
   limit of exact numbers that is scikit-learn's, in the last bits it is not. `f1(…, epsilon=1e-7)` is Keras's.

Sources: Provost and Kohavi, "Glossary of Terms", 1998; van Rijsbergen, "Information Retrieval", 1979 (F).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from naive import checks, ops


def predicted_classes(y_pred: Any) -> np.ndarray:
    """Probabilities or logits (n, classes) → the largest one's class (n,); (n, 1) → 1 where above 0.5."""
    values = np.asarray(y_pred)
    if values.shape[-1] == 1:
        return (values[..., 0] > 0.5).astype("int64")
    return np.asarray(ops.argmax(values))


def confusion_matrix(y_true: Any, classes: Any, num_classes: int) -> np.ndarray:
    """True labels (n,) and predicted classes (n,) → counts (num_classes, num_classes) int64.

    Raises:
        ValueError: different lengths, or a label outside the classes.
    """
    y_true, classes = np.asarray(y_true).reshape(-1), np.asarray(classes).reshape(-1)
    checks.same_length(classes, y_true)
    checks.class_labels(y_true, num_classes)
    checks.class_labels(classes, num_classes)
    # One number for each pair (true, predicted), counted, and laid out as a table.
    pairs = y_true.astype("int64") * num_classes + classes.astype("int64")
    counts = ops.bincount(pairs.astype("int32"), num_classes * num_classes)
    return np.asarray(counts).reshape(num_classes, num_classes).astype("int64")


def accuracy(matrix: np.ndarray, dtype: str = "float64") -> np.floating:
    """Share of the examples on the diagonal."""
    return _ratio(np.trace(matrix), matrix.sum(), dtype)


def precision(matrix: np.ndarray, dtype: str = "float64") -> np.ndarray:
    """TP / (TP + FP) for each class (classes,)"""
    return _ratio(np.diag(matrix), matrix.sum(axis=0), dtype)


def recall(matrix: np.ndarray, dtype: str = "float64") -> np.ndarray:
    """TP / (TP + FN) for each class (classes,)"""
    return _ratio(np.diag(matrix), matrix.sum(axis=1), dtype)


def f1(matrix: np.ndarray, dtype: str = "float64", epsilon: float | None = None) -> np.ndarray:
    """F1 for each class (classes,).

    Without `epsilon` it is 2 TP / (2 TP + FP + FN), which is the same fraction as in the formula above with one
    rounding less, and scikit-learn's. With Keras's epsilon it is computed as Keras does (fact 3).
    """
    true_positives = np.diag(matrix)
    if epsilon is None:
        return _ratio(2 * true_positives, matrix.sum(axis=0) + matrix.sum(axis=1), dtype)
    tp, small = true_positives.astype(dtype), np.asarray(epsilon, dtype)
    p = tp / (matrix.sum(axis=0).astype(dtype) + small)
    r = tp / (matrix.sum(axis=1).astype(dtype) + small)
    return (p * r) / (p + r + small) * np.asarray(2, dtype)


def _ratio(above: Any, below: Any, dtype: str) -> Any:
    above, below = np.asarray(above).astype(dtype), np.asarray(below).astype(dtype)
    return np.divide(above, below, out=np.zeros_like(above), where=below != 0)
