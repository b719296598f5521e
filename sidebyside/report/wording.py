"""Numbers and settings in words, the same way everywhere on the page."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Any

SETTINGS = {
    "task": "Task", "dataset": "Data set", "examples": "Training examples", "network": "Network",
    "sizes": "Its sizes", "view": "An example is a", "target": "What is asked", "attributes": "Attributes",
    "parameters": "Numbers in all weights",
    "layers": "Layers", "execution": "Execution mode", "gradients": "Gradients of the naive side", "epochs": "Epochs",
    "batch_size": "Batch size", "optimizer": "Optimizer", "learning_rate": "Learning rate", "loss": "Loss",
    "metrics": "Metrics", "shuffle": "Shuffled", "seed": "Seed", "activation_given_as": "Last activation given as a",
    "body": "Body of the naive side", "grade": "Grade that is asked for", "not_equal_because": "Not equal because",
}  # fmt: skip
"""What each known setting is called, in the order of the page; others follow under their own names."""

ON_TOP = ("title", "command")
"""Settings with a place of their own on the page."""

EXPLAINED = {
    ("gradients", "backprop"): "backprop (hand-written backward pass)",
    ("gradients", "tape"): "tape (TensorFlow's automatic differentiation)",
    ("body", "kernel"): "kernel (TensorFlow's, as Keras)",
    ("body", "definition"): "definition (plain arithmetic)",
    ("target", "class"): "which class it is",
    ("target", "second class"): "whether it is of the second class",
    ("target", "is a 3"): "whether it is a 3",
    ("target", "attributes"): "which of the attributes it has",
    ("target", "itself"): "the picture without the noise",
    ("view", "rows"): "sequence of rows",
    ("view", "numbered rows"): "sequence of rows, each with its number",
}


def same(a: float | None, b: float | None) -> bool:
    """Equal to the last bit; not-a-number where not-a-number."""
    return a == b or (a is not None and b is not None and math.isnan(a) and math.isnan(b))


def count(number: float) -> str:
    """A whole number, or one too large to be exact, with separators: `12,345`."""
    if not math.isfinite(number):
        return "∞"
    return f"{number:,.0f}" if number < 1e9 else power(number)


def ulps(number: float) -> str:
    """A distance: `1 unit in the last place`."""
    return f"{count(number)} unit{'' if number == 1 else 's'} in the last place"


def small(number: float) -> str:
    """A distance or share of any size in three digits; `0` only where it is 0."""
    if not math.isfinite(number):
        return "∞"
    return power(number) if number and not 1e-3 <= abs(number) < 1e5 else f"{number:.3g}"


def power(number: float) -> str:
    """`1.23·10⁻⁷`"""
    digits, exponent = f"{number:.2e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits}·10{raised}"


def full(number: float | None) -> str:
    """Every digit that tells this number from its neighbours."""
    return "—" if number is None else repr(float(number))


def shape(axes: Sequence[int]) -> str:
    """`64×128`"""
    return "×".join(map(str, axes)) or "one number"


def metric(name: str) -> str:
    """`val_loss` → `Validation loss`"""
    words = name.removeprefix("val_").replace("_", " ")
    return f"Validation {words}" if name.startswith("val_") else words[:1].upper() + words[1:]


def settings(chosen: dict[str, Any]) -> list[tuple[str, str]]:
    """Every setting under a readable name, known ones first."""
    known = [name for name in SETTINGS if name in chosen]
    others = [name for name in chosen if name not in SETTINGS and name not in ON_TOP]
    return [(SETTINGS.get(name, str(name)), _setting(name, chosen[name])) for name in known + others]


def _setting(name: str, value: Any) -> str:
    if isinstance(value, str) and (name, value) in EXPLAINED:
        return EXPLAINED[name, value]
    if name == "layers" and isinstance(value, list):
        return "; ".join(map(_layer, value))
    return plain(value)


def _layer(layer: Any) -> str:
    if not isinstance(layer, dict) or not isinstance(layer.get("weights"), dict):
        return plain(layer)
    weights = ", ".join(f"{name} {shape(axes)}" for name, axes in layer["weights"].items())
    return f"{layer.get('name', 'layer')} ({weights})" if weights else str(layer.get("name", "layer"))


def plain(value: Any) -> str:
    """A value of any type as a person would write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {plain(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value)) or "none"
    if isinstance(value, float) and math.isfinite(value) and _as_float32(value) == value:
        return next(
            str(short) for digits in range(1, 18) if _as_float32(short := float(f"{value:.{digits}g}")) == value
        )
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else str(value)


def _as_float32(value: float) -> float:
    """The nearest 32-bit number: a learning rate of 0.2 is stored as 0.20000000298…"""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.inf
