"""Small things that recurrent layers share: dropout masks, products gate by gate, and checks of arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from naive import activations, checks, initializers, ops
from naive.ops import Tensor

Masks = tuple[list[Tensor], list[Tensor]]
"""Dropout masks for x and for h: none, one, or one for each gate."""

NO_MASKS: Masks = ([], [])

ActivationLike = str | Callable[..., Any] | activations.Activation | None
InitializerLike = str | dict[str, Any] | initializers.NaiveInitializer


def dropped(x: Tensor, masks: Sequence[Tensor], gate: int = 0) -> Tensor:
    """x, times the mask of the gate if there is one."""
    return x * masks[gate] if masks else x


def products(x: Tensor, kernels: Sequence[Tensor], masks: Sequence[Tensor]) -> list[Tensor]:
    """x (batch, n) times each gate's kernel (n, units), through its own mask → (batch, units) for each gate"""
    return [ops.matmul(dropped(x, masks, gate), kernel) for gate, kernel in enumerate(kernels)]


def products_backward(
    dzs: Sequence[Tensor], x: Tensor, kernels: Sequence[Tensor], masks: Sequence[Tensor]
) -> tuple[list[Tensor], list[Tensor]]:
    """dz (batch, units) for each gate → a term of dx (batch, n) and dkernel (n, units) for each gate"""
    pairs = [
        ops.matmul.backward(dz, None, dropped(x, masks, gate), kernel)
        for gate, (dz, kernel) in enumerate(zip(dzs, kernels, strict=True))
    ]
    return [dropped(dx, masks, gate) for gate, (dx, _) in enumerate(pairs)], [dkernel for _, dkernel in pairs]


def activation_name(activation: activations.Activation) -> str:
    """The name under which a configuration holds it.

    Raises:
        ValueError: it has none.
    """
    if activation.name is None:
        raise ValueError(
            "A function that has no name cannot be written into a configuration. "
            f"Expected an activation among {', '.join(activations.NAMES)}. Received: activation={activation.function!r}"
        )
    return activation.name


def check_rate(argument: str, rate: Any) -> None:
    """A share between 0 and 1.

    Raises:
        ValueError: it is not.
    """
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
        raise ValueError(f"`{argument}` must be a share. Expected 0 <= {argument} <= 1. Received: {argument}={rate!r}")


def check_batch_size(stateful: bool, batch_size: Any) -> None:
    """A stateful layer, and no other, knows its batch size.

    Raises:
        ValueError: otherwise.
    """
    if stateful:
        checks.positive_integer("batch_size", batch_size)
    elif batch_size is not None:
        raise ValueError(
            f"Only a stateful layer has a batch size. Expected batch_size=None. Received: batch_size={batch_size!r}"
        )
