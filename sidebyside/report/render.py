"""The page from a comparison: what it shows is computed here or in the modules beside, not in the template."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sidebyside.closeness import Judged
from sidebyside.report import charts, pictures, strips, wording
from sidebyside.result import Comparison, LabelScores, Scores
from sidebyside.score_results import AnyScores

HERE = Path(__file__).parent
OPEN_EPOCHS = 10
"""Tables of more epochs are folded."""

REFERENCES = {"keras": "Keras (float32)", "sklearn": "scikit-learn (float64)"}


@dataclass(frozen=True)
class Fact:
    """One number of the header: its name, the number, a line below, and whether it speaks for equality."""

    name: str
    number: str
    line: str
    good: bool


def render(comparison: Comparison) -> str:
    """The whole report as one HTML page that needs no other file."""
    page = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page.filters.update(
        count=wording.count, small=wording.small, full=wording.full, shape=wording.shape, metric=wording.metric,
        plain=wording.plain, picture=pictures.png_data_uri,
    )  # fmt: skip
    style = Markup((HERE / "style.css").read_text(encoding="utf-8"))  # our own file: nothing to escape
    return page.get_template("page.html").render(
        c=comparison,
        style=style,
        title=_title(comparison),
        facts=_facts(comparison),
        histories=charts.histories(comparison),
        weight_strips=strips.weight_strips(comparison),
        gradient_strips=strips.gradient_strips(comparison),
        norms=charts.gradient_norms(comparison),
        epochs=_epochs(comparison),
        fold_epochs=len(next(iter(comparison.history_naive.values()), ())) > OPEN_EPOCHS,
        scores=comparison.scores and _scores(comparison.scores),
        close=_close(comparison),
        settings=wording.settings(comparison.settings),
        environment=_environment(comparison),
        command=_command(comparison.settings.get("command")),
    )


def _close(c: Comparison) -> list[tuple[str, str]]:
    """What judging each update alone gave; empty where equality to the last bit was asked for."""
    found = c.closeness
    if found is None:
        return []
    lines = [("Tensors judged", f"{found.tensors:,}: weights, what the optimizer remembers, gradients, outputs"),
             ("Beyond what is allowed", f"{found.broken:,}")]  # fmt: skip
    if found.first_broken is not None:
        lines.append(("First beyond it", _judged(found.first_broken)))
    if found.furthest is not None:
        lines.append(("Furthest from Keras", _judged(found.furthest)))
    if found.fullest is not None:
        lines.append(("Nearest to the bound", _judged(found.fullest)))
    if found.unjudged is not None:
        far = f"{found.unjudged.words()}: {wording.small(found.unjudged.relative)} of its scale from Keras"
        lines.append(
            (
                "Weights, measured and not judged",
                f"{far}; this optimizer divides a gradient by its own size, "
                "so that where a gradient is all rounding the step is too",
            )
        )
    return lines


def _judged(one: Judged) -> str:
    return (
        f"{one.words()}: {wording.small(one.relative)} of its scale from Keras, {100 * one.used:.3g} % of the distance "
        "from the truth that is allowed"
    )


def _title(comparison: Comparison) -> str:
    chosen = comparison.settings
    return str(chosen.get("title") or chosen.get("task") or "Two trainings, side by side")


def _facts(c: Comparison) -> list[Fact]:
    """The header's numbers, in the order of what they prove."""
    if c.closeness is not None:
        return _close_facts(c)
    worst = max((max(record.max_ulp, default=0.0) for record in c.updates), default=c.max_ulp)
    facts = [
        Fact("Updates, naive | Keras", f"{c.updates_naive:,} | {c.updates_keras:,}",
             f"weights equal after {c.updates_exact:,} of {len(c.updates):,}",
             c.updates_naive == c.updates_keras == c.updates_exact == len(c.updates)),
        Fact("Weights", f"{c.weights_different:,} of {c.weights_total:,}", "different after the last update",
             c.weights_different == 0),
        Fact("Largest distance", wording.count(c.max_ulp), _distance_line(c.max_ulp, worst), worst == c.max_ulp == 0),
        _history_fact(c),
    ]  # fmt: skip
    if c.gradients:
        total = sum(record.total for record in c.gradients)
        line = f"different, in {len(c.gradients):,} updates looked at"
        facts.append(Fact("Gradients", f"{c.gradients_different:,} of {total:,}", line, c.gradients_different == 0))
    if c.scores is not None:
        wrong, line = c.scores.predictions_different, "different on the test data"
        total = c.scores.examples if isinstance(c.scores, Scores) else c.scores.outputs_total
        facts.append(Fact("Predictions", f"{wrong:,} of {total:,}", line, wrong == 0))
    return facts


