"""Metrics: same class, same options, same sums so far."""

from __future__ import annotations

from typing import Any

import keras

from keras_ref.convert.support import unsupported
from naive import NaiveBinaryAccuracy, NaiveCategoricalAccuracy, NaiveMetric, NaiveSparseCategoricalAccuracy

TWINS: dict[type[NaiveMetric], Any] = {
    NaiveBinaryAccuracy: keras.metrics.BinaryAccuracy,
    NaiveCategoricalAccuracy: keras.metrics.CategoricalAccuracy,
    NaiveSparseCategoricalAccuracy: keras.metrics.SparseCategoricalAccuracy,
}


def to_keras(metric: NaiveMetric) -> keras.metrics.Metric:
    """The Keras metric of the same class, with the same total and count.

    Raises:
        ValueError: a metric that has no twin here.
    """
    if type(metric) not in TWINS:
        names = ", ".join(naive_class.__name__ for naive_class in TWINS)
        raise ValueError(f"This naive metric has no Keras twin. Expected one of {names}. Received: {metric!r}")
    twin = TWINS[type(metric)](**metric.get_config())
    twin.total.assign(metric.total.numpy())
    twin.count.assign(metric.count.numpy())
    return twin


def from_keras(metric: Any) -> NaiveMetric:
    """The naive metric of the same class, with the same total and count.

    Raises:
        ValueError: an unsupported metric.
    """
    for naive_class, keras_class in TWINS.items():
        if type(metric) is keras_class:
            options = {name: value for name, value in metric.get_config().items() if name != "dtype"}
            twin = naive_class(**options)
            twin.total.assign(metric.total.numpy())
            twin.count.assign(metric.count.numpy())
            return twin
    raise unsupported("metric", metric, [keras_class.__name__ for keras_class in TWINS.values()])
