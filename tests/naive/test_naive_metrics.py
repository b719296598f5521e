"""Metrics against `keras.metrics`, the confusion matrix against Keras and scikit-learn."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import to_keras
from keras_ref.oracles.classification import keras_scores, sklearn_scores
from naive import (
    NaiveBinaryAccuracy,
    NaiveCategoricalAccuracy,
    NaiveMean,
    NaiveMetric,
    NaiveSparseCategoricalAccuracy,
    metrics,
)
from sidebyside.assertions import assert_exact, assert_same_as_reference

RNG = np.random.default_rng(0)
SIZES = (16, 16, 5, 1)  # batches, the last ones partial


def predictions(*shape):
    """Probabilities with ties, and zeros of both signs."""
    p = RNG.random(shape).astype("float32")
    p[0] = 0.5
    if shape[-1] > 2:
        p[0, ..., :3] = [-0.0, 0.0, -0.0]
        p[0, ..., 3:] = -1.0
    return p


def one_hot(shape, classes):
    return np.eye(classes, dtype="float32")[RNG.integers(0, classes, shape)]


CASES = {
    "sparse": (NaiveSparseCategoricalAccuracy, lambda n: (RNG.integers(0, 2, n), predictions(n, 4))),
    "sparse-column": (NaiveSparseCategoricalAccuracy, lambda n: (RNG.integers(0, 2, (n, 1)), predictions(n, 4))),
    "sparse-rank3": (NaiveSparseCategoricalAccuracy, lambda n: (RNG.integers(0, 2, (n, 3)), predictions(n, 3, 4))),
    "categorical": (NaiveCategoricalAccuracy, lambda n: (one_hot(n, 3), predictions(n, 3))),
    "binary-flat": (NaiveBinaryAccuracy, lambda n: (RNG.integers(0, 2, n).astype("float32"), predictions(n, 1))),
    "binary-integers": (NaiveBinaryAccuracy, lambda n: (RNG.integers(0, 2, (n, 1)), predictions(n, 1))),
    "binary-several": (NaiveBinaryAccuracy, lambda n: (one_hot(n, 3), predictions(n, 3))),
}


@pytest.mark.parametrize("mode", ["eager", "graph"])
@pytest.mark.parametrize("case", CASES)
def test_accuracy_over_several_batches(case, mode):
    kind, batch = CASES[case]
    mine, theirs = kind(), to_keras(kind())
    update = mine.update if mode == "eager" else tf.function(mine.update)
    update_keras = theirs.update_state if mode == "eager" else tf.function(theirs.update_state)
    for size in SIZES:
        y_true, y_pred = (tf.constant(one) for one in batch(size))
        update(y_true, y_pred)
        update_keras(y_true, y_pred)
        assert_exact(mine.result().numpy(), theirs.result().numpy(), f"result after a batch of {size}")
    assert_exact(mine.total.numpy(), theirs.total.numpy(), "total")
    assert_exact(mine.count.numpy(), theirs.count.numpy(), "count")
    assert mine.count.numpy() == sum(SIZES)
    assert 0 < mine.result().numpy() < 1
    mine.reset()
    assert (float(mine.total), float(mine.count), float(mine.result())) == (0, 0, 0)


def test_binary_accuracy_says_no_at_the_threshold():
    """Fact 3."""
    metric = NaiveBinaryAccuracy(threshold=0.25)
    metric.update(tf.constant([[0.0], [1.0], [1.0]]), tf.constant([[0.25], [0.25], [0.26]]))
    assert_exact(metric.result().numpy(), np.float32(2 / 3), "accuracy")
    assert metric.get_config() == {"name": "binary_accuracy", "threshold": 0.25}


def test_the_epochs_loss_weighs_batches_by_their_size():
    """Fact 1 of `base`: Keras's loss tracker does the same sums in the same order."""
    mine, theirs = NaiveMean("loss"), keras.metrics.Mean()
    for size in SIZES:
        value = tf.constant(RNG.random(), tf.float32)
        mine.add_weighted(value, size)
        theirs.update_state(value, sample_weight=size)
        assert_exact(mine.result().numpy(), theirs.result().numpy(), "mean loss")
    assert_exact(mine.total.numpy(), theirs.total.numpy(), "total")
    empty = NaiveMean()
    assert float(empty.result()) == 0
    empty.add(tf.constant([1.0, 4.0]), 2)
    assert float(empty.result()) == 2.5


