"""From numbers to places on a chart, and the round numbers written beside it.

Charts are drawn on a square of 100 by 100 that the page stretches to its own width and height; their labels are
ordinary text placed in per cent, so that they keep their size on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Tick:
    """A label and its place in per cent, from the left or from the top."""

    place: float
    label: str


@dataclass(frozen=True)
class Axis:
    """A range of values on 0 … 100, straight or logarithmic, upwards for the vertical one."""

    low: float
    high: float
    log: bool = False
    upward: bool = True

    def place(self, value: float) -> float:
        """Where a value lies, in per cent."""
        low, high, value = (math.log10(v) for v in (self.low, self.high, value)) if self.log else (
            self.low, self.high, value)  # fmt: skip
        share = (value - low) / (high - low) if high > low else 0.5
        return round(100 * (1 - share if self.upward else share), 2)


def vertical(values: Iterable[float], log: bool = False) -> tuple[Axis, list[Tick]]:
    """An axis with some air around finite values, and its labels."""
    shown = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    if not shown:
        return Axis(0.0, 1.0), []
    low, high = min(shown), max(shown)
    if log:
        low, high = low / 1.25, high * 1.25
        return (axis := Axis(low, high, log=True)), [Tick(axis.place(v), short(v)) for v in _powers(low, high)]
    if high == low:
        low, high = low - (abs(low) * 0.1 or 0.5), high + (abs(high) * 0.1 or 0.5)
    air = 0.07 * (high - low)
    axis = Axis(low - air if low != 0 else low - air / 2, high + air)
    step = _round_step(high - low, 4)
    finest = math.floor(math.log10(step))  # the power of ten in which neighbouring labels differ
    decimals, digits = max(0, -finest), math.floor(math.log10(max(-low, high))) - finest + 1
    ticks = [n * step for n in range(math.ceil(axis.low / step), math.floor(axis.high / step) + 1)]
    plain = decimals < 6 and high < 1e5
    return axis, [Tick(axis.place(v), f"{v:.{decimals}f}" if plain else short(v, digits)) for v in ticks]


def horizontal(first: int, last: int, most: int = 6) -> tuple[Axis, list[Tick]]:
    """An axis of whole numbers; the first and the last are always written."""
    axis = Axis(first, last, upward=False)
    step = max(1, round(_round_step(last - first, most))) if last > first else 1
    inner = [n for n in range(step * (first // step + 1), last, step) if n - first > step / 2 and last - n > step / 2]
    return axis, [Tick(axis.place(n), f"{n:,}") for n in sorted({first, *inner, last})]


def _round_step(length: float, parts: int) -> float:
    """The smallest of 1, 2, 5, 10, … that cuts a length into no more than so many parts."""
    unit = 10.0 ** math.floor(math.log10(length / parts))
    return next(unit * factor for factor in (1, 2, 5, 10) if unit * factor * parts >= length * (1 - 1e-9))


def _powers(low: float, high: float) -> list[float]:
    """Powers of ten in a range, with round numbers between them where there are few; at most five."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        ticks = [f * 10.0**e for e in exponents for f in factors if low <= f * 10.0**e <= high]
        if len(ticks) >= 3:
            return ticks[:: math.ceil(len(ticks) / 5)]
    return ticks or [low]


def short(value: float, digits: int = 3) -> str:
    """`2e-7`"""
    return f"{value:.{digits}g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
