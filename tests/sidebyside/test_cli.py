"""The command, as a user types it: output, files, exit status; and every wrong use in one line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest

from sidebyside import __main__, quiet

QUICK = ["train", "--task", "blobs-mlp", "--epochs", "2"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Run the command in this process, in an empty folder: (status, output, error output)."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["sidebyside", *arguments])
        with pytest.raises(SystemExit) as ended:
            __main__.main()
        output = capfd.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    return call


def test_training_ends_with_the_verdict_and_a_report(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    status, out, err = run(*QUICK)
    assert (status, err) == (0, "")
    assert out.splitlines()[-1].startswith("EQUAL: 50 updates on each side")
    assert "weights different  0 of 99" in out
    assert "epoch 2/2" in out
    assert "Traceback" not in out
    page = (tmp_path / "sidebyside-report.html").read_text()
    assert "EQUAL" in page
    assert "sidebyside train --task blobs-mlp --epochs 2" in page


def test_a_diverged_training_says_so(run) -> None:  # type: ignore[no-untyped-def]
    status, out, _ = run(*QUICK, "--no-report", "--learning-rate", "1e38")
    assert status == 0
    assert "loss nan = nan" in out
    assert "the training diverged" in out.splitlines()[-1]


def test_json_is_all_that_is_printed(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    status, out, _ = run(*QUICK, "--json", "--no-report", "--execution", "eager", "--gradients", "tape")
    data = json.loads(out)
    assert (status, data["equal"], data["updates_naive"], data["settings"]["execution"]) == (0, True, 50, "eager")
    assert list(tmp_path.iterdir()) == []


def test_a_difference_is_exit_status_1(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    import naive

    monkeypatch.setattr(
        naive.NaiveSGD, "update_step", lambda self, g, weight, rate: weight.assign_sub(g * rate * 1.000001)
    )
    status, out, _ = run(*QUICK, "--no-report")
    assert status == 1
    assert "DIFFERENT:" in out
    assert "differs first, after update 1" in out


def test_options_reach_the_training(run) -> None:  # type: ignore[no-untyped-def]
    status, out, _ = run(
        *QUICK, "--no-report", "--json", "--batch-size", "50", "--learning-rate", "0.25", "--seed", "7", "--shuffle",
        "--execution", "xla", "--optimizer", "sgd",
    )  # fmt: skip
    settings = json.loads(out)["settings"]
    assert status == 0
    wanted = {"batch_size": 50, "learning_rate": 0.25, "seed": 7, "shuffle": True, "execution": "xla", "epochs": 2}
    assert {name: settings[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "--task", "mnist-mpl"], ["task", "Did you mean 'mnist-mlp'", "Received: task='mnist-mpl'"]),
        (["train", "--execution", "grap"], ["execution", "Did you mean 'graph'", "Received: execution='grap'"]),
        (["train", "--optimizer", "adamm"], ["optimizer", "Expected one of sgd", "Received: optimizer='adamm'"]),
        (["train", "--gradients", "tapes"], ["gradients", "Did you mean 'tape'"]),
        (["train", "--device", "tpu"], ["device", "Expected one of cpu, gpu", "Received: device='tpu'"]),
        (["train", "--epochs", "0"], ["epochs", "positive integer", "Received: epochs=0"]),
        (["train", "--batch-size", "-3"], ["batch-size", "Expected batch-size >= 1", "Received: batch-size=-3"]),
        (["train", "--threads", "0"], ["threads", "Received: threads=0"]),
        (["train", "--threads", "100000000", "--no-report"], ["Too many threads", "Received: threads=100000000"]),
        (["train", "--learning-rate", "-1"], ["learning-rate", "Expected learning-rate >= 0"]),
        (["train", "--learning-rate", "nan"], ["learning-rate", "finite"]),
        (["train", "--epochs", "many"], ["'many' is not a valid integer"]),
        (["train", "--report", "nowhere/report.html"], ["report", "cannot be written", "nowhere"]),
        (["trian"], ["No such command 'trian'"]),
        (["train", "--speed"], ["No such option", "--speed"]),
        (["prove", "--execution", "jit"], ["execution", "Received: execution='jit'"]),
        (["train", "--seed", "-1", "--no-report"], ["Received: seed=-1"]),
    ],
)
def test_wrong_use_is_one_line_and_exit_status_2(run, arguments: list[str], words: list[str]) -> None:  # type: ignore[no-untyped-def]
    status, out, err = run(*arguments)
    assert status == 2
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("sidebyside: ")
    for word in words:
        assert word in err


def test_missing_data_is_one_line(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("NAIVE_KERAS_DATA", str(tmp_path))
    status, _, err = run("train", "--task", "mnist-mlp", "--no-report")
    assert status == 2
    assert err.count("\n") == 1
    assert "mnist" in err


def test_another_backend_is_refused_in_one_line(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    status, _, err = run(*QUICK, "--no-report")
    assert (status, err.count("\n")) == (2, 1)
    assert "Received: KERAS_BACKEND='jax'" in err


def test_another_version_is_a_warning_of_one_line(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from keras_ref import UntestedVersionWarning, environment

    monkeypatch.setitem(environment.TESTED, "keras", "3.0.1")
    words = r"^naive-keras was tested with keras 3\.0\.1; keras 3\.15\.1 is installed\. Last bits may differ\.$"
    with pytest.warns(UntestedVersionWarning, match=words):
        status, _, _ = run(*QUICK, "--no-report")
    assert status == 0
    assert __main__._one_line("two versions", UserWarning, "file", 1) == "sidebyside: warning: two versions\n"


def test_another_package_named_datasets_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = types.ModuleType("datasets")
    stranger.__file__ = "elsewhere/datasets/__init__.py"
    monkeypatch.setitem(sys.modules, "datasets", stranger)
    with pytest.raises(ValueError, match=r"Another package named `datasets`.*Received: datasets='elsewhere"):
        quiet.check_datasets_is_ours()


def test_tasks_are_listed(run) -> None:  # type: ignore[no-untyped-def]
    status, out, err = run("tasks")
    assert (status, err) == (0, "")
    assert all(len(line) <= 95 for line in out.splitlines())
    for name in ("digits-mlp", "mnist-mlp", "fashion-mlp", "moons-mlp"):
        assert name in out


def test_proving_prints_one_row_per_pair(run) -> None:  # type: ignore[no-untyped-def]
    status, out, _ = run("prove", "--task", "blobs-mlp", "--epochs", "1", "--execution", "graph")
    assert status == 0
    rows = [line for line in out.splitlines() if line.startswith("graph")]
    assert len(rows) == 7
    assert all(" 0 of 99  =" in row for row in rows)
    assert out.splitlines()[-1] == "EQUAL: 7 of 7 pairs of trainings are equal to the last bit"


def test_help_does_not_load_tensorflow() -> None:
    code = (
        "import sys; from sidebyside.cli import cli; "
        "cli.main(['--help'], standalone_mode=False); print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("False")


def test_ctrl_c_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "sidebyside", "train", "--task", "moons-mlp", "--epochs", "100000"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("epoch 2/"):
            break
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "sidebyside: stopped before the end\n"
    assert list(tmp_path.iterdir()) == []
    assert time.monotonic() - began < 20


def test_a_reader_that_goes_away_is_not_a_difference(tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "sidebyside", *QUICK[:-1], "200", "--no-report"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=120) == 141
    assert "Traceback" not in error
