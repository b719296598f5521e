"""The grades of equality: the one place where a tolerance is defined.

| grade | means | rule |
|---|---|---|
| EXACT | every bit equal | same shape and dtype, `array_equal`; ±0 equal, NaN where NaN |
| CLOSE | same mathematics, another order of additions | in float64: error ≤ 1e-12 of the scale (1e-10 through a whole training); in float32: no further from the float64 truth than 4 times Keras's own distance, plus 2e-7 of the scale |
| DIFF | a derivative equals central differences | float64: error ≤ 1e-7 of the scale at h = 1e-5, and 4 times smaller (with h²) when h is halved |
| REF | equals another reference | counts: equal integers; ratios: equal to the last bit of the reference's dtype |
| STAT | equal in distribution | a named test with its threshold and seed |

The scale of a tensor is the largest absolute value of the reference. Distances in units in the last place are
reported, and are no criterion: an element near zero makes them meaningless.

A whole training in float32 has no grade CLOSE of its own: one unit in the last place, early on, can grow to any size
by chance, with correct code on both sides. Instead each update is judged alone. Both sides and the float64 truth start
it from the same numbers, Keras's current weights and state, and the rule for float32 is put to every weight, every
number the optimizer remembers, the gradients that were looked at, and the outputs on the test data at the end.
Optimizers that divide a gradient by its own size (Adam, RMSprop) are an exception: where the true gradient is next to
nothing, their step is all rounding, magnified to the size of the learning rate, on Keras's side as on ours. With them
the weights that gradients move are reported and not judged; what such an optimizer remembers of the gradients, at
every update, is judged, and that the step taken from there is Keras's own to the last bit is the optimizer's own row.
"""  # noqa: E501

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from sidebyside.distance import Distance, distance

FLOAT64_BOUND = 1e-12
FLOAT64_TRAINING_BOUND = 1e-10
FLOAT32_FACTOR = 4.0
FLOAT32_FLOOR = 2e-7
DIFFERENCES_BOUND = 1e-7
DIFFERENCES_STEP = 1e-5
ROUNDING_FLOOR = 1e-9
"""Below this share of the scale, rounding hides how an error shrinks with h²."""


class Grade(Enum):
    """What was asked of a comparison."""

    EXACT = "EXACT"
    CLOSE = "CLOSE"
    DIFF = "DIFF"
    REF = "REF"
    STAT = "STAT"


@dataclass(frozen=True)
class Outcome:
    """One quantity, compared.

    Attributes:
        quantity: its name, for example `gradient of dense_1/kernel`.
        grade: what was asked.
        passed: whether it was met.
        shape, dtype: of our side.
        distance: what was measured; None where the shapes or dtypes already differ.
        reason: why it failed, in words; empty when it passed.
    """

    quantity: str
    grade: Grade
    passed: bool
    shape: tuple[int, ...]
    dtype: str
    distance: Distance | None
    reason: str = ""

    def explain(self) -> str:
        """A sentence or a few, for people."""
        head = f"{self.quantity}: shape {self.shape}, {self.dtype}, grade {self.grade.value}"
        if self.passed:
            return f"{head}: passed"
        lines = [f"{head}: FAILED. {self.reason}"]
        d = self.distance
        if d is not None and d.worst_index is not None:
            place = f"[{', '.join(map(str, d.worst_index))}]"
            lines += [
                f"  {d.different} of {d.total} elements differ",
                f"  worst at {place}: naive {d.mine!r}, reference {d.reference!r}",
                f"  largest distance {d.max_ulp:.0f} units in the last place, "
                f"{d.relative:.2e} of the scale {d.scale:.3g}",
            ]
        return "\n".join(lines)


def exact(mine: Any, reference: Any, quantity: str = "value") -> Outcome:
    """EXACT: every bit equal."""
    return _every_bit(mine, reference, quantity, Grade.EXACT)


def same_as_reference(mine: Any, reference: Any, quantity: str = "value") -> Outcome:
    """REF: equal counts, or ratios equal to the last bit of the reference's dtype."""
    return _every_bit(mine, reference, quantity, Grade.REF)


