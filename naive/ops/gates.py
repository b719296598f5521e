"""The small pieces of recurrent cells: parts of a matrix, and the sum of two products.

A cell holds the kernels of all its gates side by side in one matrix. One product serves all gates, and its result
is split; or each gate is given its own columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from naive.ops.core import operation
from naive.ops.tensors import Tensor


@operation
def split(x: Tensor, parts: int, axis: int = -1) -> list[Tensor]:
    """x (…, parts · n) → `parts` tensors (…, n)"""
    return tf.split(x, parts, axis=axis)


@split.derivative
def _(dys: Sequence[Tensor], ys: Sequence[Tensor], x: Tensor, parts: int, axis: int = -1) -> tuple[Tensor, None]:
    return tf.concat(dys, axis), None


@operation
def stack(parts: Sequence[Tensor], axis: int = 0) -> Tensor:
    """Tensors of one shape along a new axis."""
    return tf.stack(parts, axis)


@stack.derivative
def _(dy: Tensor, y: Tensor, parts: Sequence[Tensor], axis: int = 0) -> tuple[list[Tensor], None]:
    return tf.unstack(dy, len(parts), axis), None


@operation
def swap_first(x: Tensor) -> Tensor:
    """x (n, m, …) → (m, n, …): the first two axes change places."""
    return tf.transpose(x, [1, 0, *range(2, len(x.shape))])


@swap_first.derivative
def _(dy: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return tf.transpose(dy, [1, 0, *range(2, len(x.shape))])


@operation
def flip(x: Tensor, axis: int) -> Tensor:
    """x in the opposite order along one axis."""
    return tf.reverse(x, [axis])


@flip.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, axis: int) -> tuple[Tensor, None]:
    return tf.reverse(dy, [axis]), None


@operation
def columns(x: Tensor, start: int, stop: int) -> Tensor:
    """x (n, m) → (n, stop - start): some of its columns; of a vector, some of its numbers."""
    return x[:, start:stop] if len(x.shape) == 2 else x[start:stop]


@columns.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, start: int, stop: int) -> tuple[Tensor, None, None]:
    # What was not used receives 0, so gradients of several parts can be added.
    return tf.pad(dy, [[0, 0]] * (len(dy.shape) - 1) + [[start, x.shape[-1] - stop]]), None, None


@operation
def add_products(a: Tensor, b: Tensor) -> Tensor:
    """a (n, m) + b (n, m), by the operation that Keras's `add` chooses.

    What has but one axis longer than 1 Keras takes for a bias: also a product of one row, where it knows that there
    is only one.
    """
    return tf.nn.bias_add(a, tf.squeeze(b)) if b.shape[0] == 1 and b.shape[-1] > 1 else tf.add(a, b)


@add_products.definition
def _(a: Tensor, b: Tensor) -> Tensor:
    return a + b


@add_products.derivative
def _(dy: Tensor, y: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    return dy, dy
