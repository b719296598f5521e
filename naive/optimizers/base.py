"""What every optimizer is: a learning rate, a count of updates, slots beside each weight, and a rule for one weight.

A slot is a variable of a weight's shape in which the rule remembers something between updates: a moving average of
the gradients, of their squares. All slots start at 0.

Keras facts (Keras 3.15.1)
1. The learning rate is a variable in the compiled program, not a constant: constants are folded and round
   differently.
2. `iterations` counts updates. It moves once per call of `apply_gradients`, after all weights; a rule that needs the
   number of the update, from 1, takes iterations + 1.
3. Slots are made once, for the weights of the first update; other weights are refused from then on.
4. A weight whose gradient is None stays where it is, and so do its slots; that is worth a warning. When all
   gradients are None it is an error, and the update is not counted.
5. The gradient of a table that was looked up is not merged: see `ops.sparse`.
6. `variables` lists iterations, learning rate, then the slots, in the order in which they are made.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from naive import checks, ops
from naive.ops import Tensor


class NaiveOptimizer:
    """Moves weights against their gradients; subclasses say how far.

    Args:
        learning_rate: a number above or equal to 0.

    Raises:
        ValueError: the learning rate is not such a number.
    """

    keras_name = ""

    def __init__(self, learning_rate: float) -> None:
        rate = checks.number("learning_rate", learning_rate)
        self.learning_rate: Any = ops.variable(ops.tensor(rate, "float32"), "learning_rate", False)
        self.iterations: Any = ops.variable(ops.zeros((), "int64"), "iterations", False)
        self.built = False
        self._weights: list[Any] = []
        self._number_of: dict[int, int] = {}
        self._slots: dict[str, Any] = {}

    @property
    def slot_names(self) -> list[tuple[str, ...]]:
        """Which slots a weight has, in groups: within a group, all slots of the first weight come first."""
        return []

    def build(self, weights: Sequence[Any]) -> None:
        """Make the slots for these weights; a second call for the same weights does nothing.

        Raises:
            ValueError: the slots have been made, for other weights.
        """
        weights = list(weights)
        if self.built:
            self._check_known(weights)
            return
        self._weights = weights
        self._number_of = {id(weight): number for number, weight in enumerate(weights)}
        for group in self.slot_names:
            for number, weight in enumerate(weights):
                for kind in group:
                    self._slots[f"{kind}/{number}"] = ops.slot(weight, kind)
        self.built = True

    def slot(self, kind: str, weight: Any) -> Any:
        """One weight's slot of that kind, for example its "momentum"."""
        return self._slots[f"{kind}/{self._number_of[id(weight)]}"]

    @property
    def named_variables(self) -> dict[str, Any]:
        """Everything that an optimizer remembers, by name; slots as `kind/number of the weight` (fact 6)."""
        return {"iterations": self.iterations, "learning_rate": self.learning_rate, **self._slots}

    @property
    def variables(self) -> list[Any]:
        """Everything that an optimizer remembers, in Keras's order (fact 6)."""
        return list(self.named_variables.values())

    def update_step(self, gradient: Any, weight: Any, learning_rate: Tensor) -> None:
        """Move one weight, and its slots."""
        raise NotImplementedError

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]]) -> None:
        """Move each weight once, given pairs (gradient, weight); the first call makes the slots.

        Raises:
            ValueError: the slots were made for other weights, or there is no gradient at all.
        """
        pairs = list(grads_and_vars)
        if not pairs:
            return
        self.build([weight for _, weight in pairs])
        for gradient, weight in _with_gradient(pairs):
            self.update_step(gradient, weight, ops.tensor(self.learning_rate, weight.dtype))
        self.iterations.assign_add(1)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make it again."""
        return {"learning_rate": float(self.learning_rate.numpy())}

    def _check_known(self, weights: Sequence[Any]) -> None:
        for weight in weights:
            if id(weight) not in self._number_of:
                raise ValueError(
                    "The optimizer does not know this weight. Expected one of the weights it was built for, or a new "
                    f"optimizer for other weights. Received: weight={weight.name!r} of shape {tuple(weight.shape)}"
                )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def _with_gradient(pairs: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """The pairs that have a gradient (fact 4)."""
    kept = [(gradient, weight) for gradient, weight in pairs if gradient is not None]
    missing = [weight.name for gradient, weight in pairs if gradient is None]
    if not kept:
        raise ValueError(f"There is nothing to update. Expected at least one gradient. Received: None for {missing}")
    if missing:
        warnings.warn(f"These weights have no gradient and stay as they are: {missing}", stacklevel=3)
    return kept
