"""Whole comparisons: equal where both sides are, and every planted difference found and named."""

from __future__ import annotations

import dataclasses
import json

import keras
import numpy as np
import pytest

import keras_ref
import naive
import sidebyside
import sidebyside.lockstep
from sidebyside import tasks
from sidebyside.running import run_task

RNG = np.random.default_rng(1)
X = RNG.normal(size=(90, 6)).astype("float32")
Y = RNG.integers(0, 3, 90).astype("int32")


def pair(seed: int = 0) -> tuple[naive.NaiveSequential, keras.Sequential]:
    naive.set_random_seed(seed)
    model = naive.NaiveSequential([naive.NaiveDense(6, 8, "relu"), naive.NaiveDense(8, 3, "softmax")])
    return model, keras_ref.to_keras(model)


def flip_one_bit(weight: object, index: tuple[int, ...]) -> None:
    values = weight.numpy()  # type: ignore[attr-defined]
    values[index] = np.nextafter(values[index], np.float32(np.inf))
    weight.assign(values)  # type: ignore[attr-defined]


@pytest.mark.parametrize("gradients", ["backprop", "tape"])
@pytest.mark.parametrize("execution", ["eager", "graph", "xla"])
def test_the_embedded_task_is_equal(execution: str, gradients: str) -> None:
    result = run_task(tasks.get("digits-mlp").but(epochs=2), execution=execution, gradients=gradients, probes=3)
    sidebyside.assert_equivalent(result)
    assert result.updates_naive == result.updates_keras == result.updates_exact == 24
    assert result.weights_total == 9610
    assert len(result.gradients) == 3
    assert result.scores is not None
    assert all(result.scores.agree.values())
    assert len(result.scores.agree) == 10


@pytest.mark.parametrize("name", ["moons-mlp", "circles-mlp", "blobs-mlp", "spirals-mlp"])
def test_the_toy_tasks_are_equal(name: str) -> None:
    sidebyside.assert_equivalent(run_task(tasks.get(name).but(epochs=2), execution="graph", probes=2))


@pytest.mark.parametrize("execution", ["eager", "graph"])
def test_shuffling_and_a_function_as_activation(execution: str) -> None:
    task = tasks.get("digits-mlp").but(epochs=2, batch_size=50)
    sidebyside.assert_equivalent(
        run_task(task, execution=execution, shuffle=True, callable_activation=True, seed=3, probes=2)
    )


@pytest.mark.parametrize("weight", [0, 1, 2, 3])
def test_one_flipped_bit_is_found_and_named(weight: int) -> None:
    model, twin = pair()
    flip_one_bit(model.weights[weight], (0,) * len(model.weights[weight].shape))
    result = sidebyside.compare(model, twin, X, Y, epochs=1, batch_size=30, probes=0)
    assert not result.equal
    assert result.initial_different == 1
    assert result.weights[weight].first_update == 0
    assert result.verdict.startswith("DIFFERENT")
    with pytest.raises(sidebyside.NotEquivalentError, match="The first weights differ already: 1 of 83 numbers"):
        sidebyside.assert_equivalent(result)


def test_a_bit_flipped_in_the_middle_is_dated() -> None:
    model, twin = pair()

    class Saboteur(sidebyside.lockstep.Listener):
        def update(self, record: object, ours: object, theirs: object) -> None:
            if record.update == 4:  # type: ignore[attr-defined]
                flip_one_bit(model.weights[2], (1, 1))

    result = sidebyside.compare(model, twin, X, Y, epochs=2, batch_size=30, listener=Saboteur(), probes=0)
    assert min(one.first_update for one in result.weights if one.first_update) == 5
    assert [record.different > 0 for record in result.updates] == [False] * 4 + [True] * 2


def test_a_wrong_gradient_is_found_before_the_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    model, twin = pair()
    right = naive.NaiveDense.backward

    def summed_twice(self: naive.NaiveDense, dy: object, saved: object, wrt: str = "output") -> object:
        dx, gradients = right(self, dy, saved, wrt)  # type: ignore[arg-type]
        return dx, gradients | {"bias": gradients["bias"] * 2}

    monkeypatch.setattr(naive.NaiveDense, "backward", summed_twice)
    result = sidebyside.compare(model, twin, X, Y, epochs=1, batch_size=30)
    assert "gradients of update 1 differ first" in result.verdict


