"""The equivalence matrix: every component × quantity × mode × way of differentiating, and bits flipped on purpose.

A cell is EXACT, or CLOSE with its reason, or FAILED; a reason that is not needed fails too. For each row one bit of
one naive weight, gradient and state is flipped, and the row must see it; else its equality would mean nothing.
"""

from __future__ import annotations

import difflib
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from keras_ref.float64 import Float64Keras
from naive import NaiveModel
from naive.backprop import GRADIENTS
from sidebyside import environment
from sidebyside.components import COMPONENTS, QUANTITIES, Component
from sidebyside.components.examine import Cell, Sabotage, Seen, examine

FLIPS = ("weight", "gradient", "state")


@dataclass(frozen=True)
class Grade:
    """One cell, as data.

    Attributes:
        verdict: `EXACT`, `CLOSE`, `FAILED`, or `-` where there is nothing to compare.
        ulp, relative: the largest distance, in units in the last place and as a share of the scale.
        worst: the tensor where it was found.
        reason: why it is not EXACT.
        explanation: why it failed, in words.
    """

    quantity: str
    mode: str
    gradients: str
    verdict: str
    ulp: float
    relative: float
    worst: str
    reason: str
    explanation: str


@dataclass(frozen=True)
class Flip:
    """One bit that was flipped, and whether the comparison saw it."""

    what: str
    seen: bool


@dataclass(frozen=True)
class Row:
    """One component."""

    name: str
    concept: str
    cells: tuple[Grade, ...]
    flips: tuple[Flip, ...]

    @property
    def passed(self) -> bool:
        """No cell failed, and every flipped bit was seen."""
        return all(cell.verdict != "FAILED" for cell in self.cells) and all(flip.seen for flip in self.flips)

    def cell(self, mode: str, gradients: str, quantity: str) -> Grade | None:
        """The cell of that place; None where it was not asked for."""
        wanted = (mode, gradients, quantity)
        return next((c for c in self.cells if (c.mode, c.gradients, c.quantity) == wanted), None)

    def failures(self) -> list[str]:
        """In words."""
        lines = [
            f"{self.name}, {cell.mode}, {cell.gradients}: {cell.explanation}"
            for cell in self.cells
            if cell.verdict == "FAILED"
        ]
        return lines + [f"{self.name}: a flipped bit of a {f.what} was not seen" for f in self.flips if not f.seen]


@dataclass(frozen=True)
class Matrix:
    """All rows."""

    rows: tuple[Row, ...]

    @property
    def passed(self) -> bool:
        """Every row passed."""
        return all(row.passed for row in self.rows)

    def count(self, verdict: str, gradients: str | None = None) -> int:
        """How many cells have that verdict."""
        cells = [cell for row in self.rows for cell in row.cells]
        return sum(cell.verdict == verdict and gradients in (None, cell.gradients) for cell in cells)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "environment": environment.current().to_dict(),
            "passed": self.passed,
            "cells": {verdict: self.count(verdict) for verdict in ("EXACT", "CLOSE", "FAILED")},
            "flips": {
                "made": sum(len(row.flips) for row in self.rows),
                "seen": sum(flip.seen for row in self.rows for flip in row.flips),
            },
            "rows": [asdict(row) | {"passed": row.passed} for row in self.rows],
        }


def names_beginning_with(prefixes: Sequence[str]) -> list[str]:
    """The components whose names begin with one of the prefixes; all where none is given.

    Raises:
        ValueError: a prefix that fits nothing.
    """
    names = [component.name for component in COMPONENTS]
    for prefix in prefixes:
        if not any(name.startswith(prefix) for name in names):
            families = sorted({name.split(",")[0] for name in names})
            near = difflib.get_close_matches(prefix, families, n=3, cutoff=0.4)
            hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise ValueError(
                f"No component has a name that begins so.{hint} Expected the beginning of a name, one of "
                f"{', '.join(families)}. Received: component={prefix!r}"
            )
    return [name for name in names if not prefixes or name.startswith(tuple(prefixes))]


def run(
    names: Sequence[str], modes: Sequence[str], ways: Sequence[str], quantities: Sequence[str], flips: bool,
    processes: int,
) -> Iterator[Row]:  # fmt: skip
    """One row after another, in the order of `names`."""
    arguments = [(name, tuple(modes), tuple(ways), tuple(quantities) or QUANTITIES, flips) for name in names]
    if processes == 1:
        float64 = Float64Keras()
        try:
            for one in arguments:
                yield row(*one, float64)
        finally:
            float64.close()
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_quiet) as pool:
        yield from pool.map(_row_in_process, arguments)


def row(
    name: str, modes: Sequence[str], ways: Sequence[str], quantities: Sequence[str], flips: bool, float64: Float64Keras
) -> Row:
    """Everything about one component."""
    component = next(one for one in COMPONENTS if one.name == name)
    cells = [cell for mode in modes for cell in examine(component, mode, ways, quantities, float64)]
    found = flip_bits(component) if flips else []
    return Row(name, component.concept, tuple(_as_grade(cell) for cell in cells), tuple(found))


def flip_bits(component: Component) -> list[Flip]:
    """One bit of a weight before training, of a gradient and of a state; eager, because bits are bits."""
    found = []
    spoiled = FlipOneBit()
    for cell in examine(component, "eager", GRADIENTS[0], QUANTITIES, None, spoiled):
        if cell.quantity == "training" and spoiled.weight:
            found.append(Flip("weight", not _all_equal(cell)))
        if cell.quantity in ("input gradient", "weight gradients") and cell.outcomes:
            found.append(Flip("gradient", not _all_equal(cell)))
        if cell.quantity == "state" and cell.outcomes:
            found.append(Flip("state", not _all_equal(cell)))
    return found


class FlipOneBit(Sabotage):
    """The lowest bit of one number."""

    def __init__(self) -> None:
        self.weight = ""

    def __call__(self, quantity: str, seen: Seen) -> Seen:
        if quantity == "forward" or not seen:
            return seen
        name, mine, reference = seen[-1]
        return [*seen[:-1], (name, flipped(np.asarray(mine)), reference)]

    def before_training(self, model: NaiveModel) -> None:
        for name, weight in model.named_trainable.items():
            self.weight = name
            weight.assign(flipped(weight.numpy()))
            return


def flipped(values: np.ndarray) -> np.ndarray:
    """The lowest bit of the largest number is another one."""
    changed = np.array(values).reshape(-1)
    if not changed.size:
        return np.ones(1, changed.dtype)
    integers = changed.view({1: "u1", 2: "u2", 4: "u4", 8: "u8"}[changed.itemsize])
    integers[np.abs(changed.astype("float64")).argmax()] ^= 1
    return changed.reshape(np.shape(values))


def _all_equal(cell: Cell) -> bool:
    return all(one.distance is not None and one.distance.different == 0 for one in cell.outcomes)


def _as_grade(cell: Cell) -> Grade:
    worst = cell.worst()
    d = None if worst is None else worst.distance
    return Grade(
        cell.quantity, cell.mode, cell.gradients, cell.verdict, 0.0 if d is None else d.max_ulp,
        0.0 if d is None else d.relative, "" if worst is None or cell.exact else worst.quantity, cell.reason,
        cell.explain() if cell.verdict == "FAILED" else "",
    )  # fmt: skip


_float64_of_process: list[Float64Keras] = []


def _quiet() -> None:
    tf.get_logger().setLevel("ERROR")
    _float64_of_process.append(Float64Keras())


def _row_in_process(arguments: Any) -> Row:
    name, modes, ways, quantities, flips = arguments
    return row(name, modes, ways, quantities, flips, _float64_of_process[0])
