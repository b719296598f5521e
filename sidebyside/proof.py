"""`sidebyside prove`: whole trainings in every mode, with every twist that could have broken equality.

One row is one pair of trainings: an execution mode, and one of
* the plain run: batch 128, the data in order, seed 0, the last activation by name;
* a batch size that divides the data, and one that does not;
* shuffling on, in Keras's own order;
* two more seeds;
* the last activation given as a TensorFlow function.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sidebyside.result import Comparison
from sidebyside.tasks import Task

EXECUTIONS = ("eager", "graph", "xla")


@dataclass(frozen=True)
class Case:
    """One pair of trainings."""

    execution: str
    twist: str
    batch_size: int
    shuffle: bool = False
    seed: int = 0
    callable_activation: bool = False


def cases(examples: int, executions: Sequence[str] = EXECUTIONS, batch_size: int = 128) -> tuple[Case, ...]:
    """All rows for a data set of that many examples, mode by mode."""
    even = max(size for size in range(1, batch_size) if examples % size == 0)
    rest = max(size for size in range(2, batch_size) if examples % size)
    return tuple(
        case
        for mode in executions
        for case in (
            Case(mode, "plain", batch_size),
            Case(mode, "batch divides the data", even),
            Case(mode, "batch leaves a rest", rest),
            Case(mode, "shuffled", batch_size, shuffle=True),
            Case(mode, "another seed", batch_size, seed=1),
            Case(mode, "another seed", batch_size, seed=2),
            Case(mode, "activation as a function", batch_size, callable_activation=True),
        )
    )


def prove(
    task: Task, executions: Sequence[str] = EXECUTIONS, gradients: str = "backprop"
) -> Iterator[tuple[Case, Comparison]]:
    """Train each row's pair, one after the other; the data is loaded once.

    Raises:
        ValueError: as `run_task`.
    """
    import datasets
    from sidebyside.running import run_task

    data = datasets.load(task.dataset, seed=0, validation_fraction=0.0)
    for case in cases(len(data.x_train), executions):
        result = run_task(
            task.but(batch_size=case.batch_size), execution=case.execution, gradients=gradients, shuffle=case.shuffle,
            seed=case.seed, callable_activation=case.callable_activation, probes=3, data=data,
        )  # fmt: skip
        yield case, result


def row(case: Case, result: Comparison) -> dict[str, Any]:
    """One row as plain data."""
    return {
        "execution": case.execution,
        "twist": case.twist,
        "batch_size": case.batch_size,
        "shuffle": case.shuffle,
        "seed": case.seed,
        "updates_naive": result.updates_naive,
        "updates_keras": result.updates_keras,
        "updates_equal": result.updates_exact,
        "weights_different": result.weights_different,
        "weights_total": result.weights_total,
        "history_equal": result.history_equal,
        "seconds": round(result.seconds, 1),
        "equal": result.equal,
    }
