"""The terminal: both sides while they train, and what came out of it.

On a terminal the numbers move in place; in a pipe or a log there is one line per epoch. Colour is never the only
sign: equal is also `=`, different also `≠`.
"""

from __future__ import annotations

import time
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from sidebyside.live_scores import score_tables
from sidebyside.lockstep import Listener
from sidebyside.result import Comparison, UpdateRecord, same_numbers

FRAMES_PER_SECOND = 8


class LiveView(Listener):
    """Shows both trainings as they go.

    Args:
        console: where to draw.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.live: Live | None = None
        self.epochs = self.batches = self.done = self.different = 0
        self.ulp, self.parameters, self.shown = 0.0, 0, 0.0
        self.alone, self.relative = False, 0.0
        self.title = ""
        self.progress = Progress(
            TextColumn("updates"), BarColumn(None), MofNCompleteColumn(), TimeRemainingColumn(), console=console
        )
        self.task: Any = None

    def begin(self, settings: dict[str, Any], epochs: int, batches: int) -> None:
        self.epochs, self.batches, self.done = epochs, batches, 0
        self.parameters = int(settings["parameters"])
        self.alone = settings.get("grade") == "CLOSE"
        self.title = headline(settings)
        if self.console.is_terminal:
            self.task = self.progress.add_task("updates", total=epochs * batches)
            self.live = Live(console=self.console, auto_refresh=False, transient=True)
            self.live.start()
        else:
            self.console.print(self.title, highlight=False, soft_wrap=True)

    def update(self, record: UpdateRecord, ours: dict[str, float], theirs: dict[str, float]) -> None:
        self.done += 1
        self.different, self.ulp = record.different, max(record.max_ulp, default=0.0)
        self.relative = max(self.relative, *record.relative, 0.0)
        now = time.perf_counter()
        if self.live is None or now - self.shown < 1 / FRAMES_PER_SECOND:
            return
        self.shown = now
        self.progress.update(self.task, completed=self.done)
        self.live.update(Group(Text(self.title), self._table(ours, theirs), self.progress), refresh=True)

    def epoch(self, epoch: int, ours: dict[str, float], theirs: dict[str, float]) -> None:
        if self.live is None:
            numbers = " · ".join(
                f"{name} {value:.6g} {sign(value, theirs.get(name))} {theirs.get(name, float('nan')):.6g}"
                for name, value in ours.items()
            )
            self.console.print(
                f"epoch {epoch + 1}/{self.epochs} · {numbers} · {self._distance()}",
                highlight=False,
                soft_wrap=True,
            )

    def end(self) -> None:
        if self.live is not None:
            self.live.stop()
            self.live = None

    def _table(self, ours: dict[str, float], theirs: dict[str, float]) -> Table:
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for name in ("", "naive", "", "keras"):
            table.add_column(name, justify="center" if not name else "right")
        epoch = f"{min(self.epochs, (self.done - 1) // self.batches + 1)}/{self.epochs}"
        table.add_row("epoch", epoch, "", epoch)
        for name, value in ours.items():
            other = theirs.get(name)
            table.add_row(name, f"{value:.7f}", sign(value, other), "" if other is None else f"{other:.7f}")
        same = "=" if self.different == 0 else "≈" if self.alone else "≠"
        far = f"within {self.relative:.0e} of their scale" if self.alone else f"{self.ulp:.0f} ulp"
        table.add_row("weights", f"{self.parameters:,}", same, f"{self.different:,} different, {far}")
        return table

    def _distance(self) -> str:
        if self.alone:
            return f"each update alone, weights within {self.relative:.0e} of their scale"
        return f"{self.different:,} of {self.parameters:,} weights differ"


def headline(settings: dict[str, Any]) -> str:
    """`digits-mlp · graph · gradients by hand · 20 epochs · batch 128 · …`"""
    gradients = "gradients by hand" if settings["gradients"] == "backprop" else "gradients by tape"
    parts = [
        str(settings.get("task", "comparison")), settings["execution"], gradients, f"{settings['epochs']} epochs",
        f"batch {settings['batch_size']}", f"{settings['optimizer']} {settings['learning_rate']:g}",
        f"seed {settings['seed']}", "shuffled" if settings["shuffle"] else "in order",
    ]  # fmt: skip
    if settings.get("body") == "definition":
        parts.insert(3, "plain arithmetic")
    return " · ".join(parts)


def sign(mine: float | None, reference: float | None) -> str:
    """= or ≠"""
    return "=" if mine is not None and reference is not None and same_numbers([mine], [reference]) else "≠"


def print_result(console: Console, result: Comparison) -> None:
    """Everything that came out, and the verdict as the last line."""
    if console.is_terminal:  # elsewhere each epoch has already had its line
        ours = list(result.history_naive)
        for names in ([n for n in ours if not n.startswith("val_")], [n for n in ours if n.startswith("val_")]):
            if names:
                console.print(_history_table(result, names))
    if result.scores is not None:
        for table in score_tables(result.scores):
            console.print(table)
    for line in _close_lines(result) if result.closeness is not None else _exact_lines(result):
        console.print(line, highlight=False, soft_wrap=True)
    console.print(f"holds for          {result.environment.one_line()}", highlight=False, soft_wrap=True)
    colour = {"EQUAL": "green", "CLOSE": "yellow", "DIFFERENT": "red"}[result.grade]
    console.print(Text(result.verdict, style=f"bold {colour}"), soft_wrap=True)
    if not result.passed:
        console.print(result.explain().partition("\n")[2], highlight=False, soft_wrap=True)


def _exact_lines(result: Comparison) -> list[str]:
    """The numbers behind the verdict, where both sides ran free."""
    probed = sum(record.total for record in result.gradients)
    return [
        f"updates            naive {result.updates_naive:,} · keras {result.updates_keras:,} · "
        f"equal after {result.updates_exact:,} of {len(result.updates):,}",
        f"weights different  {result.weights_different:,} of {result.weights_total:,} · "
        f"largest distance {result.max_ulp:.0f} units in the last place",
        f"gradients          {result.gradients_different:,} of {probed:,} numbers different, "
        f"computed once more in {len(result.gradients)} updates",
    ]


def _close_lines(result: Comparison) -> list[str]:
    """The same, where each update was made alone from Keras's weights, beside Keras in float64."""
    assert result.closeness is not None
    found = result.closeness
    lines = [
        f"updates            naive {result.updates_naive:,} · keras {result.updates_keras:,} · each made alone",
        f"beyond the rule    {found.broken:,} of {found.tensors:,} tensors; allowed is 4 times keras's own "
        "distance from float64, plus 2e-7 of the scale",
    ]
    if found.furthest is not None:
        lines.append(f"furthest from keras {found.furthest.relative:.1e} of the scale, {found.furthest.words()}")
    if found.fullest is not None:
        lines.append(f"nearest to the bound {100 * found.fullest.used:.3g} % used, {found.fullest.words()}")
    if found.unjudged is not None:
        lines.append(f"weights, measured   {found.unjudged.relative:.1e} of the scale, {found.unjudged.words()}")
    return lines


def _history_table(result: Comparison, names: list[str], most: int = 24) -> Table:
    table = Table(title="each epoch: naive, equal?, keras", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("epoch", justify="right")
    for name in names:
        table.add_column(name, justify="right")
        table.add_column("", justify="center")
        table.add_column("", justify="right")
    epochs = len(result.history_naive[names[0]])
    for epoch in range(epochs):
        if epochs > most and most // 2 <= epoch < epochs - most // 2:
            if epoch == most // 2:
                table.add_row("…")
            continue
        cells: list[str] = []
        for name in names:
            mine, theirs = result.history_naive[name][epoch], result.history_keras.get(name, [])
            reference = theirs[epoch] if epoch < len(theirs) else float("nan")
            cells += [f"{mine:.7f}", sign(mine, reference), f"{reference:.7f}"]
        table.add_row(str(epoch + 1), *cells)
    return table
