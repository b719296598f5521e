"""Gradients of tables: only the rows that were looked up, and a row that was looked up twice is in there twice.

An embedding has a row per word, and one batch touches a few of them. Its gradient is a list of pairs (which row, its
gradient), in the order of the look-ups and not merged; the gradient of row r is the sum over all its pairs:

    dtable[r] = Σ values[i] over all i with indices[i] = r

Update rules go through these functions, so that one rule serves both kinds of gradient. What an un-merged gradient
does to a rule is not always what that sum would do: squared pair by pair it gives Σ values², not (Σ values)².
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from naive.ops.tensors import Tensor


def table_rows(values: Tensor, indices: Tensor, shape: Any) -> tf.IndexedSlices:
    """The gradient of a table of that shape: values (k, …), each for the row at its index, indices (k,)."""
    return tf.IndexedSlices(values, indices, tf.convert_to_tensor(shape))


def is_rows(gradient: Any) -> bool:
    """True for a gradient that holds only some rows."""
    return isinstance(gradient, tf.IndexedSlices)


def on_rows(gradient: Any, function: Callable[[Tensor], Tensor]) -> Any:
    """`function` of all numbers, or of those in the rows that there are; the pairs stay un-merged."""
    if not is_rows(gradient):
        return function(gradient)
    return tf.IndexedSlices(function(gradient.values), gradient.indices, gradient.dense_shape)


def dense(gradient: Any) -> Tensor:
    """The whole table: the pairs of one row are added, a row without pairs is 0."""
    if not is_rows(gradient):
        return gradient
    return tf.math.unsorted_segment_sum(gradient.values, gradient.indices, gradient.dense_shape[0])


def divide_rows(gradient: Any, divisor: Tensor) -> Any:
    """gradient / divisor; the divisor is a whole table, and only the rows that there are are divided.

    Keras asks first whether the divisor has a 0 or a NaN anywhere: then each such row is in the result, looked up or
    not, because 0 / 0 is not 0. The question is asked here too, also because XLA compiles the two answers apart from
    the rest, and rounds differently when there is no question.
    """
    if not is_rows(gradient):
        return tf.divide(gradient, divisor)
    bad = tf.reduce_any((divisor == 0) | tf.math.is_nan(divisor), axis=tuple(range(1, len(divisor.shape))))  # (rows,)

    def only_these_rows() -> tf.IndexedSlices:
        quotient = tf.divide(gradient.values, tf.gather(divisor, gradient.indices))
        return tf.IndexedSlices(quotient, gradient.indices, gradient.dense_shape)

    def bad_rows_too() -> tf.IndexedSlices:
        return _divide_bad_rows_too(gradient, divisor, bad)

    return tf.cond(tf.reduce_any(bad), bad_rows_too, only_these_rows)


def _divide_bad_rows_too(gradient: tf.IndexedSlices, divisor: Tensor, bad: Tensor) -> tf.IndexedSlices:
    """What Keras does then, mistakes included: pairs are found by their place in the list, and places of one row are
    added, so a row that was looked up twice gets the values of another; and as many pairs as rows are taken to be in
    the order of the rows.
    """
    pairs, rows = tf.shape(gradient.indices)[0], gradient.dense_shape[0]
    at = tf.expand_dims(gradient.indices, 1)  # (pairs, 1)
    bad_at = tf.where(bad)  # (bad rows, 1)
    marked = [tf.scatter_nd(one, tf.ones([tf.shape(one)[0]], tf.bool), [rows]) for one in (at, bad_at)]  # (rows,) each
    chosen = tf.squeeze(tf.where(marked[0] | marked[1]), -1)  # (chosen,)

    def found_by_place() -> Tensor:
        place = tf.scatter_nd(at, tf.range(1, pairs + 1), [rows])  # (rows,), 0 where there is no pair
        values = tf.concat([tf.zeros_like(gradient.values[:1]), gradient.values], 0)
        return tf.gather(values, tf.gather(place, chosen))  # (chosen, …)

    values = tf.cond(tf.equal(pairs, tf.shape(chosen)[0]), lambda: gradient.values, found_by_place)
    return tf.IndexedSlices(tf.divide(values, tf.gather(divisor, chosen)), chosen, gradient.dense_shape)


def subtract_from(variable: tf.Variable, change: Any) -> None:
    """variable ← variable - change; pair after pair where the change holds only some rows."""
    if is_rows(change):
        variable.scatter_sub(change)
    else:
        variable.assign_sub(change)
