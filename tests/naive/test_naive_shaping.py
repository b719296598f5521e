"""Shapes, borders, copies and masks, against Keras."""

from functools import partial

import keras
import numpy as np
import pytest

from keras_ref import from_keras
from naive import (
    NaiveCropping1D,
    NaiveCropping2D,
    NaiveDense,
    NaiveFlatten,
    NaiveIdentity,
    NaiveMasking,
    NaivePermute,
    NaiveRepeatVector,
    NaiveReshape,
    NaiveSequential,
    NaiveUpSampling1D,
    NaiveUpSampling2D,
    NaiveZeroPadding1D,
    NaiveZeroPadding2D,
)
from sidebyside.assertions import assert_exact
from sidebyside.components.examine import examine
from sidebyside.components.shaping import COMPONENTS

NAMED = {component.name: component for component in COMPONENTS}
COMPILED = ["Flatten", "Masking"]
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
def test_it_is_keras_compiled(name, mode):
    for gradients in ("backprop", "tape"):
        for cell in examine(NAMED[name], mode, gradients, ("forward", "input gradient")):
            assert cell.passed, cell.explain()


@pytest.mark.parametrize("name", NAMED)
def test_it_is_keras_in_float64(name, agrees_in_float64):
    agrees_in_float64(NAMED[name], "definition")


EVERY = {
    "flatten": (NaiveFlatten, (2, 3, 2, 2)),
    "reshape": (partial(NaiveReshape, (-1, 2)), (2, 3, 4)),
    "permute": (partial(NaivePermute, [3, 1, 2]), (2, 3, 2, 4)),
    "repeat vector": (partial(NaiveRepeatVector, 3), (2, 4)),
    "padding 1D": (partial(NaiveZeroPadding1D, [1, 2]), (2, 3, 2)),
    "padding 2D": (partial(NaiveZeroPadding2D, ((1, 0), (2, 3))), (2, 3, 2, 2)),
    "cropping 1D": (partial(NaiveCropping1D, 1), (2, 5, 2)),
    "cropping 2D": (partial(NaiveCropping2D, (1, 2)), (2, 4, 5, 2)),
    "upsampling 1D": (partial(NaiveUpSampling1D, 3), (2, 3, 2)),
    "upsampling 2D": (partial(NaiveUpSampling2D, (2, 3)), (2, 3, 2, 2)),
    "masking": (partial(NaiveMasking, 0.5), (2, 3, 2)),
    "identity": (NaiveIdentity, (2, 3)),
}


@pytest.mark.parametrize("name", EVERY)
def test_the_derivative_is_the_limit_of_differences(name, is_the_limit_of_differences):
    make, shape = EVERY[name]
    is_the_limit_of_differences(make(dtype="float64"), np.random.default_rng(0).normal(size=shape))


@pytest.mark.parametrize("name", EVERY)
def test_there_and_back(name, goes_there_and_back):
    make, shape = EVERY[name]
    goes_there_and_back(make(name="shape"), np.random.default_rng(0).normal(size=shape).astype("float32"))


def test_a_mask_is_true_where_any_channel_differs():
    """Facts 1 and 2 of masking."""
    x = np.float32([[[7, 7], [7, 0], [0, 0]]])
    layer, theirs = NaiveMasking(7.0), keras.layers.Masking(7.0)
    assert layer.compute_mask(x).numpy().tolist() == theirs.compute_mask(x).numpy().tolist() == [[False, True, True]]
    assert_exact(layer(x).numpy(), theirs(x).numpy(), "masked")
    assert layer(x).numpy()[0, 0].tolist() == [0, 0]


@pytest.mark.parametrize(("between", "seen"), [(NaiveIdentity(), True), (NaiveFlatten(), False)])
def test_which_of_them_let_a_loss_see_the_logits(between, seen):
    model = NaiveSequential([NaiveDense(3, 2, "softmax"), between])
    _, saved = model.forward(np.ones((4, 3), "float32"))
    assert (model.logits(saved, "softmax") is not None) == seen


@pytest.mark.parametrize(
    ("make", "x", "message"),
    [
        (partial(NaiveReshape, (3, -1, -1)), None, r"at most one of them -1. Received: target_shape=\(3, -1, -1\)"),
        (partial(NaiveReshape, 3), None, r"must hold the lengths of the new axes.*target_shape=3"),
        (partial(NaiveReshape, (5,)), (2, 3, 2), r"cannot be reshaped. Expected examples of 5 numbers.*6 numbers"),
        (partial(NaiveReshape, (4, -1)), (2, 3, 2), r"cannot be reshaped.*shape=\(2, 3, 2\)"),
        (partial(NaivePermute, (0, 1)), None, r"every axis behind the batch once.*dims=\(0, 1\)"),
        (
            partial(NaivePermute, (2, 1)),
            (2, 3),
            r"NaivePermute\(dims=\(2, 1\)\). Expected shape \(batch, axis 1, axis 2\)",
        ),
        (partial(NaiveRepeatVector, 0), None, r"`n` must be a positive integer"),
        (partial(NaiveRepeatVector, 2), (2, 3, 1), r"Expected shape \(batch, channels\). Received: shape=\(2, 3, 1\)"),
        (partial(NaiveZeroPadding1D, -1), None, r"`padding` must be an integer, or 2 of them, each at least 0"),
        (partial(NaiveZeroPadding2D, (1, 2, 3)), None, r"`padding` must be a pair"),
        (NaiveZeroPadding2D, (2, 3, 4), r"Expected shape \(batch, height, width, channels\)"),
        (NaiveCropping1D, (2, 2, 1), r"leaves nothing of the input.*cropping=\(\(1, 1\),\).*shape=\(2, 2, 1\)"),
        (partial(NaiveUpSampling1D, 0), None, r"`size` must be a positive integer"),
        (
            partial(NaiveUpSampling2D, interpolation="bilinear"),
            None,
            r"Expected one of 'nearest'.*interpolation='bilin",
        ),
        (
            partial(NaiveMasking, "0"),
            None,
            r"`mask_value` must be a number. Expected a float. Received: mask_value='0'",
        ),
        (partial(NaiveFlatten, "channels_first"), None, r"Expected one of 'channels_last'"),
    ],
)
def test_bad_input(make, x, message):
    with pytest.raises(ValueError, match=message):
        make()(np.zeros(x or (1, 2, 2, 1), "float32"))


def test_keras_interpolations_that_are_not_here_are_refused():
    layer = keras.layers.UpSampling2D(interpolation="bilinear")
    layer(np.zeros((1, 2, 2, 1), "float32"))
    with pytest.raises(ValueError, match=r"Expected one of 'nearest'"):
        from_keras(layer)
