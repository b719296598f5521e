"""Taking a matrix apart into an orthogonal one and a triangle."""

from __future__ import annotations

import tensorflow as tf

from naive.ops.tensors import Tensor


def qr(a: Tensor) -> tuple[Tensor, Tensor]:
    """a (n, m) = q (n, m) · r (m, m), for n ≥ m: qᵀ q is the identity, r is 0 below its diagonal.

    Gram and Schmidt's way to it: take column after column, subtract its shadow on the columns before, and make its
    length 1. TensorFlow mirrors instead (Householder), which keeps the columns orthogonal in spite of rounding; the
    two agree up to signs.
    """
    return tf.linalg.qr(a)


def diagonal(a: Tensor) -> Tensor:
    """a (n, n) → (n,): the numbers on the diagonal."""
    return tf.linalg.diag_part(a)


def signs(x: Tensor) -> Tensor:
    """-1, 0 or 1 for each number."""
    return tf.sign(x)


def eye(rows: int, columns: int, dtype: str) -> Tensor:
    """Ones on the diagonal, zeros elsewhere (rows, columns)."""
    return tf.eye(rows, columns, dtype=dtype)
