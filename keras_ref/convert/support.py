"""Refusing, by name, what is not supported."""

from __future__ import annotations

from typing import Any


def only(kind: str, config: dict[str, Any], argument: str, supported: Any) -> None:
    """The argument has the one value that changes nothing here.

    Raises:
        ValueError: it has another one.
    """
    received = config.get(argument, supported)
    if received != supported:
        raise ValueError(
            f"{kind} with this argument is not supported. Expected {argument}={supported!r}. "
            f"Received: {argument}={received!r}"
        )


def unsupported(kind: str, thing: Any, supported: Any) -> ValueError:
    """The error for a class that has no twin."""
    names = ", ".join(sorted(supported))
    return ValueError(f"This Keras {kind} is not supported. Expected one of {names}. Received: {type(thing).__name__}")