def test_a_wrong_metric_is_found_though_the_weights_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    model, twin = pair()
    monkeypatch.setattr(naive.NaiveMean, "add_weighted", lambda self, value, number: self.add(value, 1.0))
    result = sidebyside.compare(model, twin, X, Y, epochs=1, batch_size=40)
    assert result.weights_different == 0
    assert "the history is not: loss of epoch 1" in result.verdict


def test_wrong_predictions_are_found() -> None:
    result = run_task(tasks.get("blobs-mlp").but(epochs=1), probes=0)
    assert result.scores is not None
    worse = dataclasses.replace(result, scores=dataclasses.replace(result.scores, predictions_different=2))
    assert not worse.equal
    assert "2 predictions" in worse.verdict
    other = dataclasses.replace(result.scores, agree=result.scores.agree | {"f1/keras": False})
    assert "f1/keras" in dataclasses.replace(result, scores=other).verdict


def test_a_result_is_plain_enough_for_json() -> None:
    result = run_task(tasks.get("blobs-mlp").but(epochs=1), probes=2)
    data = json.loads(json.dumps(result.to_dict()))
    assert data["equal"] is True
    assert data["updates_naive"] == data["updates_keras"] == 25
    assert data["environment"]["keras"] == keras.__version__
    assert data["settings"]["seed"] == 0


@pytest.mark.parametrize("execution", ["eager", "graph", "xla"])
def test_a_training_that_diverges_to_nan_is_equal_too(execution: str) -> None:
    model, twin = pair()
    result = sidebyside.compare(
        model, twin, X, Y, epochs=2, batch_size=30, optimizer=naive.NaiveSGD(1e38), execution=execution
    )
    assert np.isnan(result.history_naive["loss"][-1])
    sidebyside.assert_equivalent(result)
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["history_naive"]["loss"][-1] is None


@pytest.mark.parametrize("execution", ["eager", "graph"])
def test_shuffling_needs_no_seed_from_before(execution: str) -> None:
    model, twin = pair(seed=11)
    result = sidebyside.compare(model, twin, X, Y, epochs=2, batch_size=40, shuffle=True, seed=5, execution=execution)
    sidebyside.assert_equivalent(result)


def test_an_optimizer_that_has_been_used_counts_on() -> None:
    optimizer = naive.NaiveSGD(0.1)
    model, twin = pair()
    for _ in range(2):
        result = sidebyside.compare(model, twin, X, Y, epochs=1, batch_size=30, optimizer=optimizer, probes=2)
        sidebyside.assert_equivalent(result)
        assert result.updates_naive == 3
        assert [record.update for record in result.gradients] == [1, 3]
    assert int(optimizer.iterations) == 6


def test_fewer_updates_than_asked_are_not_equal() -> None:
    result = run_task(tasks.get("blobs-mlp").but(epochs=1), probes=0)
    assert result.updates_asked == 25
    short = dataclasses.replace(result, updates_asked=50)
    assert not short.equal
    assert "50 updates were asked for, 25 were made" in short.verdict


def test_a_limit_in_keras_is_refused() -> None:
    model, twin = pair()
    keras.config.set_max_epochs(1)
    try:
        with pytest.raises(ValueError, match=r"`max_epochs` shortens every training\. Expected no limit"):
            sidebyside.compare(model, twin, X, Y, epochs=2)
    finally:
        keras.config.set_max_epochs(None)


def test_frozen_models_are_equal_and_make_no_updates() -> None:
    model, _ = pair()
    for layer in model.layers:
        layer.trainable = False
    with pytest.warns(UserWarning, match="does not have any trainable weights"):
        result = sidebyside.compare(model, keras_ref.to_keras(model), X, Y, epochs=1, batch_size=30, execution="eager")
    assert result.updates_naive == result.updates_keras == 0
    sidebyside.assert_equivalent(result)


def test_one_frozen_layer_stays_where_it_is() -> None:
    model, _ = pair()
    model.layers[0].trainable = False
    before = model.weights[0].numpy()
    sidebyside.assert_equivalent(sidebyside.compare(model, keras_ref.to_keras(model), X, Y, epochs=1, batch_size=30))
    assert np.array_equal(before, model.weights[0].numpy())


