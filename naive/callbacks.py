"""Being told while training goes on.

A callback is an object with the methods below; each does nothing by default. One that overrides
`on_train_batch_end` is told after every update, so the compiled loop then returns to Python after each.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TextIO


class NaiveCallback:
    """Told when training, epochs and batches begin and end; `logs` are loss and metrics so far."""

    def on_train_begin(self) -> None:
        """Before the first update."""

    def on_epoch_begin(self, epoch: int) -> None:
        """Before an epoch, counted from 0."""

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """After an update; `batch` counts from 0 in each epoch."""

    def on_progress(self, batches_done: int, logs: dict[str, float]) -> None:
        """Now and then during an epoch, after about half a second of updates."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """After an epoch, validation included."""

    def on_train_end(self) -> None:
        """After the last epoch."""


def wants_every_batch(callbacks: Sequence[NaiveCallback]) -> bool:
    """True when one of them overrides `on_train_batch_end`."""
    return any(type(one).on_train_batch_end is not NaiveCallback.on_train_batch_end for one in callbacks)


class NaiveProgress(NaiveCallback):
    """One line per epoch, growing where the output is a terminal.

    Args:
        epochs, batches: how many there will be.
        stream: where to write; standard output by default.
    """

    def __init__(self, epochs: int, batches: int, stream: TextIO | None = None) -> None:
        self.epochs, self.batches = epochs, batches
        self.stream = stream if stream is not None else sys.stdout
        self.live = self.stream.isatty()
        self.head, self.began, self.last, self.width = "", 0.0, 0.0, 0

    def on_epoch_begin(self, epoch: int) -> None:
        self.head = f"Epoch {epoch + 1}/{self.epochs}"
        self.began = self.last = time.perf_counter()

    def on_progress(self, batches_done: int, logs: dict[str, float]) -> None:
        now = time.perf_counter()
        if self.live and now - self.last > 0.1:
            self.last = now
            self.stream.write("\r" + self._over_the_last(self._line(batches_done, logs)))
            self.stream.flush()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        line = self._line(self.batches, logs)
        self.stream.write(("\r" + self._over_the_last(line) if self.live else line) + "\n")
        self.stream.flush()

    def _over_the_last(self, line: str) -> str:
        """Long enough to cover what stood there before."""
        padded, self.width = line.ljust(self.width), len(line)
        return padded

    def _line(self, batches_done: int, logs: dict[str, float]) -> str:
        seconds = time.perf_counter() - self.began
        numbers = "".join(f" · {name} {value:.4f}" for name, value in logs.items())
        return f"{self.head} · {batches_done}/{self.batches} updates · {seconds:.1f} s{numbers}"
