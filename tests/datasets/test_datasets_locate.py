"""Which file is taken, with empty files in all the places that count. Nothing is read here."""

import pytest

from datasets import DatasetError
from datasets.idx import IDX_NAMES
from datasets.locate import keras_cache_place, locate

PLAIN = list(IDX_NAMES)
PACKED = [f"{name}.gz" for name in IDX_NAMES]


def put(folder, *names):
    """Empty files of these names in ``folder``."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


@pytest.fixture
def named(tmp_path, nowhere, monkeypatch):
    """The folder that NAIVE_KERAS_DATA names."""
    folder = tmp_path / "my data"
    folder.mkdir()
    monkeypatch.setenv("NAIVE_KERAS_DATA", str(folder))
    return folder


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("mnist", "mnist.npz"),
        ("mnist", "mnist/mnist.npz"),
        ("fashion_mnist", "fashion_mnist.npz"),
        ("fashion_mnist", "fashion-mnist.npz"),
        ("fashion_mnist", "fashion_mnist/fashion_mnist.npz"),
        ("fashion_mnist", "fashion_mnist/fashion-mnist.npz"),
        ("fashion_mnist", "fashion-mnist/fashion_mnist.npz"),
    ],
)
def test_an_archive_in_the_named_folder(named, name, file):
    put(named, file)
    assert locate(name) == (named / file,)


@pytest.mark.parametrize("files", [PLAIN, PACKED, PLAIN[:2] + PACKED[2:]])
@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("mnist", "."),
        ("mnist", "mnist"),
        ("fashion_mnist", "."),
        ("fashion_mnist", "fashion_mnist"),
        ("fashion_mnist", "fashion-mnist"),
    ],
)
def test_idx_files_in_the_named_folder(named, name, folder, files):
    put(named / folder, *files)
    assert locate(name) == tuple(named / folder / file for file in files)


def test_the_subfolder_comes_before_the_folder_itself(named):
    put(named, *PACKED)
    put(named / "fashion-mnist", *PACKED)
    assert locate("fashion_mnist") == tuple(named / "fashion-mnist" / file for file in PACKED)
    assert locate("mnist") == tuple(named / file for file in PACKED)


def test_an_archive_comes_before_idx_files(named):
    put(named, "mnist.npz", *PACKED)
    assert locate("mnist") == (named / "mnist.npz",)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_a_single_named_file_is_taken_for_what_is_asked(named, monkeypatch, name):
    put(named, "anything.npz")
    monkeypatch.setenv("NAIVE_KERAS_DATA", str(named / "anything.npz"))
    assert locate(name) == (named / "anything.npz",)


def test_a_tilde_is_the_home_folder(named, monkeypatch):
    put(named, "mnist.npz")
    monkeypatch.setenv("HOME", str(named.parent))
    monkeypatch.setenv("NAIVE_KERAS_DATA", "~/my data")
    assert locate("mnist") == (named / "mnist.npz",)


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("mnist", ["fashion_mnist.npz", "fashion-mnist/x", *PACKED[:3]]),
        ("fashion_mnist", ["mnist.npz", *(f"mnist/{file}" for file in PACKED), *PACKED[1:]]),
    ],
)
def test_a_named_folder_without_the_files_is_an_error_even_if_keras_has_them(named, nowhere, name, others):
    put(named, *others)
    put(nowhere / "datasets", "mnist.npz", *(f"fashion-mnist/{file}" for file in PACKED))
    with pytest.raises(DatasetError) as caught:
        locate(name)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"Could not find {name} at NAIVE_KERAS_DATA={str(named)!r}. Expected")
    assert message.endswith("Received: a folder without them.")


def test_a_named_place_that_is_not_there(named, monkeypatch):
    monkeypatch.setenv("NAIVE_KERAS_DATA", str(named / "gone.npz"))
    with pytest.raises(DatasetError, match=r"gone\.npz'.* Received: no such file or folder\."):
        locate("mnist")


@pytest.mark.parametrize("unset", [True, False])
def test_keras_cache_serves_when_nothing_is_named(nowhere, monkeypatch, unset):
    if not unset:
        monkeypatch.setenv("NAIVE_KERAS_DATA", "")
    assert locate("mnist") is None
    assert locate("fashion_mnist") is None
    put(nowhere / "datasets", "mnist.npz", *(f"fashion-mnist/{file}" for file in PACKED))
    assert locate("mnist") == (nowhere / "datasets" / "mnist.npz",)
    wanted = tuple(nowhere / "datasets" / "fashion-mnist" / file for file in PACKED)
    assert locate("fashion_mnist") == wanted


def test_an_incomplete_keras_cache_is_left_to_keras_to_complete(nowhere):
    put(nowhere / "datasets" / "fashion-mnist", *PACKED[:3])
    assert locate("fashion_mnist") is None


def test_what_is_named_comes_before_keras_cache(named, nowhere):
    put(nowhere / "datasets", "mnist.npz")
    put(named, "mnist.npz")
    assert locate("mnist") == (named / "mnist.npz",)


def test_without_keras_home_the_cache_is_in_the_home_folder(nowhere, monkeypatch):
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(nowhere))
    assert keras_cache_place("mnist") == nowhere / ".keras" / "datasets" / "mnist.npz"
    assert keras_cache_place("fashion_mnist") == nowhere / ".keras" / "datasets" / "fashion-mnist"
