"""Several tensors become one: sums, products, averages, the largest, the smallest.

    Add        y = x₀ + x₁ + …               dxᵢ = dy
    Subtract   y = x₀ - x₁                   dx₀ = dy, dx₁ = -dy
    Multiply   y = x₀ · x₁ · …               dxᵢ = dy · the other factors
    Average    y = (x₀ + x₁ + …) / n         dxᵢ = dy / n
    Maximum    y = max(x₀, x₁, …)            dy goes to the first of the largest
    Minimum    y = min(x₀, x₁, …)            dy goes to the first of the smallest

The inputs are of one shape, or are repeated along axes of length 1 until they are; an input's gradient is then the
sum over its repetitions. All work from left to right, two at a time: ((x₀ + x₁) + x₂) + …

Keras facts (Keras 3.15.1)
1. Inputs with fewer axes get new ones of length 1 behind the batch: (batch, c) beside (batch, steps, c) is taken for
   (batch, 1, c).
2. `Add` and `Average` take the second of two summands for a bias if all its axes but one are of length 1, the batch
   included, and the other one is as long as the last or second axis of the first. That changes the order in which
   its gradient is added up; and for x₀ (n, n) and x₁ (n, 1), a batch of n examples, it adds x₁[j] to column j, where
   row j is meant. With another batch size, or one that is not known beforehand, it is right.
3. The mask of the output is True where any input's mask is; there is none as soon as one input has none.
4. Masked steps do not take part in `Multiply`, `Maximum` and `Minimum`: a factor is 1 there, the other tensor's number
   is taken. In a product that is masked everywhere, the masked numbers become 0. The rest ignores masks.

Source: He et al., "Deep residual learning for image recognition", 2015, equation 1, for the sum that is used most.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.ops import Operation, Tensor


class NaiveMerge(NaiveLayer):
    """What all have in common: a list in, its axes made to fit, a list of gradients out.

    Args:
        dtype, body, name: see `NaiveLayer`.
    """

    takes_mask = True
    needs: int | None = None
    """How many inputs there must be; None for any number."""

    def forward(self, x: Sequence[Tensor], training: bool = False, mask: Any = None) -> tuple[Tensor, Saved]:
        """x a list of (batch, …) → y (batch, …)"""
        given = self._inputs(x)
        most = max(len(one.shape) for one in given)
        masks = list(mask) if mask is not None else [None] * len(given)
        fitted, kept = [], []
        for one, its_mask in zip(given, masks, strict=True):
            fitted.append(_with_axes(one, most))
            kept.append(its_mask if len(one.shape) == most else None)  # new axes lose the mask
        y, saved = self.merge(fitted, kept)
        return y, saved | {"x": given}

    def backward(self, dy: Tensor, saved: Saved, wrt: str = "output") -> tuple[list[Tensor], Gradients]:
        """dy (batch, …) → a gradient for each input, in its shape"""
        gradients = self.split(dy, saved)
        pairs = zip(gradients, saved["x"], strict=True)
        return [dx if len(dx.shape) == len(x.shape) else ops.reshape(dx, ops.shape(x)) for dx, x in pairs], {}

    def merge(self, xs: list[Tensor], masks: list[Any]) -> tuple[Tensor, Saved]:
        """Tensors with equally many axes → y, and what `split` needs."""
        raise NotImplementedError

    def split(self, dy: Tensor, saved: Saved) -> list[Tensor]:
        """dy → a gradient for each of the tensors that `merge` was given."""
        raise NotImplementedError

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """True where any of the masks is (fact 3)."""
        return None if mask is None else ops.any_of(mask)

    def _inputs(self, x: Any) -> list[Tensor]:
        kind = type(self).__name__
        if not isinstance(x, (list, tuple)) or not x or (self.needs is not None and len(x) != self.needs):
            many = "one or more" if self.needs is None else self.needs
            received = f"{len(x)} inputs" if isinstance(x, (list, tuple)) else type(x).__name__
            raise ValueError(f"{kind} merges several inputs. Expected a list of {many}. Received: {received}")
        given = [ops.tensor(one, self.dtype) for one in x]
        shapes = [tuple(one.shape) for one in given]
        if not self._compatible(shapes):
            raise ValueError(
                f"{kind} cannot merge these inputs. Expected shapes that are equal, or 1 where they differ, behind "
                f"equal batches. Received: shapes={shapes}"
            )
        return given

    def _compatible(self, shapes: list[tuple[int | None, ...]]) -> bool:
        if len({shape[0] for shape in shapes} - {None}) > 1:
            return False
        behind = [shape[:0:-1] for shape in shapes]  # without the batch, last axis first
        along = [[shape[axis] for shape in behind if axis < len(shape)] for axis in range(max(map(len, behind)))]
        return all(len(set(lengths) - {1, None}) < 2 for lengths in along)


def _with_axes(x: Tensor, most: int) -> Tensor:
    """x with axes of length 1 behind the batch, until there are `most`."""
    for _ in range(most - len(x.shape)):
        x = ops.expand(x, 1)
    return x


class NaiveAdd(NaiveMerge):
    """The sum of all inputs."""

    def merge(self, xs: list[Tensor], masks: list[Any]) -> tuple[Tensor, Saved]:
        sums = [xs[0]]
        for x in xs[1:]:
            sums.append(ops.merge_add(sums[-1], x, body=self.body))
        return sums[-1], {"xs": xs, "sums": sums}

    def split(self, dy: Tensor, saved: Saved) -> list[Tensor]:
        gradients = []
        for x, before in zip(saved["xs"][:0:-1], saved["sums"][-2::-1], strict=True):
            dy, dx = ops.merge_add.backward(dy, None, before, x)
            gradients.append(dx)
        return [dy, *reversed(gradients)]


class NaiveAverage(NaiveAdd):
    """The average of all inputs."""

    def merge(self, xs: list[Tensor], masks: list[Any]) -> tuple[Tensor, Saved]:
        total, saved = super().merge(xs, masks)
        return total / len(xs), saved

    def split(self, dy: Tensor, saved: Saved) -> list[Tensor]:
        return super().split(dy / len(saved["xs"]), saved)


class NaiveSubtract(NaiveMerge):
    """The first input minus the second; there must be two."""

    needs = 2

    def merge(self, xs: list[Tensor], masks: list[Any]) -> tuple[Tensor, Saved]:
        return ops.subtract(*xs), {"xs": xs}

    def split(self, dy: Tensor, saved: Saved) -> list[Tensor]:
        return list(ops.subtract.backward(dy, None, *saved["xs"]))


class NaiveMultiply(NaiveMerge):
    """The product of all inputs."""

    def merge(self, xs: list[Tensor], masks: list[Any]) -> tuple[Tensor, Saved]:
        shown = [mask if mask is None else ops.mask_like(x, mask) for x, mask in zip(xs, masks, strict=True)]
        one = ops.ones((), self.dtype)
        factors = [x if mask is None else ops.where(mask, x, one) for x, mask in zip(xs, shown, strict=True)]
        products = [factors[0]]
        for factor in factors[1:]:
            products.append(ops.multiply(products[-1], factor))
        saved: Saved = {"xs": xs, "shown": shown, "factors": factors, "products": products}
        saved["any"] = ops.any_of(shown)
        if saved["any"] is None:
            return products[-1], saved
        return ops.where(saved["any"], products[-1], ops.zeros((), self.dtype)), saved

    def split(self, dy: Tensor, saved: Saved) -> list[Tensor]:
        gradients, one = [], ops.ones((), self.dtype)
        if saved["any"] is not None:
            _, dy, _ = ops.where.backward(dy, None, saved["any"], saved["products"][-1], one)
        for factor, before in zip(saved["factors"][:0:-1], saved["products"][-2::-1], strict=True):
            dy, dfactor = ops.multiply.backward(dy, None, before, factor)
            gradients.append(dfactor)
        dfactors = [dy, *reversed(gradients)]
        return [
            dfactor if mask is None else ops.where.backward(dfactor, None, mask, x, one)[1]
            for dfactor, mask, x in zip(dfactors, saved["shown"], saved["xs"], strict=True)
        ]


class NaiveExtreme(NaiveMerge):
    """What `Maximum` and `Minimum` have in common: which of two numbers stays."""

    choose: Operation

    def merge(self, xs: list[Tensor], masks: list[Any]) -> tuple[Tensor, Saved]:
        shown = [mask if mask is None else ops.mask_like(x, mask) for x, mask in zip(xs, masks, strict=True)]
        y, mask_of_y, steps = xs[0], shown[0], []
        for x, mask in zip(xs[1:], shown[1:], strict=True):
            other = x if mask is None else ops.where(mask, x, y)
            mine = y if mask_of_y is None else ops.where(mask_of_y, y, other)
            steps.append((y, x, mine, other, mask_of_y, mask))
            mask_of_y = ops.any_of([mask_of_y, mask])
            y = self.choose(mine, other)
        return y, {"steps": steps}

    def split(self, dy: Tensor, saved: Saved) -> list[Tensor]:
        gradients = []
        for y, x, mine, other, mask_of_y, mask in reversed(saved["steps"]):
            dy, dx = self.choose.backward(dy, None, mine, other)
            if mask_of_y is not None:
                _, dy, through = ops.where.backward(dy, None, mask_of_y, y, other)
                dx = dx + through
            if mask is not None:
                _, dx, through = ops.where.backward(dx, None, mask, x, y)
                dy = dy + through
            gradients.append(dx)
        return [dy, *reversed(gradients)]


class NaiveMaximum(NaiveExtreme):
    """The largest of all inputs, number by number."""

    choose = ops.maximum


class NaiveMinimum(NaiveExtreme):
    """The smallest of all inputs, number by number."""

    choose = ops.minimum
