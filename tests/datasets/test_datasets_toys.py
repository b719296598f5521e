"""The toy sets: form, geometry, noise, seeds."""

import numpy as np
import pytest

import datasets

MAKERS = {
    "moons": datasets.make_moons,
    "circles": datasets.make_circles,
    "blobs": datasets.make_blobs,
    "spirals": datasets.make_spirals,
}
PARTS = ("train", "validation", "test")


@pytest.fixture(params=MAKERS)
def make(request):
    return MAKERS[request.param]


def everything(data):
    """All points and labels of a data set."""
    points = np.concatenate([getattr(data, f"x_{part}") for part in PARTS])
    return points, np.concatenate([getattr(data, f"y_{part}") for part in PARTS])


@pytest.mark.parametrize("samples", [10, 203, 1000])
def test_shapes_types_and_sizes(make, samples):
    two = {"classes": 2} if make is datasets.make_blobs else {}
    data = make(samples=samples, validation_fraction=0.25, **two)
    test = round(samples / 5)
    validation = round((samples - test) / 4)
    for part, size in zip(PARTS, (samples - test - validation, validation, test), strict=True):
        x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
        assert (x.shape, x.dtype, y.shape, y.dtype) == ((size, 2), np.float32, (size,), np.int32)
        assert x.flags.c_contiguous
        assert not x.flags.writeable
    assert data.image_shape is None


def test_defaults(make):
    data = make()
    assert (len(data.x_train), len(data.x_validation), len(data.x_test)) == (800, 0, 200)
    assert data.x_validation.shape == (0, 2)
    assert 0.5 < np.abs(data.x_train).max() < 3
    assert MAKERS[data.name] is make


def test_classes_are_balanced_in_every_part(make):
    data = make(validation_fraction=0.25)
    for part in PARTS:
        counts = np.bincount(getattr(data, f"y_{part}"), minlength=data.num_classes)
        assert counts.max() - counts.min() <= 2


def test_the_seed_decides(make):
    first, again, other = (make(seed=s, validation_fraction=0.25) for s in (1, 1, 2))
    for part in PARTS:
        np.testing.assert_array_equal(getattr(first, f"x_{part}"), getattr(again, f"x_{part}"))
        assert not np.array_equal(getattr(first, f"x_{part}"), getattr(other, f"x_{part}"))


def test_no_point_is_in_two_parts(make):
    points, _ = everything(make(validation_fraction=0.25))
    assert len(np.unique(points, axis=0)) == 1000


def test_more_noise_moves_the_points_further(make):
    tidy, noisy = (everything(make(noise=n))[0] for n in (0, 0.5))
    assert noisy.var() > tidy.var() + 0.1


def test_moons_without_noise_are_half_circles():
    x, y = everything(datasets.make_moons(noise=0))
    centres = np.array([[0, 0], [1, 0.5]])
    np.testing.assert_allclose(np.hypot(*(x - centres[y]).T), 1, atol=1e-6)
    assert (x[y == 0, 1] >= 0).all()
    assert (x[y == 1, 1] <= 0.5).all()


def test_circles_without_noise_have_radius_one_and_one_half():
    x, y = everything(datasets.make_circles(noise=0))
    np.testing.assert_allclose(np.hypot(*x.T), np.array([1, 0.5])[y], atol=1e-6)


def test_blobs_without_noise_are_their_centres_for_any_seed():
    for seed in (0, 1):
        data = datasets.make_blobs(noise=0, classes=4, seed=seed)
        x, y = everything(data)
        centres = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
        np.testing.assert_allclose(x, centres[y], atol=1e-6)
        assert data.class_names == ("blob 0", "blob 1", "blob 2", "blob 3")


def test_blob_noise_is_a_standard_deviation():
    x, y = everything(datasets.make_blobs(samples=4000, noise=0.3, classes=2))
    assert np.std(x[y == 0], axis=0) == pytest.approx([0.3, 0.3], rel=0.1)


def test_194_spiral_samples_are_the_points_of_the_benchmark():
    x, y = everything(datasets.make_spirals(samples=194, noise=0))
    wanted = []
    for i in range(97):
        angle, radius = i * np.pi / 16, 6.5 * (104 - i) / 104
        wanted.append((radius * np.sin(angle) / 6.5, radius * np.cos(angle) / 6.5))
    assert len(wanted) == (y == 0).sum() == (y == 1).sum()
    for label, sign in ((0, 1), (1, -1)):
        received = np.array(sorted(x[y == label].tolist(), key=lambda p: np.hypot(*p)))
        expected = sign * np.array(sorted(wanted, key=lambda p: np.hypot(*p)))
        np.testing.assert_allclose(received, expected, atol=1e-6)


def test_spiral_noise_is_a_standard_deviation():
    tidy, noisy = (datasets.make_spirals(samples=4000, noise=n) for n in (0, 0.1))
    assert np.std(noisy.x_train - tidy.x_train) == pytest.approx(0.1, rel=0.05)


def test_spiral_arms_are_mixed_from_the_start():
    assert 20 < datasets.make_spirals().y_train[:100].sum() < 80


@pytest.mark.parametrize(
    ("arguments", "received"),
    [
        ({"samples": 9}, "samples=9"),
        ({"samples": 100.0}, r"samples=100\.0"),
        ({"samples": True}, "samples=True"),
        ({"noise": -0.1}, r"noise=-0\.1"),
        ({"noise": float("nan")}, "noise=nan"),
        ({"noise": float("inf")}, "noise=inf"),
        ({"noise": None}, "noise=None"),
        ({"seed": -1}, "seed=-1"),
        ({"validation_fraction": 1.0}, r"validation_fraction=1\.0"),
    ],
)
def test_wrong_arguments_are_refused(make, arguments, received):
    with pytest.raises(ValueError, match=f"Expected .* Received: {received}"):
        make(**arguments)


@pytest.mark.parametrize("classes", [1, 201, 2.0])
def test_a_wrong_number_of_blobs_is_refused(classes):
    with pytest.raises(ValueError, match=f"from 2 to .* = 200, .* Received: classes={classes}"):
        datasets.make_blobs(classes=classes)
