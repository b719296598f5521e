"""The command `sidebyside`: train, prove, tasks; and, from `cli_components`, inspect, matrix, fuzz.

Nothing here imports TensorFlow before a training is asked for, so `--help` and wrong names answer at once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from sidebyside import tasks
from sidebyside.cli_components import fuzz, inspect, matrix
from sidebyside.cli_tools import EXECUTIONS, among, command_line, console_for, load, positive, shared_options, step

DEFAULT_TASK = "digits-mlp"
DEFAULT_REPORT = "sidebyside-report.html"
OPTIMIZERS = ("sgd", "adam", "rmsprop")
BODIES = ("kernel", "definition")


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="naive-keras", prog_name="sidebyside")
@click.pass_context
def cli(context: click.Context) -> None:
    """Keras from scratch beside the real Keras, trained side by side, equal to the last bit.

    Without a command: train on embedded handwritten digits, print the verdict, write a report.

    Exit status: 0 as equal as was asked for, 1 different, 2 wrong use, 130 interrupted, 141 output cut off.
    Asked for is equality to the last bit; where the verdict begins with CLOSE, it says why that cannot be had.
    """
    if context.invoked_subcommand is None:
        context.invoke(train)


@cli.command()
@click.option("--task", "task_name", default=DEFAULT_TASK, show_default=True, help="What to train; see `tasks`.")
@click.option("--epochs", type=int, help="How often to go through the data.  [default: the task's]")
@click.option("--batch-size", type=int, help="Examples per update.  [default: the task's]")
@click.option(
    "--execution",
    default="graph",
    callback=among("execution", EXECUTIONS),
    show_default=True,
    metavar="|".join(EXECUTIONS),
    help="How both sides run.",
)
@click.option(
    "--learning-rate", type=float, help="Length of a step.  [default: the task's, or that of the other optimizer]"
)
@click.option(
    "--optimizer",
    callback=among("optimizer", OPTIMIZERS),
    metavar="|".join(OPTIMIZERS),
    help="The update rule.  [default: the task's]",
)
@click.option(
    "--body",
    default="kernel",
    callback=among("body", BODIES),
    show_default=True,
    metavar="|".join(BODIES),
    help="What the naive side computes with: TensorFlow's kernels; or plain arithmetic, and then CLOSE, not equal.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Decides first weights and order.")
@click.option("--shuffle", is_flag=True, help="Take the examples in Keras's shuffled order.")
@click.option("--report", default=DEFAULT_REPORT, show_default=True, help="Where to write the HTML report.")
@click.option("--no-report", is_flag=True, help="Write no report.")
@shared_options
def train(**options: Any) -> None:
    """Train a network from scratch and its Keras twin side by side."""
    task = tasks.get(options["task_name"]).but(
        epochs=positive("epochs", options["epochs"]), batch_size=positive("batch-size", options["batch_size"])
    )  # fmt: skip
    learning_rate = step("learning-rate", options["learning_rate"])
    path = None if options["no_report"] else Path(options["report"])
    if path is not None:
        from sidebyside.report import check_writable

        check_writable(path)
    console = console_for(options["as_json"])
    load(console, options["device"], positive("threads", options["threads"]))
    from sidebyside.live import LiveView, print_result
    from sidebyside.running import run_task

    result = run_task(
        task, execution=options["execution"], gradients=options["gradients"], optimizer=options["optimizer"],
        learning_rate=learning_rate, shuffle=options["shuffle"], seed=options["seed"], body=options["body"],
        listener=LiveView(console),
    )  # fmt: skip
    result.settings["command"] = command_line()
    if path is not None:
        from sidebyside.report import write_report

        write_report(result, path)
    if options["as_json"]:
        print(json.dumps(result.to_dict(), allow_nan=False))
    else:
        if path is not None:
            console.print(f"report             {path}", highlight=False, soft_wrap=True)
        print_result(console, result)
    sys.exit(0 if result.passed else 1)


@cli.command()
@click.option("--task", "task_name", default="mnist-mlp", show_default=True, help="What to train; see `tasks`.")
@click.option("--epochs", type=int, help="How often to go through the data.  [default: the task's]")
@click.option(
    "--execution",
    "executions",
    multiple=True,
    callback=among("execution", EXECUTIONS),
    metavar="|".join(EXECUTIONS),
    help="Only this mode; may be given several times.  [default: all]",
)
@shared_options
def prove(**options: Any) -> None:
    """Whole trainings in every mode, batch size, order, seed and way to name the activation."""
    task = tasks.get(options["task_name"]).but(epochs=positive("epochs", options["epochs"]))
    console = console_for(options["as_json"])
    load(console, options["device"], positive("threads", options["threads"]))
    from sidebyside import environment, proof

    rows = []
    console.print(f"{task.name} · {task.epochs} epochs · gradients: {options['gradients']}", highlight=False)
    console.print("mode   batch  order     seed  updates each  equal after  weights different", highlight=False)
    for case, result in proof.prove(task, options["executions"] or EXECUTIONS, options["gradients"]):
        entry = proof.row(case, result)
        rows.append(entry)
        console.print(
            f"{case.execution:6} {case.batch_size:5}  {'shuffled' if case.shuffle else 'in order':8} {case.seed:5}  "
            f"{entry['updates_naive']:12,}  {entry['updates_equal']:11,}  "
            f"{entry['weights_different']:>7,} of {entry['weights_total']:,}  "
            f"{'=' if result.equal else '≠ ' + result.first()}  {case.twist}",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    equal = all(entry["equal"] for entry in rows)
    place = environment.current()
    if options["as_json"]:
        print(json.dumps({"task": task.name, "equal": equal, "environment": place.to_dict(), "rows": rows}))
    else:
        console.print(f"holds for {place.one_line()}", highlight=False, soft_wrap=True)
        count = sum(entry["equal"] for entry in rows)
        console.print(
            f"{'EQUAL' if equal else 'DIFFERENT'}: {count} of {len(rows)} pairs of trainings are equal to the last bit"
        )
    sys.exit(0 if equal else 1)


@cli.command(name="tasks")
def list_tasks() -> None:
    """List the tasks: what is learned from what, by which network, with which numbers."""
    click.echo(f"{'task':20}{'what':28}{'examples':13}{'network':21}{'epochs':>6}{'batch':>6}")
    for task in tasks.TASKS.values():
        examples = "all" if task.examples is None else f"first {task.examples:,}"
        click.echo(
            f"{task.name:20}{task.title:28}{examples:13}{task.architecture:21}{task.epochs:6}{task.batch_size:6}"
        )


for command in (inspect, matrix, fuzz):
    cli.add_command(command)
