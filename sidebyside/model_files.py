"""A model from a file, and data to look at it with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np

import keras_ref.custom  # noqa: F401  (so that files with these layers can be read)
from keras_ref import from_keras
from naive import losses
from sidebyside.glassbox import Inspection

BY_ACTIVATION = {"softmax": "sparse_categorical_crossentropy", "sigmoid": "binary_crossentropy"}


def read_model(path: Path) -> Any:
    """The Keras model in a file.

    Raises:
        ValueError: not a file that Keras reads, in one line.
    """
    try:
        return keras.models.load_model(path)
    except Exception as error:
        first = " ".join(str(error).split())[:200]
        raise ValueError(
            f"Keras cannot read this model. Expected a .keras file. Received: {path.name!r}: {first}"
        ) from error


def data_for(model: Any, data: Path | None, loss: str | None, batch: int, seed: int) -> tuple[Any, Any, Any, str]:
    """x, y, loss, and a sentence that says where they come from.

    Raises:
        ValueError: a file without x, or one that cannot be read.
    """
    chosen, why = _loss_of(model, loss)
    if data is not None:
        x, y = _from_file(data, batch)
        where = f"{len(x[0])} examples of {data.name}"
    else:
        rng = np.random.default_rng(seed)
        x = [_random_input(rng, tensor, model, batch) for tensor in model.inputs]
        y = _random_labels(rng, model, chosen, x)
        where = f"{batch} random examples (seed {seed}; --data FILE for your own)"
    if y is None:
        return (x if len(x) > 1 else x[0]), None, None, f"{where}, without labels: forward only"
    return (x if len(x) > 1 else x[0]), y, chosen, f"{where} · loss: {why}"


def numbers_of(seen: Inspection, layer: str) -> dict[str, np.ndarray]:
    """Every array of one layer, by a short name."""
    seen.step(layer)
    middle = f"/{layer}"
    found = {}
    for path, value in seen.arrays().items():
        kind, _, rest = path.partition("/")
        if rest == layer or rest.startswith(f"{layer}/"):
            found[f"{kind}{('/' + rest)[len(middle) :]}"] = value
    return found


def _loss_of(model: Any, asked: str | None) -> tuple[Any, str]:
    if asked is not None:
        return losses.get(asked), asked
    if model.compiled and model.loss is not None:
        loss = model.loss if isinstance(model.loss, str) else from_keras(model.loss)
        found = losses.get(loss)
        return found, f"{type(found).keras_name}, as compiled"
    last = getattr(model.layers[-1], "activation", None)
    name = BY_ACTIVATION.get(getattr(last, "__name__", ""), "mean_squared_error")
    return losses.get(name), f"{name}, by the last activation"


def _from_file(path: Path, batch: int) -> tuple[list[np.ndarray], np.ndarray | None]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            kept = {name: arrays[name][:batch] for name in arrays.files}
    except (OSError, ValueError) as error:
        raise ValueError(f"The data cannot be read. Expected an .npz file. Received: data={str(path)!r}") from error
    x = [kept["x"]] if "x" in kept else [kept[name] for name in sorted(kept) if name[:1] == "x" and name[1:].isdigit()]
    if not x:
        raise ValueError(f"The data has no inputs. Expected an array named x. Received: {', '.join(kept) or 'nothing'}")
    return x, kept.get("y")


def _random_input(rng: np.random.Generator, tensor: Any, model: Any, batch: int) -> np.ndarray:
    shape = (tensor.shape[0] or batch, *(size or 7 for size in tensor.shape[1:]))
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    bounds = [layer.input_dim for layer in model.layers if isinstance(layer, keras.layers.Embedding)]
    if bounds and len(shape) == 2:
        return rng.integers(0, min(bounds), shape).astype(dtype)
    return rng.normal(size=shape).astype(dtype) if "float" in dtype else rng.integers(0, 2, shape).astype(dtype)


def _random_labels(rng: np.random.Generator, model: Any, loss: Any, x: list[np.ndarray]) -> np.ndarray | None:
    if len(model.outputs) != 1:
        return None
    shape = (len(x[0]), *(size or 7 for size in model.output_shape[1:]))
    name = type(loss).keras_name
    if name == "sparse_categorical_crossentropy":
        return rng.integers(0, shape[-1], shape[:-1])
    if name == "binary_crossentropy":
        return rng.integers(0, 2, shape).astype("float32")
    if name == "categorical_crossentropy":
        return np.eye(shape[-1], dtype="float32")[rng.integers(0, shape[-1], shape[:-1])]
    return rng.normal(size=shape).astype("float32")
