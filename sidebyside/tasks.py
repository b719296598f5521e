"""The tasks: a data set, a network, and the numbers to train it with, by one name.

A task says what is learned in four words: a network (its kind and sizes), a view of the data (how an example is
laid out), a target (what the network is asked), and a rule of training. Knows nothing of TensorFlow, so that listing
tasks and refusing unknown names is quick.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sidebyside.choices import one_of


@dataclass(frozen=True)
class Target:
    """What a network is asked, and how its answers are judged.

    Attributes:
        activation: of the last layer; loss, metrics: Keras names.
        scoring: how the answers on test data are counted, see `sidebyside/scores.py`.
    """

    activation: str
    loss: str
    metrics: tuple[str, ...]
    scoring: str


TARGETS = {
    "class": Target("softmax", "sparse_categorical_crossentropy", ("accuracy",), "classes"),
    "second class": Target("sigmoid", "binary_crossentropy", ("accuracy",), "classes"),
    "is a 3": Target("sigmoid", "binary_crossentropy", ("accuracy",), "classes"),
    "attributes": Target("sigmoid", "binary_crossentropy", ("binary_accuracy",), "labels"),
    "itself": Target("sigmoid", "mean_squared_error", (), "reconstruction"),
}

VIEWS = ("vector", "rows", "numbered rows", "image")
"""How an example is laid out: all pixels in a row; row after row; the same, each row with its number; an image."""


@dataclass(frozen=True)
class Task:
    """What `sidebyside train --task NAME` does, unless told otherwise.

    Attributes:
        network: its kind, a key of `naive.networks.NETWORKS`; sizes: its own arguments.
        view: one of `VIEWS`; target: one of `TARGETS`.
        examples, test_examples: at most so many, the first ones of the data set; None for all.
        exceptions: (execution, gradients) → why the hand-written backward pass cannot be equal to the last bit there;
            then every update is judged alone, by the grade CLOSE.
    """

    name: str
    title: str
    dataset: str
    network: str
    sizes: Mapping[str, Any]
    epochs: int
    batch_size: int
    learning_rate: float
    optimizer: str = "adam"
    view: str = "vector"
    target: str = "class"
    examples: int | None = None
    test_examples: int | None = None
    exceptions: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def but(self, **changes: Any) -> Task:
        """The same task with some values changed; None changes nothing."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})

    @property
    def asks(self) -> Target:
        """What the network is asked."""
        return TARGETS[self.target]

    @property
    def architecture(self) -> str:
        """The network's kind and sizes, short: `mlp 128`."""
        sizes = [_size(value) for name, value in self.sizes.items() if name in _SHOWN]
        return " ".join([self.network, *sizes])


OPEN_BATCH = "in a graph whose batches differ in length TensorFlow adds the hand-written gradients in another order"
"""Measured: the same gradients are equal to the last bit where all batches are full."""

_SHOWN = ("hidden", "filters", "units", "code", "heads")
"""Sizes that are worth a place in a list of tasks."""


def _size(value: Any) -> str:
    return "-".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _toy(name: str, title: str, dataset: str, hidden: tuple[int, ...], epochs: int, target: str) -> Task:
    rate, activation = (0.1, "relu") if target == "class" else (0.3, "tanh")
    sizes = {"hidden": hidden, "activation": activation}
    return Task(name, title, dataset, "mlp", sizes, epochs, 32, rate, "sgd", target=target)


def _images(dataset: str, name: str, title: str, scale: int, epochs: int, **limits: Any) -> tuple[Task, ...]:
    """Ten tasks on images of digits.

    Args:
        scale: how many times wider than for 8×8 pixels some layers are.
        epochs: of the tasks that learn slowly; the others take half.
        limits: `examples` and `test_examples`, for all but the plain multilayer perceptron.
    """
    few = max(2, epochs // 2)

    def task(kind: str, what: str, sizes: dict[str, Any], network: str = "", **others: Any) -> Task:
        values = {"epochs": epochs, "batch_size": 64, "learning_rate": 0.003} | limits | others
        return Task(f"{name}-{kind}", f"{title}: {what}", dataset, network or kind, sizes, **values)

    return (
        task("cnn", "convolutions", {"filters": (8 * scale, 16 * scale), "units": 32 * scale, "dropout": 0.25},
             view="image", epochs=few),
        task("rnn", "simple RNN", {"units": 32 * scale}, view="rows", learning_rate=0.001),
        task("lstm", "LSTM", {"units": 32 * scale}, view="rows"),
        task("gru", "GRU", {"units": 32 * scale}, view="rows"),
        task("autoencoder", "noise removed", {"filters": (8 * scale, 16 * scale), "code": 16 * scale},
             view="image", target="itself", epochs=2 * epochs, learning_rate=0.005),
        task("resnet", "residual blocks", {"filters": (8 * scale, 16 * scale)}, view="image", epochs=few),
        task("transformer", "attention", {"units": 32 * scale, "heads": 4, "blocks": 2}, view="numbered rows",
             exceptions={("graph", "backprop"): OPEN_BATCH}),
        task("binary", "is it a 3?", {"hidden": (64 * scale,)}, "mlp", target="is a 3", epochs=few),
        task("multilabel", "four attributes", {"hidden": (64 * scale,)}, "mlp", target="attributes"),
    )  # fmt: skip


_TABLE = (
    Task("digits-mlp", "8×8 handwritten digits", "digits", "mlp", {"hidden": (128,)}, 20, 128, 0.2, "sgd"),
    *_images("digits", "digits", "8×8 digits", 1, 10),
    Task("mnist-mlp", "MNIST digits", "mnist", "mlp", {"hidden": (512,)}, 5, 128, 0.1, "sgd"),
    *_images("mnist", "mnist", "MNIST", 2, 4, examples=12_000, test_examples=2_000),
    Task("fashion-mlp", "Fashion-MNIST clothes", "fashion_mnist", "mlp", {"hidden": (512,)}, 5, 128, 0.1, "sgd"),
    _toy("moons-mlp", "two half moons", "moons", (16, 16), 40, "second class"),
    _toy("circles-mlp", "a circle in a circle", "circles", (16, 16), 40, "second class"),
    _toy("blobs-mlp", "three clouds of points", "blobs", (16,), 20, "class"),
    _toy("spirals-mlp", "two intertwined spirals", "spirals", (32, 32), 80, "second class"),
)

TASKS = {task.name: task for task in _TABLE}


def get(name: str) -> Task:
    """The task of that name.

    Raises:
        ValueError: an unknown name, with the nearest valid ones.
    """
    return TASKS[one_of("task", name, TASKS)]
