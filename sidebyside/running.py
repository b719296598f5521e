"""Run a task: load its data, build both networks from one seed, train them in lockstep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import datasets
from keras_ref import models
from naive import checks, losses, networks, optimizers, set_random_seed
from naive.models import NaiveModel
from sidebyside.comparison import PROBES, compare
from sidebyside.examples import Examples, prepare
from sidebyside.lockstep import Listener
from sidebyside.result import Comparison
from sidebyside.tasks import Task

DEFINITION = "plain arithmetic instead of TensorFlow's kernels adds in another order"
"""Why a side that computes from definitions is CLOSE."""


def build_naive(task: Task, examples: Examples, output_activation: Any = None, body: str = "kernel") -> NaiveModel:
    """The task's network, from scratch; its weights come from the global seed."""
    return networks.build(task.network, *_ends(task, examples, output_activation), **task.sizes, body=body)


def build_keras(task: Task, examples: Examples, output_activation: Any = None) -> Any:
    """The same network in Keras."""
    return models.build(task.network, *_ends(task, examples, output_activation), **task.sizes)


def run_task(
    task: Task,
    *,
    execution: str = "graph",
    gradients: str = "backprop",
    optimizer: str | None = None,
    learning_rate: float | None = None,
    shuffle: bool = False,
    seed: int = 0,
    callable_activation: bool = False,
    body: str = "kernel",
    probes: int = PROBES,
    data: datasets.Dataset | None = None,
    listener: Listener | None = None,
) -> Comparison:
    """Both sides of a task, from the same seed to the same verdict.

    Both networks are drawn independently, each after the same seed: that their first weights agree is part of
    what is compared.

    Args:
        optimizer: a Keras name; None is the task's.
        learning_rate: None is the task's for its own optimizer, for which it was chosen, and the default of any other.
        callable_activation: give the last activation as a TensorFlow function instead of by name.
        body: `"kernel"`, or `"definition"`: the naive side computes in plain arithmetic, and is judged CLOSE.
        data: instead of the task's own data set.

    Raises:
        ValueError: as `compare`, and as the data set's loader.
    """
    data = data if data is not None else datasets.load(task.dataset, seed=seed, validation_fraction=0.0)
    examples, asks = prepare(task, data, seed), task.asks
    activation: Any = _tensorflow_function(asks.activation) if callable_activation else asks.activation
    checks.one_of("network", task.network, networks.NETWORKS)
    set_random_seed(seed)
    keras_model = build_keras(task, examples, activation)
    set_random_seed(seed)
    naive_model = build_naive(task, examples, activation, body)
    chosen = optimizers.get(task.optimizer if optimizer is None else optimizer)
    if learning_rate is None and optimizer in (None, task.optimizer):
        learning_rate = task.learning_rate
    if learning_rate is not None:
        chosen.learning_rate.assign(learning_rate)
    loss = losses.get(asks.loss)
    loss.body = body
    test = (examples.x_test, examples.y_test)
    return compare(
        naive_model, keras_model, examples.x_train, examples.y_train,
        epochs=task.epochs, batch_size=task.batch_size, optimizer=chosen, loss=loss, metrics=asks.metrics,
        execution=execution, gradients=gradients, shuffle=shuffle, seed=seed, validation_data=test, test_data=test,
        class_names=examples.names, image_shape=examples.image_shape, scoring=asks.scoring, probes=probes,
        close_because=DEFINITION if body == "definition" else _excuse(task, execution, gradients), listener=listener,
        settings={
            "task": task.name, "title": task.title, "dataset": task.dataset, "examples": len(examples.x_train),
            "network": task.network, "sizes": dict(task.sizes), "view": task.view, "target": task.target,
            "activation_given_as": "function" if callable_activation else "name", "body": body,
        } | ({"attributes": list(examples.names)} if task.target == "attributes" else {}),
    )  # fmt: skip


def _ends(task: Task, examples: Examples, output_activation: Any) -> tuple[tuple[int, ...], int, Any]:
    """The shape of an example, how many numbers to answer with, and the last activation."""
    size = {"class": len(examples.names), "itself": 1, "attributes": len(examples.names)}.get(task.target, 1)
    shape = tuple(int(length) for length in examples.x_train.shape[1:])
    return shape, size, task.asks.activation if output_activation is None else output_activation


def _excuse(task: Task, execution: str, gradients: str) -> str:
    """Why this task cannot be equal to the last bit in this mode; empty where it must be."""
    return task.exceptions.get((execution, gradients), "")


def _tensorflow_function(name: str) -> Callable[..., Any]:
    from naive.activations import CALLABLES

    return next(function for function, meaning in CALLABLES.values() if meaning == name)
