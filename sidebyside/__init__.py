"""Both sides on the same numbers: compare, grade, explain, report.

Importing this package does not import TensorFlow; using one of its names does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sidebyside.assertions import (
        NotEquivalentError,
        assert_all_exact,
        assert_close,
        assert_close32,
        assert_close64,
        assert_equivalent,
        assert_exact,
        assert_matches_differences,
        assert_same_as_reference,
    )
    from sidebyside.comparison import compare
    from sidebyside.glassbox import Inspection, inspect
    from sidebyside.grades import Grade, Outcome
    from sidebyside.result import Comparison
    from sidebyside.running import run_task
    from sidebyside.tasks import TASKS

_HOMES = {
    "Comparison": "sidebyside.result",
    "Grade": "sidebyside.grades",
    "Inspection": "sidebyside.glassbox",
    "NotEquivalentError": "sidebyside.assertions",
    "Outcome": "sidebyside.grades",
    "TASKS": "sidebyside.tasks",
    "assert_all_exact": "sidebyside.assertions",
    "assert_close": "sidebyside.assertions",
    "assert_close32": "sidebyside.assertions",
    "assert_close64": "sidebyside.assertions",
    "assert_equivalent": "sidebyside.assertions",
    "assert_exact": "sidebyside.assertions",
    "assert_matches_differences": "sidebyside.assertions",
    "assert_same_as_reference": "sidebyside.assertions",
    "compare": "sidebyside.comparison",
    "inspect": "sidebyside.glassbox",
    "run_task": "sidebyside.running",
}

__all__ = [
    "TASKS",
    "Comparison",
    "Grade",
    "Inspection",
    "NotEquivalentError",
    "Outcome",
    "assert_all_exact",
    "assert_close",
    "assert_close32",
    "assert_close64",
    "assert_equivalent",
    "assert_exact",
    "assert_matches_differences",
    "assert_same_as_reference",
    "compare",
    "inspect",
    "run_task",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sidebyside' has no attribute {name!r}")
