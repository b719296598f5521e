"""NaiveDense: three witnesses for every gradient (by hand, by tape, Keras), and the layer's contract."""

import numpy as np
import pytest
import tensorflow as tf

from keras_ref import to_keras
from keras_ref.float64 import model_loss_and_gradients
from naive import NaiveDense, NaiveSequential, backprop_gradients, tape_gradients
from naive.initializers import NaiveGlorotUniform
from naive.layers import NaiveLayer
from sidebyside.assertions import (
    NotEquivalentError,
    assert_all_exact,
    assert_close32,
    assert_close64,
    assert_exact,
    assert_matches_differences,
)

pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis")

ACTIVATIONS = [None, "linear", "relu", "sigmoid", "tanh", "softmax"]
MODES = ["eager", "graph", "xla"]
SHAPES = {
    "plain": ((6, 7), 8),
    "rank3": ((2, 4, 7), 8),
    "one-unit": ((8, 7), 1),
    "one-example": ((1, 7), 5),
    "many": ((96, 7), 16),
}
EXCEPTIONS: dict = {}
"""(activation, shape, mode, bias) → why the backward pass by hand is not EXACT there (it is CLOSE). Strict."""

CELLS = [
    pytest.param(activation, shape, mode, True, id=f"{activation}-{shape}-{mode}")
    for activation in ACTIVATIONS[1:]
    for shape in SHAPES
    for mode in MODES
] + [
    pytest.param(activation, shape, mode, False, id=f"{activation}-{shape}-{mode}-no-bias")
    for activation, shape in [(None, "plain"), ("relu", "rank3"), ("softmax", "plain"), ("tanh", "one-unit")]
    for mode in MODES
]


def make(activation, shape, use_bias=True, dtype="float32", **options):
    """A layer with a bias that is not zero, hard inputs for it, and a random gradient for its output."""
    (*batch, features), units = SHAPES[shape]
    layer = NaiveDense(features, units, activation, use_bias, NaiveGlorotUniform(seed=1), dtype=dtype, **options)
    rng = np.random.default_rng(2)
    if use_bias:
        layer.bias.assign(rng.normal(size=units).astype("float32"))
    x = rng.normal(size=(*batch, features)).astype("float32")
    x[0] = 0.0
    if x.shape[0] > 4:
        x[1], x[2, 0], x[3] = x[4], 1e4, -x[4]  # a tie, an extreme, an opposite
    dy = rng.normal(size=(*batch, units)).astype("float32")
    return layer, x.astype(dtype), dy.astype(dtype)


def by_hand(layer):
    def function(x, dy):
        y, saved = layer.forward(x, training=True)
        dx, gradients = layer.backward(dy, saved)
        return [y, dx, *gradients.values()]

    return function


def by_tape(layer, weights):
    def function(x, dy):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True)
        return [y, *tape.gradient(y, [x, *weights], output_gradients=dy)]

    return function


def witnesses(layer, mode, run_in, x, dy):
    twin = to_keras(layer)
    keras_weights = [variable.value for variable in twin.trainable_variables]
    functions = by_hand(layer), by_tape(layer, layer.trainable_weights), by_tape(twin, keras_weights)
    return [run_in(mode, function, x, dy) for function in functions]


@pytest.mark.parametrize(("activation", "shape", "mode", "use_bias"), CELLS)
def test_by_hand_by_tape_and_keras_are_equal(activation, shape, mode, use_bias, run_in, float64_keras):
    layer, x, dy = make(activation, shape, use_bias)
    hand, tape, keras_ = witnesses(layer, mode, run_in, x, dy)
    names = ["output", "gradient of x", *(f"gradient of {name}" for name in layer.named_weights)]
    assert_all_exact(tape, keras_, names)
    cell = (activation, shape, mode, use_bias)
    try:
        assert_all_exact(hand, keras_, names)
    except NotEquivalentError:
        if cell not in EXCEPTIONS:
            raise
        truth, _, _ = witnesses(*in_float64(layer, shape), run_in, x.astype("float64"), dy.astype("float64"))
        for mine, theirs, exact, name in zip(hand, keras_, truth, names, strict=True):
            assert_close32(mine, theirs, exact, name)
    else:
        assert cell not in EXCEPTIONS, "this exception is EXACT by now: take it out of the list"


