"""Where the report goes: checked before hours of training, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sidebyside.report.render import render
from sidebyside.result import Comparison


def check_writable(path: str | os.PathLike[str]) -> None:
    """Refuse, before anything is trained, a path that the report could not be written to.

    Only looks: makes no file and touches none.

    Raises:
        ValueError: a folder, a missing or protected folder above it, a protected file, or no regular file.
    """
    reason = _obstacle(Path(path))
    if reason:
        raise ValueError(
            "The report cannot be written. Expected a path in an existing, writable folder. "
            f"Received: report={os.fspath(path)!r} ({reason})"
        )


def _obstacle(path: Path) -> str:
    """Why nothing can be written there; empty where it can."""
    parent = path.parent
    try:
        if path.is_dir():
            return "it is a folder"
        if not parent.exists():
            return f"the folder {str(parent)!r} does not exist"
        if not parent.is_dir():
            return f"{str(parent)!r} is not a folder"
        if not os.access(parent, os.W_OK | os.X_OK):
            return f"the folder {str(parent)!r} is not writable"
        path.lstat()  # a name that is too long says so here, not after the training
    except FileNotFoundError:
        return ""
    except OSError as error:
        return (error.strerror or str(error)).lower()
    except ValueError as error:  # a zero byte in the name
        return str(error)
    if path.exists() and not path.is_file():
        return "it is not a regular file"
    if path.exists() and not os.access(path, os.W_OK):
        return "the file there is write-protected"
    return ""


def write_report(comparison: Comparison, path: str | os.PathLike[str]) -> Path:
    """Render the report and put it at `path`, in one step: a reader finds the old file or the new one, never half.

    Raises:
        ValueError: as `check_writable`.
    """
    check_writable(path)
    page, target = render(comparison), Path(path)
    draft = target.with_name(f".report-{secrets.token_hex(6)}.tmp")
    try:
        with open(draft, "x", encoding="utf-8", newline="\n") as file:
            file.write(page)
        os.replace(draft, target)
    except BaseException:  # Ctrl-C too
        draft.unlink(missing_ok=True)
        raise
    return target
