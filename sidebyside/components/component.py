"""What is compared: one layer or small network, with the shapes it is fed and what is known about its bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from naive import NaiveDense, NaiveInput, NaiveLayer, NaiveModel

QUANTITIES = ("forward", "input gradient", "weight gradients", "state", "training")
"""What is compared of every component, in this order."""


@dataclass(frozen=True)
class Input:
    """One input: its shape with the batch, and what it is filled with.

    Args:
        shape: batch first.
        high: None for floats; else integers from 0 to high - 1.
        fill: instead of normally distributed floats (with some exact zeros), a function of a generator and the shape.
    """

    shape: tuple[int, ...]
    high: int | None = None
    fill: Callable[[np.random.Generator, tuple[int, ...]], Any] | None = None

    def draw(self, rng: np.random.Generator, batches: int = 1) -> np.ndarray:
        """Values for `batches` batches, one after another."""
        shape = (self.shape[0] * batches, *self.shape[1:])
        if self.fill is not None:
            return np.asarray(self.fill(rng, shape))
        if self.high is not None:
            return rng.integers(0, self.high, shape).astype("int32")
        x = rng.normal(size=shape)
        x[rng.uniform(size=shape) < 0.1] = 0.0
        return x.astype("float32")

    @property
    def dtype(self) -> str:
        """Of the values."""
        return str(self.draw(np.random.default_rng(0)).dtype)


@dataclass(frozen=True)
class Component:
    """A row of the matrix.

    Args:
        name: unique; begins with the Keras class, for example `Conv2D, same, stride 2`.
        concept: its identifier in the list of concepts, for example `L3`.
        make: makes the naive layer or model; takes `dtype` and `body`, so that float64 and definitions can be run.
        inputs: what it is called on.
        options: further arguments of the call, for example `use_causal_mask`.
        exceptions: (quantity, mode, gradients) → why this cell cannot be EXACT. "*" stands for every quantity, mode or
            way. Strict: a cell that turns out EXACT fails.
        random: True where training draws random numbers.
        strict: False where an exception may turn out needless, as in a random network.
        batches, epochs: how long training lasts.
    """

    name: str
    concept: str
    make: Callable[..., NaiveLayer]
    inputs: tuple[Input, ...]
    options: dict[str, Any] = field(default_factory=dict)
    exceptions: dict[tuple[str, str, str], str] = field(default_factory=dict)
    random: bool = False
    strict: bool = True
    batches: int = 5
    epochs: int = 4

    def exception(self, quantity: str, mode: str, gradients: str) -> str | None:
        """Why this cell is not EXACT; None where it must be."""
        for (q, m, g), reason in self.exceptions.items():
            if q in (quantity, "*") and m in (mode, "*") and g in (gradients, "*"):
                return reason
        return None

    def model(self, dtype: str = "float32", body: str = "kernel", trained: bool = False) -> NaiveModel:
        """A model of the component alone; `trained` puts a Dense layer before one that has no weights of its own.

        A trained component with several outputs keeps the first.
        """
        layer = self.make(dtype=dtype, body=body)
        symbols = []
        for one in self.inputs:
            given = one.dtype
            symbols.append(NaiveInput(one.shape[1:], dtype if given.startswith("float") else given))
        if layer.name is None:
            layer.name = "component"
        x = list(symbols)
        if trained and not layer.trainable_weights:
            x = [
                NaiveDense(one.shape[-1], one.shape[-1], dtype=dtype, body=body, name=f"before_{number}")(symbol)
                if one.dtype.startswith("float")
                else symbol
                for number, (one, symbol) in enumerate(zip(self.inputs, symbols, strict=True))
            ]
        y = layer(x if len(x) > 1 else x[0], **self.options)
        if trained and isinstance(y, list):
            y = y[0]
        model = NaiveModel(symbols if len(symbols) > 1 else symbols[0], y, name="alone")
        randomize(model)
        return model


def randomize(model: NaiveModel, seed: int = 5) -> None:
    """Give every weight values that hide no mistake: no biases of 0, no gammas of 1."""
    rng = np.random.default_rng(seed)
    for name, weight in model.named_weights.items():
        if not weight.dtype.is_floating:
            continue
        shape = tuple(weight.shape)
        last = name.rsplit("/", 1)[-1]
        if "variance" in last:
            value = rng.uniform(0.5, 1.5, shape)
        elif last in ("gamma", "scale"):
            value = 1 + 0.2 * rng.normal(size=shape)
        else:
            value = 0.4 * rng.normal(size=shape)
        weight.assign(value.astype(weight.dtype.as_numpy_dtype))
