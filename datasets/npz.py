"""Reading the four arrays from one NumPy archive."""

from pathlib import Path
from typing import BinaryIO

import numpy as np

from datasets.errors import DatasetError
from datasets.raw import RawImages


def read_npz(path: Path) -> RawImages:
    """The arrays x_train, y_train, x_test and y_test of an .npz file, unchecked beyond that.

    Pickled objects are refused: opening them could run any code.

    Raises:
        DatasetError: the file is not an archive, is damaged, lacks an array or holds a pickle.
    """
    try:
        # Opened here, because NumPy leaves a file open that turns out to be no archive.
        with path.open("rb") as file:
            return _arrays_in(file, path)
    except DatasetError:
        raise
    # A damaged archive fails in whichever of zipfile, zlib, struct or NumPy meets the damage first,
    # each with errors of its own; to the reader they all mean the same.
    except Exception as error:
        raise DatasetError(
            f"Could not read {str(path)!r}. Expected a complete .npz archive of plain arrays. "
            f"Received: {type(error).__name__}: {error}"
        ) from error


def _arrays_in(file: BinaryIO, path: Path) -> RawImages:
    archive = np.load(file, allow_pickle=False)
    if not isinstance(archive, np.lib.npyio.NpzFile):
        raise DatasetError(
            f"Could not read {str(path)!r}. Expected an .npz archive of four arrays. "
            "Received: a file with a single array."
        )
    with archive:
        missing = [key for key in RawImages._fields if key not in archive.files]
        if missing:
            raise DatasetError(
                f"Could not use {str(path)!r}. Expected the arrays {', '.join(RawImages._fields)}. "
                f"Received: {', '.join(archive.files) or 'none'}."
            )
        return RawImages(*(archive[key] for key in RawImages._fields))
