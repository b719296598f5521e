"""Heat strips: one row per weight, one column per update, coloured by the distance in units in the last place."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from sidebyside.report import charts, wording
from sidebyside.report.axes import Tick
from sidebyside.result import Comparison

LEVELS = ("0", "1", "2–9", "10–99", "100–999", "1,000–9,999", "10,000 and more", "not finite")
"""What each colour stands for; powers of ten, because distances grow by factors."""

MOST_COLUMNS = 300
"""More updates than this share columns, each with the largest distance among its updates."""


UNIT, UNIT_OF_SCALE = "Units in the last place", "Last places of the weight's largest value"
LAST_PLACE = 2.0**-23
"""One step between float32 numbers, as a share of their size."""


@dataclass(frozen=True)
class Cell:
    """Neighbouring columns of one colour."""

    start: int
    width: int
    level: int
    text: str


@dataclass(frozen=True)
class Strip:
    """One row: its name, its columns, and its story in words; `first` marks the first difference, in per cent."""

    name: str
    cells: list[Cell]
    columns: int
    words: str
    zero: bool
    first: float | None


@dataclass(frozen=True)
class Strips:
    """All rows over one axis of updates."""

    rows: list[Strip]
    ticks: list[Tick]
    levels: list[tuple[int, str]]
    unit: str = UNIT


def weight_strips(comparison: Comparison) -> Strips | None:
    """How far each weight was from its twin after each update; None where no update was recorded.

    Where every update was made alone, distances are counted in last places of the weight's largest value: near zero
    a unit in the last place means nothing.
    """
    updates = [record.update for record in comparison.updates]
    alone = comparison.closeness is not None
    rows = [
        _strip(weight.name, updates, [
            math.ceil(record.relative[n] / LAST_PLACE) if alone else record.max_ulp[n] for record in comparison.updates
        ], "after")
        for n, weight in enumerate(comparison.weights)
    ]  # fmt: skip
    return _strips(rows, updates, UNIT_OF_SCALE if alone else UNIT)


def gradient_strips(comparison: Comparison) -> Strips | None:
    """How far each weight's gradient was from Keras's, at each update where that was probed; None without probes."""
    records, alone = comparison.gradients, comparison.closeness is not None
    rows = []
    for n, name in enumerate(charts.gradient_names(comparison)):
        share = max(record.relative[n] for record in records)
        distances = [math.ceil(record.relative[n] / LAST_PLACE) if alone else record.max_ulp[n] for record in records]
        row = _strip(name, [record.update for record in records], distances, "at")
        words = row.words if row.zero else f"{row.words}, at most {wording.small(share)} of the gradient's scale"
        rows.append(Strip(name, row.cells, row.columns, words, row.zero, row.first))
    return _strips(rows, [record.update for record in records], UNIT_OF_SCALE if alone else UNIT)


def level(distance: float) -> int:
    """Which colour a distance gets."""
    if not math.isfinite(distance):
        return 7
    return 0 if distance <= 0 else 1 if distance <= 1 else min(6, 2 + math.floor(math.log10(distance)))


def _strip(name: str, updates: Sequence[int], distances: Sequence[float], when: str) -> Strip:
    known = [math.inf if math.isnan(distance) else distance for distance in distances]
    first = next((n for n, distance in enumerate(known) if distance > 0), None)
    if first is None:
        words = f"0 {when} every one of {len(known):,} updates" if len(known) > 1 else f"0 {when} the one update"
        return Strip(name, _cells(updates, known), len(known), words, True, None)
    words = f"up to {wording.count(max(known))}, first different {when} update {updates[first]:,}"
    return Strip(name, _cells(updates, known), len(known), words, False, round(100 * first / len(known), 2))


def _cells(updates: Sequence[int], distances: Sequence[float]) -> list[Cell]:
    """Columns of equal colour side by side become one."""
    share = math.ceil(len(distances) / MOST_COLUMNS) or 1
    columns = [(start, max(distances[start : start + share])) for start in range(0, len(distances), share)]
    cells = []
    for colour, run in itertools.groupby(columns, key=lambda column: level(column[1])):
        members = list(run)
        start, end = members[0][0], min(members[-1][0] + share, len(distances))
        span = (
            f"Update {updates[start]:,}" if end - start == 1 else f"Updates {updates[start]:,} to {updates[end - 1]:,}"
        )
        largest = max(distance for _, distance in members)
        cells.append(Cell(start, end - start, colour, f"{span}: {'up to ' if largest else ''}{wording.ulps(largest)}"))
    return cells


def _strips(rows: list[Strip], updates: Sequence[int], unit: str) -> Strips | None:
    if not rows or not updates:
        return None
    last = len(updates) - 1
    marks = sorted({round(last * part / 4) for part in range(5)})
    ticks = [Tick(round(100 * (n + 0.5) / len(updates), 2), f"{updates[n]:,}") for n in marks]
    used = {cell.level for row in rows for cell in row.cells}
    return Strips(rows, ticks, [(n, LEVELS[n]) for n in range(8) if n in used], unit)
