"""Where the files of MNIST and Fashion-MNIST are on this computer, if they are.

Looked for in this order:

1. Where NAIVE_KERAS_DATA points: an .npz file, or a folder. In a folder, the data set's own
   subfolder comes before the folder itself, because the IDX files of both sets have the same names.
2. Keras's cache, in its own layout: ``datasets`` inside KERAS_HOME, or inside ~/.keras.
"""

import os
from pathlib import Path

from datasets.errors import DatasetError
from datasets.idx import IDX_NAMES

DATA_VARIABLE = "NAIVE_KERAS_DATA"

# One .npz file, or the four IDX files in the order of IDX_NAMES.
Files = tuple[Path, ...]


def locate(name: str) -> Files | None:
    """The files to read data set ``name`` ("mnist" or "fashion_mnist") from; None: nowhere here.

    Raises:
        DatasetError: NAIVE_KERAS_DATA is set and leads nowhere. To look elsewhere then would train
            on other data than the person named.
    """
    named = os.environ.get(DATA_VARIABLE)
    return _in_named_place(name, Path(named).expanduser()) if named else _in_keras_cache(name)


def keras_cache_place(name: str) -> Path:
    """Where Keras keeps data set ``name``: the file mnist.npz, or the folder of the IDX files."""
    home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    return home / "datasets" / ("mnist.npz" if name == "mnist" else "fashion-mnist")


def _in_keras_cache(name: str) -> Files | None:
    place = keras_cache_place(name)
    if name == "mnist":
        return (place,) if place.is_file() else None
    return _idx_files(place)


def _in_named_place(name: str, place: Path) -> Files:
    if place.is_file():
        return (place,)
    archives = [f"{spelling}.npz" for spelling in _spellings(name)]
    for folder in (*(place / spelling for spelling in _spellings(name)), place):
        for archive in archives:
            if (folder / archive).is_file():
                return (folder / archive,)
        files = _idx_files(folder)
        if files is not None:
            return files
    received = "a folder without them" if place.is_dir() else "no such file or folder"
    raise DatasetError(
        f"Could not find {name} at {DATA_VARIABLE}={str(place)!r}. Expected {' or '.join(archives)}"
        f", or {', '.join(IDX_NAMES)} (each with or without .gz), directly or in the subfolder "
        f"{' or '.join(_spellings(name))}. Received: {received}."
    )


def _spellings(name: str) -> tuple[str, ...]:
    return (name, name.replace("_", "-")) if "_" in name else (name,)


def _idx_files(folder: Path) -> Files | None:
    found = []
    for name in IDX_NAMES:
        here = [path for path in (folder / f"{name}.gz", folder / name) if path.is_file()]
        if not here:
            return None
        found.append(here[0])
    return tuple(found)
