"""`compare`: train a naive model and its Keras twin side by side, and say how equal they stayed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_ref import check_settings, compile_model, to_keras
from naive import NaiveModel, TrainingRun, checks, losses, optimizers, predict, set_random_seed
from naive.batches import number_of_batches
from naive.losses import NaiveLoss
from naive.optimizers import NaiveOptimizer
from sidebyside import environment, scores
from sidebyside.judging import Judge
from sidebyside.lockstep import Listener, Lockstep
from sidebyside.result import Comparison
from sidebyside.score_results import AnyScores, MistakeExample

PROBES = 40
"""About how many updates of a training have their gradients compared as well."""


def compare(
    naive_model: NaiveModel,
    keras_model: keras.Model,
    x: Any,
    y: Any,
    *,
    epochs: int = 1,
    batch_size: int = 128,
    optimizer: str | NaiveOptimizer = "sgd",
    loss: str | NaiveLoss = "sparse_categorical_crossentropy",
    metrics: Sequence[str] = ("accuracy",),
    execution: str = "graph",
    gradients: str = "backprop",
    shuffle: bool = False,
    seed: int = 0,
    validation_data: tuple[Any, Any] | None = None,
    test_data: tuple[Any, Any] | None = None,
    class_names: tuple[str, ...] = (),
    image_shape: tuple[int, ...] | None = None,
    scoring: str = "classes",
    close_because: str = "",
    probes: int = PROBES,
    listener: Listener | None = None,
    settings: dict[str, Any] | None = None,
) -> Comparison:
    """Train both on the same batches; compare all weights after every update.

    Keras's side is one call of `keras.Model.fit` with Keras's own loss, optimizer, metrics and data pipeline. Both
    models are changed in place.

    Where the naive side cannot be equal to the last bit, say why in `close_because`. Then every update is made alone,
    from Keras's weights and state, and judged by the grade CLOSE beside a Keras in float64.

    Args:
        naive_model, keras_model: the same architecture; their first weights may differ, and will be told.
        x, y: training data (examples, …).
        optimizer, loss: a Keras name or a naive object, whose Keras twin is used on the other side.
        metrics: Keras names.
        execution: `"eager"`, `"graph"` or `"xla"`, on both sides.
        gradients: `"backprop"` or `"tape"`, on the naive side.
        shuffle, seed: Keras's own order after that seed.
        validation_data: (x, y), evaluated after each epoch by both.
        test_data: (x, y), for the scores after training.
        class_names: of the classes, or of the labels; image_shape: of the test data.
        scoring: what the answers are: `"classes"` (y class numbers), `"labels"` (y 0 or 1 for each label), or
            `"reconstruction"` (y what should come out).
        close_because: why the sides cannot be equal to the last bit; empty where they must be.
        probes: at about how many updates gradients are compared too.
        listener: told while training goes on.
        settings: what else to keep in the result.

    Raises:
        ValueError: anything that `naive.fit` refuses; models of different shapes; changed Keras settings; an unknown
            scoring.
    """
    check_settings()
    checks.positive_integer("epochs", epochs)
    checks.one_of("scoring", scoring, scores.SCORINGS)
    _same_architecture(naive_model, keras_model)
    x, y = checks.numbers("images", x), checks.numbers("labels", y)
    _fits_keras(keras_model, x)
    if validation_data is not None:
        checks.pair("validation_data", validation_data)
        validation_data = (np.asarray(validation_data[0]), np.asarray(validation_data[1]))
    if test_data is not None:
        class_names = class_names or _class_names(keras_model)
        test_data = _to_be_scored(keras_model, test_data, class_names, scoring)
    naive_loss, naive_optimizer = losses.get(loss), optimizers.get(optimizer)
    keras_loss = to_keras(naive_loss)
    keras_optimizer = to_keras(naive_optimizer, weights=keras_model.trainable_variables)
    iterations_before = int(keras_optimizer.iterations.numpy())
    set_random_seed(seed)  # the order of the examples: drawn here by our side …
    run = TrainingRun(
        naive_model, x, y, batch_size, optimizer=naive_optimizer, loss=naive_loss, metrics=metrics,
        execution=execution, gradients=gradients, shuffle=shuffle, validation_data=validation_data,
    )  # fmt: skip
    updates = epochs * number_of_batches(len(x), batch_size)
    asked = _settings(run, keras_model, epochs, metrics, execution, gradients, shuffle, seed) | (settings or {})
    compile_model(keras_model, keras_loss, keras_optimizer, metrics, execution)
    judge = None
    if close_because:
        asked |= {"grade": "CLOSE", "not_equal_because": close_because}
        keras_optimizer.build(keras_model.trainable_variables)
        judge = Judge(keras_model, keras_loss, execution, close_because)
    callback = Lockstep(run, x, y, execution, gradients, _spread(updates, probes), listener, judge)
    callback.listener.begin(asked, epochs, run.num_batches)
    set_random_seed(seed)  # … and here by Keras's
    began = time.perf_counter()
    try:
        history = keras_model.fit(
            x, y, batch_size=batch_size, epochs=epochs, shuffle=shuffle, validation_data=validation_data, verbose=0,
            callbacks=[callback],
        )  # fmt: skip
    finally:
        callback.listener.end()
    seconds = time.perf_counter() - began
    weights = callback.weight_results()
    slots_different = callback.slots_different()
    scored: AnyScores | None = None
    mistakes: tuple[MistakeExample, ...] = ()
    if judge is not None:
        callback.take_over()
    if test_data is not None:
        test_x, test_y = test_data
        ours = predict(naive_model, test_x, batch_size, execution)
        theirs = keras_model.predict(test_x, batch_size=batch_size, verbose=0)
        scored = scores.score(scoring, test_x, test_y, ours, theirs, class_names, image_shape)
        if scoring == "classes":
            mistakes = scores.most_confident_mistakes(test_x, test_y, ours, class_names, image_shape)
        if judge is not None:
            judge.outputs(test_x, batch_size, ours, theirs)
    if judge is not None:
        judge.close()
    return Comparison(
        settings=asked,
        environment=environment.current(),
        updates_naive=run.updates,
        updates_keras=int(keras_optimizer.iterations.numpy()) - iterations_before,
        updates_asked=updates if keras_model.trainable_weights else 0,
        history_naive=callback.history,
        history_keras=history.history,
        weights=weights,
        updates=tuple(callback.updates),
        gradients=tuple(callback.gradient_records),
        seconds=seconds,
        scores=scored,
        mistakes=mistakes,
        initial_different=callback.initial.different,
        slots_different=slots_different,
        seeds_different=callback.seeds_different,
        closeness=judge.result() if judge is not None else None,
        gradient_names=tuple(naive_model.named_trainable),
    )


def _same_architecture(naive_model: NaiveModel, keras_model: keras.Model) -> None:
    for what, ours, theirs in (
        ("weights", naive_model.weights, keras_model.weights),
        ("trainable weights", naive_model.trainable_weights, keras_model.trainable_weights),
    ):
        shapes, expected = ([tuple(weight.shape) for weight in weights] for weights in (ours, theirs))
        if shapes != expected:
            raise ValueError(
                f"The two models do not have the same {what}. "
                f"Expected shapes {expected} (Keras). Received: shapes={shapes} (naive)"
            )
    for dtype in (naive_model.dtype, keras_model.dtype):
        if dtype != "float32":
            raise ValueError(
                "Trainings are compared in float32, because Keras's loss stays float32 beside a float64 model. "
                "Expected dtype='float32' on both sides, or keras_ref.float64 for single computations. "
                f"Received: dtype={dtype!r}"
            )


def _fits_keras(keras_model: keras.Model, x: np.ndarray) -> None:
    expected = tuple(keras_model.input_shape)
    if len(expected) != x.ndim or any(size not in (None, x.shape[axis]) for axis, size in enumerate(expected)):
        raise ValueError(
            f"The input does not fit the Keras model. Expected shape {expected}. Received: shape={x.shape}"
        )


def _to_be_scored(
    keras_model: keras.Model, test_data: Any, class_names: tuple[str, ...], scoring: str
) -> tuple[np.ndarray, np.ndarray]:
    """The test data as arrays, refused before training if it cannot be scored after it."""
    checks.pair("test_data", test_data)
    x, y = checks.numbers("test images", test_data[0]), checks.numbers("test labels", test_data[1])
    checks.same_length(x, y, "test ")
    _fits_keras(keras_model, x)
    if scoring == "classes":
        checks.class_labels(y, len(class_names))
        return x, y.astype("int64").reshape(-1)
    wanted = (len(y), *(int(size) for size in keras_model.output_shape[1:]))
    if y.shape != wanted:
        raise ValueError(
            f"The test labels do not fit the outputs. Expected shape {wanted} for scoring={scoring!r}. "
            f"Received: shape={y.shape}"
        )
    if scoring == "labels":
        if len(class_names) != y.shape[-1]:
            raise ValueError(
                f"Each label needs a name. Expected {y.shape[-1]} class_names. Received: {len(class_names)}"
            )
        checks.class_labels(y, 2)
    return x, y


def _class_names(keras_model: keras.Model) -> tuple[str, ...]:
    return tuple(str(number) for number in range(max(2, int(keras_model.output_shape[-1]))))


def _spread(updates: int, probes: int) -> frozenset[int]:
    """About `probes` update numbers, the first and the last among them."""
    if probes <= 0:
        return frozenset()
    return frozenset(int(number) for number in np.linspace(1, updates, min(probes, updates)).round())


def _settings(
    run: TrainingRun, keras_model: keras.Model, epochs: int, metrics: Sequence[str], execution: str,
    gradients: str, shuffle: bool, seed: int,
) -> dict[str, Any]:  # fmt: skip
    return {
        "execution": execution,
        "gradients": gradients,
        "epochs": epochs,
        "batch_size": run.batch_size,
        "optimizer": type(run.optimizer).keras_name,
        "learning_rate": run.optimizer.get_config()["learning_rate"],
        "loss": type(run.loss).keras_name,
        "metrics": list(metrics),
        "shuffle": shuffle,
        "seed": seed,
        "layers": [
            {"name": layer.name, "weights": {name: list(w.shape) for name, w in layer.named_weights.items()}}
            for layer in run.model.layers
        ],
        "parameters": keras_model.count_params(),
    }
