"""The scores on test data, as tables for the terminal."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table

from sidebyside.score_results import AnyScores, LabelScores, RestorationScores, Scores


def score_tables(scores: AnyScores) -> list[Table]:
    """What fits the kind of scores."""
    if isinstance(scores, LabelScores):
        return [_label_table(scores), _agreement_table(scores)]
    if isinstance(scores, RestorationScores):
        return [_restoration_table(scores)]
    return [_confusion_table(scores), _score_table(scores)]


def _confusion_table(scores: Scores) -> Table:
    table = Table(
        title="confusion matrix: rows true, columns predicted", title_justify="left", box=SIMPLE_HEAD, pad_edge=False
    )
    table.add_column("", justify="right")
    for name in scores.class_names:
        table.add_column(name[:8], justify="right")
    for name, row, number in zip(scores.class_names, scores.confusion, range(len(scores.class_names)), strict=True):
        cells = [f"[bold]{n}[/bold]" if column == number else str(n or "·") for column, n in enumerate(row)]
        table.add_row(name[:12], *cells)
    return table


def _score_table(scores: Scores) -> Table:
    table = Table(title=f"scores on {scores.examples:,} test examples, means over classes", title_justify="left",
                  box=SIMPLE_HEAD, pad_edge=False)  # fmt: skip
    table.add_column("")
    table.add_column("naive", justify="right")
    table.add_column("= keras, float32", justify="center")
    table.add_column("= scikit-learn, float64", justify="center")
    means = {"accuracy": scores.accuracy} | {
        name: sum(values) / len(values)
        for name, values in (("precision", scores.precision), ("recall", scores.recall), ("f1", scores.f1))
    }
    for name, value in means.items():
        keras, sklearn = (("yes" if scores.agree[f"{name}/{other}"] else "NO") for other in ("keras", "sklearn"))
        table.add_row(name, f"{value:.6f}", keras, sklearn)
    counts = [("yes" if scores.agree[f"confusion/{other}"] else "NO") for other in ("keras", "sklearn")]
    table.add_row("confusion matrix", "integers", *counts)
    return table


def _label_table(scores: LabelScores) -> Table:
    table = _table(f"{scores.examples:,} test examples, {scores.accuracy:.6f} of all answers right")
    table.add_column("label")
    for name in ("TP", "FP", "TN", "FN", "precision", "recall", "F1"):
        table.add_column(name, justify="right")
    for one in scores.labels:
        counts = (one.true_positives, one.false_positives, one.true_negatives, one.false_negatives)
        ratios = (one.precision, one.recall, one.f1)
        table.add_row(one.name, *(f"{n:,}" for n in counts), *(f"{value:.6f}" for value in ratios))
    return table


def _agreement_table(scores: LabelScores) -> Table:
    table = _table("the same numbers elsewhere")
    table.add_column("")
    table.add_column("= keras, float32", justify="center")
    table.add_column("= scikit-learn, float64", justify="center")
    for name in dict.fromkeys(key.split("/")[0] for key in scores.agree):
        table.add_row(name, *(_yes(scores.agree[f"{name}/{other}"]) for other in ("keras", "sklearn")))
    return table


def _restoration_table(scores: RestorationScores) -> Table:
    table = _table(f"mean squared error on {scores.examples:,} test pictures")
    for name in ("left as they are", "naive", "keras"):
        table.add_column(name, justify="right")
    for other in ("= keras", "= scikit-learn"):
        table.add_column(other, justify="center")
    agree = [_yes(scores.agree[f"mean squared error/{other}"]) for other in ("keras", "sklearn")]
    table.add_row(f"{scores.nothing:.6f}", f"{scores.naive:.6f}", f"{scores.keras:.6f}", *agree)
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)


def _yes(same: bool) -> str:
    return "yes" if same else "NO"
