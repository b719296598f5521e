"""A campaign: many random networks from one seed, and the smallest one that fails, if one does."""

from __future__ import annotations

import datetime
import json
import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis

from keras_ref.float64 import Float64Keras
from sidebyside import environment
from sidebyside.fuzzing.check import problem
from sidebyside.fuzzing.networks import networks
from sidebyside.fuzzing.recipe import Recipe


@dataclass(frozen=True)
class Campaign:
    """What came out.

    Attributes:
        cases: how many networks were run; layers: how often each class of layer occurred.
        seed, execution: as asked.
        failure: the smallest failing recipe; None when all passed.
        explanation: what it fails with, and a program that shows it.
    """

    cases: int
    seed: int
    execution: str
    layers: dict[str, int]
    failure: Recipe | None = None
    explanation: str = ""

    @property
    def passed(self) -> bool:
        """No network differed."""
        return self.failure is None

    def summary(self) -> str:
        """For people."""
        if self.failure is not None:
            return f"DIFFERENT: seed {self.seed}, {self.execution}\n{self.explanation}"
        kinds = ", ".join(f"{name.removeprefix('Naive')} {count}" for name, count in sorted(self.layers.items()))
        return (
            f"EQUAL: {self.cases:,} random networks without a difference "
            f"(seed {self.seed}, {self.execution})\nlayers: {kinds}\nholds for {environment.current().one_line()}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "cases": self.cases, "seed": self.seed, "execution": self.execution, "passed": self.passed,
            "layers": self.layers, "failure": self.failure, "explanation": self.explanation,
            "environment": environment.current().to_dict(),
        }  # fmt: skip


def run(cases: int, seed: int | None, execution: str, progress: Callable[[int], None] | None = None) -> Campaign:
    """Run `cases` random networks; on a failure, shrink it and stop."""
    chosen = random.SystemRandom().randrange(2**32) if seed is None else seed
    layers: dict[str, int] = {}
    smallest: list[tuple[Recipe, str]] = []
    done = 0
    float64 = Float64Keras()

    @hypothesis.seed(chosen)
    @hypothesis.settings(
        max_examples=cases, deadline=None, database=None, print_blob=False, verbosity=hypothesis.Verbosity.quiet,
        suppress_health_check=list(hypothesis.HealthCheck), report_multiple_bugs=False,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
    )  # fmt: skip
    @hypothesis.given(networks())
    def one(recipe: Recipe) -> None:
        nonlocal done
        wrong = problem(recipe, execution, float64)
        if wrong:
            smallest[:] = [(recipe, wrong)]
            raise AssertionError("differs")
        if not smallest:
            done += 1
            _count(recipe["steps"], layers)
            if progress is not None:
                progress(done)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras says where it drops a mask; we drop it there too
            one()
    except AssertionError:
        recipe, explanation = smallest[0]
        return Campaign(done, chosen, execution, layers, recipe, explanation)
    finally:
        float64.close()
    return Campaign(done, chosen, execution, layers)


def append(campaign: Campaign, path: Path) -> None:
    """Add the outcome, dated, to a file of one JSON object a line."""
    entry = {"date": datetime.date.today().isoformat()} | campaign.to_dict()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


def _count(steps: Any, layers: dict[str, int]) -> None:
    for step in steps:
        if "branches" in step:
            layers[step["merge"]] = layers.get(step["merge"], 0) + 1
            for way in step["branches"]:
                _count(way, layers)
            continue
        layers[step["layer"]] = layers.get(step["layer"], 0) + 1
        inner = step["arguments"].get("layer")
        if inner is not None:
            _count([inner], layers)
