"""Update rules, one a file."""

from __future__ import annotations

from naive import checks
from naive.optimizers.adam import NaiveAdam
from naive.optimizers.base import NaiveOptimizer
from naive.optimizers.rmsprop import NaiveRMSprop
from naive.optimizers.sgd import NaiveSGD

OPTIMIZERS: dict[str, type[NaiveOptimizer]] = {"adam": NaiveAdam, "rmsprop": NaiveRMSprop, "sgd": NaiveSGD}


def get(identifier: str | NaiveOptimizer) -> NaiveOptimizer:
    """The optimizer for a Keras name, with Keras's defaults; an optimizer is passed through.

    Raises:
        ValueError: an unknown name.
    """
    if isinstance(identifier, NaiveOptimizer):
        return identifier
    checks.one_of("optimizer", identifier, OPTIMIZERS)
    return OPTIMIZERS[identifier]()  # type: ignore[call-arg]  # each rule brings its own defaults


__all__ = ["OPTIMIZERS", "NaiveAdam", "NaiveOptimizer", "NaiveRMSprop", "NaiveSGD", "get"]