def in_float64(layer, shape):
    copy, _, _ = make(layer.activation, shape, layer.use_bias, dtype="float64")
    for mine, theirs in zip(copy.weights, layer.weights, strict=True):
        mine.assign(tf.cast(theirs, "float64"))
    return copy, "eager"


@pytest.mark.parametrize("function", [tf.identity, tf.nn.relu, tf.nn.sigmoid, tf.nn.tanh, tf.nn.softmax])
def test_tensorflow_functions_are_activations_too(function, run_in):
    layer, x, dy = make(function, "plain")
    hand, tape, keras_ = witnesses(layer, "graph", run_in, x, dy)
    assert_all_exact(hand, keras_, range(4))
    assert_all_exact(tape, keras_, range(4))


@pytest.mark.parametrize("body", ["kernel", "definition"])
@pytest.mark.parametrize("shape", ["plain", "rank3", "one-unit"])
@pytest.mark.parametrize("activation", ACTIVATIONS[1:])
def test_the_truth_in_float64(activation, shape, body, float64_keras, central_differences):
    layer, x, _ = make(activation, shape, dtype="float64", body=body)
    x = np.where(np.abs(x) > 100, 1.0, x)
    x[0] = 0.25
    y = np.random.default_rng(4).normal(size=(*x.shape[:-1], layer.output_size))
    model = NaiveSequential([layer])
    described = [{"units": layer.output_size, "activation": activation}]
    weights = [weight.numpy() for weight in model.weights]
    truth = float64_keras(model_loss_and_gradients, described, weights, "mse", x, y)
    assert_close64(layer(x).numpy(), truth["output"], "output")
    _, saved = layer.forward(x)
    if activation == "relu":  # no kink within reach of a difference
        assert np.abs(saved["z"].numpy()).min() > 1e-3
    for road in (backprop_gradients, tape_gradients):
        loss, gradients = road(model, "mse", x, tf.constant(y))
        assert_close64(loss.numpy(), truth["loss"], "loss")
        for weight, name, gradient, exact in zip(
            model.weights, layer.named_weights, gradients, truth["gradients"], strict=True
        ):
            assert_close64(gradient.numpy(), exact, f"gradient of {name}")

            def loss_at(value, weight=weight):
                before = weight.numpy()
                weight.assign(value)
                result = np.mean(np.square(layer(x).numpy() - y))
                weight.assign(before)
                return result

            if road is backprop_gradients and body == "kernel":
                assert_matches_differences(gradient.numpy(), *central_differences(loss_at, weight.numpy()), name)


@pytest.mark.parametrize("activation", ACTIVATIONS[1:])
def test_the_gradient_of_the_input_in_float64(activation, float64_keras, central_differences):
    layer, x, dy = make(activation, "rank3", dtype="float64")
    x = np.where(np.abs(x) > 100, 1.0, x)
    x[0] = 0.25
    _, saved = layer.forward(x)
    dx, _ = layer.backward(dy, saved)
    differences = central_differences(lambda moved: np.sum(dy * layer(moved).numpy()), x)
    assert_matches_differences(dx.numpy(), *differences, "gradient of x")


def test_wrt_logits_skips_the_activation():
    layer, x, dz = make("softmax", "plain")
    _, saved = layer.forward(x)
    dx, gradients = layer.backward(dz, saved, wrt="logits")
    linear, _, _ = make(None, "plain")
    linear_dx, linear_gradients = linear.backward(dz, linear.forward(x)[1])
    assert_exact(dx.numpy(), linear_dx.numpy(), "gradient of x")
    assert_all_exact(gradients.values(), linear_gradients.values(), gradients)


def test_what_is_saved_has_names_and_is_new_at_each_call():
    layer, x, _ = make("softmax", "plain")
    y, saved = layer.forward(x, training=True)
    _, again = layer.forward(x + 1)
    assert set(saved) == {"x", "z", "y", "logits"}
    assert_exact(saved["y"].numpy(), y.numpy(), "y")
    assert_exact(saved["logits"].numpy(), saved["z"].numpy(), "logits")
    assert not np.array_equal(saved["z"], again["z"])
    assert "logits" not in make("relu", "plain")[0].forward(x)[1]


