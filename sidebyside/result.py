"""What comparing two trainings gives: typed, printable, and plain enough for JSON."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from sidebyside.closeness import Closeness
from sidebyside.environment import Environment
from sidebyside.score_results import (
    AnyScores,
    Label,
    LabelScores,
    MistakeExample,
    RestorationScores,
    RestoredExample,
    Scores,
    first_score,
)

__all__ = [
    "Closeness",
    "Comparison",
    "GradientRecord",
    "Label",
    "LabelScores",
    "MistakeExample",
    "RestorationScores",
    "RestoredExample",
    "Scores",
    "UpdateRecord",
    "WeightResult",
    "plain",
    "same_numbers",
]


@dataclass(frozen=True)
class WeightResult:
    """One weight after the last update.

    Attributes:
        name: `layer/weight`; shape: its axes.
        total, different: numbers in it, and how many differ.
        max_ulp, max_abs: largest distance in units in the last place, and absolute.
        first_update: the update after which it first differed, 0 before the first one; None when never.
    """

    name: str
    shape: tuple[int, ...]
    total: int
    different: int
    max_ulp: float
    max_abs: float
    first_update: int | None


@dataclass(frozen=True)
class UpdateRecord:
    """All weights after one update: how many numbers differ, and per weight the largest distances.

    Attributes:
        relative: the absolute distance as a share of the weight's scale; only where each update was made alone.
    """

    update: int
    different: int
    max_ulp: tuple[float, ...]
    max_abs: tuple[float, ...]
    relative: tuple[float, ...] = ()


@dataclass(frozen=True)
class GradientRecord:
    """The gradients of one batch, before its update.

    Attributes:
        update: which update it was, from 1.
        different, total: numbers that differ, of all.
        max_ulp, relative: per weight, the largest distance and its share of the gradient's scale.
        norm: per weight, the length of Keras's gradient.
    """

    update: int
    different: int
    total: int
    max_ulp: tuple[float, ...]
    relative: tuple[float, ...]
    norm: tuple[float, ...]


@dataclass(frozen=True)
class Comparison:
    """Two trainings, side by side.

    Attributes:
        settings: task, execution, gradients, batch size, seed, … as asked for.
        updates_naive, updates_keras: how many times each side moved its weights.
        history_naive, history_keras: loss and metrics per epoch.
        initial_different: numbers in the weights that differed before the first update.
        slots_different: numbers in the optimizers' variables that differ after the last update.
        updates_asked: epochs times batches; None where nobody asked for a number.
        weights: one entry per weight; updates: one per update; gradients: one per probed batch.
        scores, mistakes: on test data, where there was some.
        seconds: wall time of both trainings together.
        seeds_different: numbers in the seeds that differ, the most after any update.
        gradient_names: of the weights that have gradients, in the order of `GradientRecord`; empty for all weights.
        closeness: where the sides cannot be equal to the last bit: how close every update was, made alone.
    """

    settings: dict[str, Any]
    environment: Environment
    updates_naive: int
    updates_keras: int
    history_naive: dict[str, list[float]]
    history_keras: dict[str, list[float]]
    weights: tuple[WeightResult, ...]
    updates: tuple[UpdateRecord, ...]
    gradients: tuple[GradientRecord, ...]
    seconds: float
    scores: AnyScores | None = None
    mistakes: tuple[MistakeExample, ...] = field(default=())
    initial_different: int = 0
    slots_different: int = 0
    updates_asked: int | None = None
    seeds_different: int = 0
    closeness: Closeness | None = None
    gradient_names: tuple[str, ...] = ()

    @property
    def weights_total(self) -> int:
        """Numbers in all weights."""
        return sum(weight.total for weight in self.weights)

    @property
    def weights_different(self) -> int:
        """How many of them differ at the end."""
        return sum(weight.different for weight in self.weights)

    @property
    def max_ulp(self) -> float:
        """The largest distance of any weight at the end, in units in the last place."""
        return max((weight.max_ulp for weight in self.weights), default=0.0)

    @property
    def updates_exact(self) -> int:
        """After how many updates every weight was equal."""
        return sum(record.different == 0 for record in self.updates)

    @property
    def gradients_different(self) -> int:
        """Numbers that differ in all probed gradients."""
        return sum(record.different for record in self.gradients)

    @property
    def history_equal(self) -> bool:
        """Loss and metrics of every epoch are equal, to the last bit."""
        return self.history_naive.keys() == self.history_keras.keys() and all(
            same_numbers(values, self.history_keras[name]) for name, values in self.history_naive.items()
        )

    @property
    def equal(self) -> bool:
        """Everything that was compared is equal to the last bit."""
        return (
            self.updates_naive == self.updates_keras
            and self.updates_exact == len(self.updates)
            and self.updates_asked in (None, self.updates_naive)
            and self.initial_different == 0
            and self.weights_different == 0
            and self.slots_different == 0
            and self.seeds_different == 0
            and self.gradients_different == 0
            and self.history_equal
            and (self.scores is None or self.scores.equal)
        )

    @property
    def close(self) -> bool:
        """Not equal to the last bit, and not meant to be: every update, made alone, was as close as CLOSE asks."""
        return (
            not self.equal
            and self.closeness is not None
            and self.closeness.passed
            and self.updates_naive == self.updates_keras
            and self.updates_asked in (None, self.updates_naive)
            and self.initial_different == 0
            and self.seeds_different == 0
        )

    @property
    def passed(self) -> bool:
        """As equal as the two sides can be: to the last bit, or, where there is a reason why not, CLOSE."""
        return self.equal or self.close

    @property
    def grade(self) -> str:
        """`EQUAL`, `CLOSE` or `DIFFERENT`."""
        return "EQUAL" if self.equal else "CLOSE" if self.close else "DIFFERENT"

    @property
    def finite(self) -> bool:
        """Loss and metrics of every epoch are numbers, on our side."""
        return all(math.isfinite(value) for values in self.history_naive.values() for value in values)

    @property
    def verdict(self) -> str:
        """One line."""
        n, total = self.weights_different, self.weights_total
        if self.equal:
            finite = "" if self.finite else "; but the training diverged, to numbers that are not finite"
            return (
                f"EQUAL: {self.updates_naive:,} updates on each side, and after each of them "
                f"0 of {total:,} weights different{finite}"
            )
        if self.closeness is not None:
            return f"{self.grade}: {_close_words(self, self.closeness)}"
        return f"DIFFERENT: {n:,} of {total:,} weights different after {self.updates_naive:,} updates. {self.first()}"

    def first(self) -> str:
        """What differed first, in the order of the data flow: updates, gradients, history, scores."""
        if self.updates_naive != self.updates_keras:
            return f"The sides made {self.updates_naive} (naive) and {self.updates_keras} (Keras) updates"
        if self.updates_asked not in (None, self.updates_naive):
            return f"{self.updates_asked:,} updates were asked for, {self.updates_naive:,} were made"
        if self.initial_different:
            return f"The first weights differ already: {self.initial_different:,} of {self.weights_total:,} numbers"
        late = [weight for weight in self.weights if weight.first_update is not None]
        probe = next((record for record in self.gradients if record.different), None)
        if late:
            weight = min(late, key=lambda one: one.first_update or 0)
            if probe is not None and probe.update <= (weight.first_update or 0):
                return f"The gradients of update {probe.update} differ first: {_share(probe)}"
            return f"{weight.name} differs first, after update {weight.first_update}"
        if probe is not None:
            return f"The gradients of update {probe.update} differ: {_share(probe)}"
        if self.seeds_different:
            return f"The weights are equal, the seeds are not: {self.seeds_different} numbers differ"
        if self.slots_different:
            return f"The weights are equal, {self.slots_different:,} numbers that the optimizers remember are not"
        if not self.history_equal:
            return f"The weights are equal, the history is not: {_first_history(self)}"
        if self.scores is not None and not self.scores.equal:
            return first_score(self.scores)
        return "Nothing differs"

    def explain(self) -> str:
        """The verdict, and every weight that differs."""
        lines = [self.verdict]
        lines += [
            f"  {one.name} {one.shape}: {one.different} of {one.total} differ, up to {one.max_ulp:.0f} units in the "
            f"last place, {one.max_abs:.3g} absolute, first seen after update {one.first_update}"
            for one in self.weights
            if one.different or one.first_update is not None
        ]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Everything, in plain types for JSON, the derived numbers included; what is not finite becomes None."""
        derived = {
            "equal": self.equal,
            "grade": self.grade,
            "passed": self.passed,
            "verdict": self.verdict,
            "weights_total": self.weights_total,
            "weights_different": self.weights_different,
            "max_ulp": self.max_ulp,
            "updates_exact": self.updates_exact,
            "gradients_different": self.gradients_different,
            "history_equal": self.history_equal,
        }
        return plain(derived | asdict(self))


