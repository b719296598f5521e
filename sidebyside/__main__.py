"""Start the command: `sidebyside`, or `python -m sidebyside`.

Every failure that a user can cause ends in one line on the error stream, never in a traceback.
"""

from __future__ import annotations

import sys
import warnings

WRONG_USE = 2
INTERRUPTED = 130


def _one_line(message: object, *_: object, **__: object) -> str:
    return f"sidebyside: warning: {message}\n"


def main() -> None:
    """Run the command and exit with its status."""
    warnings.formatwarning = _one_line
    try:
        sys.exit(_run())
    except (ValueError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()  # whoever read our output has gone; Python would complain once more at exit
            from sidebyside.cli_tools import PIPE_CLOSED

            sys.exit(PIPE_CLOSED)
        print(f"sidebyside: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(WRONG_USE)
    except KeyboardInterrupt:
        after_the_sign = "\n" if sys.stderr.isatty() else ""  # a terminal has just shown ^C
        print(f"{after_the_sign}sidebyside: stopped before the end", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _run() -> int:
    import click

    from sidebyside.cli import cli

    try:
        with cli.make_context("sidebyside", sys.argv[1:]) as context:
            cli.invoke(context)
        return 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        print(f"sidebyside: {error.format_message()} Try 'sidebyside --help'.", file=sys.stderr)
        return WRONG_USE


if __name__ == "__main__":
    main()
