"""Rows of a table by their numbers, and a gradient that holds only the rows that were asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from naive.ops.core import operation
from naive.ops.sparse import table_rows
from naive.ops.tensors import Tensor


def values_of(x: Tensor) -> np.ndarray | None:
    """The numbers of x, where they can be looked at: outside of a compiled program."""
    return np.asarray(x) if tf.executing_eagerly() else None


def _from_the_start(table: Tensor, indices: Tensor) -> Tensor:
    """Indices below 0 count from the end of the table."""
    return tf.where(indices < 0, indices + tf.cast(tf.shape(table)[0], indices.dtype), indices)


@operation
def lookup(table: Tensor, indices: Tensor) -> Tensor:
    """table (rows, n), indices (…) of integers → (…, n): the rows at these places."""
    table = tf.convert_to_tensor(table)
    return tf.gather(table, _from_the_start(table, indices), axis=0)


@lookup.definition
def _(table: Tensor, indices: Tensor) -> Tensor:
    rows = tf.shape(table)[0]
    chosen = tf.one_hot(_from_the_start(table, indices), rows, dtype=table.dtype)  # (…, rows), a single 1 in each
    return tf.tensordot(chosen, table, 1)


@lookup.derivative
def _(dy: Tensor, y: Tensor, table: Tensor, indices: Tensor) -> tuple[Any, None]:
    # One pair for each look-up, not merged: (…, n) becomes (k, n), and (…) becomes (k,).
    values = tf.reshape(dy, [-1, table.shape[-1]])
    return table_rows(values, tf.reshape(_from_the_start(table, indices), [-1]), tf.shape(table)), None
