"""The commands that look inside: inspect a model, run the matrix of all components, fuzz random networks."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from sidebyside.choices import one_of
from sidebyside.cli_tools import DEVICES, EXECUTIONS, GRADIENTS, among, console_for, load, positive


@click.command()
@click.argument("model_file", type=click.Path(path_type=Path))
@click.option("--data", type=click.Path(path_type=Path), help="An .npz file with x (or x0, x1, …) and y.")
@click.option("--loss", help="A Keras name.  [default: the compiled model's, else by the last activation]")
@click.option("--batch", type=int, default=8, show_default=True, help="How many examples to look at.")
@click.option("--inference", is_flag=True, help="Look at the model outside training.")
@click.option("--layer", help="Print everything this layer kept on the way, number by number.")
@click.option("--save", type=click.Path(path_type=Path), help="Write every array into this .npz file.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides the data where no file is given.")
@click.option("--json", "as_json", is_flag=True, help="Print shapes and statistics as JSON on standard output.")
def inspect(**options: Any) -> None:
    """Open a .keras model as a glass box: every value and every gradient, layer by layer."""
    console = console_for(options["as_json"])
    path: Path = options["model_file"]
    if not path.is_file():
        raise ValueError(f"There is no such model file. Expected a .keras file. Received: MODEL_FILE={str(path)!r}")
    load(console, "cpu", None)
    from sidebyside import model_files

    batch = positive("batch", options["batch"]) or 1
    model = model_files.read_model(path)
    x, y, loss, told = model_files.data_for(model, options["data"], options["loss"], batch, options["seed"])
    from sidebyside.glassbox import inspect as look

    seen = look(model, x, y, loss, training=not options["inference"])
    if options["save"] is not None:
        seen.save(options["save"])
    if options["as_json"]:
        print(json.dumps(seen.to_dict() | {"data": told}, allow_nan=False))
        sys.exit(0 if seen.equal else 1)
    console.print(told, highlight=False, soft_wrap=True)
    if options["layer"] is not None:
        for name, value in model_files.numbers_of(seen, options["layer"]).items():
            console.print(f"{name} {value.shape}\n{value}", highlight=False, markup=False)
    else:
        console.print(seen.table())
    if options["save"] is not None:
        console.print(f"all arrays         {options['save']}", highlight=False, soft_wrap=True)
    console.print(seen.verdict(), highlight=False, soft_wrap=True, style="green" if seen.equal else "red")
    sys.exit(0 if seen.equal else 1)


@click.command()
@click.option("--component", "prefixes", multiple=True, help="Only components whose names begin so; repeatable.")
@click.option(
    "--execution", "executions", multiple=True, callback=among("execution", EXECUTIONS),
    metavar="|".join(EXECUTIONS), help="Only this mode; repeatable.  [default: all]",
)  # fmt: skip
@click.option(
    "--gradients", "ways", multiple=True, callback=among("gradients", GRADIENTS),
    metavar="|".join(GRADIENTS), help="Only this way of differentiating; repeatable.  [default: both]",
)  # fmt: skip
@click.option("--quantity", "quantities", multiple=True, help="Only this quantity; repeatable.  [default: all]")
@click.option("--flips/--no-flips", default=True, show_default=True, help="Flip bits to show that each row can fail.")
@click.option("--processes", type=int, default=1, show_default=True, help="How many to run at a time.")
@click.option("--write", type=click.Path(path_type=Path), help="Write matrix.json and matrix.md into this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
def matrix(**options: Any) -> None:
    """Every component, every quantity, every mode, by hand and by tape, beside Keras."""
    console = console_for(options["as_json"])
    for prefix in options["quantities"]:
        one_of("quantity", prefix, ("forward", "input gradient", "weight gradients", "state", "training"))
    processes = positive("processes", options["processes"]) or 1
    load(console, DEVICES[0], None)
    from sidebyside import matrix_run, matrix_show

    names = matrix_run.names_beginning_with(options["prefixes"])
    rows = []
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("", total=len(names))
        for row in matrix_run.run(
            names, options["executions"] or EXECUTIONS, options["ways"] or GRADIENTS, options["quantities"],
            options["flips"], processes,
        ):  # fmt: skip
            rows.append(row)
            progress.update(task, advance=1, description=row.name)
            if not row.passed:
                for line in row.failures():
                    progress.console.print(line, highlight=False, markup=False, style="red")
    result = matrix_run.Matrix(tuple(rows))
    if options["write"] is not None:
        matrix_show.write(result, options["write"])
    if options["as_json"]:
        print(json.dumps(result.to_dict(), allow_nan=False))
    else:
        matrix_show.print_table(console, result)
    sys.exit(0 if result.passed else 1)


@click.command()
@click.option("--cases", type=int, default=100, show_default=True, help="How many random networks.")
@click.option("--seed", type=int, help="Which random networks.  [default: drawn, and printed]")
@click.option(
    "--execution", default="eager", callback=among("execution", EXECUTIONS), show_default=True,
    metavar="|".join(EXECUTIONS), help="How both sides run.",
)  # fmt: skip
@click.option("--write", type=click.Path(path_type=Path), help="Append the dated outcome to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
def fuzz(**options: Any) -> None:
    """Random networks of random layers, each beside its Keras twin; a failure is shrunk to its smallest form."""
    console = console_for(options["as_json"])
    cases = positive("cases", options["cases"]) or 1
    load(console, DEVICES[0], None)
    from sidebyside import fuzzing

    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("random networks", total=cases)
        campaign = fuzzing.run(
            cases, options["seed"], options["execution"], lambda done: progress.update(task, completed=done)
        )
    if options["write"] is not None:
        fuzzing.append(campaign, options["write"])
    if options["as_json"]:
        print(json.dumps(campaign.to_dict(), allow_nan=False))
    else:
        console.print(campaign.summary(), highlight=False, markup=False, soft_wrap=True)
    sys.exit(0 if campaign.passed else 1)
