"""Concatenate: tensors side by side.

    y = x₀ | x₁ | …        along `axis`, in which they may differ; all other axes are equal
    dxᵢ = the part of dy where xᵢ went

Keras facts (Keras 3.15.1)
1. The axis is the last one by default.
2. The mask of the output is there as soon as one input has a mask; inputs without one count as True everywhere. Along
   the axis of channels a step is masked only where all inputs are; along the axis of steps the masks follow one
   another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor


class NaiveConcatenate(NaiveLayer):
    """Tensors side by side.

    Args:
        axis: along which; the batch is axis 0.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: an axis that is not an integer.
    """

    def __init__(self, axis: int = -1, dtype: str = "float32", body: str = "kernel", name: str | None = None) -> None:
        super().__init__(dtype, body, name)
        if isinstance(axis, bool) or not isinstance(axis, int):
            raise ValueError(f"`axis` must be one axis. Expected an integer. Received: axis={axis!r}")
        self.axis = axis

    def forward(self, x: Sequence[Tensor], training: bool = False) -> tuple[Tensor, Saved]:
        """x a list of (batch, …) → y (batch, …), longer along the axis"""
        if not isinstance(x, (list, tuple)) or not x:
            raise ValueError(
                "NaiveConcatenate puts several inputs side by side. "
                f"Expected a list of one or more. Received: {type(x).__name__}"
            )
        given = [ops.tensor(one, self.dtype) for one in x]
        self._fit([tuple(one.shape) for one in given])
        return ops.concatenate(*given, axis=self.axis), {"x": given}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[list[Tensor], Gradients]:
        """dy (batch, …) → a gradient for each input, in its shape"""
        return list(ops.concatenate.backward(dy, None, *saved["x"], axis=self.axis)), {}

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """See fact 2."""
        if mask is None or all(one is None for one in mask):
            return None
        return ops.joined_masks(mask, x, self.axis)

    def _fit(self, shapes: list[tuple[int | None, ...]]) -> None:
        rank = len(shapes[0])
        fitting = all(len(shape) == rank for shape in shapes) and -rank <= self.axis < rank
        others = [axis for axis in range(rank) if axis != self.axis % rank]
        if not fitting or any(len({shape[axis] for shape in shapes} - {None}) > 1 for axis in others):
            raise ValueError(
                f"NaiveConcatenate(axis={self.axis}) cannot join these inputs. "
                f"Expected shapes that are equal along all other axes. Received: shapes={shapes}"
            )

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"axis": self.axis}
