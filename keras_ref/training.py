"""How Keras trains: its own `compile` and `fit`, with the mode of execution said aloud.

Keras facts (Keras 3.15.1)
1. `jit_compile="auto"` means no XLA on a CPU and XLA on a GPU, so a claim must say which.
2. `run_eagerly=True` calls the same training step without compiling it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

MODES: dict[str, dict[str, bool]] = {
    "eager": {"run_eagerly": True, "jit_compile": False},
    "graph": {"run_eagerly": False, "jit_compile": False},
    "xla": {"run_eagerly": False, "jit_compile": True},
}


def compile_model(model: keras.Model, loss: Any, optimizer: Any, metrics: Sequence[Any], execution: str) -> keras.Model:
    """`model.compile` with Keras's own parts and the mode explicit; returns the model.

    Raises:
        ValueError: an unknown execution.
    """
    if execution not in MODES:
        raise ValueError(
            f"Unknown value for `execution`. Expected one of {', '.join(map(repr, MODES))}. "
            f"Received: execution={execution!r}"
        )
    model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics), **MODES[execution])
    return model
