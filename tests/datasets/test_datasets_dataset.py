"""``Dataset``: what it promises, and what it refuses."""

import dataclasses

import numpy as np
import pytest

from datasets import Dataset


def parts(**changes):
    """Arguments of a correct data set of six features and two classes, with some replaced."""
    sizes = {"train": 5, "validation": 0, "test": 3}
    arguments = {"name": "tiny", "class_names": ("no", "yes"), "image_shape": (2, 3)}
    for part, size in sizes.items():
        arguments[f"x_{part}"] = np.zeros((size, 6), np.float32)
        arguments[f"y_{part}"] = np.arange(size, dtype=np.int32) % 2
    return arguments | changes


def test_numbers_and_summary():
    data = Dataset(**parts())
    assert (data.num_features, data.num_classes) == (6, 2)
    assert repr(data) == ("Dataset('tiny': 5 train, 0 validation, 3 test; 6 features (2x3 pixels), 2 classes)")
    assert "pixels" not in repr(Dataset(**parts(image_shape=None)))


def test_every_array_refuses_to_be_written_to():
    data = Dataset(**parts())
    for part in ("train", "test"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(data, f"x_{part}")[0, 0] = 1
        with pytest.raises(ValueError, match="read-only"):
            getattr(data, f"y_{part}")[0] = 1
    assert not data.x_validation.flags.writeable
    assert not data.y_validation.flags.writeable


def test_the_arrays_passed_in_stay_writable():
    arguments = parts()
    Dataset(**arguments)
    assert arguments["x_train"].flags.writeable


def test_fields_are_frozen_and_no_others_can_be_added():
    data = Dataset(**parts())
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.x_train = data.x_test
    assert not hasattr(data, "__dict__")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"x_train": np.zeros((5, 6))},
            r"Expected float32 .* x_train of float64 and shape \(5, 6\)",
        ),
        ({"x_train": np.zeros((5, 2, 3), np.float32)}, r"x_train of float32 and shape \(5, 2, 3\)"),
        ({"x_validation": np.zeros((0, 7), np.float32)}, r"x_validation of .* shape \(0, 7\)"),
        ({"x_test": np.zeros((3, 5), np.float32)}, r"one width .* x_test of .* shape \(3, 5\)"),
        ({"y_train": np.zeros(5, np.int64)}, r"Expected int32 .* y_train of int64"),
        ({"y_test": np.zeros(4, np.int32)}, r"shape \(3,\)\. Received: y_test of .* shape \(4,\)"),
        ({"y_test": np.array([0, 1, 2], np.int32)}, r"from 0 to 1\. .* y_test .* from 0 to 2"),
        ({"y_test": np.array([0, -1, 1], np.int32)}, r"y_test with labels from -1 to 1"),
        ({"image_shape": (2, 2)}, r"Expected 6 pixels\. Received: image_shape=\(2, 2\)"),
    ],
)
def test_a_part_that_does_not_fit_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        Dataset(**parts(**changes))