def close64(mine: Any, reference: Any, quantity: str = "value", training: bool = False) -> Outcome:
    """CLOSE in float64: within 1e-12 of the scale (1e-10 through a whole training)."""
    a, b, failed = _comparable(mine, reference, quantity, Grade.CLOSE, "float64")
    if failed is not None:
        return failed
    bound = FLOAT64_TRAINING_BOUND if training else FLOAT64_BOUND
    d = distance(a, b)
    return _judge(quantity, Grade.CLOSE, a, d, d.max_abs <= bound * d.scale, f"The bound is {bound:g} of the scale")


def close32(mine: Any, keras: Any, truth: Any, quantity: str = "value") -> Outcome:
    """CLOSE in float32: not much further from the float64 truth than Keras is.

    Args:
        mine, keras: float32 results; truth: Keras's float64 result on the same float32 inputs.
    """
    a, b, failed = _comparable(mine, keras, quantity, Grade.CLOSE, "float32")
    if failed is not None:
        return failed
    ours, theirs, bound = _room32(a, b, truth)
    reason = f"Keras is {theirs.max_abs:.3g} from the float64 truth, ours {ours.max_abs:.3g}; the bound is {bound:.3g}"
    return _judge(quantity, Grade.CLOSE, a, distance(a, b), ours.max_abs <= bound, reason)


def used32(mine: Any, keras: Any, truth: Any) -> float:
    """How much of the distance that CLOSE allows in float32 is used: 0 for the truth itself, above 1 breaks the rule.

    Args:
        mine, keras, truth: as for `close32`, of one shape.
    """
    ours, _, bound = _room32(np.asarray(mine), np.asarray(keras), truth)
    return 0.0 if ours.max_abs == 0 else ours.max_abs / bound if bound > 0 else float("inf")


def matches_differences(gradient: Any, coarse: Any, fine: Any, quantity: str = "gradient") -> Outcome:
    """DIFF: a float64 derivative equals central differences, and their error shrinks with h².

    Args:
        gradient: the derivative; coarse, fine: central differences at steps h and h/2.
    """
    a, b, failed = _comparable(gradient, fine, quantity, Grade.DIFF, "float64")
    if failed is not None:
        return failed
    far, near = distance(a, np.asarray(coarse)), distance(a, b)
    within = near.max_abs <= DIFFERENCES_BOUND * max(near.scale, 1e-300) or near.max_abs == 0
    shrinks = near.max_abs <= max(far.max_abs / 2, ROUNDING_FLOOR * near.scale)
    reason = f"The error is {far.max_abs:.3g} at h and {near.max_abs:.3g} at h/2; the bound is {DIFFERENCES_BOUND:g}"
    return _judge(quantity, Grade.DIFF, a, near, within and shrinks, reason)


def _room32(a: np.ndarray, b: np.ndarray, truth: Any) -> tuple[Distance, Distance, float]:
    """Our distance from the truth, Keras's, and how far ours may be."""
    ours, theirs = distance(a.astype("float64"), truth), distance(b.astype("float64"), truth)
    return ours, theirs, FLOAT32_FACTOR * theirs.max_abs + FLOAT32_FLOOR * ours.scale


def _every_bit(mine: Any, reference: Any, quantity: str, grade: Grade) -> Outcome:
    a, b, failed = _comparable(mine, reference, quantity, grade, None)
    if failed is not None:
        return failed
    d = distance(a, b)
    return _judge(quantity, grade, a, d, d.different == 0, "Every bit must be equal")


def _comparable(
    mine: Any, reference: Any, quantity: str, grade: Grade, dtype: str | None
) -> tuple[np.ndarray, np.ndarray, Outcome | None]:
    """Both as arrays, or the outcome that says why they cannot be compared."""
    a, b = np.asarray(mine), np.asarray(reference)
    reason = ""
    if a.shape != b.shape:
        reason = f"The shapes differ: naive {a.shape}, reference {b.shape}"
    elif a.dtype != b.dtype:
        reason = f"The dtypes differ: naive {a.dtype}, reference {b.dtype}"
    elif dtype is not None and a.dtype != dtype:
        reason = f"This grade is for {dtype}, and these are {a.dtype}"
    if not reason:
        return a, b, None
    return a, b, Outcome(quantity, grade, False, a.shape, str(a.dtype), None, reason)


def _judge(quantity: str, grade: Grade, a: np.ndarray, d: Distance, passed: bool, reason: str) -> Outcome:
    passed = bool(passed)
    return Outcome(quantity, grade, passed, a.shape, str(a.dtype), d, "" if passed else reason)
