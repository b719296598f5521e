"""Reading IDX, the format that MNIST was published in.

A file is a header of big-endian 32-bit numbers, then the values. The first number is the magic one:
0x00 0x00, then the type of the values (0x08: one unsigned byte), then the number of dimensions. One
number follows for the size of each dimension.

Source: Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST Database of Handwritten Digits", 1998.
"""

import gzip
import zlib
from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt

from datasets.errors import DatasetError
from datasets.raw import PUBLISHED_SHAPES, RawImages

UNSIGNED_BYTE = 0x08
GZIP_START = b"\x1f\x8b"
# In the order of RawImages. The published names, each followed by ".gz" while compressed.
IDX_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def read_idx_files(paths: Sequence[Path]) -> RawImages:
    """The four files, in the order of ``IDX_NAMES``, as four uint8 arrays.

    Raises:
        DatasetError: as ``read_idx``.
    """
    arrays = [read_idx(path, shape) for path, shape in zip(paths, PUBLISHED_SHAPES, strict=True)]
    return RawImages(*arrays)


def read_idx(path: Path, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """One IDX file, compressed or not, as a uint8 array of the given shape.

    Raises:
        DatasetError: the file cannot be opened or decompressed, its magic number or dimensions are
            not those expected, or it ends too early or too late.
    """
    header = (UNSIGNED_BYTE << 8 | len(shape), *shape)
    size = 4 * len(header) + prod(shape)
    try:
        # One byte more than needed: reaching the end is what makes gzip compare its checksum, and
        # a file that is too long shows itself.
        content = _read_at_most(path, size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(
            f"Could not read {str(path)!r}. Expected a complete IDX file. Received: {type(error).__name__}: {error}"
        ) from error
    whole_numbers = min(len(content) // 4, len(header))
    received = tuple(np.frombuffer(content, ">u4", whole_numbers).tolist())
    if received[:1] != header[:1]:
        magic = f"{received[0]:#010x}" if received else f"{len(content)} bytes"
        raise DatasetError(
            f"Could not use {str(path)!r}. Expected an IDX file that starts with the magic number "
            f"{header[0]:#010x} (unsigned bytes, {len(shape)} dimensions). Received: {magic}."
        )
    if received != header:
        raise DatasetError(f"Could not use {str(path)!r}. Expected the dimensions {shape}. Received: {received[1:]}.")
    if len(content) != size:
        length = f"{len(content):,} bytes" if len(content) < size else "a longer file"
        raise DatasetError(
            f"Could not use {str(path)!r}. Expected {size:,} bytes (header and values). Received: {length}."
        )
    return np.frombuffer(content, np.uint8, offset=4 * len(header)).reshape(shape)


def _read_at_most(path: Path, size: int) -> bytes:
    # The content decides, not the name: programs that fetch files often unpack them silently.
    with path.open("rb") as file:
        compressed = file.read(2) == GZIP_START
        file.seek(0)
        if not compressed:
            return file.read(size)
        with gzip.GzipFile(fileobj=file) as unpacked:
            return unpacked.read(size)
