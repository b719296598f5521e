"""The embedded digits, against scikit-learn's own arrays."""

import numpy as np
import pytest
from sklearn.datasets import load_digits as sklearn_digits

from datasets import load_digits

PARTS = ("train", "validation", "test")


@pytest.mark.parametrize(("fraction", "sizes"), [(0, (1437, 0, 360)), (0.1, (1293, 144, 360)), (0.5, (719, 718, 360))])
def test_shapes_types_and_sizes(fraction, sizes):
    data = load_digits(validation_fraction=fraction)
    for part, size in zip(PARTS, sizes, strict=True):
        x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
        assert (x.shape, x.dtype, y.shape, y.dtype) == ((size, 64), np.float32, (size,), np.int32)
        assert x.flags.c_contiguous
        assert not x.flags.writeable
        assert not y.flags.writeable
    assert (data.name, data.image_shape, data.num_classes) == ("digits", (8, 8), 10)
    assert data.class_names == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")


def test_pixels_are_sixteenths_from_0_to_1():
    x = load_digits().x_train
    assert (x.min(), x.max()) == (0, 1)
    np.testing.assert_array_equal(x * 16, np.round(x * 16))


def test_every_source_image_is_in_exactly_one_part_with_its_label():
    pixels, digits = sklearn_digits(return_X_y=True)
    # No image occurs twice in the source, so that an image tells its row.
    row_of = {image.astype(np.float32).tobytes(): row for row, image in enumerate(pixels)}
    assert len(row_of) == len(pixels) == 1797
    data = load_digits(validation_fraction=0.2, seed=3)
    rows = {part: [row_of[(image * 16).tobytes()] for image in getattr(data, f"x_{part}")] for part in PARTS}
    assert sorted(row for part in PARTS for row in rows[part]) == list(range(1797))
    for part in PARTS:
        np.testing.assert_array_equal(getattr(data, f"y_{part}"), digits[rows[part]])
        assert rows[part] == sorted(rows[part])


def test_every_part_has_each_digit_in_proportion():
    data = load_digits(validation_fraction=0.1)
    everywhere = np.bincount(np.concatenate([getattr(data, f"y_{part}") for part in PARTS]))
    for part in PARTS:
        labels = getattr(data, f"y_{part}")
        # Two cuts, each less than a row away from its exact share.
        assert np.abs(np.bincount(labels) - everywhere * len(labels) / 1797).max() < 2


def test_the_seed_decides():
    first, again, other = (load_digits(seed=s, validation_fraction=0.1) for s in (1, 1, 2))
    for part in PARTS:
        np.testing.assert_array_equal(getattr(first, f"x_{part}"), getattr(again, f"x_{part}"))
        assert not np.array_equal(getattr(first, f"x_{part}"), getattr(other, f"x_{part}"))


def test_the_fraction_does_not_move_the_test_part():
    np.testing.assert_array_equal(load_digits().x_test, load_digits(validation_fraction=0.3).x_test)


@pytest.mark.parametrize("arguments", [{"seed": -1}, {"validation_fraction": 1}])
def test_wrong_arguments_are_refused(arguments):
    with pytest.raises(ValueError, match=r"Expected .* Received"):
        load_digits(**arguments)