def test_lists_are_taken_and_test_data_names_its_own_classes() -> None:
    model, twin = pair()
    result = sidebyside.compare(
        model, twin, X.tolist(), Y.tolist(), epochs=1, test_data=(X, Y), validation_data=(X.tolist(), Y.tolist())
    )
    sidebyside.assert_equivalent(result)
    assert result.scores is not None
    assert result.scores.class_names == ("0", "1", "2")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": X.reshape(90, 2, 3)}, r"does not fit the Keras model\. Expected shape \(None, 6\)\. Received: shape="),
        ({"x": "digits"}, r"`images` must be an array of numbers"),
        ({"y": Y[:-1]}, r"must be of the same length\. Expected 90 labels"),
        ({"validation_data": (X, Y, Y)}, r"`validation_data` must be a pair\. Expected validation_data=\(x, y\)"),
        ({"validation_data": (X, Y[:3])}, r"validation data must be of the same length"),
        ({"test_data": X}, r"`test_data` must be a pair"),
        ({"test_data": (X, Y[:5])}, r"test data must be of the same length"),
        ({"test_data": (X, Y + 7)}, r"Labels out of range\. Expected integers from 0 to 2"),
        ({"test_data": (X[:, :2], Y)}, r"does not fit the Keras model"),
        ({"epochs": 0}, r"`epochs` must be a positive integer"),
    ],
)
def test_bad_input_is_refused_before_training(change: dict[str, object], words: str) -> None:
    model, twin = pair()
    arguments = {"x": X, "y": Y} | change
    with pytest.raises(ValueError, match=words):
        sidebyside.compare(model, twin, **arguments)  # type: ignore[arg-type]


def test_a_float64_model_is_refused() -> None:
    model = naive.NaiveSequential([naive.NaiveDense(6, 3, "softmax", dtype="float64")])
    with pytest.raises(ValueError, match=r"compared in float32.*Received: dtype='float64'"):
        sidebyside.compare(model, keras_ref.to_keras(model), X, Y)


def test_a_layer_frozen_on_one_side_only_is_refused() -> None:
    model, twin = pair()
    twin.layers[0].trainable = False
    with pytest.raises(ValueError, match="do not have the same trainable weights"):
        sidebyside.compare(model, twin, X, Y)


def test_models_of_different_shape_are_refused() -> None:
    model, _ = pair()
    with pytest.raises(ValueError, match=r"do not have the same weights\. Expected shapes .* Received: shapes="):
        sidebyside.compare(model, keras_ref.mlp(6, [4], 3), X, Y)


def test_more_words_for_what_differs() -> None:
    result = run_task(tasks.get("blobs-mlp").but(epochs=1), probes=1)
    assert result.first() == "Nothing differs"
    assert "25 (naive) and 24 (Keras)" in dataclasses.replace(result, updates_keras=24).verdict
    renamed = {"loss2": result.history_naive["loss"]}
    assert "names ['loss2'] (naive)" in dataclasses.replace(result, history_naive=renamed).verdict


@pytest.mark.slow
@pytest.mark.mnist
@pytest.mark.timeout(1800)  # seven whole trainings on each side
@pytest.mark.parametrize("execution", ["eager", "graph", "xla"])
def test_mnist_every_twist(execution: str) -> None:
    from sidebyside import proof

    rows = [proof.row(case, result) for case, result in proof.prove(tasks.get("mnist-mlp"), [execution])]
    assert len(rows) == 7
    assert all(row["equal"] for row in rows), rows
    assert (rows[0]["updates_naive"], rows[0]["updates_keras"], rows[0]["weights_different"]) == (2345, 2345, 0)
    assert {row["weights_total"] for row in rows} == {407_050}


@pytest.mark.slow
@pytest.mark.mnist
@pytest.mark.parametrize("execution", ["eager", "graph", "xla"])
def test_mnist_running_free(execution: str) -> None:
    """Not in lockstep: one call of `naive.fit`, many updates per call, and one of `keras.Model.fit`."""
    import datasets

    data = datasets.load("mnist")
    x, y = np.asarray(data.x_train), np.asarray(data.y_train)
    naive.set_random_seed(0)
    model = naive.NaiveSequential([naive.NaiveDense(784, 512, "relu"), naive.NaiveDense(512, 10, "softmax")])
    twin = keras_ref.to_keras(model)
    keras_ref.compile_model(twin, "sparse_categorical_crossentropy", keras.optimizers.SGD(0.1), ["accuracy"], execution)
    theirs = twin.fit(x, y, batch_size=128, epochs=5, shuffle=False, verbose=0)
    ours = naive.fit(
        model, x, y, 5, 128, optimizer=naive.NaiveSGD(0.1), metrics=["accuracy"], execution=execution, verbose=0
    )
    assert ours.updates == int(twin.optimizer.iterations) == 2345
    assert ours.history == theirs.history
    sidebyside.assert_all_exact(
        [weight.numpy() for weight in model.weights], [weight.numpy() for weight in twin.weights], model.weight_names
    )
