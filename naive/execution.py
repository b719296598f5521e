"""Eager, graph or XLA: one function, three ways to run it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from naive import checks
from naive.ops import EXECUTIONS


def compile_function(function: Callable[..., Any], execution: str) -> Callable[..., Any]:
    """The function itself, or its graph, or its graph compiled by XLA. Arrays are made tensors first.

    Raises:
        ValueError: an unknown execution.
    """
    checks.one_of("execution", execution, EXECUTIONS)
    run = function
    if execution != "eager":
        run = tf.function(function, reduce_retracing=True, jit_compile=execution == "xla")

    def call(*arrays: Any) -> Any:
        return run(*(tf.convert_to_tensor(array) for array in arrays))

    return call


def predict(model: Any, x: Any, batch_size: int = 128, execution: str = "graph") -> Any:
    """The model's output for all examples, batch by batch, as one array (examples, …).

    Raises:
        ValueError: an unknown execution, or a batch size that is not positive.
    """
    checks.positive_integer("batch_size", batch_size)
    forward = compile_function(model, execution)
    x = tf.cast(x, model.dtype)
    parts = [forward(x[start : start + batch_size]) for start in range(0, int(x.shape[0]), batch_size)]
    return tf.concat(parts, 0).numpy()
