"""What all tests share: quiet TensorFlow, modes of execution, a float64 Keras, central differences."""

import os
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is imported for the first time

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from datasets import DatasetError
from datasets.locate import locate

settings.register_profile("patient", deadline=None)  # a busy machine is not a wrong result
settings.load_profile("patient")


LAYER_FILES = (
    "activation_layers", "attention", "blocks", "convolution", "dropout", "embedding", "merging", "normalization",
    "pooling", "rbf", "recurrent", "shaping",
)  # fmt: skip
ONE_IN = 6
"""Of the many variants of each layer, the default tests run one in six, always the same ones; `-m exhaustive` runs
them all, compiled too, and takes hours."""
LONG = ("test_tasks", "test_fuzzing", "test_naive_optimizers", *(f"test_naive_{name}" for name in LAYER_FILES))
"""Files whose slow tests belong to the exhaustive ones."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Share out the variants; and skip tests marked `mnist` where the file is not on this computer."""
    for item in items:
        _share_out(item)
    _skip_without_mnist(items)


def _share_out(item: pytest.Item) -> None:
    stem = item.path.stem
    if item.get_closest_marker("slow"):
        if stem in LONG:
            item.add_marker(pytest.mark.exhaustive)
        return
    variant = stem.removeprefix("test_naive_") in LAYER_FILES and "[" in item.name
    if variant and zlib.crc32(item.nodeid.encode()) % ONE_IN:
        item.add_marker(pytest.mark.exhaustive)


def _skip_without_mnist(items: list[pytest.Item]) -> None:
    """Nothing is ever downloaded for a test."""
    marked = [item for item in items if item.get_closest_marker("mnist")]
    if not marked:
        return
    try:
        found, reason = locate("mnist") is not None, "no MNIST file in NAIVE_KERAS_DATA or Keras's cache"
    except DatasetError as error:
        found, reason = False, str(error)
    if not found:
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def float64_keras() -> Any:
    """Runs functions in a Keras process whose floatx is float64; the truth of grade CLOSE."""
    from keras_ref.float64 import Float64Keras

    process = Float64Keras()
    yield process
    process.close()


@pytest.fixture(scope="session")
def run_in() -> Callable[..., Any]:
    """`run_in(mode, function, *arrays)`: the function's results as arrays, computed in that mode."""
    import tensorflow as tf

    def run(mode: str, function: Callable[..., Any], *arrays: Any) -> Any:
        if mode != "eager":
            function = tf.function(function, jit_compile=mode == "xla")
        return tf.nest.map_structure(np.asarray, function(*(tf.convert_to_tensor(array) for array in arrays)))

    return run


@pytest.fixture(scope="session")
def central_differences() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """`central_differences(f, x)`: the derivative of the scalar f at the float64 array x, at steps h and h/2."""
    from sidebyside.grades import DIFFERENCES_STEP

    def at_step(function: Callable[[np.ndarray], Any], x: np.ndarray, h: float) -> np.ndarray:
        slopes = np.empty_like(x)
        for index in np.ndindex(x.shape):
            up, down = x.copy(), x.copy()
            up[index] += h
            down[index] -= h
            slopes[index] = (float(function(up)) - float(function(down))) / (up[index] - down[index])
        return slopes

    def both(function: Callable[[np.ndarray], Any], x: Any) -> tuple[np.ndarray, np.ndarray]:
        x = np.asarray(x)
        assert x.dtype == np.float64, "central differences are a float64 matter"
        return at_step(function, x, DIFFERENCES_STEP), at_step(function, x, DIFFERENCES_STEP / 2)

    return both


@pytest.fixture
def seeded() -> Any:
    """Every source of chance at 0 before the test."""
    from naive import set_random_seed

    set_random_seed(0)
