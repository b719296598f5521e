"""The confusion matrix and its ratios, as Keras and scikit-learn compute them from predicted classes.

Keras facts (Keras 3.15.1)
1. `keras.metrics` has no confusion matrix; `MeanIoU` holds one in `total_cm`, in float32.
2. `Precision(class_id=c)` and `Recall(class_id=c)` threshold the prediction at 0.5; given one-hot predicted classes
   that is the argmax.
3. `F1Score(average=None)` has one value per class.
4. For yes/no labels all of these take the probabilities themselves, and say yes above 0.5.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import sklearn.metrics


def keras_scores(y_true: np.ndarray, classes: np.ndarray, num_classes: int) -> dict[str, Any]:
    """confusion (classes, classes) int64; accuracy, and precision, recall, f1 (classes,), float32"""
    table = keras.metrics.MeanIoU(num_classes=num_classes)
    table.update_state(y_true, classes)
    truth, said = np.eye(num_classes, dtype="float32")[y_true], np.eye(num_classes, dtype="float32")[classes]
    hits = keras.metrics.CategoricalAccuracy()
    hits.update_state(truth, said)
    f1 = keras.metrics.F1Score(average=None)
    f1.update_state(truth, said)
    ratios: dict[str, list[Any]] = {"precision": [], "recall": []}
    for number in range(num_classes):
        for name, kind in (("precision", keras.metrics.Precision), ("recall", keras.metrics.Recall)):
            metric = kind(class_id=number)
            metric.update_state(truth, said)
            ratios[name].append(np.asarray(metric.result()))
    return {
        "confusion": np.asarray(table.total_cm).astype("int64"),
        "accuracy": np.float32(hits.result()),
        "precision": np.asarray(ratios["precision"], "float32"),
        "recall": np.asarray(ratios["recall"], "float32"),
        "f1": np.asarray(f1.result()),
    }


def sklearn_scores(y_true: np.ndarray, classes: np.ndarray, num_classes: int) -> dict[str, Any]:
    """The same from scikit-learn, in float64"""
    labels = list(range(num_classes))
    precision, recall, f1, _ = sklearn.metrics.precision_recall_fscore_support(
        y_true, classes, labels=labels, average=None, zero_division=0
    )
    return {
        "confusion": sklearn.metrics.confusion_matrix(y_true, classes, labels=labels),
        "accuracy": np.float64(sklearn.metrics.accuracy_score(y_true, classes)),
        "precision": precision,
        "recall": recall,
        "f1": f1,
    }


def keras_label_scores(y_true: np.ndarray, pred: np.ndarray) -> dict[str, Any]:
    """y_true 0 or 1, pred probabilities, both (n, labels).

    counts (labels, 2, 2) int64, [[TN, FP], [FN, TP]]; precision, recall, f1 (labels,), float32
    """
    kinds = {
        "tn": keras.metrics.TrueNegatives, "fp": keras.metrics.FalsePositives,
        "fn": keras.metrics.FalseNegatives, "tp": keras.metrics.TruePositives,
        "precision": keras.metrics.Precision, "recall": keras.metrics.Recall,
    }  # fmt: skip
    found: dict[str, list[Any]] = {name: [] for name in kinds}
    for column in range(y_true.shape[-1]):
        for name, kind in kinds.items():
            metric = kind()
            metric.update_state(y_true[:, column], pred[:, column])
            found[name].append(np.asarray(metric.result()))
    f1 = keras.metrics.F1Score(average=None, threshold=0.5)
    f1.update_state(y_true, pred)
    counts = np.asarray([found[name] for name in ("tn", "fp", "fn", "tp")]).T.reshape(-1, 2, 2)
    return {
        "counts": counts.astype("int64"),
        "precision": np.asarray(found["precision"], "float32"),
        "recall": np.asarray(found["recall"], "float32"),
        "f1": np.asarray(f1.result()),
    }


def sklearn_label_scores(y_true: np.ndarray, says: np.ndarray) -> dict[str, Any]:
    """The same from scikit-learn, in float64; says: yes or no (n, labels)"""
    truth, said = y_true.astype("int64"), says.astype("int64")
    precision, recall, f1, _ = sklearn.metrics.precision_recall_fscore_support(
        truth, said, average=None, zero_division=0
    )
    counts = sklearn.metrics.multilabel_confusion_matrix(truth, said)
    return {"counts": counts, "precision": precision, "recall": recall, "f1": f1}
