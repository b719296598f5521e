"""The tasks: a data set, a network, and the numbers to train it with, by one name.

Knows nothing of TensorFlow, so that listing tasks and refusing unknown names is quick.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sidebyside.choices import one_of


@dataclass(frozen=True)
class Task:
    """What `sidebyside train --task NAME` does, unless told otherwise."""

    name: str
    title: str
    dataset: str
    hidden: tuple[int, ...]
    output_size: int
    output_activation: str
    loss: str
    epochs: int
    batch_size: int
    learning_rate: float
    activation: str = "relu"

    def but(self, **changes: Any) -> Task:
        """The same task with some values changed; None changes nothing."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})


_SPARSE, _BINARY = "sparse_categorical_crossentropy", "binary_crossentropy"

_TABLE = (
    Task("digits-mlp", "8×8 handwritten digits", "digits", (128,), 10, "softmax", _SPARSE, 20, 128, 0.2),
    Task("mnist-mlp", "MNIST digits", "mnist", (512,), 10, "softmax", _SPARSE, 5, 128, 0.1),
    Task("fashion-mlp", "Fashion-MNIST clothes", "fashion_mnist", (512,), 10, "softmax", _SPARSE, 5, 128, 0.1),
    Task("moons-mlp", "two half moons", "moons", (16, 16), 1, "sigmoid", _BINARY, 40, 32, 0.3, "tanh"),
    Task("circles-mlp", "a circle in a circle", "circles", (16, 16), 1, "sigmoid", _BINARY, 40, 32, 0.3, "tanh"),
    Task("blobs-mlp", "three clouds of points", "blobs", (16,), 3, "softmax", _SPARSE, 20, 32, 0.1),
    Task("spirals-mlp", "two intertwined spirals", "spirals", (32, 32), 1, "sigmoid", _BINARY, 80, 32, 0.3, "tanh"),
)

TASKS = {task.name: task for task in _TABLE}


def get(name: str) -> Task:
    """The task of that name.

    Raises:
        ValueError: an unknown name, with the nearest valid ones.
    """
    return TASKS[one_of("task", name, TASKS)]
