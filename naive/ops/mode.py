"""In which mode is this code running: eager, graph or XLA?

TensorFlow adds the terms of a sum in an order that depends on how a program is executed. Where a hand-written
derivative must add in the same order, it asks here. Nothing else in a formula may depend on the mode.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any

import tensorflow as tf
from tensorflow.python.framework import ops as framework
from tensorflow.python.ops import control_flow_util

EXECUTIONS = ("eager", "graph", "xla")


def scope(name: str) -> contextlib.AbstractContextManager[Any]:
    """Operations inside are named after a layer, as Keras names them, where a graph is drawn.

    Names decide bits: TensorFlow's graph optimizer sorts the summands of a sum of three and more by their names.
    """
    if tf.executing_eagerly():
        return contextlib.nullcontext()
    return tf.name_scope(_allowed(name) or "layer")


def scope_from_the_top(name: str = "") -> contextlib.AbstractContextManager[Any]:
    """The same, whatever scope this is called in; without a name, outside of all scopes."""
    if tf.executing_eagerly():
        return contextlib.nullcontext()
    return framework.get_default_graph().name_scope(f"{_allowed(name)}/" if name else None)


def current_scope() -> str:
    """The names of the scopes around this call, joined by slashes; empty outside of all."""
    return "" if tf.executing_eagerly() else framework.get_default_graph().get_name_scope()


def _allowed(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.\\/-]", "_", name.lstrip("_-/"))


def current_mode() -> str:
    """`"eager"`, `"graph"` (inside `tf.function`) or `"xla"` (inside `tf.function(jit_compile=True)`)."""
    if tf.executing_eagerly():
        return "eager"
    if control_flow_util.GraphOrParentsInXlaContext(framework.get_default_graph()):
        return "xla"
    return "graph"
