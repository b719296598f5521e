"""From a data set to what a task feeds its networks: the view, the target, and what its answers are called.

A view lays the same pixels out in another way; a target asks another question about the same picture:

    class             the number that the data set gives                       (examples,)
    second class      whether that number is 1                                 (examples,)
    is a 3            1 where the picture shows a 3, else 0                    (examples,)
    attributes        four yes/no answers about a digit, see `ATTRIBUTES`      (examples, 4)
    itself            the picture; what is fed in is the picture with noise    as the view
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from datasets import Dataset
from sidebyside.choices import one_of
from sidebyside.tasks import TARGETS, VIEWS, Task

ATTRIBUTES: dict[str, frozenset[int]] = {
    "even": frozenset({0, 2, 4, 6, 8}),
    "prime": frozenset({2, 3, 5, 7}),
    "at least five": frozenset({5, 6, 7, 8, 9}),
    "has a closed loop": frozenset({0, 6, 8, 9}),
}
"""Which digits have which attribute; a 4 counts as open."""

NOISE = 0.35
"""Standard deviation of the noise, where 1 is the range of a pixel."""


@dataclass(frozen=True)
class Examples:
    """What both sides are trained and tested with.

    Attributes:
        x_train, y_train, x_test, y_test: x float32 (examples, …); y as the target says.
        names: of the classes or attributes; empty where there are none.
        image_shape: (height, width) of the picture in an example; None where there is none.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    names: tuple[str, ...]
    image_shape: tuple[int, int] | None


def prepare(task: Task, data: Dataset, seed: int) -> Examples:
    """The examples of a task.

    Args:
        seed: of the noise, where there is some.

    Raises:
        ValueError: a view or target that these data do not have.
    """
    one_of("view", task.view, VIEWS)
    one_of("target", task.target, TARGETS)
    if task.view != "vector" and data.image_shape is None:
        raise ValueError(
            "Only pictures have rows. Expected view='vector', or a data set of images. "
            f"Received: view={task.view!r} of {data!r}"
        )
    if task.target in ("is a 3", "attributes") and (data.num_classes != 10 or "3" not in data.class_names):
        raise ValueError(
            f"Only digits have this target. Expected the digits or MNIST. Received: target={task.target!r} of {data!r}"
        )
    rng = np.random.default_rng(seed)
    x_train, y_train = _part(task, data, data.x_train[: task.examples], data.y_train[: task.examples], rng)
    x_test, y_test = _part(task, data, data.x_test[: task.test_examples], data.y_test[: task.test_examples], rng)
    names: dict[str, tuple[str, ...]] = {"is a 3": ("another digit", "a 3"), "attributes": tuple(ATTRIBUTES)}
    names["itself"] = ()
    return Examples(x_train, y_train, x_test, y_test, names.get(task.target, data.class_names), data.image_shape)


def _part(
    task: Task, data: Dataset, x: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Training or test data: what is fed in, and what is asked."""
    x, y = np.asarray(x), np.asarray(y)
    if task.target == "itself":
        return view(noisy(x, rng), task.view, data.image_shape), view(x, task.view, data.image_shape)
    return view(x, task.view, data.image_shape), labels(y, task.target)


def view(x: np.ndarray, kind: str, image_shape: tuple[int, int] | None) -> np.ndarray:
    """x (examples, features) → (examples, …), one of `VIEWS`."""
    if kind == "vector" or image_shape is None:
        return x
    rows = x.reshape(len(x), *image_shape)  # (examples, height, width)
    if kind == "rows":
        return rows
    if kind == "image":
        return rows[..., np.newaxis]  # (examples, height, width, 1)
    height = image_shape[0]
    numbers = np.broadcast_to(np.eye(height, dtype=x.dtype), (len(x), height, height))
    return np.concatenate([rows, numbers], axis=-1)  # (examples, height, width + height)


def labels(y: np.ndarray, target: str) -> np.ndarray:
    """y (examples,) → what the target asks."""
    if target == "is a 3":
        return (y == 3).astype("int32")
    if target == "attributes":
        return np.stack([np.isin(y, list(digits)) for digits in ATTRIBUTES.values()], axis=-1).astype("float32")
    return y


def noisy(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """x with normally distributed noise, cut to the range from 0 to 1."""
    return np.clip(x + NOISE * rng.normal(size=x.shape), 0, 1).astype("float32")
