"""One value out of a few, with the nearest names when it is none of them; without importing TensorFlow."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def one_of(name: str, value: str, choices: Iterable[str]) -> str:
    """The value itself.

    Raises:
        ValueError: it is not among the choices.
    """
    valid = list(choices)
    if value in valid:
        return value
    near = difflib.get_close_matches(value, valid, n=3, cutoff=0.4)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise ValueError(
        f"Unknown value for `{name}`.{hint} Expected one of {', '.join(valid)}. Received: {name}={value!r}"
    )
