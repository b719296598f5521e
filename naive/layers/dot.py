"""Dot: products of two tensors, summed along one axis of each, example by example.

    y[b, i, j] = Σₖ a[b, i, k] · c[b, j, k]
    a (batch, …, k, …)  c (batch, …, k, …)  →  y (batch, rest of a, rest of c)

    da = dy · c, dc = dyᵀ · a, each brought back into its shape

With `normalize=True` both are first divided by their length along that axis:

    n = x · r,  r = min(1 / √Σ x², 10⁷)          dx = dn · r + x · 2 · dr', dr' = -½ r³ Σ dn · x

so that y is the cosine of the angle between two vectors.

Keras facts (Keras 3.15.1)
1. `axes` may be one number for both inputs, or two; negative ones count from the end. The batch cannot be summed.
2. Two vectors, (batch, k) and (batch, k), give (batch, 1).
3. The product is one matrix product per example: a's axes without the summed one are its rows, c's its columns.
4. A vector of zeros is not divided (r = 10⁷ times 0), but its gradient is NaN: 0 · ∞ in the derivative of 1/√x.
5. Masks are dropped.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from naive import ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Tensor

LARGEST = 1.0 / 1e-7
"""By how much a vector is multiplied at most (fact 4); 1 / Keras's epsilon."""


class NaiveDot(NaiveLayer):
    """Products summed along one axis.

    Args:
        axes: along which axis of both inputs, or (of the first, of the second).
        normalize: True divides both by their length first.
        dtype, body, name: see `NaiveLayer`.

    Raises:
        ValueError: `axes` that are not one or two integers, or that hold the batch.
    """

    keeps_mask = False

    def __init__(
        self,
        axes: int | Sequence[int],
        normalize: bool = False,
        dtype: str = "float32",
        body: str = "kernel",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype, body, name)
        both = tuple(axes) if isinstance(axes, (tuple, list)) else (axes, axes)
        if len(both) != 2 or any(isinstance(one, bool) or not isinstance(one, int) or one == 0 for one in both):
            raise ValueError(
                "`axes` must be one axis, or one for each of the two inputs. "
                f"Expected integers other than 0, the batch. Received: axes={axes!r}"
            )
        self.axes = axes if isinstance(axes, int) else list(both)
        self.both = both
        self.normalize = bool(normalize)

    def forward(self, x: Sequence[Tensor], training: bool = False) -> tuple[Tensor, Saved]:
        """[a (batch, …), c (batch, …)] → y (batch, rest of a, rest of c)"""
        if not isinstance(x, (list, tuple)) or len(x) != 2:
            received = f"{len(x)} inputs" if isinstance(x, (list, tuple)) else type(x).__name__
            raise ValueError(f"NaiveDot multiplies two inputs. Expected a list of 2. Received: {received}")
        given = [ops.tensor(one, self.dtype) for one in x]
        first, second = self._positions([tuple(one.shape) for one in given])
        saved: Saved = {"x": given}
        if self.normalize:
            saved["lengths"] = [_inverse_length(one, axis) for one, axis in zip(given, (first, second), strict=True)]
            given = [ops.multiply(one, r[-1]) for one, r in zip(given, saved["lengths"], strict=True)]
        a, c = given
        ahead, behind = _without(a, first), _without(c, second)  # orders of axes
        rows = ops.permute(a, (0, *ahead, first))
        columns = ops.permute(c, (0, second, *behind))
        left = ops.reshape(rows, (-1, math.prod(a.shape[axis] for axis in ahead), a.shape[first]))  # (batch, n, k)
        right = ops.reshape(
            columns, (-1, c.shape[second], math.prod(c.shape[axis] for axis in behind))
        )  # (batch, k, m)
        product = ops.batch_matmul(left, right)  # (batch, n, m)
        rest = [*(a.shape[axis] for axis in ahead), *(c.shape[axis] for axis in behind)]
        saved |= {"given": given, "rows": rows, "columns": columns, "left": left, "right": right, "product": product}
        return ops.reshape(product, (-1, *(rest or [1]))), saved

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[list[Tensor], Gradients]:
        """dy (batch, rest of a, rest of c) → da (batch, …), dc (batch, …)"""
        a, c = saved["given"]
        first, second = self._positions([tuple(one.shape) for one in (a, c)])
        dproduct, _ = ops.reshape.backward(dy, None, saved["product"], None)  # (batch, n, m)
        dleft, dright = ops.batch_matmul.backward(dproduct, None, saved["left"], saved["right"])
        drows, _ = ops.reshape.backward(dleft, None, saved["rows"], None)
        dcolumns, _ = ops.reshape.backward(dright, None, saved["columns"], None)
        da, _ = ops.permute.backward(drows, None, a, (0, *_without(a, first), first))
        dc, _ = ops.permute.backward(dcolumns, None, c, (0, second, *_without(c, second)))
        if not self.normalize:
            return [da, dc], {}
        through = zip((da, dc), saved["x"], saved["lengths"], (first, second), strict=True)
        return [_normalize_backward(*one) for one in through], {}

    def _positions(self, shapes: list[tuple[int | None, ...]]) -> tuple[int, int]:
        """The two summed axes, counted from the batch."""
        places = []
        for shape, axis in zip(shapes, self.both, strict=True):
            place = axis + len(shape) if axis < 0 else axis
            if not 0 < place < len(shape) or None in shape[1:]:
                raise ValueError(
                    f"NaiveDot(axes={self.axes}) cannot multiply these inputs. Expected two shapes of known lengths "
                    f"with these axes behind the batch. Received: shapes={shapes}"
                )
            places.append(place)
        (a, c), (first, second) = shapes, places
        if a[first] != c[second] or len({a[0], c[0]} - {None}) > 1:
            raise ValueError(
                f"NaiveDot(axes={self.axes}) cannot multiply these inputs. Expected equal batches, and equal lengths "
                f"along the summed axes. Received: shapes={shapes}"
            )
        return first, second

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"axes": self.axes, "normalize": self.normalize}


def _without(x: Tensor, axis: int) -> tuple[int, ...]:
    """The axes of x behind the batch, without the summed one."""
    return tuple(one for one in range(1, len(x.shape)) if one != axis)


def _inverse_length(x: Tensor, axis: int) -> tuple[Tensor, Tensor, Tensor]:
    """1 / length along the axis, and what its derivative needs: squares, 1 / √ of their sum, and that limited."""
    squares = ops.square(x)
    inverse = ops.rsqrt(ops.sum_over(squares, axis))
    return squares, inverse, ops.minimum(inverse, ops.tensor(LARGEST, x.dtype))


def _normalize_backward(dn: Tensor, x: Tensor, lengths: tuple[Tensor, Tensor, Tensor], axis: int) -> Tensor:
    """dn (batch, …) for n = x · r → dx (batch, …)"""
    squares, inverse, limited = lengths
    direct, dlimited = ops.multiply.backward(dn, None, x, limited)
    dinverse, _ = ops.minimum.backward(dlimited, None, inverse, ops.tensor(LARGEST, x.dtype))
    dsum = ops.rsqrt.backward(dinverse, inverse, None)
    dsquares, _ = ops.sum_over.backward(dsum, None, squares, axis)
    return direct + ops.square.backward(dsquares, None, x)
