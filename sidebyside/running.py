"""Run a task: load its data, build both networks from one seed, train them in lockstep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import datasets
import keras_ref
from naive import NaiveDense, NaiveSequential, optimizers, set_random_seed
from sidebyside.comparison import PROBES, compare
from sidebyside.lockstep import Listener
from sidebyside.result import Comparison
from sidebyside.tasks import Task


def build_naive(task: Task, input_size: int, output_activation: str | Callable[..., Any], body: str = "kernel") -> Any:
    """The task's network, from scratch; its weights come from the global seed."""
    sizes = [input_size, *task.hidden]
    layers = [
        NaiveDense(size, units, task.activation, body=body) for size, units in zip(sizes, task.hidden, strict=False)
    ]
    return NaiveSequential([*layers, NaiveDense(sizes[-1], task.output_size, output_activation, body=body)])


def run_task(
    task: Task,
    *,
    execution: str = "graph",
    gradients: str = "backprop",
    optimizer: str = "sgd",
    learning_rate: float | None = None,
    shuffle: bool = False,
    seed: int = 0,
    callable_activation: bool = False,
    probes: int = PROBES,
    data: datasets.Dataset | None = None,
    listener: Listener | None = None,
) -> Comparison:
    """Both sides of a task, from the same seed to the same verdict.

    Both networks are drawn independently, each after the same seed: that their first weights agree is part of
    what is compared.

    Args:
        learning_rate: None is the task's for SGD, for which it was chosen, and the default of any other optimizer.
        callable_activation: give the last activation as a TensorFlow function instead of by name.
        data: instead of the task's own data set.

    Raises:
        ValueError: as `compare`, and as the data set's loader.
    """
    data = data if data is not None else datasets.load(task.dataset, seed=seed, validation_fraction=0.0)
    output_activation: Any = task.output_activation
    if callable_activation:
        output_activation = _tensorflow_function(task.output_activation)
    set_random_seed(seed)
    keras_model = keras_ref.mlp(data.num_features, task.hidden, task.output_size, task.activation, output_activation)
    set_random_seed(seed)
    naive_model = build_naive(task, data.num_features, output_activation)
    chosen = optimizers.get(optimizer)
    if learning_rate is None and optimizer == "sgd":
        learning_rate = task.learning_rate
    if learning_rate is not None:
        chosen.learning_rate.assign(learning_rate)
    return compare(
        naive_model, keras_model, np.asarray(data.x_train), np.asarray(data.y_train),
        epochs=task.epochs, batch_size=task.batch_size, optimizer=chosen, loss=task.loss,
        execution=execution, gradients=gradients, shuffle=shuffle, seed=seed,
        validation_data=(np.asarray(data.x_test), np.asarray(data.y_test)),
        test_data=(np.asarray(data.x_test), np.asarray(data.y_test)),
        class_names=data.class_names, image_shape=data.image_shape, probes=probes, listener=listener,
        settings={
            "task": task.name, "title": task.title, "dataset": task.dataset, "examples": len(data.x_train),
            "activation_given_as": "function" if callable_activation else "name",
        },
    )  # fmt: skip


def _tensorflow_function(name: str) -> Callable[..., Any]:
    from naive.activations import CALLABLES

    return next(function for function, meaning in CALLABLES.values() if meaning == name)