def _close_facts(c: Comparison) -> list[Fact]:
    """The header's numbers where every update was made alone."""
    assert c.closeness is not None
    found = c.closeness
    facts = [
        Fact("Updates, naive | Keras", f"{c.updates_naive:,} | {c.updates_keras:,}", "each made alone",
             c.updates_naive == c.updates_keras),
        Fact("Beyond what is allowed", f"{found.broken:,} of {found.tensors:,}", "tensors judged", found.broken == 0),
    ]  # fmt: skip
    if found.furthest is not None:
        facts.append(Fact("Furthest from Keras", wording.small(found.furthest.relative), "of a tensor's scale",
                          found.passed))  # fmt: skip
    if found.fullest is not None:
        facts.append(Fact("Of the distance allowed", f"{100 * found.fullest.used:.3g} %", "is the most that was used",
                          found.passed))  # fmt: skip
    if c.scores is not None:
        different, total = c.scores.outputs_different, c.scores.outputs_total
        facts.append(Fact("Outputs", f"{different:,} of {total:,}", "differ on the test data, in their last bits",
                          found.passed))  # fmt: skip
    return facts


def _distance_line(last: float, worst: float) -> str:
    unit = f"unit{'' if last == 1 else 's'} in the last place"
    return unit if worst <= last else f"{unit}; {wording.count(worst)} on the way"


def _history_fact(c: Comparison) -> Fact:
    pairs = [pair for row in _epochs(c) for pair in row["values"]]
    unequal = sum(not pair["equal"] for pair in pairs)
    name = "Loss and accuracy, per epoch" if "accuracy" in c.history_naive else "History, per epoch"
    line = f"{unequal:,} of {len(pairs):,} numbers differ"
    return Fact(name, "different" if unequal else "identical", line, unequal == 0)


def _epochs(c: Comparison) -> list[dict[str, Any]]:
    """Per epoch, each metric of both sides; None where a side has no such number."""
    names = list({**c.history_naive, **c.history_keras})
    histories = [(c.history_naive.get(name, []), c.history_keras.get(name, [])) for name in names]
    last = max((len(side) for history in histories for side in history), default=0)
    rows = []
    for epoch in range(last):
        values = []
        for name, sides in zip(names, histories, strict=True):
            naive, keras = (side[epoch] if epoch < len(side) else None for side in sides)
            values.append({"name": name, "naive": naive, "keras": keras, "equal": wording.same(naive, keras)})
        rows.append({"epoch": epoch + 1, "values": values})
    return rows


def _scores(scores: AnyScores) -> dict[str, Any]:
    """What the page shows of the test data: its kind, and who agrees with whom."""
    agreed = [name for name, _ in (key.split("/", 1) for key in scores.agree if "/" in key)]
    shown: dict[str, Any] = {
        "references": REFERENCES,
        "agree": [(name, [scores.agree.get(f"{name}/{who}") for who in REFERENCES]) for name in dict.fromkeys(agreed)],
        "all_agree": all(scores.agree.values()),
        "agree_words": "Naive, Keras and scikit-learn give the same counts, and the same ratios to the last bit.",
    }
    if isinstance(scores, Scores):
        return shown | {"kind": "classes"} | _classes(scores)
    if isinstance(scores, LabelScores):
        return shown | {"kind": "labels", "labels": scores.labels}
    return shown | {
        "kind": "restoration", "examples": scores.examples, "naive": scores.naive, "keras": scores.keras,
        "nothing": scores.nothing, "pictures": scores.pictures,
        "agree_words": "Naive, Keras and scikit-learn give the same error, to the last bit.",
    }  # fmt: skip


def _classes(scores: Scores) -> dict[str, Any]:
    """The matrix with totals and shades, and a row per class."""
    matrix = scores.confusion
    names = scores.class_names or tuple(map(str, range(len(matrix))))
    mistakes = max((n for i, row in enumerate(matrix) for j, n in enumerate(row) if i != j), default=0)
    rows = []
    for i, row in enumerate(matrix):
        total = sum(row)
        shades = [_shade(n, total if i == j else mistakes) for j, n in enumerate(row)]
        rows.append({"name": names[i], "cells": list(zip(row, shades, strict=True)), "total": total, "index": i})
    right = sum(row[i] for i, row in enumerate(matrix))
    return {
        "names": names,
        "form": "few" if len(names) <= 5 else "long" if any(len(name) > 3 for name in names) else "many",
        "rows": rows,
        "totals": [sum(column) for column in zip(*matrix, strict=True)],
        "right": right,
        "classes": list(zip(names, scores.precision, scores.recall, scores.f1, map(sum, matrix), strict=True)),
    }


def _shade(number: int, most: int) -> float:
    """From 0.1 to 0.5; 0 for an empty cell."""
    return round(0.1 + 0.4 * min(1.0, number / most), 3) if number and most else 0.0


def _environment(c: Comparison) -> list[tuple[str, str]]:
    e = c.environment
    return [
        ("TensorFlow", e.tensorflow), ("Keras", e.keras), ("NumPy", e.numpy), ("Python", e.python),
        ("System", e.system), ("Processor", e.processor), ("Device", e.device), ("Threads", str(e.threads)),
        ("oneDNN", "on" if e.onednn else "off"), ("Both trainings together", f"{c.seconds:,.1f} seconds"),
    ]  # fmt: skip


def _command(command: Any) -> str:
    """Given as text or as a list of words."""
    return " ".join(map(str, command)) if isinstance(command, list | tuple) else str(command or "")
