"""What a training run leaves behind besides weights: its numbers, epoch by epoch."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class History:
    """The result of `fit`.

    Attributes:
        history: for each name (`loss`, `accuracy`, `val_loss`, …) one float per epoch, as in Keras.
        epoch: the numbers of the epochs, from 0.
        updates: how many times the weights were moved.
    """

    history: dict[str, list[float]] = field(default_factory=dict)
    epoch: list[int] = field(default_factory=list)
    updates: int = 0

    def record(self, epoch: int, logs: dict[str, float], updates: int) -> None:
        """Take in one epoch."""
        self.epoch.append(epoch)
        self.updates = updates
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        last = ", ".join(f"{name}={values[-1]:.4f}" for name, values in self.history.items())
        return f"<History of {len(self.epoch)} epochs, {self.updates} updates: {last}>"
