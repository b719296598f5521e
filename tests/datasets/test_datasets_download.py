"""Keras's own download, with a stand-in for Keras: nothing here touches a network."""

import sys
from types import SimpleNamespace

import pytest

import datasets
from datasets import DatasetError
from datasets.download import download

MULTI_LINE = "URL fetch failure on somewhere: None --\n[Errno -2] Name or service not known"


@pytest.fixture
def keras(monkeypatch, nowhere):
    """A stand-in for Keras whose loaders fail as the real ones do offline."""

    def offline():
        raise Exception(MULTI_LINE)

    module = SimpleNamespace(
        datasets=SimpleNamespace(
            mnist=SimpleNamespace(load_data=offline),
            fashion_mnist=SimpleNamespace(load_data=offline),
        )
    )
    monkeypatch.setitem(sys.modules, "keras", module)
    return module.datasets


@pytest.mark.parametrize(("name", "place"), [("mnist", "mnist.npz"), ("fashion_mnist", "fashion-mnist")])
def test_offline_ends_in_one_line(keras, nowhere, name, place):
    with pytest.raises(DatasetError) as caught:
        datasets.load(name)
    assert str(caught.value) == (
        f"Could not download {name}: {MULTI_LINE.replace(chr(10), ' ')}. Expected a network "
        f"connection and Keras, or the data at {str(nowhere / 'datasets' / place)!r}, or "
        "NAIVE_KERAS_DATA set to the place of the files."
    )
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_offline_leaves_nothing_in_the_cache(keras, nowhere):
    with pytest.raises(DatasetError):
        datasets.load("mnist")
    assert list(nowhere.iterdir()) == []


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_without_keras_it_ends_in_one_line(monkeypatch, nowhere, name):
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(DatasetError, match=f"Could not download {name}: ModuleNotFoundError: ") as caught:
        datasets.load(name)
    assert "\n" not in str(caught.value)


def test_a_broken_keras_is_named_as_such(monkeypatch, nowhere):
    monkeypatch.setitem(sys.modules, "keras", SimpleNamespace())
    with pytest.raises(DatasetError, match="Could not download mnist: AttributeError: "):
        download("mnist")


def test_being_interrupted_is_no_data_error(keras):
    def interrupted():
        raise KeyboardInterrupt

    keras.mnist.load_data = interrupted
    with pytest.raises(KeyboardInterrupt):
        download("mnist")


def test_what_keras_fetched_is_used_and_is_verified_too(keras, fashion):
    def fetched():
        return (fashion.x_train, fashion.y_train), (fashion.x_test, fashion.y_test)

    keras.mnist.load_data = keras.fashion_mnist.load_data = fetched
    data = datasets.load("fashion_mnist")
    assert (data.x_test[:, 2] * 255).round().tolist() == fashion.y_test.tolist()
    with pytest.raises(DatasetError, match="Refused 'what Keras fetched': it is not MNIST"):
        datasets.load("mnist")


def test_a_wrong_argument_is_found_before_downloading(keras):
    for arguments in ({"seed": -1}, {"validation_fraction": 1}):
        with pytest.raises(ValueError, match=r"^Expected") as caught:
            datasets.load("mnist", **arguments)
        assert not isinstance(caught.value, DatasetError)