@pytest.mark.parametrize(
    ("y_shape", "output_shape"),
    [((6,), (6, 4)), ((6, 1), (6, 4)), ((6, 4), (6, 4)), ((6,), (6, 1)), ((6, 1), (6, 1)), ((6, 3), (6, 3, 4)),
     ((6, 3, 4), (6, 3, 4)), ((6, 3, 1), (6, 3, 4))],
)  # fmt: skip
@pytest.mark.parametrize("word", ["accuracy", "acc"])
def test_the_word_accuracy_means_what_it_means_to_keras(word, y_shape, output_shape):
    """Fact 1, resolved by Keras itself from one compiled model of those shapes."""
    model = keras.Sequential([keras.layers.Input(output_shape[1:]), keras.layers.Dense(output_shape[-1])])
    model.compile(loss="mse", metrics=[word], run_eagerly=True)
    compiled = keras.src.trainers.compile_utils.CompileMetrics([word], [])
    compiled.build(tf.zeros(y_shape), tf.zeros(output_shape))
    (theirs,) = compiled.metrics
    mine = metrics.get(word, len(y_shape), y_shape[-1], output_shape[-1], len(output_shape))
    kind = {
        "binary_accuracy": NaiveBinaryAccuracy,
        "categorical_accuracy": NaiveCategoricalAccuracy,
        "sparse_categorical_accuracy": NaiveSparseCategoricalAccuracy,
    }[theirs._fn.__name__]
    assert type(mine) is kind
    assert mine.name == word


def test_get_by_name_and_object():
    for name, kind in metrics.METRICS.items():
        assert type(metrics.get(name, 1, None, 3)) is kind
    one = NaiveBinaryAccuracy("mine")
    assert metrics.get(one, 1, None, 3) is one
    assert one.name == "mine"
    with pytest.raises(
        ValueError, match=r"Unknown value for `metric`. Did you mean 'accuracy'.*Received: metric='accurcy'"
    ):
        metrics.get("accurcy", 1, None, 3)
    with pytest.raises(NotImplementedError):
        NaiveMetric("bare").values(1, 1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_argmax_takes_the_first_of_equals_and_plus_zero_before_minus_zero(dtype):
    """Fact 2."""
    rows = np.array([[1, 2, 2], [-0.0, 0.0, -0.0], [-0.0, -0.0, -1], [0.0, -0.0, 0.0], [-5, -0.0, -1e-30]], dtype)
    theirs = np.asarray(keras.ops.argmax(rows, axis=-1))
    assert metrics.predicted_classes(rows).tolist() == theirs.tolist() == [1, 1, 0, 0, 1]


def test_one_column_is_a_yes_above_a_half():
    assert metrics.predicted_classes(np.array([[0.5], [0.51], [0.0]])).tolist() == [0, 1, 0]


def labelled(classes, examples, seed, missing=()):
    rng = np.random.default_rng(seed)
    y_true = rng.integers(0, classes, examples)
    said = np.where(rng.random(examples) < 0.6, y_true, rng.integers(0, classes, examples))
    for number in missing:
        said[said == number] = (number + 1) % classes
    return y_true, said


@pytest.mark.parametrize(
    ("classes", "examples", "missing"),
    [(10, 360, ()), (10, 360, (3,)), (5, 7, (4, 0)), (2, 33, ()), (4, 1, ()), (10, 12, ())],
)
def test_the_four_ratios_are_kerass_and_scikit_learns(classes, examples, missing):
    """Counts are equal integers; ratios equal to the last bit of the reference's dtype. Classes never said included."""
    y_true, said = labelled(classes, examples, 4, missing)
    matrix = metrics.confusion_matrix(y_true, said, classes)
    for number in missing:
        assert matrix[:, number].sum() == 0
    for dtype, reference in (("float32", keras_scores), ("float64", sklearn_scores)):
        theirs = reference(y_true, said, classes)
        epsilon = 1e-7 if dtype == "float32" else None
        assert_same_as_reference(matrix, theirs["confusion"], "confusion matrix")
        assert_same_as_reference(metrics.accuracy(matrix, dtype), theirs["accuracy"], "accuracy")
        assert_same_as_reference(metrics.precision(matrix, dtype), theirs["precision"], "precision")
        assert_same_as_reference(metrics.recall(matrix, dtype), theirs["recall"], "recall")
        assert_same_as_reference(metrics.f1(matrix, dtype, epsilon), theirs["f1"], "f1")


def test_rows_are_the_truth():
    matrix = metrics.confusion_matrix([0, 0, 0, 1], [0, 1, 1, 1], 3)
    assert matrix.tolist() == [[1, 2, 0], [0, 1, 0], [0, 0, 0]]
    assert matrix.dtype == np.int64


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 1], [0], 2), r"must be of the same length"),
        (([0, 3], [0, 1], 3), r"Labels out of range. Expected integers from 0 to 2. Received: labels\[1\]=3"),
        (([0, 1], [0, -1], 3), r"Received: labels\[1\]=-1"),
        (([0.5, 1], [0, 1], 3), r"must be integers.*labels\[0\]=.*0\.5"),
        (([], [], 3), r"The data set is empty"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        metrics.confusion_matrix(*arguments)
