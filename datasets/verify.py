"""Is this really the data set that was asked for? Answered from the content, not from the file.

The same arrays travel in several containers (one .npz, re-packed .npz files, four IDX files), so a
checksum of a file would refuse good data. The bytes of the arrays are the same in all of them.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from datasets.errors import DatasetError
from datasets.raw import PUBLISHED_SHAPES, RawImages

# sha256 of the values of each array in C order, in the order of RawImages' fields. The arrays they
# were computed from, put back into IDX form, have the published checksums of the IDX files.
MNIST_SHA256 = (
    "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
)


def verify(name: str, raw: RawImages, origins: Sequence[str]) -> None:
    """Return quietly if ``raw`` is the data set ``name``: "mnist" or "fashion_mnist".

    MNIST must be the published arrays to the last byte. Fashion-MNIST must have the published
    shapes and label counts and must not be MNIST; altered pixels are not noticed there.
    ``origins`` says of each of the four arrays where it came from, for the error message.

    Raises:
        DatasetError: anything else.
    """
    for field, array, shape, origin in zip(raw._fields, raw, PUBLISHED_SHAPES, origins, strict=True):
        if array.dtype != np.uint8 or array.shape != shape:
            raise DatasetError(
                f"Could not use {origin!r}. Expected {field} of uint8 and shape {shape}. "
                f"Received: {array.dtype} and shape {array.shape}."
            )
    if name == "mnist":
        _verify_mnist(raw, origins)
    else:
        _verify_fashion_mnist(raw, origins)


def _verify_mnist(raw: RawImages, origins: Sequence[str]) -> None:
    for field, array, expected, origin in zip(raw._fields, raw, MNIST_SHA256, origins, strict=True):
        received = _sha256(array)
        if received != expected:
            raise DatasetError(
                f"Refused {origin!r}: it is not MNIST, or was altered. Expected values of {field} "
                f"with sha256 {expected}. Received: {received}."
            )


def _verify_fashion_mnist(raw: RawImages, origins: Sequence[str]) -> None:
    for field, array, known, origin in zip(raw._fields, raw, MNIST_SHA256, origins, strict=True):
        if _sha256(array) == known:
            raise DatasetError(f"Refused {origin!r}. Expected {field} of Fashion-MNIST. Received: that of MNIST.")
    # Each class is equally frequent.
    for field, labels, each, origin in (
        ("y_train", raw.y_train, 6000, origins[1]),
        ("y_test", raw.y_test, 1000, origins[3]),
    ):
        counts = np.bincount(labels, minlength=10)
        if counts.tolist() != [each] * 10:
            raise DatasetError(
                f"Refused {origin!r}: it is not Fashion-MNIST, or was altered. Expected {each:,} "
                f"of each label from 0 to 9 in {field}. Received: {counts[:10].tolist()} of these "
                f"and {counts[10:].sum()} other labels."
            )


def _sha256(array: npt.NDArray[np.uint8]) -> str:
    # An archive may hold an array in Fortran order; its values are what counts.
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
