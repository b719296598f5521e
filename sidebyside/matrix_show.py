"""The matrix for people: a coloured table, a page for the docs, and JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from naive.backprop import GRADIENTS
from naive.ops import EXECUTIONS
from sidebyside import environment
from sidebyside.components import QUANTITIES
from sidebyside.matrix_run import Grade, Matrix, Row

SIGNS = {"EXACT": ("=", "green"), "CLOSE": ("≈", "yellow"), "FAILED": ("✗", "bold red"), "-": ("·", "dim")}
LETTERS = "fiwst"
"""forward, input gradient, weight gradients, state, training."""

WAYS = {"backprop": "hand", "tape": "tape"}


def print_table(console: Console, matrix: Matrix) -> None:
    """One line for each component, one sign for each cell; then the reasons, and the sum."""
    modes, ways = _asked(matrix)
    width = max((len(row.name) for row in matrix.rows), default=9)
    group = len(QUANTITIES) + 2
    for heads in (
        [f"{mode:{group * len(ways)}}" for mode in modes],
        [f"{WAYS[way]:{group}}" for way in ways * len(modes)],
    ):
        console.print(" " * (width + 2) + "".join(heads).rstrip(), highlight=False, soft_wrap=True)
    flips = "flips" if any(row.flips for row in matrix.rows) else ""
    letters = (LETTERS + "  ") * (len(modes) * len(ways))
    console.print(" " * (width + 2) + letters + flips, style="dim", highlight=False, soft_wrap=True)
    for row in matrix.rows:
        console.print(_line(row, modes, ways, width), soft_wrap=True)
    console.print(Text(f"\n{LETTERS}: {', '.join(QUANTITIES)}.  = EXACT  ≈ CLOSE  ✗ FAILED  · nothing to compare"))
    for reason, places in _reasons(matrix).items():
        console.print(f"≈ {reason}\n  {places}", highlight=False, soft_wrap=True, style="yellow", markup=False)
    console.print(f"holds for {environment.current().one_line()}", highlight=False, soft_wrap=True)
    console.print(summary(matrix), style="green" if matrix.passed else "red", highlight=False, soft_wrap=True)


def summary(matrix: Matrix) -> str:
    """One line."""
    flips = [flip for row in matrix.rows for flip in row.flips]
    seen = f"; {sum(flip.seen for flip in flips)} of {len(flips)} flipped bits were seen" if flips else ""
    return (
        f"{'EQUAL' if matrix.passed else 'DIFFERENT'}: {len(matrix.rows)} components, {matrix.count('EXACT'):,} cells "
        f"EXACT, {matrix.count('CLOSE'):,} CLOSE, {matrix.count('FAILED'):,} FAILED{seen}"
    )


def write(matrix: Matrix, folder: Path) -> None:
    """`matrix.json` and `matrix.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("matrix.json", json.dumps(matrix.to_dict(), indent=1)), ("matrix.md", page(matrix))):
        beside = folder / f"{name}.part"
        beside.write_text(text + "\n", encoding="utf-8")
        beside.replace(folder / name)


def page(matrix: Matrix) -> str:
    """The page for the docs, in Markdown."""
    modes, ways = _asked(matrix)
    heads = [f"{mode}, {WAYS[way]}" for mode in modes for way in ways]
    lines = [
        "# The equivalence matrix", "",
        "Made by `sidebyside matrix --write docs/generated`; nothing here is typed by hand.", "",
        f"Holds for {environment.current().one_line()}.", "", summary(matrix) + ".", "",
        "Each group of five signs: " + ", ".join(QUANTITIES) + ". `=` EXACT (every bit equal), `≈` CLOSE (the same "
        "mathematics in another order of additions; reasons below), `✗` failed, `·` nothing to compare. "
        "\"hand\" is the backward pass written by hand, \"tape\" is `tf.GradientTape`; Keras's side is Keras's own. "
        "Training is 20 updates against one call of `keras.Model.fit`. \"Flips\": bits of a weight, a gradient and a "
        "state that were flipped on purpose, and seen.", "",
        "| component | concept | " + " | ".join(heads) + " | flips |", "|---" * (len(heads) + 3) + "|",
    ]  # fmt: skip
    for row in matrix.rows:
        groups = " | ".join(
            f"`{''.join(_sign(row, mode, way, q)[0] for q in QUANTITIES)}`" for mode in modes for way in ways
        )
        lines.append(f"| {row.name} | {row.concept} | {groups} | {_flips(row)} |")
    lines += ["", "## Why some cells are CLOSE", ""]
    for reason, places in _reasons(matrix).items():
        lines += [f"* {reason}", f"  {places}"]
    if not _reasons(matrix):
        lines.append("None is.")
    return "\n".join(lines)


def _asked(matrix: Matrix) -> tuple[list[str], list[str]]:
    cells = [cell for row in matrix.rows for cell in row.cells]
    modes, ways = {cell.mode for cell in cells}, {cell.gradients for cell in cells}
    return [mode for mode in EXECUTIONS if mode in modes], [way for way in GRADIENTS if way in ways]


def _sign(row: Row, mode: str, way: str, quantity: str) -> tuple[str, str]:
    cell = row.cell(mode, way, quantity)
    return (" ", "") if cell is None else SIGNS[cell.verdict]


def _line(row: Row, modes: list[str], ways: list[str], width: int) -> Text:
    line = Text(f"{row.name:{width}}  ")
    for mode in modes:
        for way in ways:
            for quantity in QUANTITIES:
                sign, style = _sign(row, mode, way, quantity)
                line.append(sign, style=style)
            line.append("  ")
    line.append(_flips(row), style="green" if all(flip.seen for flip in row.flips) else "bold red")
    return line


def _flips(row: Row) -> str:
    return f"{sum(flip.seen for flip in row.flips)}/{len(row.flips)}" if row.flips else ""


def _reasons(matrix: Matrix) -> dict[str, str]:
    """Each reason, and the cells that it excuses, with the largest distance."""
    places: dict[str, list[Any]] = {}
    for row in matrix.rows:
        for cell in row.cells:
            if cell.verdict == "CLOSE":
                places.setdefault(cell.reason, []).append((row, cell))
    return {reason: _places(cells) for reason, cells in places.items()}


def _places(cells: list[tuple[Row, Grade]]) -> str:
    names = list(dict.fromkeys(f"{row.name} ({cell.mode}, {WAYS[cell.gradients]})" for row, cell in cells))
    worst = max((cell for _, cell in cells), key=lambda cell: cell.relative)
    return f"{'; '.join(names)}. Largest distance: {worst.relative:.1e} of the scale, {worst.worst}."
