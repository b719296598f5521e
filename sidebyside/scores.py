"""Both sides on the test data: the same predictions, counted three times."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_ref.oracles.classification import keras_scores, sklearn_scores
from naive import metrics
from sidebyside import grades
from sidebyside.distance import distance
from sidebyside.result import MistakeExample, Scores

KERAS_EPSILON = 1e-7
RATIOS = ("precision", "recall", "f1")


def score(y_true: np.ndarray, naive_pred: np.ndarray, keras_pred: np.ndarray, class_names: tuple[str, ...]) -> Scores:
    """Count and divide in naive code, in Keras (float32) and in scikit-learn (float64).

    Args:
        y_true: class numbers (n,); naive_pred, keras_pred: probabilities (n, classes) or (n, 1).
    """
    count = len(class_names)
    classes = metrics.predicted_classes(naive_pred)
    keras_classes = metrics.predicted_classes(keras_pred)
    matrix = metrics.confusion_matrix(y_true, classes, count)
    keras, sklearn = keras_scores(y_true, keras_classes, count), sklearn_scores(y_true, keras_classes, count)
    agree = {
        "confusion/keras": grades.same_as_reference(matrix, keras["confusion"]).passed,
        "confusion/sklearn": grades.same_as_reference(matrix, sklearn["confusion"]).passed,
        "accuracy/keras": metrics.accuracy(matrix, "float32") == keras["accuracy"],
        "accuracy/sklearn": metrics.accuracy(matrix, "float64") == sklearn["accuracy"],
    }
    for name in RATIOS:
        ratio = getattr(metrics, name)
        ours32 = metrics.f1(matrix, "float32", KERAS_EPSILON) if name == "f1" else ratio(matrix, "float32")
        agree[f"{name}/keras"] = grades.same_as_reference(ours32, keras[name]).passed
        agree[f"{name}/sklearn"] = grades.same_as_reference(ratio(matrix, "float64"), sklearn[name]).passed
    return Scores(
        class_names=class_names,
        examples=len(y_true),
        predictions_different=int(np.count_nonzero(classes != keras_classes)),
        outputs_different=distance(naive_pred, keras_pred).different,
        outputs_total=int(naive_pred.size),
        confusion=tuple(tuple(int(n) for n in row) for row in matrix),
        accuracy=float(metrics.accuracy(matrix)),
        precision=tuple(map(float, metrics.precision(matrix))),
        recall=tuple(map(float, metrics.recall(matrix))),
        f1=tuple(map(float, metrics.f1(matrix))),
        agree={name: bool(same) for name, same in agree.items()},
    )


def most_confident_mistakes(
    x: np.ndarray, y_true: np.ndarray, pred: np.ndarray, class_names: tuple[str, ...], image_shape: Any, count: int = 12
) -> tuple[MistakeExample, ...]:
    """The test pictures that were most surely taken for another class."""
    if image_shape is None or pred.shape[-1] < 2:
        return ()
    classes, sureness = pred.argmax(-1), pred.max(-1)
    wrong = np.flatnonzero(classes != y_true)
    worst = wrong[np.argsort(-sureness[wrong], kind="stable")][:count]
    return tuple(
        MistakeExample(
            image=tuple(tuple(round(float(v), 3) for v in row) for row in x[i].reshape(image_shape)),
            true_class=class_names[int(y_true[i])],
            predicted_class=class_names[int(classes[i])],
            probability=float(sureness[i]),
        )
        for i in worst
    )
