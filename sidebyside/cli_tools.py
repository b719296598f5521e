"""What the commands share: checks of options, where to print, how to load TensorFlow quietly."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from typing import Any

import click
from rich.console import Console

from sidebyside.choices import one_of

EXECUTIONS = ("eager", "graph", "xla")
GRADIENTS = ("backprop", "tape")
DEVICES = ("cpu", "gpu")
PIPE_CLOSED = 141


def among(name: str, choices: tuple[str, ...]) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A check of an option's value, or of its values, that offers the nearest valid names."""

    def check(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        for one in value if isinstance(value, tuple) else (value,):
            if one is not None:
                one_of(name, one, choices)
        return value

    return check


def shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that training and proving have in common."""
    for option in reversed(
        [
            click.option("--gradients", default="backprop", callback=among("gradients", GRADIENTS), show_default=True,
                         metavar="|".join(GRADIENTS), help="How the naive side differentiates: by hand, or by tape."),
            click.option("--device", default="cpu", callback=among("device", DEVICES), show_default=True,
                         metavar="|".join(DEVICES), help="Where both sides compute."),
            click.option("--threads", type=int, help="TensorFlow's threads; all cores by default."),
            click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output."),
        ]
    ):  # fmt: skip
        command = option(command)
    return command


def positive(name: str, value: int | None) -> int | None:
    """The value, at least 1, or None."""
    if value is not None and value < 1:
        raise ValueError(f"`{name}` must be a positive integer. Expected {name} >= 1. Received: {name}={value}")
    return value


def step(name: str, value: float | None) -> float | None:
    """The value, finite and not negative, or None."""
    if value is not None and not 0 <= value < float("inf"):
        raise ValueError(f"`{name}` must be a finite number. Expected {name} >= 0. Received: {name}={value}")
    return value


class _PipedConsole(Console):
    """Ends with a status of its own when the reader of a pipe has gone: 1 would mean that the sides differ."""

    def on_broken_pipe(self) -> None:
        try:
            super().on_broken_pipe()
        except SystemExit:
            raise SystemExit(PIPE_CLOSED) from None


def console_for(as_json: bool) -> Console:
    """Where people read: standard output, or the error stream when that carries JSON."""
    return _PipedConsole(stderr=as_json)


def load(console: Console, device: str, threads: int | None) -> None:
    """Import TensorFlow and Keras without their chatter, and show that something is going on."""
    from sidebyside import quiet

    if console.is_terminal:
        with console.status("loading TensorFlow and Keras …"):
            quiet.load(device, threads)
    else:
        quiet.load(device, threads)


def command_line() -> str:
    """What the user typed."""
    return shlex.join(["sidebyside", *sys.argv[1:]])
