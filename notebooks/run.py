"""Execute every notebook of this folder, each in a fresh kernel of the running Python.

    python notebooks/run.py                  one line per notebook; exit status 1 if a cell fails
    python notebooks/run.py --keep FOLDER    also write the executed copies there

Stored notebooks hold no outputs; one that does is reported as a failure.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

FOLDER = Path(__file__).resolve().parent
SECONDS_PER_NOTEBOOK = 300


class ThisPython(AsyncKernelManager):
    """Starts kernels with the running interpreter, whatever kernels are installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The command of `sys.executable`, under the name that notebooks ask for."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=CRITICAL"]
        return KernelSpec(argv=command, display_name="Python 3", language="python")


class OneBudget(NotebookClient):
    """Gives each cell what is left of the notebook's time."""

    def start_clock(self, seconds: float) -> None:
        """From now on, `seconds` for all cells together."""
        end = time.monotonic() + seconds
        self.timeout_func = lambda cell: max(1, round(end - time.monotonic()))


def cell_name(notebook: nbformat.NotebookNode, position: int) -> str:
    """What a cell is called in messages: its number among all cells, and its id."""
    return f"cell {position + 1} ({notebook.cells[position].get('id', 'no id')})"


def stored_output(notebook: nbformat.NotebookNode) -> str | None:
    """The first cell that was stored with an output or an execution count, or None."""
    for position, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            return cell_name(notebook, position)
    return None


def failed_cell(notebook: nbformat.NotebookNode) -> str:
    """The cell at which execution ended: the one with an error, else the last that was begun."""
    code = [(position, cell) for position, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for position, cell in code:
        if any(output.output_type == "error" for output in cell.outputs):
            return cell_name(notebook, position)
    begun = [position for position, cell in code if "execution" in cell.metadata]
    return cell_name(notebook, begun[-1]) if begun else "before the first cell"


def execute(path: Path, keep: Path | None, seconds: float = SECONDS_PER_NOTEBOOK) -> str | None:
    """Run one notebook; None when it went through, else what failed, and where."""
    notebook = nbformat.read(path, as_version=4)
    if (stored := stored_output(notebook)) is not None:
        return f"{stored} is stored with outputs; clear them before committing"
    client = OneBudget(notebook, kernel_manager_class=ThisPython, resources={"metadata": {"path": str(path.parent)}})
    client.start_clock(seconds)
    try:
        client.execute()
    except CellExecutionError as error:
        return f"{failed_cell(notebook)} raised {error.ename}: {error.evalue}"
    except CellTimeoutError:
        return f"{failed_cell(notebook)} was not done {seconds:g} seconds after the notebook began"
    except DeadKernelError:
        return f"{failed_cell(notebook)} ended the kernel"
    finally:
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, keep / path.name)
    return None


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(description="Execute every notebook of this folder.")
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help="write executed copies there")
    keep = parser.parse_args(arguments).keep
    if keep is not None and keep.resolve() == FOLDER:
        parser.error("--keep must name another folder than that of the notebooks")
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # failures are told below, in one line
    notebooks = sorted(FOLDER.glob("*.ipynb"))
    if not notebooks:
        print(f"No notebooks in {FOLDER}", file=sys.stderr)
        return 1
    failures = 0
    for path in notebooks:
        began = time.perf_counter()
        failure = execute(path, keep)
        seconds = time.perf_counter() - began
        print(f"{'ok    ' if failure is None else 'FAILED'} {path.name}  {seconds:.1f} s", flush=True)
        if failure is not None:
            failures += 1
            print(f"       {path.name}: {failure}", file=sys.stderr, flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
