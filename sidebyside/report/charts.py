"""Curves over epochs and updates, as places on a chart; the template draws them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from sidebyside.report import axes, wording
from sidebyside.report.axes import Axis, Tick
from sidebyside.result import Comparison

MOST_DOTS = 25
NO_DIFFERENCE = "0 at every epoch"
EQUAL_NOT_FINITE = "equal at every epoch, not finite at some"


@dataclass(frozen=True)
class Line:
    """One curve: the path of its line, of its dots, its name and its style."""

    path: str
    dots: str
    label: str
    style: str


@dataclass(frozen=True)
class Hit:
    """A column of a chart that tells its numbers when pointed at."""

    left: float
    width: float
    text: str


@dataclass(frozen=True)
class Chart:
    """What the template needs for one chart.

    Attributes:
        summary: the key numbers, for who cannot see the chart.
        hits: what it tells when pointed at; zero: where its zero line lies; words: written in an empty chart.
    """

    title: str
    summary: str
    lines: list[Line]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    x_name: str
    hits: list[Hit] = field(default_factory=list)
    zero: float | None = None
    words: str = ""


@dataclass(frozen=True)
class MetricCharts:
    """A metric's curves of both sides, their difference, and what cannot be drawn."""

    curves: Chart
    difference: Chart
    note: str


def histories(comparison: Comparison) -> list[MetricCharts]:
    """One pair of charts per metric, training before validation."""
    naive, keras = comparison.history_naive, comparison.history_keras
    return [_metric(name, naive.get(name, []), keras.get(name, [])) for name in {**naive, **keras}]


def _metric(name: str, naive: Sequence[float], keras: Sequence[float]) -> MetricCharts:
    epochs = max(len(naive), len(keras), 1)
    x, x_ticks = axes.horizontal(1, epochs)
    y, y_ticks = axes.vertical([*naive, *keras])
    pairs = list(zip(naive, keras, strict=False))
    lines = [
        _line(range(1, epochs + 1), keras, x, y, "Keras", "keras"),
        _line(range(1, epochs + 1), naive, x, y, "naive", "naive"),
    ]
    texts = [f"Epoch {n}: naive {wording.full(a)}, Keras {wording.full(b)}" for n, (a, b) in enumerate(pairs, 1)]
    title, words = wording.metric(name), _difference_words(naive, keras)
    summary = " ".join([f"{epochs} epochs.", *(f"{text}." for text in texts[-1:]), f"Difference: {words}."])
    empty = "" if any(line.path for line in lines) else "There is no finite number to draw."
    curves = Chart(title, summary, lines, x_ticks, y_ticks, "epoch", _hits(texts), words=empty)
    unseen = [str(n) for n, pair in enumerate(pairs, 1) if not all(map(math.isfinite, pair))]
    shown = ", ".join(unseen[:6]) + (", …" if len(unseen) > 6 else "")
    note = f"Not a finite number, so not drawn: epoch{'s' if len(unseen) > 1 else ''} {shown}." if unseen else ""
    return MetricCharts(curves, _difference(title, pairs, x, x_ticks, words), note)


def _difference_words(naive: Sequence[float], keras: Sequence[float]) -> str:
    if len(naive) != len(keras):
        return f"{len(naive)} values (naive) and {len(keras)} (Keras)"
    unequal = [n for n, (a, b) in enumerate(zip(naive, keras, strict=True), 1) if not wording.same(a, b)]
    if not unequal:
        return NO_DIFFERENCE if all(map(math.isfinite, naive)) else EQUAL_NOT_FINITE
    return f"not 0 at {len(unequal)} of {len(naive)} epochs, first at epoch {unequal[0]}"


def _difference(title: str, pairs: list[tuple[float, float]], x: Axis, x_ticks: list[Tick], words: str) -> Chart:
    gaps = [0.0 if wording.same(a, b) else a - b for a, b in pairs]
    largest = max((abs(gap) for gap in gaps if math.isfinite(gap)), default=0.0)
    y = Axis(-1.25 * largest, 1.25 * largest) if largest else Axis(-1.0, 1.0)
    y_ticks = [Tick(50.0, "0")]
    if largest:
        mark = axes.short(largest, 2)
        y_ticks = [Tick(y.place(largest), mark), *y_ticks, Tick(y.place(-largest), f"−{mark}")]
    style = "gap none" if words in (NO_DIFFERENCE, EQUAL_NOT_FINITE) else "gap some"
    line = _line(range(1, len(gaps) + 1), gaps, x, y, "naive − Keras", style)
    texts = [f"Epoch {n}: naive − Keras = {wording.small(gap)}" for n, gap in enumerate(gaps, 1)]
    return Chart(f"{title}, naive − Keras", words, [line], x_ticks, y_ticks, "epoch", _hits(texts), 50.0)


def gradient_norms(comparison: Comparison) -> Chart | None:
    """How long the gradient of each layer was, on a logarithmic axis; None where nothing was probed."""
    records = comparison.gradients
    names = gradient_names(comparison)
    layers = list(dict.fromkeys(name.rsplit("/", 1)[0] for name in names))
    norms = {
        layer: [math.hypot(*(norm for name, norm in zip(names, record.norm, strict=False)
                             if name.rsplit("/", 1)[0] == layer)) for record in records]
        for layer in layers
    }  # fmt: skip
    drawable = [norm for values in norms.values() for norm in values if math.isfinite(norm) and norm > 0]
    if not drawable:
        return None
    updates = [record.update for record in records]
    x, x_ticks = axes.horizontal(updates[0], updates[-1])
    y, y_ticks = axes.vertical(drawable, log=True)
    lines = [_line(updates, values, x, y, layer, f"layer-{n % 6}") for n, (layer, values) in enumerate(norms.items())]
    texts = [
        f"Update {update:,}: " + ", ".join(f"{layer} {wording.small(values[n])}" for layer, values in norms.items())
        for n, update in enumerate(updates)
    ]
    summary = f"{texts[0]}. {texts[-1]}."
    return Chart("Length of the gradient, per layer", summary, lines, x_ticks, y_ticks, "update", _hits(texts))


def gradient_names(comparison: Comparison) -> list[str]:
    """The weights' names, or numbers where there are not as many gradients as weights."""
    widest = max((len(record.norm) for record in comparison.gradients), default=0)
    names = list(comparison.gradient_names) or [weight.name for weight in comparison.weights]
    return names if len(names) == widest else [f"gradient {n}" for n in range(1, widest + 1)]


def _line(places: Sequence[int], values: Sequence[float], x: Axis, y: Axis, label: str, style: str) -> Line:
    """A path with a gap wherever a value cannot be drawn."""
    path, dots, pen_up = [], [], True
    for at, value in zip(places, values, strict=False):
        if not math.isfinite(value) or (y.log and value <= 0):
            pen_up = True
            continue
        point = f"{x.place(at):g} {y.place(value):g}"
        path.append(f"{'M' if pen_up else 'L'}{point}")
        dots.append(f"M{point}h.01")
        pen_up = False
    return Line("".join(path), "".join(dots) if len(dots) <= MOST_DOTS else "", label, style)


def _hits(texts: Sequence[str]) -> list[Hit]:
    """One column per point, as wide as the distance between points."""
    if len(texts) < 2:
        return [Hit(0.0, 100.0, text) for text in texts]
    step = 100 / (len(texts) - 1)
    return [Hit(round(step * (n - 0.5), 2), round(step, 2), text) for n, text in enumerate(texts)]
