"""Losses: three witnesses for every gradient, from probabilities, from logits, and behind a final activation."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import KerasGradients, compile_model, to_keras
from keras_ref.float64 import model_loss_and_gradients
from naive import (
    NaiveBinaryCrossentropy,
    NaiveCategoricalCrossentropy,
    NaiveDense,
    NaiveMeanSquaredError,
    NaiveSequential,
    NaiveSparseCategoricalCrossentropy,
    backprop_gradients,
    losses,
    tape_gradients,
)
from naive.initializers import NaiveGlorotUniform
from naive.losses import NaiveLoss
from sidebyside.assertions import (
    NotEquivalentError,
    assert_all_exact,
    assert_close32,
    assert_close64,
    assert_exact,
    assert_matches_differences,
)

MODES = ["eager", "graph", "xla"]
RNG = np.random.default_rng(6)
SPARSE, CATEGORICAL = NaiveSparseCategoricalCrossentropy, NaiveCategoricalCrossentropy
BINARY, MSE = NaiveBinaryCrossentropy, NaiveMeanSquaredError
KERAS_FUNCTIONS = {
    SPARSE: keras.losses.sparse_categorical_crossentropy,
    CATEGORICAL: keras.losses.categorical_crossentropy,
    BINARY: keras.losses.binary_crossentropy,
    MSE: keras.losses.mean_squared_error,
}


def logits(*shape):
    x = RNG.normal(size=shape) * 3
    if x.size > 20:
        flat = x.reshape(-1)
        flat[:10] = [0.0, -0.0, 1e4, -1e4, 2.0, 2.0, 2.0, 2.0, 2.0, 1e-7]
    return x.astype("float32")


def probabilities(*shape):
    """Rows of a softmax, some of them with exact zeros and ones, one that does not add up to 1."""
    p = RNG.dirichlet(np.ones(shape[-1]), shape[:-1]).astype("float32")
    rows = p.reshape(-1, shape[-1])
    if len(rows) > 3 and shape[-1] > 1:
        rows[0] = np.eye(shape[-1])[0]
        rows[1] = 1 / shape[-1]
        rows[2] *= 0.7
        rows[3, 0] = 1e-9
    return p


def unit(*shape):
    p = RNG.random(shape).astype("float32")
    if p.size > 5:
        p.reshape(-1)[:5] = [0.0, 1.0, 0.5, 1e-7, 1e-9]
    return p


def labels(*shape, classes=5):
    return RNG.integers(0, classes, shape)


def shares(*shape):
    """True probabilities whose rows add up to 1 to the last bit; TensorFlow's gradient is right for those only."""
    return (RNG.multinomial(64, np.full(shape[-1], 1 / shape[-1]), shape[:-1]) / 64).astype("float32")


def binary(*shape):
    return RNG.integers(0, 2, shape).astype("float32")