def test_weights_in_keras_order_with_the_names_of_the_listing():
    layer, _, _ = make(None, "plain")
    assert list(layer.named_weights) == ["kernel", "bias"]
    assert layer.W is layer.kernel
    assert layer.b is layer.bias
    assert layer.weights == [layer.kernel, layer.bias]
    assert layer.state == []
    assert [tuple(weight.shape) for weight in layer.weights] == [(7, 8), (8,)]
    without = make(None, "plain", use_bias=False)[0]
    assert without.b is None
    assert without.weights == [without.kernel]
    layer.trainable = False
    assert layer.trainable_weights == []
    assert len(layer.weights) == 2


def test_first_weights_are_glorot_uniform_and_zeros(seeded):
    layer = NaiveDense(7, 8)
    assert np.abs(layer.kernel.numpy()).max() <= np.sqrt(6 / 15)
    assert len(np.unique(layer.kernel.numpy())) > 50
    assert_exact(layer.bias.numpy(), np.zeros(8, "float32"), "bias")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_size": 0, "output_size": 3}, r"`input_size` must be a positive integer.*Received: input_size=0"),
        ({"input_size": 3, "output_size": -1}, r"`output_size` must be.*Received: output_size=-1"),
        ({"input_size": 3, "output_size": 2.0}, r"Received: output_size=2\.0"),
        ({"input_size": True, "output_size": 2}, r"Received: input_size=True"),
        ({"input_size": 3, "output_size": 2, "dtype": "float16"},
         r"Unknown value for `dtype`.*Expected one of 'float32', 'float64'. Received: dtype='float16'"),
        ({"input_size": 3, "output_size": 2, "body": "kernal"},
         r"Unknown value for `body`. Did you mean 'kernel'\?.*Received: body='kernal'"),
        ({"input_size": 3, "output_size": 2, "activation": "rellu"},
         r"Unknown value for `activation`. Did you mean 'relu' or .*Received: activation='rellu'"),
        ({"input_size": 3, "output_size": 2, "kernel_initializer": "glorot"},
         r"Unknown value for `initializer`. Did you mean .*'glorot_uniform'\?"),
        ({"input_size": 3, "output_size": 2, "bias_initializer": "zeroes"}, r"Did you mean 'zeros'"),
    ],
)  # fmt: skip
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        NaiveDense(**arguments)


@pytest.mark.parametrize("shape", [(5,), (2, 6), (2, 3, 8)])
def test_an_input_that_does_not_fit(shape):
    with pytest.raises(
        ValueError,
        match=r"does not fit NaiveDense\(input_size=7.*Expected shape \(batch, ..., 7\).*"
        rf"Received: shape=\({', '.join(map(str, shape))},?\)",
    ):
        NaiveDense(7, 3)(np.zeros(shape, "float32"))


def test_a_function_without_derivative_works_with_the_tape_and_says_what_it_lacks(run_in):
    layer, x, dy = make(tf.sin, "plain")
    twin = to_keras(layer)
    tape = run_in("eager", by_tape(layer, layer.trainable_weights), x, dy)
    keras_ = run_in("eager", by_tape(twin, [variable.value for variable in twin.trainable_variables]), x, dy)
    assert_all_exact(tape, keras_, range(4))
    _, saved = layer.forward(x)
    with pytest.raises(
        ValueError, match=r"no hand-written derivative.*Expected one of celu, elu.*Received: activation="
    ):
        layer.backward(dy, saved)
    with pytest.raises(ValueError, match=r"cannot be written into a configuration.*Expected an activation among"):
        layer.get_config()


def test_a_bare_layer_promises_and_its_words():
    layer = NaiveLayer(name="nothing")
    assert layer.weights == []
    assert repr(layer) == "<NaiveLayer nothing>"
    assert repr(NaiveDense(2, 3)) == "<NaiveDense>"
    for call in (lambda: layer.forward(1), lambda: layer.backward(1, {})):
        with pytest.raises(NotImplementedError):
            call()
