"""Assertions for tests and notebooks: each fails with the quantity, the place, both values and the distance."""

from __future__ import annotations

from typing import Any

from sidebyside import grades
from sidebyside.grades import Outcome
from sidebyside.result import Comparison


class NotEquivalentError(AssertionError):
    """Two sides that should be equal are not."""


def _require(outcome: Outcome) -> Outcome:
    __tracebackhide__ = True
    if not outcome.passed:
        raise NotEquivalentError(outcome.explain())
    return outcome


def assert_exact(naive: Any, keras: Any, quantity: str = "value") -> Outcome:
    """Every bit is equal (grade EXACT)."""
    __tracebackhide__ = True
    return _require(grades.exact(naive, keras, quantity))


def assert_all_exact(naive: Any, keras: Any, names: Any) -> None:
    """Every array of one list equals its partner in the other; the first that does not, in order, is named."""
    __tracebackhide__ = True
    for mine, reference, name in zip(naive, keras, names, strict=True):
        assert_exact(mine, reference, str(name))


def assert_close64(naive: Any, keras: Any, quantity: str = "value", training: bool = False) -> Outcome:
    """Equal up to the order of additions, in float64 (grade CLOSE)."""
    __tracebackhide__ = True
    return _require(grades.close64(naive, keras, quantity, training))


def assert_close32(naive: Any, keras: Any, truth: Any, quantity: str = "value") -> Outcome:
    """Equal up to the order of additions, in float32, measured against float64 (grade CLOSE)."""
    __tracebackhide__ = True
    return _require(grades.close32(naive, keras, truth, quantity))


def assert_matches_differences(gradient: Any, coarse: Any, fine: Any, quantity: str = "gradient") -> Outcome:
    """A derivative equals central differences (grade DIFF)."""
    __tracebackhide__ = True
    return _require(grades.matches_differences(gradient, coarse, fine, quantity))


def assert_same_as_reference(naive: Any, reference: Any, quantity: str = "value") -> Outcome:
    """Counts and ratios equal another library's (grade REF)."""
    __tracebackhide__ = True
    return _require(grades.same_as_reference(naive, reference, quantity))


def assert_equivalent(comparison: Comparison) -> Comparison:
    """A whole comparison came out equal; else what differed first is told."""
    __tracebackhide__ = True
    if not comparison.equal:
        raise NotEquivalentError(comparison.explain())
    return comparison


def assert_close(comparison: Comparison) -> Comparison:
    """A training that has a reason not to be equal to the last bit is CLOSE; strict, so one that is EQUAL fails."""
    __tracebackhide__ = True
    if comparison.equal:
        raise NotEquivalentError(f"Equal to the last bit, though the grade CLOSE was asked for. {comparison.verdict}")
    if not comparison.close:
        raise NotEquivalentError(comparison.explain())
    return comparison
