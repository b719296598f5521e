"""Activation functions as layers, against Keras."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from naive import (
    NaiveActivation,
    NaiveDense,
    NaiveELU,
    NaiveLeakyReLU,
    NaivePReLU,
    NaiveReLU,
    NaiveSequential,
    NaiveSoftmax,
)
from sidebyside.assertions import assert_exact
from sidebyside.components.activation import COMPONENTS
from sidebyside.components.component import randomize
from sidebyside.components.examine import examine

NAMED = {component.name: component for component in COMPONENTS}
COMPILED = ["ReLU, all three", "PReLU, shared axes", "Softmax, axis 1"]
"""These are run in graph and XLA mode each time; the others in the slow tests."""


@pytest.mark.parametrize("gradients", ["backprop", "tape"])
@pytest.mark.parametrize("name", NAMED)
def test_it_is_keras(name, gradients):
    for cell in examine(NAMED[name], "eager", gradients):
        assert cell.passed, cell.explain()


@pytest.mark.parametrize("mode", ["graph", "xla"])
@pytest.mark.parametrize(
    "name", [name if name in COMPILED else pytest.param(name, marks=pytest.mark.slow) for name in NAMED]
)
def test_it_is_keras_compiled(name, mode, float64_keras):
    quantities = ("forward", "input gradient", "weight gradients")
    for gradients in ("backprop", "tape"):
        for cell in examine(NAMED[name], mode, gradients, quantities, float64_keras):
            assert cell.passed, cell.explain()


@pytest.mark.parametrize("body", ["kernel", "definition"])
@pytest.mark.parametrize("name", NAMED)
def test_it_is_keras_in_float64(name, body, agrees_in_float64):
    agrees_in_float64(NAMED[name], body)


EVERY = {
    "tanh": (partial(NaiveActivation, "tanh"), (2, 4)),
    "glu": (partial(NaiveActivation, "glu"), (2, 4)),
    "relu": (partial(NaiveReLU, 1.5, 0.1, 0.25), (3, 5)),
    "leaky relu": (NaiveLeakyReLU, (3, 5)),
    "elu": (partial(NaiveELU, 0.5), (3, 5)),
    "prelu": (partial(NaivePReLU, (3, 2, 4), shared_axes=[1, 2]), (2, 3, 2, 4)),
    "softmax": (partial(NaiveSoftmax, 1), (2, 3, 4)),
}


@pytest.mark.parametrize("name", EVERY)
def test_the_derivative_is_the_limit_of_differences(name, is_the_limit_of_differences):
    make, shape = EVERY[name]
    layer = make(dtype="float64", name="bend")
    randomize(layer)
    is_the_limit_of_differences(layer, np.random.default_rng(3).normal(size=shape))


@pytest.mark.parametrize("name", EVERY)
def test_there_and_back(name, goes_there_and_back):
    make, shape = EVERY[name]
    layer = make(name="bend")
    randomize(layer)
    goes_there_and_back(layer, np.random.default_rng(0).normal(size=shape).astype("float32"))


@pytest.mark.parametrize("axis", [-1, 1])
@pytest.mark.parametrize("mask_shape", [(3, 4), (2, 3, 4), (1, 4), (4,)])
@pytest.mark.parametrize("numbers", [False, True])
def test_a_masked_softmax(axis, mask_shape, numbers):
    """Facts 1, 2 and 4 of softmax; some rows are masked everywhere."""
    rng = np.random.default_rng(1)
    x, dy = rng.normal(size=(2, 3, 4)).astype("float32"), rng.normal(size=(2, 3, 4)).astype("float32")
    mask = rng.uniform(size=mask_shape) > 0.6
    mask = mask.astype("float32") if numbers else mask
    layer, theirs = NaiveSoftmax(axis), keras.layers.Softmax(axis)
    y, saved = layer.forward(x, mask=mask)
    tensor = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        reference = theirs(tensor, mask=tf.constant(mask))
    assert_exact(y.numpy(), reference.numpy(), "value")
    dx, _ = layer.backward(tf.constant(dy), saved)
    assert_exact(dx.numpy(), tape.gradient(reference, tensor, output_gradients=dy).numpy(), "gradient")
    assert layer.logits(saved, "softmax") is None
    assert not hasattr(reference, "_keras_logits")


@pytest.mark.parametrize(
    ("layer", "twin"),
    [
        (NaiveSoftmax(), keras.layers.Softmax()),
        (NaiveSoftmax(0), keras.layers.Softmax(0)),
        (NaiveActivation("softmax"), keras.layers.Activation("softmax")),
        (NaiveActivation("sigmoid"), keras.layers.Activation("sigmoid")),
        (NaiveActivation("relu"), keras.layers.Activation("relu")),
    ],
)
def test_who_leads_a_loss_to_the_logits(layer, twin):
    x = tf.constant([[1.0, 2.0], [3.0, -1.0]])
    _, saved = layer.forward(x)
    theirs = getattr(twin(x), "_keras_logits", None)
    for wanted in ("softmax", "sigmoid"):
        mine = layer.logits(saved, wanted)
        assert (mine is None) == (theirs is None)
        assert mine is None or (mine.numpy() == theirs.numpy()).all()
    assert layer.logits(saved, "") is None
    assert layer.backward(x, saved, wrt="logits")[0] is x or theirs is None


def test_linear_hands_the_very_tensor_on():
    assert NaiveActivation(None).is_identity(True)
    assert not NaiveActivation("relu").is_identity(True)
    assert not NaiveActivation(tf.identity).is_identity(True)
    x = tf.ones((2, 2))
    assert NaiveActivation("linear")(x) is x
    assert keras.layers.Activation("linear")(x) is x
    model = NaiveSequential([NaiveDense(2, 3, "softmax"), NaiveActivation("linear")])
    _, saved = model.forward(x)
    assert model.logits(saved, "softmax") is not None


def test_a_prelu_is_flat_at_zero():
    """Fact 3."""
    layer = NaivePReLU((1,))
    layer.alpha.assign([5.0])
    _, saved = layer.forward(np.zeros((1, 1), "float32"))
    dx, _ = layer.backward(tf.ones((1, 1)), saved)
    assert dx.numpy() == 0


@pytest.mark.parametrize(
    ("make", "x", "message"),
    [
        (partial(NaiveActivation, "rellu"), None, r"Did you mean 'relu'"),
        (lambda: NaiveActivation(tf.sin).get_config(), None, r"cannot be written into a configuration"),
        (
            partial(NaiveReLU, -1.0),
            None,
            r"`max_value` must be a number that is not negative.*Received: max_value=-1.0",
        ),
        (partial(NaiveReLU, negative_slope=None), None, r"Expected negative_slope >= 0. Received: negative_slope=None"),
        (partial(NaiveReLU, threshold=-0.1), None, r"threshold=-0.1"),
        (partial(NaiveLeakyReLU, "0.3"), None, r"negative_slope='0.3'"),
        (partial(NaiveELU, None), None, r"`alpha` must be a number. Expected a float. Received: alpha=None"),
        (partial(NaivePReLU, (3, 0)), None, r"`input_shape` must be a positive integer"),
        (partial(NaivePReLU, (3, 2), shared_axes=0), None, r"Expected integers from 1 to 2. Received: shared_axes=0"),
        (partial(NaivePReLU, (3,)), (2, 4), r"Expected shape \(batch, 3\). Received: shape=\(2, 4\)"),
        (partial(NaivePReLU, (3,)), (2, 3, 3), r"Received: shape=\(2, 3, 3\)"),
        (partial(NaiveSoftmax, (0, 1)), None, r"`axis` must be one axis. Expected an integer. Received: axis=\(0, 1\)"),
        (partial(NaiveSoftmax, 2), (2, 3), r"has no axis 2. Expected one of 2 axes"),
    ],
)
def test_bad_input(make, x, message):
    with pytest.raises(ValueError, match=message):
        make()(np.zeros(x or (1, 2), "float32"))


@pytest.mark.parametrize("mask", [(2, 2), (1, 2, 3), (3, 1)])
def test_a_mask_that_does_not_fit(mask):
    """Fact 3 of softmax."""
    with pytest.raises(ValueError, match=r"The mask does not fit the input.*shape=\(2, 3\)"):
        NaiveSoftmax().forward(np.zeros((2, 3), "float32"), mask=np.ones(mask, bool))
