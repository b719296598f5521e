"""Full-size stand-ins for the published files, and an environment that points nowhere."""

import gzip
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from datasets.idx import IDX_NAMES
from datasets.raw import RawImages


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Keras home, no NAIVE_KERAS_DATA; returns the home."""
    home = tmp_path / "keras home"
    home.mkdir()
    monkeypatch.delenv("NAIVE_KERAS_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def fashion() -> RawImages:
    """Arrays of Fashion-MNIST's form. Image i carries i and its label in its first pixels."""
    return RawImages(*_images_and_labels(60000), *_images_and_labels(10000))


def _images_and_labels(count: int) -> tuple[np.ndarray, np.ndarray]:
    labels = np.random.default_rng(count).permutation(np.arange(count) % 10).astype(np.uint8)
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.arange(count) % 256, np.arange(count) // 256
    images[:, 0, 2] = labels
    images[:, 27, 27] = 255
    return images, labels


def _idx_bytes(array: np.ndarray) -> bytes:
    header = (0x0800 + array.ndim, *array.shape)
    return struct.pack(f">{len(header)}I", *header) + array.tobytes()


@pytest.fixture(scope="session")
def idx_bytes() -> Callable[[np.ndarray], bytes]:
    """The function that writes an array (uint8) as the content of an IDX file."""
    return _idx_bytes


@pytest.fixture(scope="session")
def fashion_idx(fashion: RawImages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the four compressed IDX files of ``fashion``."""
    folder = tmp_path_factory.mktemp("idx")
    for name, array in zip(IDX_NAMES, fashion, strict=True):
        (folder / f"{name}.gz").write_bytes(gzip.compress(_idx_bytes(array), compresslevel=1))
    return folder


@pytest.fixture(scope="session")
def fashion_npz(fashion: RawImages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``fashion`` as fashion_mnist.npz."""
    folder = tmp_path_factory.mktemp("npz")
    np.savez(folder / "fashion_mnist.npz", **fashion._asdict())
    return folder


@pytest.fixture
def link_all() -> Callable[[Path, Path], None]:
    """Put hard links to all files of one folder into another, which is made if needed."""

    def link(source: Path, target: Path) -> None:
        target.mkdir(parents=True, exist_ok=True)
        for path in source.iterdir():
            os.link(path, target / path.name)

    return link
