"""MNIST and Fashion-MNIST: 70,000 images of 28x28 pixels each, of digits and of clothes.

Both keep the division they were published with, 60,000 for training and 10,000 for testing.
"""

import numpy as np
import numpy.typing as npt

from datasets.dataset import Dataset, Floats
from datasets.download import download
from datasets.idx import read_idx_files
from datasets.locate import locate
from datasets.npz import read_npz
from datasets.raw import PUBLISHED_SHAPES, RawImages
from datasets.split import VALIDATION_STREAM, check_seed, held_count, hold_out
from datasets.verify import verify

TRAINING_IMAGES = PUBLISHED_SHAPES[0][0]
CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def load_mnist(*, seed: int = 0, validation_fraction: float = 0.0) -> Dataset:
    """Handwritten digits: 60,000 training and 10,000 test images, validation out of the training.

    Inputs: float32 (examples, 784), multiples of 1/255 in [0, 1]. Labels: int32, the digit itself.
    The validation images are the last part of a seeded permutation of the training images; both
    parts keep the published order, so a fraction of 0 gives all 60,000 as published.

    Source: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-Based Learning Applied to
    Document Recognition", Proceedings of the IEEE 86(11), 1998.

    Raises:
        DatasetError: the files are damaged, altered, not where NAIVE_KERAS_DATA says, or neither
            in Keras's cache nor to be downloaded.
        ValueError: the seed or the fraction is out of range.
    """
    return _load("mnist", tuple("0123456789"), seed, validation_fraction)


def load_fashion_mnist(*, seed: int = 0, validation_fraction: float = 0.0) -> Dataset:
    """Photographs of ten kinds of clothes, in the same form and division as ``load_mnist``.

    Inputs: float32 (examples, 784), multiples of 1/255 in [0, 1]. Labels: int32 from 0 to 9.

    Source: H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for
    Benchmarking Machine Learning Algorithms", 2017.

    Raises:
        DatasetError, ValueError: as ``load_mnist``.
    """
    return _load("fashion_mnist", CLOTHES, seed, validation_fraction)


def _load(name: str, class_names: tuple[str, ...], seed: int, validation_fraction: float) -> Dataset:
    check_seed(seed)
    # First of all, because a wrong argument should not cost a download.
    held_images = held_count(validation_fraction, TRAINING_IMAGES)
    kept, held = hold_out(TRAINING_IMAGES, held_images, seed, VALIDATION_STREAM)
    raw = _read(name)
    return Dataset(
        name=name,
        x_train=_flat_pixels(raw.x_train[kept]),
        y_train=raw.y_train[kept].astype(np.int32),
        x_validation=_flat_pixels(raw.x_train[held]),
        y_validation=raw.y_train[held].astype(np.int32),
        x_test=_flat_pixels(raw.x_test),
        y_test=raw.y_test.astype(np.int32),
        class_names=class_names,
        image_shape=(28, 28),
    )


def _read(name: str) -> RawImages:
    files = locate(name)
    if files is None:
        raw, origins = download(name), ["what Keras fetched"] * 4
    elif len(files) == 1:
        raw, origins = read_npz(files[0]), [str(files[0])] * 4
    else:
        raw, origins = read_idx_files(files), [str(path) for path in files]
    verify(name, raw, origins)
    return raw


def _flat_pixels(images: npt.NDArray[np.uint8]) -> Floats:
    pixels = images.reshape(len(images), 28 * 28).astype("float32")
    pixels /= 255  # in place: the training images alone are 188 MB
    return pixels