CASES = {
    "sparse-probabilities": (SPARSE(), labels(6), probabilities(6, 5)),
    "sparse-probabilities-32": (SPARSE(), labels(32, classes=10), probabilities(32, 10)),
    "sparse-probabilities-column": (SPARSE(), labels(6, 1), probabilities(6, 5)),
    "sparse-probabilities-one": (SPARSE(), labels(1), probabilities(1, 5)),
    "sparse-probabilities-rank3": (SPARSE(), labels(2, 3), probabilities(2, 3, 5)),
    "sparse-logits": (SPARSE(from_logits=True), labels(6), logits(6, 5)),
    "sparse-logits-96": (SPARSE(from_logits=True), labels(96, classes=10), logits(96, 10)),
    "sparse-logits-int32": (SPARSE(from_logits=True), labels(7).astype("int32"), logits(7, 5)),
    "sparse-logits-float": (SPARSE(from_logits=True), labels(7).astype("float32"), logits(7, 5)),
    "sparse-logits-rank3": (SPARSE(from_logits=True), labels(2, 3), logits(2, 3, 5)),
    "categorical-probabilities": (CATEGORICAL(), np.eye(5, dtype="float32")[labels(6)], probabilities(6, 5)),
    "categorical-probabilities-soft": (CATEGORICAL(), probabilities(32, 10), probabilities(32, 10)),
    "categorical-probabilities-one": (CATEGORICAL(), probabilities(1, 5), probabilities(1, 5)),
    "categorical-probabilities-rank3": (CATEGORICAL(), probabilities(2, 3, 5), probabilities(2, 3, 5)),
    "categorical-logits": (CATEGORICAL(from_logits=True), np.eye(5, dtype="float32")[labels(6)], logits(6, 5)),
    "categorical-logits-soft": (CATEGORICAL(from_logits=True), shares(33, 10), logits(33, 10)),
    "categorical-logits-rank3": (CATEGORICAL(from_logits=True), shares(2, 3, 5), logits(2, 3, 5)),
    "binary-probabilities": (BINARY(), binary(6, 3), unit(6, 3)),
    "binary-probabilities-soft": (BINARY(), unit(32, 8), unit(32, 8)),
    "binary-probabilities-flat": (BINARY(), binary(7), unit(7, 1)),
    "binary-probabilities-rank3": (BINARY(), binary(2, 3, 4), unit(2, 3, 4)),
    "binary-logits": (BINARY(from_logits=True), binary(6, 3), logits(6, 3)),
    "binary-logits-soft": (BINARY(from_logits=True), unit(32, 8), logits(32, 8)),
    "binary-logits-flat": (BINARY(from_logits=True), binary(7), logits(7, 1)),
    "binary-logits-one": (BINARY(from_logits=True), binary(1, 1), logits(1, 1)),
    "mse": (MSE(), RNG.normal(size=(6, 3)).astype("float32"), logits(6, 3)),
    "mse-33": (MSE(), RNG.normal(size=(33, 7)).astype("float32"), logits(33, 7)),
    "mse-flat": (MSE(), RNG.normal(size=7).astype("float32"), logits(7, 1)),
    "mse-integers": (MSE(), labels(7, 2), logits(7, 2)),
    "mse-one": (MSE(), RNG.normal(size=(1, 1)).astype("float32"), logits(1, 1)),
    "mse-rank3": (MSE(), RNG.normal(size=(2, 3, 4)).astype("float32"), logits(2, 3, 4)),
}

EXCEPTIONS: dict[tuple[str, str], str] = {}
"""(case, mode) → why the gradient by hand is not EXACT there (it is CLOSE). Strict."""


def by_hand(loss):
    def function(y_true, y_pred):
        value, saved = loss.forward(y_true, y_pred)
        gradient, wrt = loss.backward(saved)
        assert wrt == "output"
        return [value, gradient]

    return function


def by_tape(loss):
    def function(y_true, y_pred):
        with tf.GradientTape() as tape:
            tape.watch(y_pred)
            value = loss(y_true, y_pred)
        return [value, tape.gradient(value, y_pred)]

    return function


