"""The sentences that bad input gets."""

import numpy as np
import pytest

from naive import checks


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: checks.one_of("colour", "blu", ["red", "blue", "black"]),
         "Unknown value for `colour`. Did you mean 'blue'"),
        (lambda: checks.one_of("colour", "qqq", ["red"]),
         "Unknown value for `colour`. Expected one of 'red'. Received: colour='qqq'"),
        (lambda: checks.positive_integer("n", 0), "`n` must be a positive integer. Expected n >= 1. Received: n=0"),
        (lambda: checks.positive_integer("n", np.float64(3)), r"Received: n=np.float64\(3.0\)"),
        (lambda: checks.finite("x", [[1.0, np.nan], [np.inf, 0.0]]), r"Received: x\[0, 1\]=nan \(2 such values\)"),
        (lambda: checks.features(np.zeros(3), 3, "it"), r"The input does not fit it. Expected shape \(batch, ..., 3\). "
                                                        r"Received: shape=\(3,\)"),
        (lambda: checks.class_labels(["a"], 2), r"must be integers.*dtype <U1, labels\[0\]='?.*a"),
        (lambda: checks.class_labels([0, 1, 2, 9], 2), r"Received: labels\[2\]=2 \(2 such labels\)"),
    ],
)  # fmt: skip
def test_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_accepted():
    checks.one_of("colour", "blue", ["red", "blue"])
    checks.one_of("value", None, [None])
    checks.positive_integer("n", np.int64(3))
    checks.same_length([1], [2])
    checks.finite("x", [1.0, 2.0])
    checks.finite("x", [1, 2])
    checks.finite("x", ["words"])
    checks.features(np.zeros((2, 4, 3)), 3, "it")
    checks.class_labels([0.0, 1.0], 2)
    checks.class_labels(np.zeros((3, 1), "uint8"), 1)