def _close_words(comparison: Comparison, found: Closeness) -> str:
    """What judging every update alone gave, in a sentence or two."""
    n, total = comparison.updates_naive, found.tensors
    if comparison.close and found.furthest is not None:
        unjudged = "" if found.unjudged is None else f"; weights within {found.unjudged.relative:.1e} of their scale"
        return (
            f"not to the last bit ({found.reason}), but each of {n:,} updates, made alone from Keras's weights, is as "
            f"near to the float64 truth as the rule asks; furthest from Keras: {found.furthest.words()}, by "
            f"{found.furthest.relative:.1e} of its scale{unjudged}"
        )
    if found.first_broken is None:
        return comparison.first()
    return (
        f"{found.broken:,} of {total:,} tensors of {n:,} updates, each made alone from Keras's weights, break the rule "
        f"of CLOSE. First {found.first_broken.words()}: {found.first_broken.relative:.1e} of its scale from Keras, "
        f"{found.first_broken.used:.3g} times what is allowed"
    )


def _share(record: GradientRecord) -> str:
    return f"{record.different:,} of {record.total:,} numbers"


def plain(value: Any) -> Any:
    """The same value where JSON has a word for it: no NaN, no infinity."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def same_numbers(mine: list[float], reference: list[float]) -> bool:
    """Equal one by one; NaN equals NaN."""
    return len(mine) == len(reference) and all(
        a == b or (a != a and b != b) for a, b in zip(mine, reference, strict=True)
    )


def _first_history(comparison: Comparison) -> str:
    ours, theirs = comparison.history_naive, comparison.history_keras
    if sorted(ours) != sorted(theirs):
        return f"names {sorted(ours)} (naive), {sorted(theirs)} (Keras)"
    for name, values in ours.items():
        for epoch, (mine, reference) in enumerate(zip(values, theirs[name], strict=False), 1):
            if not same_numbers([mine], [reference]):
                return f"{name} of epoch {epoch} is {mine!r} (naive), {reference!r} (Keras)"
    return "their lengths differ"
