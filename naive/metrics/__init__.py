"""What is reported: running means, accuracy, and the confusion matrix with its ratios."""

from naive.metrics.accuracy import (
    METRICS,
    NaiveBinaryAccuracy,
    NaiveCategoricalAccuracy,
    NaiveSparseCategoricalAccuracy,
    get,
)
from naive.metrics.base import NaiveMean, NaiveMetric
from naive.metrics.confusion import accuracy, confusion_matrix, f1, precision, predicted_classes, recall

__all__ = [
    "METRICS",
    "NaiveBinaryAccuracy",
    "NaiveCategoricalAccuracy",
    "NaiveMean",
    "NaiveMetric",
    "NaiveSparseCategoricalAccuracy",
    "accuracy",
    "confusion_matrix",
    "f1",
    "get",
    "precision",
    "predicted_classes",
    "recall",
]
