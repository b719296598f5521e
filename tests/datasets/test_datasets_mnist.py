"""Both 28x28 sets from file to ``Dataset``; Fashion-MNIST by a stand-in of the same form."""

import gzip
import os

import numpy as np
import pytest

import datasets
from datasets import DatasetError
from datasets.idx import IDX_NAMES

PARTS = ("train", "validation", "test")


def index_of(x):
    """The source rows that the stand-in's images carry in their first two pixels."""
    first, second = np.round(x[:, :2].T * 255).astype(int)
    return first + 256 * second


def check_form(data, sizes):
    """Shapes, types, ranges and locks of a 28x28 data set with parts of these sizes."""
    for part, size in zip(PARTS, sizes, strict=True):
        x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
        assert (x.shape, x.dtype, y.shape, y.dtype) == ((size, 784), np.float32, (size,), np.int32)
        assert not x.flags.writeable
        assert not y.flags.writeable
        if size:
            assert (x.min(), x.max()) == (0, 1)
            assert (y.min(), y.max()) == (0, 9)
    assert (data.image_shape, data.num_classes) == ((28, 28), 10)


@pytest.fixture
def npz(nowhere, fashion_npz, monkeypatch):
    """NAIVE_KERAS_DATA is a folder with the stand-in as an archive."""
    monkeypatch.setenv("NAIVE_KERAS_DATA", str(fashion_npz))


def test_no_validation_means_the_published_order(npz, fashion):
    data = datasets.load("fashion_mnist", seed=9)
    check_form(data, (60000, 0, 10000))
    assert data.name == "fashion_mnist"
    assert data.class_names[0] == "T-shirt/top"
    assert data.class_names[9] == "Ankle boot"
    np.testing.assert_array_equal(data.y_train, fashion.y_train)
    np.testing.assert_array_equal(data.y_test, fashion.y_test)
    wanted = fashion.x_train[:2000].reshape(2000, 784).astype("float32") / 255
    np.testing.assert_array_equal(data.x_train[:2000], wanted)
    np.testing.assert_array_equal(index_of(data.x_train), np.arange(60000))
    np.testing.assert_array_equal(index_of(data.x_test), np.arange(10000))


def test_validation_comes_out_of_training_by_the_seed(npz, fashion):
    rows = []
    for seed in (1, 1, 2):
        data = datasets.load_fashion_mnist(seed=seed, validation_fraction=0.1)
        check_form(data, (54000, 6000, 10000))
        train, validation = index_of(data.x_train), index_of(data.x_validation)
        np.testing.assert_array_equal(np.sort(np.r_[train, validation]), np.arange(60000))
        assert (np.diff(train) > 0).all()
        np.testing.assert_array_equal(data.y_train, fashion.y_train[train])
        np.testing.assert_array_equal(data.y_validation, fashion.y_train[validation])
        np.testing.assert_array_equal(data.y_test, fashion.y_test)
        rows.append(validation)
    np.testing.assert_array_equal(rows[0], rows[1])
    assert not np.array_equal(rows[0], rows[2])


@pytest.mark.parametrize("place", ["named folder", "named subfolder", "Keras's cache"])
def test_idx_files_give_the_same_data(nowhere, tmp_path, fashion, fashion_idx, link_all, monkeypatch, place):
    folder = {
        "named folder": tmp_path / "mine",
        "named subfolder": tmp_path / "mine" / "fashion-mnist",
        "Keras's cache": nowhere / "datasets" / "fashion-mnist",
    }[place]
    link_all(fashion_idx, folder)
    if place != "Keras's cache":
        monkeypatch.setenv("NAIVE_KERAS_DATA", str(tmp_path / "mine"))
    data = datasets.load("fashion_mnist", validation_fraction=0.05)
    train = index_of(data.x_train)
    assert len(train) == 57000
    np.testing.assert_array_equal(data.y_train, fashion.y_train[train])
    np.testing.assert_array_equal(index_of(data.x_test), np.arange(10000))


def test_a_damaged_idx_file_is_named(nowhere, fashion_idx, link_all, tmp_path):
    folder = nowhere / "datasets" / "fashion-mnist"
    link_all(fashion_idx, folder)
    victim = folder / f"{IDX_NAMES[3]}.gz"
    content = victim.read_bytes()
    victim.unlink()  # not in place: it is a link to the file that other tests read
    victim.write_bytes(content[:-9])
    with pytest.raises(DatasetError, match=r"t10k-labels-idx1-ubyte\.gz'\. .* Received: EOFError"):
        datasets.load("fashion_mnist")
    labels = bytearray(gzip.decompress(content))
    labels[-1] = (labels[-1] + 1) % 10
    victim.write_bytes(gzip.compress(bytes(labels)))
    with pytest.raises(DatasetError, match=r"Refused .*t10k-labels-idx1-ubyte\.gz': .* altered"):
        datasets.load("fashion_mnist")


def test_one_named_archive_of_the_other_set_is_refused(nowhere, fashion_npz, monkeypatch):
    monkeypatch.setenv("NAIVE_KERAS_DATA", str(fashion_npz / "fashion_mnist.npz"))
    assert datasets.load("fashion_mnist").name == "fashion_mnist"
    with pytest.raises(DatasetError, match=r"Refused '.*fashion_mnist\.npz': it is not MNIST"):
        datasets.load("mnist")


def test_a_small_archive_is_refused_by_its_shape(nowhere, monkeypatch, fashion):
    place = nowhere / "datasets" / "mnist.npz"
    place.parent.mkdir()
    np.savez(place, **{key: array[:100] for key, array in fashion._asdict().items()})
    with pytest.raises(DatasetError, match=r"mnist\.npz'\. Expected .* Received: uint8 and shape"):
        datasets.load("mnist")
    os.truncate(place, 5000)
    with pytest.raises(DatasetError, match=r"Could not read '.*mnist\.npz'\. .* BadZipFile"):
        datasets.load("mnist")


@pytest.mark.mnist
def test_mnist_itself():
    data = datasets.load("mnist")
    check_form(data, (60000, 0, 10000))
    assert data.y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert data.y_test[:5].tolist() == [7, 2, 1, 0, 4]
    wanted = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(data.y_train).tolist() == wanted
    # The mean and deviation that are quoted everywhere for the training pixels.
    assert data.x_train.mean(dtype=np.float64) == pytest.approx(0.1307, abs=5e-5)
    assert data.x_train.std(dtype=np.float64) == pytest.approx(0.3081, abs=5e-5)
    assert data.class_names == tuple("0123456789")


@pytest.mark.mnist
def test_mnist_with_validation():
    data, whole = datasets.load_mnist(validation_fraction=1 / 6), datasets.load_mnist()
    check_form(data, (50000, 10000, 10000))
    np.testing.assert_array_equal(data.x_test, whole.x_test)
    # No image occurs twice in the training part, so that an image tells its row.
    row_of = {image.tobytes(): row for row, image in enumerate(whole.x_train)}
    assert len(row_of) == 60000
    held = [row_of[image.tobytes()] for image in data.x_validation]
    assert held == sorted(set(held))
    np.testing.assert_array_equal(data.y_validation, whole.y_train[held])
    np.testing.assert_array_equal(data.x_train, np.delete(whole.x_train, held, axis=0))
    np.testing.assert_array_equal(data.y_train, np.delete(whole.y_train, held))
