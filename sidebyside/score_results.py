"""What the test data says about both sides: classes, yes/no labels, or reconstructed pictures."""

from __future__ import annotations

from dataclasses import dataclass

Picture = tuple[tuple[float, ...], ...]
"""Rows of brightness, 0 for paper."""


@dataclass(frozen=True)
class Scores:
    """How well both sides classify the test data; the confusion matrix has true classes as rows.

    Attributes:
        predictions_different: examples that the sides put into different classes.
        outputs_different, outputs_total: numbers in the models' outputs that differ, of all.
    """

    class_names: tuple[str, ...]
    examples: int
    predictions_different: int
    outputs_different: int
    outputs_total: int
    confusion: tuple[tuple[int, ...], ...]
    accuracy: float
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    f1: tuple[float, ...]
    agree: dict[str, bool]
    """For each of `confusion`, `accuracy`, `precision`, `recall`, `f1` × `keras`, `sklearn`: equal?"""

    @property
    def equal(self) -> bool:
        """Same outputs to the last bit, and the same counts and ratios in Keras and scikit-learn."""
        return self.predictions_different == 0 and self.outputs_different == 0 and all(self.agree.values())


@dataclass(frozen=True)
class Label:
    """One yes/no question: how often which answer was right, and the ratios of these counts."""

    name: str
    true_positives: int
    false_positives: int
    true_negatives: int
    false_negatives: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class LabelScores:
    """How well both sides answer several yes/no questions about each example of the test data.

    Attributes:
        accuracy: share of the answers that are right; all_right: share of the examples whose every answer is.
        predictions_different: answers that the sides give differently.
        outputs_different, outputs_total: numbers in the models' outputs that differ, of all.
    """

    labels: tuple[Label, ...]
    examples: int
    accuracy: float
    all_right: float
    predictions_different: int
    outputs_different: int
    outputs_total: int
    agree: dict[str, bool]
    """For each of `counts`, `precision`, `recall`, `f1` × `keras`, `sklearn`: equal, for all labels?"""

    @property
    def equal(self) -> bool:
        """Same outputs to the last bit, and the same counts and ratios in Keras and scikit-learn."""
        return self.predictions_different == 0 and self.outputs_different == 0 and all(self.agree.values())


@dataclass(frozen=True)
class RestoredExample:
    """A test picture: as it was fed in, as it should come out, and as it did."""

    given: Picture
    wanted: Picture
    restored: Picture


@dataclass(frozen=True)
class RestorationScores:
    """How near what comes out is to what was wanted, as mean squared errors over the test data.

    Attributes:
        naive, keras: of what the sides give; nothing: of what they were fed with.
        outputs_different, outputs_total: numbers in the outputs that differ, of all.
    """

    examples: int
    naive: float
    keras: float
    nothing: float
    outputs_different: int
    outputs_total: int
    agree: dict[str, bool]
    """For `mean squared error` × `keras`, `sklearn`: equal?"""
    pictures: tuple[RestoredExample, ...] = ()

    @property
    def predictions_different(self) -> int:
        """A number that differs is a prediction that does."""
        return self.outputs_different

    @property
    def equal(self) -> bool:
        """Same outputs to the last bit, so the same error; and scikit-learn's."""
        return self.outputs_different == 0 and all(self.agree.values())


AnyScores = Scores | LabelScores | RestorationScores


@dataclass(frozen=True)
class MistakeExample:
    """A test picture that was taken for another class."""

    image: Picture
    true_class: str
    predicted_class: str
    probability: float


def first_score(scores: AnyScores) -> str:
    """What differs first in scores that are not equal, in words."""
    if scores.predictions_different and not isinstance(scores, RestorationScores):
        return f"{scores.predictions_different} predictions on the test data differ"
    if scores.outputs_different:
        numbers = f"{scores.outputs_different:,} of {scores.outputs_total:,} numbers"
        return f"The outputs on the test data differ: {numbers}"
    wrong = [name for name, same in scores.agree.items() if not same]
    return f"Scores that differ: {', '.join(wrong)}"
