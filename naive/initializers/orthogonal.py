"""First weights that turn and mirror, but neither stretch nor shrink: a random orthogonal matrix.

A recurrent layer multiplies by the same matrix at every step. If that matrix keeps the length of every vector,
signals and gradients neither die out nor explode through many steps.

    A = Q · R           any matrix, split into an orthogonal Q and an upper triangle R
    W = gain · Q · diag(sign(r₁₁), sign(r₂₂), …)

Q of a matrix A of independent bell-curve numbers points everywhere alike, once the signs are settled: a
factorization may flip a column of Q together with a row of R, and the product with the signs of R's diagonal takes
that freedom back.

Keras facts (Keras 3.15.1)
1. All axes but the last are taken together as rows. A matrix with fewer rows than columns is drawn the other way
   round and transposed; then its rows are orthogonal instead of its columns.
2. The numbers of A have mean 0 and deviation 1, from the counter-based generator.

Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
networks", 2014, section 3; the signs: Mezzadri, "How to generate random matrices from the classical compact groups",
2007, section 5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from naive import checks, ops
from naive.initializers.base import NaiveRandomInitializer
from naive.ops import Tensor


class NaiveOrthogonal(NaiveRandomInitializer):
    """A random matrix with orthonormal columns, or rows where there are fewer of them, times a gain.

    Args:
        gain: the factor.
        seed: an integer; None draws one.

    Raises:
        ValueError: a gain that is not a finite number, or a seed that is not an integer.
    """

    keras_name = "orthogonal"

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        self.gain = checks.number("gain", gain, low=None)
        super().__init__(seed)

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Tensor:
        if len(shape) < 2:
            raise ValueError(
                f"A vector cannot be orthogonal. Expected a shape of two sizes or more. Received: shape={tuple(shape)}"
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall, narrow = max(rows, columns), min(rows, columns)
        a = ops.normal((tall, narrow), 0.0, 1.0, self.pair, dtype)  # (tall, narrow)
        q, r = ops.qr(a)  # (tall, narrow), (narrow, narrow)
        q = q * ops.signs(ops.diagonal(r))  # (tall, narrow)
        if rows < columns:
            q = ops.transpose(q)  # (rows, columns)
        return self.gain * ops.reshape(q, shape)

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain, "seed": self.seed}
