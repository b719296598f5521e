"""Activation functions by name and by function."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from naive import activations, ops
from sidebyside.assertions import assert_exact

X = tf.constant([[-1e4, -2.0, -0.0, 0.0, 1e-7, 2.0, 2.0, 1e4]])


@pytest.mark.parametrize("name", activations.NAMES)
def test_a_name_means_what_it_means_to_keras(name):
    activation = activations.get(name)
    assert_exact(activation(X).numpy(), keras.activations.get(name)(X).numpy(), name)
    assert (activation.name, activation.function) == (name, None)
    assert activations.get(activation) is activation
    assert repr(activation) == f"<activation {name!r}>"
    assert activation.operation is activations.NAMES[name]


@pytest.mark.parametrize("mode", ["graph", "xla"])
@pytest.mark.parametrize("name", activations.NAMES)
def test_the_value_is_keras_in_a_compiled_program_too(name, mode, run_in):
    x = np.random.default_rng(0).normal(size=(4, 8)).astype("float32") * 3
    assert_exact(run_in(mode, activations.get(name), x), run_in(mode, keras.activations.get(name), x), name)


def test_celu_has_gradient_two_at_zero():
    """Fact 4."""
    x = tf.constant([0.0, -0.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = keras.activations.celu(x)
    ones = tf.constant([3.0, 3.0])
    assert_exact(tape.gradient(y, x, output_gradients=ones).numpy(), np.float32([6, 6]), "Keras")
    assert_exact(activations.get("celu").backward(ones, y, x).numpy(), np.float32([6, 6]), "ours")


def test_the_two_leaks():
    """Fact 7."""
    x = tf.constant([-10.0])
    assert_exact(activations.get("leaky_relu")(x).numpy(), np.float32([-2]), "activation")
    assert_exact(keras.layers.LeakyReLU()(x).numpy(), np.float32([-3]), "layer")


def test_threshold_is_there_for_those_who_give_its_arguments():
    theirs = keras.activations.threshold(X, 1.0, -3.0)
    assert_exact(ops.threshold(X, 1.0, -3.0).numpy(), theirs.numpy(), "threshold")


def test_keras_sparsemax_is_not_the_one_of_the_paper():
    """Fact 5: with two numbers kept the shares add up to 0.05 here, in the paper to 1."""
    x = np.float32([[1.0, 0.9]])
    assert_exact(ops.sparsemax(x).numpy(), keras.activations.sparsemax(x).numpy(), "sparsemax")
    assert float(np.sum(ops.sparsemax(x))) < 0.1
    kept_one = np.float32([[3.0, 1.0]])
    assert_exact(ops.sparsemax(kept_one).numpy(), np.float32([[1, 0]]), "one kept")


def test_glu_halves_the_last_axis():
    """Fact 6."""
    assert activations.get("glu")(X).shape == (1, 4)
    for width in (3, 8):
        x = np.random.default_rng(0).normal(size=(2, width, 4)).astype("float32")
        assert_exact(ops.glu(x, axis=-1).numpy(), keras.activations.glu(x).numpy(), "glu")


def test_what_keras_has_and_we_do_not_is_said():
    keras_names = {name for name in dir(keras.activations) if not name.startswith("_")}
    left_out = keras_names - set(activations.NAMES) - {"deserialize", "get", "serialize"}
    assert left_out == {"threshold"}
    assert all(name in activations.__doc__ for name in left_out)


@pytest.mark.parametrize("name", activations.CALLABLES)
def test_a_tensorflow_function_by_itself_and_by_its_name(name):
    function, meaning = activations.CALLABLES[name]
    for identifier in (function, name):
        activation = activations.get(identifier)
        assert activation.function is function
        assert activation.name == name
        assert activation.operation is activations.NAMES[meaning]
        assert_exact(activation(X).numpy(), function(X).numpy(), name)


def test_none_is_linear():
    assert activations.get(None).operation is ops.identity
    assert activations.get(None).name == "linear"


def test_relu_at_zero_has_gradient_zero():
    """Fact 1; maximum(x, 0) would say 1 there."""
    x = tf.constant([0.0, -0.0, 1.0])
    gradient = activations.get("relu").backward(tf.constant([3.0, 3.0, 3.0]), tf.nn.relu(x), x)
    assert_exact(gradient.numpy(), np.array([0, 0, 3], "float32"), "gradient")


@pytest.mark.parametrize(
    ("identifier", "wanted", "modes"),
    [
        ("softmax", "softmax", {"eager", "graph", "xla"}),
        ("softmax", "sigmoid", {"eager", "graph", "xla"}),
        ("sigmoid", "sigmoid", {"eager", "graph", "xla"}),
        (tf.nn.softmax, "softmax", {"graph", "xla"}),
        (tf.nn.sigmoid, "sigmoid", {"graph", "xla"}),
        (tf.nn.softmax, "sigmoid", set()),
        (tf.nn.sigmoid, "softmax", set()),
        ("relu", "softmax", set()),
        (None, "", set()),
    ],
)
def test_where_a_loss_may_look_behind_it(identifier, wanted, modes):
    """Fact 2, numerics fact 20."""
    activation, seen = activations.get(identifier), set()

    def ask(mode):
        if activation.leads_to_logits(wanted):
            seen.add(mode)
        assert ops.current_mode() == mode
        return tf.zeros(())

    ask("eager")
    tf.function(lambda: ask("graph"))()
    tf.function(lambda: ask("xla"), jit_compile=True)()
    assert seen == modes


def test_any_callable_is_taken_and_has_no_derivative_by_hand():
    activation = activations.get(tf.sin)
    assert activation.name is None
    assert_exact(activation(X).numpy(), tf.sin(X).numpy(), "sin")
    assert "sin" in repr(activation)
    with pytest.raises(
        ValueError,
        match=r'no hand-written derivative. Expected one of celu.*gradients="tape".*Received: '
        r"activation=<function sin",
    ):
        activation.backward(X, X, X)


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("sigmoide", r"Unknown value for `activation`. Did you mean 'sigmoid' or .*Received: activation='sigmoide'"),
        ("xyz", r"Unknown value for `activation`. Expected one of 'celu', .*Received: activation='xyz'"),
        (3, r"Received: activation=3"),
    ],
)
def test_bad_names(identifier, message):
    with pytest.raises(ValueError, match=message):
        activations.get(identifier)
