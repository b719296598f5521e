"""Embedding: each whole number stands for a row of a table, and the rows are learned.

    y[…, :] = embeddings[x[…], :]       x (batch, …) integers   embeddings (input_dim, output_dim)   y (…, output_dim)

The same as a Dense layer without bias on one-hot vectors, without all the multiplications by 0. Therefore

    dembeddings[r] = Σ dy[i] over all places i with x[i] = r

and every row that does not occur in the batch has gradient 0. There is no gradient for x: between whole numbers
nothing can be differentiated.

Keras facts (Keras 3.15.1)
1. The gradient is kept as a list of pairs (row, gradient for it), one for each look-up in the order of x, and a row
   that occurs twice is in it twice. The update rules see this list: plain descent adds the pairs one after another,
   and rules that square a gradient square each pair alone (see `naive/ops/sparse.py`).
2. The table starts evenly distributed in [-0.05, 0.05].
3. An x that is not int32 or int64 is cast to int32, which cuts digits behind the point off: 2.9 means row 2.
4. An index below 0 counts from the end: -1 is the last row. An index outside of the table raises an error in eager
   and graph mode on a CPU; under XLA it silently means the nearest row. Here it is refused before anything runs.
5. With `mask_zero=True` the number 0 means "nothing here": later layers that understand masks skip it. Its row is
   looked up, and learned, all the same.

Source: Bengio et al., "A Neural Probabilistic Language Model", 2003, section 2 (the matrix C).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from naive import checks, initializers, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor


class NaiveEmbedding(NaiveLayer):
    """A table of vectors, looked up by number.

    Args:
        input_dim: how many rows; the largest index + 1.
        output_dim: the length of a row.
        embeddings_initializer: a Keras name or a naive initializer.
        mask_zero: True hides the places where x is 0 from later layers.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: a size that is not a positive integer, or an unknown name; later, an index outside of the table.
    """

    keeps_mask = False

    input_dtype = "int32"
    """What a model of this layer alone is fed."""

    input_shape: tuple[int | None, ...] = (None,)
    """One example of a model that begins with this layer: a sequence of any length."""

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: str | dict[str, Any] | initializers.NaiveInitializer = "uniform",
        mask_zero: bool = False,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        checks.positive_integer("input_dim", input_dim)
        checks.positive_integer("output_dim", output_dim)
        super().__init__(dtype, body, name)
        self.input_dim, self.output_dim = int(input_dim), int(output_dim)
        self.mask_zero = checks.boolean("mask_zero", mask_zero)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        first = self.embeddings_initializer((self.input_dim, self.output_dim), dtype)
        self.embeddings = ops.variable(first, "embeddings")

    def forward(self, x: Tensor, training: bool = False) -> tuple[Tensor, Saved]:
        """x (batch, …) → y (batch, …, output_dim)"""
        x = ops.tensor(x)
        if x.dtype not in ("int32", "int64"):
            x = ops.cast(x, "int32")
        self.check_values(ops.values_of(x))
        table = ops.tensor(self.embeddings)  # (input_dim, output_dim)
        return ops.lookup(table, x, body=self.body), {"x": x, "table": table}  # (batch, …, output_dim)

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[None, Gradients]:
        """dy (batch, …, output_dim) → None for x; the pairs of dembeddings: values (k, output_dim), rows (k,)"""
        dtable, _ = ops.lookup.backward(dy, None, saved["table"], saved["x"])
        return None, {"embeddings": dtable}

    def check_values(self, x: Any) -> None:
        """Refuse indices outside of the table, before they reach a compiled program (fact 4).

        Args:
            x: an array of any shape, or None when the numbers are not known yet.

        Raises:
            ValueError: naming the first such index.
        """
        if x is None:
            return
        array = np.asarray(x)
        indices = np.trunc(array) if array.dtype.kind == "f" else array
        outside = np.argwhere((indices < -self.input_dim) | (indices >= self.input_dim))
        if len(outside):
            first = tuple(int(i) for i in outside[0])
            raise ValueError(
                f"Index outside of the table of {self.name or 'NaiveEmbedding'}. "
                f"Expected integers from 0 to {self.input_dim - 1} (or, from the end, -1 to {-self.input_dim}). "
                f"Received: x[{', '.join(map(str, first))}]={array[first]} ({len(outside)} such indices)"
            )

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Where x is not 0 (batch, …), if `mask_zero`."""
        return ops.differs(x, 0) if self.mask_zero else None

    @property
    def named_weights(self) -> dict[str, Any]:
        """embeddings (input_dim, output_dim)"""
        return {"embeddings": self.embeddings}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": initializers.config_of(self.embeddings_initializer),
            "mask_zero": self.mask_zero,
        }