NAMES = ["loss", "gradient of y_pred"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", CASES)
def test_by_hand_by_tape_and_keras_are_equal(case, mode, run_in):
    loss, y_true, y_pred = CASES[case]
    hand, tape, keras_ = (
        run_in(mode, function, y_true, y_pred) for function in (by_hand(loss), by_tape(loss), by_tape(to_keras(loss)))
    )
    assert_all_exact(tape, keras_, NAMES)
    try:
        assert_all_exact(hand, keras_, NAMES)
    except NotEquivalentError:
        if (case, mode) not in EXCEPTIONS:
            raise
        truth = run_in("eager", by_hand(loss), y_true, y_pred.astype("float64"))
        for mine, theirs, exact, name in zip(hand, keras_, truth, NAMES, strict=True):
            assert_close32(mine, theirs, exact, name)
    else:
        assert (case, mode) not in EXCEPTIONS, "this exception is EXACT by now: take it out of the list"


def smooth(loss, y_pred):
    """Away from kinks and clips: probabilities in [0.01, 0.99], logits at least 0.01 from 0 and not extreme."""
    if isinstance(loss, MSE) or loss.from_logits:
        y_pred = np.clip(y_pred, -5, 5)
        return np.where(np.abs(y_pred) < 1e-2, 0.5, y_pred)
    return np.clip(y_pred, 0.01, 0.99)


@pytest.mark.parametrize("body", ["kernel", "definition"])
@pytest.mark.parametrize("case", CASES)
def test_the_truth_in_float64(case, body, float64_keras, central_differences):
    """Keras in float64 on a layer that changes nothing, and central differences."""
    loss, y_true, y_pred = CASES[case]
    loss = type(loss)(**(loss.get_config() | {"body": body}))
    y_pred = y_pred.astype("float64")
    options = {"from_logits": loss.from_logits} if hasattr(loss, "from_logits") else {}
    function = functools.partial(KERAS_FUNCTIONS[type(loss)], **options)
    nothing = [{"units": y_pred.shape[-1], "use_bias": False}]
    if np.ndim(y_true) < y_pred.ndim and not isinstance(loss, SPARSE):
        y_true = y_true[..., None]
    truth = float64_keras(model_loss_and_gradients, nothing, [np.eye(y_pred.shape[-1])], function, y_pred, y_true)
    value, saved = loss.forward(y_true, tf.constant(y_pred))
    gradient, _ = loss.backward(saved)
    assert_close64(value.numpy(), truth["loss"], "loss")
    assert_close64(gradient.numpy(), truth["dx"], "gradient of y_pred")
    _, _, tape = value, *by_tape(loss)(y_true, tf.constant(y_pred))
    assert_close64(tape.numpy(), truth["dx"], "gradient of y_pred by tape")
    if body == "kernel" and y_pred.size < 40:
        y_pred = smooth(loss, y_pred)
        gradient, _ = loss.backward(loss.forward(y_true, tf.constant(y_pred))[1])
        differences = central_differences(lambda moved: loss(y_true, tf.constant(moved)), y_pred)
        assert_matches_differences(gradient.numpy(), *differences, "gradient of y_pred")


BEHIND = {
    "softmax": ("softmax", SPARSE, True),
    "softmax-categorical": ("softmax", CATEGORICAL, True),
    "tf.nn.softmax": (tf.nn.softmax, SPARSE, False),
    "tf.nn.softmax-categorical": (tf.nn.softmax, CATEGORICAL, False),
    "sigmoid": ("sigmoid", BINARY, True),
    "tf.nn.sigmoid": (tf.nn.sigmoid, BINARY, False),
    "softmax-mse": ("softmax", MSE, False),
    "sigmoid-mse": ("sigmoid", MSE, False),
}


def model_and_batch(activation, loss_class, units=8, batch=6):
    rng = np.random.default_rng(8)
    layers = [
        NaiveDense(7, 8, "tanh", kernel_initializer=NaiveGlorotUniform(seed=1)),
        NaiveDense(8, units, activation, kernel_initializer=NaiveGlorotUniform(seed=2)),
    ]
    for layer in layers:
        layer.bias.assign(rng.normal(size=layer.output_size).astype("float32"))
    layers[-1].kernel.assign(layers[-1].kernel * 40)  # sure of itself: probabilities round to 0 and 1
    x = rng.normal(size=(batch, 7)).astype("float32")
    if loss_class is SPARSE:
        y = rng.integers(0, units, batch)
    else:
        y = rng.integers(0, 2, (batch, units)) if loss_class is BINARY else np.eye(units)[rng.integers(0, units, batch)]
        y = y.astype("float32")
    return NaiveSequential(layers), x, y


def all_roads(model, loss, x, y, mode, run_in):
    def flat(road):
        def function(x, y):
            value, gradients = road(model, loss, x, y)
            return [value, *gradients]

        return function

    twin = compile_model(to_keras(model), to_keras(loss), "sgd", [], mode)
    value, gradients = KerasGradients(twin, mode)(x, y)
    hand, tape = (run_in(mode, flat(road), x, y) for road in (backprop_gradients, tape_gradients))
    return hand, tape, [value, *(gradient.numpy() for gradient in gradients)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", BEHIND)
def test_behind_a_final_activation(case, mode, run_in):
    """Numerics fact 20: by name the loss looks at the logits; a TensorFlow function hides them in eager mode."""
    activation, loss_class, always_logits = BEHIND[case]
    model, x, y = model_and_batch(activation, loss_class)
    loss = loss_class()
    hand, tape, keras_ = all_roads(model, loss, x, y, mode, run_in)
    names = ["loss", *model.weight_names]
    assert_all_exact(tape, keras_, names)
    assert_all_exact(hand, keras_, names)
    if loss_class is not MSE:
        unclipped = float(loss(y, model(x), logits=model.forward(x)[1][model.layers[-1].name]["logits"]))
        clipped = float(loss(y, model(x)))
        assert unclipped > 1.5 * clipped > 0, "this batch does not tell the two apart"
        expected = unclipped if always_logits or mode != "eager" else clipped
        assert abs(float(hand[0]) - expected) < 0.01 * expected


@pytest.mark.parametrize("mode", ["eager", "graph"])
@pytest.mark.parametrize(
    ("activation", "loss_class"),
    [("sigmoid", CATEGORICAL), ("softmax", BINARY), (tf.nn.sigmoid, CATEGORICAL), (tf.nn.softmax, BINARY),
     ("sigmoid", SPARSE), (tf.nn.sigmoid, SPARSE)],
)  # fmt: skip
def test_an_activation_that_is_not_the_losss_own(activation, loss_class, mode, run_in):
    """Keras follows any Keras activation to its logits, but a TensorFlow function only if it is the loss's own."""
    model, x, y = model_and_batch(activation, loss_class)
    hand, tape, keras_ = all_roads(model, loss_class(), x, y, mode, run_in)
    assert_all_exact(tape, keras_, ["loss", *model.weight_names])
    assert_all_exact(hand, keras_, ["loss", *model.weight_names])


@pytest.mark.parametrize("loss_class", [SPARSE, CATEGORICAL, BINARY])
def test_logits_are_the_output_with_from_logits(loss_class, run_in):
    model, x, y = model_and_batch(None, loss_class)
    hand, tape, keras_ = all_roads(model, loss_class(from_logits=True), x, y, "graph", run_in)
    assert_all_exact(tape, keras_, ["loss", *model.weight_names])
    assert_all_exact(hand, keras_, ["loss", *model.weight_names])


def test_backward_says_what_its_gradient_is_for():
    z = tf.constant(logits(4, 5))
    for given, wrt in ((z, "logits"), (None, "output")):
        _, saved = SPARSE().forward(labels(4), tf.nn.softmax(z), given)
        assert SPARSE().backward(saved)[1] == wrt


def test_the_mean_of_nothing_is_zero():
    assert_exact(MSE()(np.zeros((0, 2), "float32"), tf.zeros((0, 2))).numpy(), np.zeros((), "float32"), "loss")


def test_get_by_name_and_by_object():
    for name, kind in losses.LOSSES.items():
        assert type(losses.get(name)) is kind
        assert to_keras(losses.get(name)).fn is keras.losses.get(name)
    loss = SPARSE(from_logits=True)
    assert losses.get(loss) is loss
    assert loss.get_config() == {"body": "kernel", "from_logits": True}
    assert repr(loss) == "<NaiveSparseCategoricalCrossentropy>"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.get("crossentropy"),
         r"Unknown value for `loss`. Did you mean .*categorical_crossentropy'.*Received: loss='crossentropy'"),
        (lambda: losses.get(None), r"Expected one of 'binary_crossentropy'.*Received: loss=None"),
        (lambda: MSE(body="slow"), r"Expected one of 'kernel', 'definition'. Received: body='slow'"),
        (lambda: MSE()(np.zeros((4, 3)), tf.zeros((4, 2))),
         r"must have the same shape. Expected labels of shape \(4, 2\). Received: labels.shape=\(4, 3\)"),
        (lambda: CATEGORICAL()(np.zeros(4), tf.zeros((4, 2))), r"Received: labels.shape=\(4,\)"),
        (lambda: SPARSE().check_labels(np.array([0, 5]), 5),
         r"Labels out of range. Expected integers from 0 to 4. Received: labels\[1\]=5 \(1 such labels\)"),
    ],
)  # fmt: skip
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_bare_loss_promises():
    for call in (lambda: NaiveLoss().values(1, 1), lambda: NaiveLoss().values_backward(1, {})):
        with pytest.raises(NotImplementedError):
            call()
    assert NaiveLoss().check_labels([1.5], 1) is None
