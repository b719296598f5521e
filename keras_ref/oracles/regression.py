"""Errors of numbers, as scikit-learn computes them."""

from __future__ import annotations

import numpy as np
import sklearn.metrics


def sklearn_mean_squared_error(wanted: np.ndarray, given: np.ndarray) -> float:
    """wanted, given (n, …) → the mean over everything, in float64"""
    n = len(wanted)
    return float(
        sklearn.metrics.mean_squared_error(
            wanted.reshape(n, -1).astype("float64"), given.reshape(n, -1).astype("float64")
        )
    )
