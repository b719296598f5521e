"""What judging every update of a training alone gave; `sidebyside/judging.py` does it."""

from __future__ import annotations

from dataclasses import dataclass

OUTPUTS = 0
"""In place of the number of an update: the outputs on the test data, after the last one."""


@dataclass(frozen=True)
class Judged:
    """One tensor of one update.

    Attributes:
        update: from 1; `OUTPUTS` for the test data.
        quantity: `dense_1/kernel`, `gradient of dense_1/kernel`, `optimizer: …`, `outputs`.
        relative: largest distance between naive and Keras, as a share of the scale.
        used: how much of the distance that is allowed; above 1 breaks the rule.
    """

    update: int
    quantity: str
    relative: float
    used: float

    def words(self) -> str:
        """`dense_1/kernel after update 7`"""
        if self.update == OUTPUTS:
            return f"{self.quantity} on the test data"
        return f"{self.quantity} {'of' if self.quantity.startswith('gradient') else 'after'} update {self.update}"


@dataclass(frozen=True)
class Closeness:
    """What judging every update alone gave.

    Attributes:
        reason: why the sides cannot be equal to the last bit.
        tensors: how many were judged; broken: how many broke the rule.
        furthest: the one that is furthest from Keras; fullest: the one that used most of what is allowed.
        first_broken: None where there is none.
        unjudged: the weight that is furthest from Keras among those that are not judged, because the optimizer
            divides by what it remembers; None where all are.
    """

    reason: str
    tensors: int
    broken: int
    furthest: Judged | None
    fullest: Judged | None
    first_broken: Judged | None
    unjudged: Judged | None = None

    @property
    def passed(self) -> bool:
        """The rule holds for everything that was judged."""
        return self.tensors > 0 and self.broken == 0
