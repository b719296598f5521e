"""The tasks: each trains equal to the last bit, or says why not; and what it is fed with is what it says."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import datasets
import naive
import sidebyside
from sidebyside import examples, tasks
from sidebyside.running import build_keras, build_naive, run_task
from sidebyside.score_results import LabelScores, RestorationScores, Scores

DIGITS = [name for name in tasks.TASKS if name.startswith("digits-")]
MNIST = [name for name in tasks.TASKS if name.startswith("mnist-")]


def small(name: str, **changes: object) -> tasks.Task:
    """One epoch of two updates, the second from a partial batch."""
    return tasks.get(name).but(**({"epochs": 1, "batch_size": 16, "examples": 24, "test_examples": 30} | changes))


def judged(task: tasks.Task, execution: str, gradients: str, **options: object) -> sidebyside.Comparison:
    """Trained, and as equal as the task says: to the last bit, or, with a reason, CLOSE and not EQUAL."""
    result = run_task(task, execution=execution, gradients=gradients, **options)  # type: ignore[arg-type]
    excused = (execution, gradients) in task.exceptions
    return (sidebyside.assert_close if excused else sidebyside.assert_equivalent)(result)


@pytest.mark.parametrize("gradients", ["backprop", "tape"])
@pytest.mark.parametrize("name", [name for name in DIGITS if name != "digits-mlp"])
def test_every_task_on_digits(name: str, gradients: str) -> None:
    result = judged(small(name), "eager", gradients, probes=1)
    assert result.updates_naive == result.updates_keras == 2
    assert result.seeds_different == 0
    assert result.scores is not None
    assert result.settings["target"] == tasks.get(name).target


def test_several_labels_in_a_graph() -> None:
    judged(small("digits-multilabel"), "graph", "backprop", probes=1)


MAIN = ("cnn", "lstm", "gru", "resnet", "autoencoder", "transformer")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("gradients", ["backprop", pytest.param("tape", marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("name", DIGITS)
def test_every_whole_task_on_digits_in_a_graph(name: str, gradients: str) -> None:
    judged(tasks.get(name), "graph", gradients, probes=5)


@pytest.mark.slow
@pytest.mark.mnist
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("execution", ["eager", "graph", "xla"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize(
    "name",
    [
        name if name.removeprefix("mnist-") in MAIN else pytest.param(name, marks=pytest.mark.exhaustive)
        for name in MNIST
        if name != "mnist-mlp"
    ],
)
def test_every_task_on_mnist_with_the_tape(name: str, optimizer: str, execution: str) -> None:
    task = small(name, epochs=2, batch_size=64, examples=300, test_examples=100)
    judged(task, execution, "tape", optimizer=optimizer, probes=2)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["digits-mlp", "digits-cnn", "digits-lstm"])
def test_whole_trainings_without_kernels_are_close(name: str) -> None:
    result = run_task(tasks.get(name).but(epochs=2), body="definition", probes=5)
    sidebyside.assert_close(result)


def test_a_training_without_kernels_is_close_and_says_so() -> None:
    result = run_task(small("digits-mlp"), body="definition", execution="eager", probes=1)
    sidebyside.assert_close(result)
    assert result.passed
    assert not result.equal
    assert result.grade == "CLOSE"
    assert result.verdict.startswith("CLOSE: not to the last bit (plain arithmetic")
    assert result.closeness is not None
    assert result.closeness.tensors == 2 * 4 + 4 + 1  # weights of two updates, gradients of one, the outputs
    assert result.to_dict()["grade"] == "CLOSE"
    with pytest.raises(sidebyside.NotEquivalentError, match="not to the last bit"):
        sidebyside.assert_equivalent(result)


def test_wrong_code_is_not_close(monkeypatch: pytest.MonkeyPatch) -> None:
    right = naive.NaiveDense.backward

    def a_little_wrong(self: naive.NaiveDense, dy: object, saved: object, wrt: str = "output") -> object:
        dx, gradients = right(self, dy, saved, wrt)  # type: ignore[arg-type]
        return dx, gradients | {"kernel": gradients["kernel"] * 1.00001}

    monkeypatch.setattr(naive.NaiveDense, "backward", a_little_wrong)
    result = run_task(small("digits-mlp"), body="definition", execution="eager", probes=1)
    assert not result.passed
    assert result.verdict.startswith("DIFFERENT: ")
    assert "break the rule of CLOSE. First gradient of dense_1/kernel of update 1" in result.verdict
    with pytest.raises(sidebyside.NotEquivalentError, match="break the rule"):
        sidebyside.assert_close(result)


def test_a_needless_excuse_is_found() -> None:
    excuse = {("eager", "tape"): "no reason at all"}
    result = run_task(small("digits-binary", exceptions=excuse), execution="eager", gradients="tape", probes=1)
    assert result.settings["not_equal_because"] == "no reason at all"
    assert result.equal
    with pytest.raises(sidebyside.NotEquivalentError, match="Equal to the last bit, though the grade CLOSE"):
        sidebyside.assert_close(result)


@pytest.mark.parametrize("name", DIGITS)
def test_both_networks_are_the_same_network(name: str) -> None:
    task = tasks.get(name)
    given = examples.prepare(task, datasets.load("digits"), 0)
    naive.set_random_seed(7)
    ours = build_naive(task, given)
    naive.set_random_seed(7)
    theirs = build_keras(task, given)
    assert [type(one).__name__.removeprefix("Naive") for one in ours.layers] == [
        type(one).__name__ for one in theirs.layers if type(one).__name__ != "InputLayer"
    ]
    sidebyside.assert_all_exact([w.numpy() for w in ours.weights], theirs.get_weights(), ours.weight_names)
    assert ours.count_params() == theirs.count_params()


def test_views_show_the_same_pixels() -> None:
    data = datasets.load("digits")
    flat = np.asarray(data.x_test)
    rows = examples.view(flat, "rows", (8, 8))
    numbered = examples.view(flat, "numbered rows", (8, 8))
    image = examples.view(flat, "image", (8, 8))
    assert (rows.shape, numbered.shape, image.shape) == ((360, 8, 8), (360, 8, 16), (360, 8, 8, 1))
    sidebyside.assert_exact(rows.reshape(360, 64), flat)
    sidebyside.assert_exact(image.reshape(360, 64), flat)
    sidebyside.assert_exact(numbered[..., :8], rows)
    sidebyside.assert_exact(numbered[5, :, 8:], np.eye(8, dtype="float32"))


def test_targets_are_what_they_say() -> None:
    digits = np.arange(10)
    assert examples.labels(digits, "is a 3").tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    answers = examples.labels(digits, "attributes")
    columns = zip(examples.ATTRIBUTES, answers.T, strict=True)
    assert {name: np.flatnonzero(column).tolist() for name, column in columns} == {
        "even": [0, 2, 4, 6, 8],
        "prime": [2, 3, 5, 7],
        "at least five": [5, 6, 7, 8, 9],
        "has a closed loop": [0, 6, 8, 9],
    }  # fmt: skip


def test_noise_is_in_what_is_fed_and_not_in_what_is_wanted() -> None:
    task = tasks.get("digits-autoencoder").but(examples=50, test_examples=20)
    data = datasets.load("digits")
    given, again = examples.prepare(task, data, 3), examples.prepare(task, data, 3)
    other = examples.prepare(task, data, 4)
    assert (given.x_train.shape, given.y_test.shape) == ((50, 8, 8, 1), (20, 8, 8, 1))
    sidebyside.assert_exact(given.y_train.reshape(50, 64), np.asarray(data.x_train[:50]))
    sidebyside.assert_exact(given.x_train, again.x_train)
    assert not np.array_equal(given.x_train, other.x_train)
    assert 0 <= given.x_train.min() < given.x_train.max() <= 1
    assert given.names == ()


def test_scores_fit_the_question() -> None:
    kinds = {"digits-binary": Scores, "digits-multilabel": LabelScores,
             "digits-autoencoder": RestorationScores}  # fmt: skip
    for name, kind in kinds.items():
        result = judged(small(name), "eager", "tape", probes=0)
        assert isinstance(result.scores, kind)
        assert result.scores.equal
        assert all(result.scores.agree.values())
        if isinstance(result.scores, LabelScores):
            assert [one.name for one in result.scores.labels] == list(examples.ATTRIBUTES)
            one = result.scores.labels[0]
            assert one.true_positives + one.false_positives + one.true_negatives + one.false_negatives == 30
            worse = dataclasses.replace(result.scores, agree=result.scores.agree | {"counts/keras": False})
            assert "counts/keras" in dataclasses.replace(result, scores=worse).verdict
        if isinstance(result.scores, RestorationScores):
            assert result.scores.naive == result.scores.keras > 0
            assert len(result.scores.pictures) == 8
            worse_outputs = dataclasses.replace(result.scores, outputs_different=3)
            words = "The outputs on the test data differ: 3 of 1,920 numbers"
            assert words in dataclasses.replace(result, scores=worse_outputs).verdict


def test_the_list_of_tasks_holds_the_nine_of_both_kinds_of_digits() -> None:
    kinds = ("mlp", "cnn", "rnn", "lstm", "gru", "autoencoder", "resnet", "transformer", "binary", "multilabel")
    for data in ("digits", "mnist"):
        assert [name for name in tasks.TASKS if name.startswith(f"{data}-")] == [f"{data}-{kind}" for kind in kinds]
    for task in tasks.TASKS.values():
        assert task.network in naive.networks.NETWORKS
        assert task.view in tasks.VIEWS


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"view": "rowes"}, r"Unknown value for `view`\. Did you mean 'rows'"),
        ({"target": "is a 4"}, r"Unknown value for `target`\. Did you mean 'is a 3'"),
        ({"network": "mpl"}, r"Unknown value for `network`\. Did you mean \'mlp\'"),
    ],
)
def test_a_task_that_cannot_be_is_refused(change: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        run_task(small("digits-binary", **change))


def test_toys_have_no_rows_and_no_threes() -> None:
    toys = datasets.load("moons")
    with pytest.raises(ValueError, match=r"Only pictures have rows\. Expected view='vector'.*Received: view='rows'"):
        examples.prepare(tasks.get("moons-mlp").but(view="rows"), toys, 0)
    with pytest.raises(ValueError, match=r"Only digits have this target.*Received: target='is a 3'"):
        examples.prepare(tasks.get("moons-mlp").but(target="is a 3"), toys, 0)


def test_labels_and_pictures_are_checked_before_training() -> None:
    task = small("digits-multilabel")
    given = examples.prepare(task, datasets.load("digits"), 0)
    model, twin = build_naive(task, given), build_keras(task, given)
    options = {"loss": "binary_crossentropy", "metrics": (), "scoring": "labels"}
    with pytest.raises(ValueError, match=r"Unknown `scoring`|Unknown value for `scoring`"):
        sidebyside.compare(model, twin, given.x_train, given.y_train, scoring="label")
    with pytest.raises(ValueError, match=r"do not fit the outputs\. Expected shape \(30, 4\)"):
        sidebyside.compare(
            model, twin, given.x_train, given.y_train, test_data=(given.x_test, given.y_test[:, :2]), **options
        )  # fmt: skip
    with pytest.raises(ValueError, match=r"Each label needs a name\. Expected 4 class_names\. Received: 2"):
        sidebyside.compare(
            model, twin, given.x_train, given.y_train, test_data=(given.x_test, given.y_test),
            class_names=("a", "b"), **options,
        )  # fmt: skip
