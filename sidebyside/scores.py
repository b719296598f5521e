"""Both sides on the test data: the same predictions, counted three times."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_ref.oracles.classification import (
    keras_label_scores,
    keras_scores,
    sklearn_label_scores,
    sklearn_scores,
)
from keras_ref.oracles.regression import sklearn_mean_squared_error
from naive import metrics
from sidebyside import grades
from sidebyside.distance import distance
from sidebyside.score_results import (
    AnyScores,
    Label,
    LabelScores,
    MistakeExample,
    Picture,
    RestorationScores,
    RestoredExample,
    Scores,
)

KERAS_EPSILON = 1e-7
RATIOS = ("precision", "recall", "f1")
SCORINGS = ("classes", "labels", "reconstruction")
SURE = 0.5
"""An answer above it is a yes."""


def score(
    scoring: str, x: np.ndarray, y: np.ndarray, ours: np.ndarray, theirs: np.ndarray, names: tuple[str, ...],
    image_shape: tuple[int, ...] | None,
) -> AnyScores:  # fmt: skip
    """Count in the way that fits what the network was asked: one of `SCORINGS`.

    Args:
        x, y: test data; ours, theirs: both sides' outputs for it.
        names: of the classes or labels; image_shape: (height, width) of an example, if it is a picture.
    """
    if scoring == "labels":
        return score_labels(y, ours, theirs, names)
    if scoring == "reconstruction":
        return score_restoration(x, y, ours, theirs, image_shape)
    return score_classes(y, ours, theirs, names)


def score_classes(
    y_true: np.ndarray, naive_pred: np.ndarray, keras_pred: np.ndarray, class_names: tuple[str, ...]
) -> Scores:
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


def score_labels(
    y_true: np.ndarray, naive_pred: np.ndarray, keras_pred: np.ndarray, names: tuple[str, ...]
) -> LabelScores:
    """Each label is a question with two answers; counted and divided as above, label by label.

    Args:
        y_true: 0 or 1 (n, labels); naive_pred, keras_pred: probabilities of a yes (n, labels).
    """
    says, keras_says = naive_pred > SURE, keras_pred > SURE
    matrices = [metrics.confusion_matrix(y_true[:, k], says[:, k].astype("int64"), 2) for k in range(len(names))]
    ours32 = {
        name: np.asarray([
            (metrics.f1(one, "float32", KERAS_EPSILON) if name == "f1" else getattr(metrics, name)(one, "float32"))[1]
            for one in matrices
        ])
        for name in RATIOS
    }  # fmt: skip
    ours64 = {name: np.asarray([getattr(metrics, name)(one)[1] for one in matrices]) for name in RATIOS}
    keras, sklearn = keras_label_scores(y_true, keras_pred), sklearn_label_scores(y_true, keras_says)
    counts = np.stack(matrices)  # (labels, 2, 2): [[TN, FP], [FN, TP]]
    agree = {
        "counts/keras": grades.same_as_reference(counts, keras["counts"]).passed,
        "counts/sklearn": grades.same_as_reference(counts, sklearn["counts"]).passed,
    }
    for name in RATIOS:
        agree[f"{name}/keras"] = grades.same_as_reference(ours32[name], keras[name]).passed
        agree[f"{name}/sklearn"] = grades.same_as_reference(ours64[name], sklearn[name]).passed
    right = says == (y_true > SURE)
    labels = [
        Label(name, int(one[1, 1]), int(one[0, 1]), int(one[0, 0]), int(one[1, 0]),
              *(float(ours64[ratio][k]) for ratio in RATIOS))
        for k, (name, one) in enumerate(zip(names, counts, strict=True))
    ]  # fmt: skip
    return LabelScores(
        labels=tuple(labels),
        examples=len(y_true),
        accuracy=float(right.mean()),
        all_right=float(right.all(axis=-1).mean()),
        predictions_different=int(np.count_nonzero(says != keras_says)),
        outputs_different=distance(naive_pred, keras_pred).different,
        outputs_total=int(naive_pred.size),
        agree=agree,
    )


def score_restoration(
    given: np.ndarray, wanted: np.ndarray, naive_pred: np.ndarray, keras_pred: np.ndarray,
    image_shape: tuple[int, ...] | None, count: int = 8,
) -> RestorationScores:  # fmt: skip
    """Mean squared errors in float64, for both sides and for leaving the pictures as they are.

    Args:
        given: what the network was fed with; wanted: what should come out, both (n, …).
        count: how many examples to keep as pictures.
    """
    ours, theirs = mean_squared_error(wanted, naive_pred), mean_squared_error(wanted, keras_pred)
    pictures = []
    if image_shape is not None:
        pictures = [
            RestoredExample(*(_picture(one[k], image_shape) for one in (given, wanted, naive_pred)))
            for k in range(min(count, len(given)))
        ]
    return RestorationScores(
        examples=len(given),
        naive=ours,
        keras=theirs,
        nothing=mean_squared_error(wanted, given.reshape(wanted.shape)),
        outputs_different=distance(naive_pred, keras_pred).different,
        outputs_total=int(naive_pred.size),
        agree={
            "mean squared error/keras": ours == theirs,
            "mean squared error/sklearn": ours == sklearn_mean_squared_error(wanted, keras_pred),
        },
        pictures=tuple(pictures),
    )


def mean_squared_error(wanted: np.ndarray, given: np.ndarray) -> float:
    """Over the examples first, then over the numbers of an example; in float64."""
    n = len(wanted)
    error = wanted.reshape(n, -1).astype("float64") - given.reshape(n, -1).astype("float64")
    return float((error**2).mean(axis=0).mean())


def most_confident_mistakes(
    x: np.ndarray, y_true: np.ndarray, pred: np.ndarray, class_names: tuple[str, ...], image_shape: Any, count: int = 12
) -> tuple[MistakeExample, ...]:
    """The test pictures that were most surely taken for another class."""
    if image_shape is None:
        return ()
    classes, sureness = metrics.predicted_classes(pred), pred.max(-1)
    if pred.shape[-1] == 1:
        sureness = np.maximum(pred[:, 0], 1 - pred[:, 0])
    wrong = np.flatnonzero(classes != y_true)
    worst = wrong[np.argsort(-sureness[wrong], kind="stable")][:count]
    return tuple(
        MistakeExample(
            image=_picture(x[i], image_shape),
            true_class=class_names[int(y_true[i])],
            predicted_class=class_names[int(classes[i])],
            probability=float(sureness[i]),
        )
        for i in worst
    )


def _picture(example: np.ndarray, image_shape: tuple[int, ...]) -> Picture:
    """One example as rows of pixels; what stands behind the pixels of a row is left out."""
    height, width = image_shape
    rows = example.reshape(height, -1)[:, :width]
    return tuple(tuple(round(float(value), 3) for value in row) for row in rows)
