"""Pooling over windows and over everything, against Keras."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import from_keras
from naive import (
    NaiveAveragePooling1D,
    NaiveAveragePooling2D,
    NaiveGlobalAveragePooling1D,
    NaiveGlobalAveragePooling2D,
    NaiveGlobalMaxPooling1D,
    NaiveGlobalMaxPooling2D,
    NaiveMaxPooling1D,
    NaiveMaxPooling2D,
    ops,
)
from sidebyside.assertions import assert_exact, assert_matches_differences
from sidebyside.components.examine import examine
from sidebyside.components.pooling import COMPONENTS

NAMED = {component.name: component for component in COMPONENTS}
COMPILED = ["MaxPooling2D, overlapping", "AveragePooling2D, overlapping, same", "GlobalAveragePooling1D, mask"]
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
    quantities = ("forward", "input gradient")
    for gradients in ("backprop", "tape"):
        for cell in examine(NAMED[name], mode, gradients, quantities, float64_keras):
            assert cell.passed, cell.explain()


@pytest.mark.parametrize("body", ["kernel", "definition"])
@pytest.mark.parametrize("name", NAMED)
def test_it_is_keras_in_float64(name, body, agrees_in_float64):
    agrees_in_float64(NAMED[name], body)


SMOOTH = {
    "max 2D": (partial(NaiveMaxPooling2D, (3, 2), 1, "same"), (2, 4, 3, 2)),
    "max 1D": (partial(NaiveMaxPooling1D, 3, 2), (2, 6, 2)),
    "average 2D": (partial(NaiveAveragePooling2D, (3, 2), 2, "same"), (2, 4, 3, 2)),
    "average 1D": (partial(NaiveAveragePooling1D, 3, 1), (2, 6, 2)),
    "global max 2D": (NaiveGlobalMaxPooling2D, (2, 3, 3, 2)),
    "global max 1D": (partial(NaiveGlobalMaxPooling1D, keepdims=True), (2, 5, 2)),
    "global average 2D": (partial(NaiveGlobalAveragePooling2D, keepdims=True), (2, 3, 3, 2)),
    "global average 1D": (NaiveGlobalAveragePooling1D, (2, 5, 2)),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_the_derivative_is_the_limit_of_differences(name, is_the_limit_of_differences):
    make, shape = SMOOTH[name]
    is_the_limit_of_differences(make(dtype="float64"), np.random.default_rng(0).normal(size=shape))


@pytest.mark.parametrize("name", SMOOTH)
def test_there_and_back(name, goes_there_and_back):
    make, shape = SMOOTH[name]
    goes_there_and_back(make(name="pool"), np.random.default_rng(0).normal(size=shape).astype("float32"))


def test_of_equal_maxima_a_window_takes_the_first_and_the_global_layer_shares():
    """Fact 3 of pooling, fact 1 of global pooling."""
    x = np.full((1, 2, 2, 1), 5, "float32")
    for layer, expected in [(NaiveMaxPooling2D(), [4, 0, 0, 0]), (NaiveGlobalMaxPooling2D(), [1, 1, 1, 1])]:
        y, saved = layer.forward(x)
        dx, _ = layer.backward(tf.fill(y.shape, 4.0), saved)
        assert_exact(dx.numpy().ravel(), np.float32(expected), "gradient")


def test_where_every_step_is_masked_the_average_is_not_a_number():
    """Fact 3 of global pooling."""
    x, mask = np.ones((2, 3, 1), "float32"), np.array([[True, True, False], [False] * 3])
    mine = NaiveGlobalAveragePooling1D().forward(x, mask=mask)[0].numpy()
    assert_exact(mine, keras.layers.GlobalAveragePooling1D()(x, mask=mask).numpy(), "average")
    assert np.isnan(mine[1, 0])


def test_a_window_taller_than_the_image_with_strides(central_differences):
    """TensorFlow's float64 kernel sends these gradients to wrong rows; its float32 kernel, and this one, do not."""
    how = ((9, 1), (2, 1), "same")
    x = np.random.default_rng(0).normal(size=(1, 7, 2, 1))
    dy = np.random.default_rng(1).normal(size=(1, 4, 2, 1))
    dx, *_ = ops.average_pool.backward(tf.constant(dy), None, tf.constant(x), *how)
    coarse, fine = central_differences(lambda one: np.sum(dy * ops.average_pool(one, *how)), x)
    assert_matches_differences(dx, coarse, fine, "average")
    single = tf.constant(x.astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch(single)
        y = ops.average_pool(single, *how)
    theirs = tape.gradient(y, single, output_gradients=dy.astype("float32"))
    mine, *_ = ops.average_pool.backward(tf.constant(dy.astype("float32")), y, single, *how)
    assert_exact(mine.numpy(), theirs.numpy(), "average, float32")


@pytest.mark.parametrize(
    ("make", "x", "message"),
    [
        (NaiveMaxPooling2D, (2, 4, 4), r"does not fit NaiveMaxPooling2D. Expected shape \(batch, height, width, chan"),
        (NaiveAveragePooling1D, (2, 4), None),
        (
            NaiveMaxPooling1D,
            (2, 1, 3),
            r"smaller than the window. Expected at least pool_size=\(2,\).*shape=\(2, 1, 3\)",
        ),
        (NaiveGlobalMaxPooling1D, (2, 4), r"Expected shape \(batch, steps, channels\). Received: shape=\(2, 4\)"),
        (partial(NaiveMaxPooling2D, 0), None, r"`pool_size` must be an integer, or 2 of them.*Received: pool_size=0"),
        (partial(NaiveMaxPooling2D, 2, (1, 2, 3)), None, r"`strides` must be an integer.*strides=\(1, 2, 3\)"),
        (
            partial(NaiveMaxPooling2D, padding="causal"),
            None,
            r"Unknown value for `padding`.*Received: padding='causal'",
        ),
        (partial(NaiveMaxPooling2D, data_format="channels_first"), None, r"Expected one of 'channels_last'"),
        (partial(NaiveGlobalMaxPooling1D, "channels_first"), None, r"Expected one of 'channels_last'"),
    ],
)
def test_bad_input(make, x, message):
    with pytest.raises((ValueError, TypeError) if message is None else ValueError, match=message):
        make()(np.zeros(x or (1, 2, 2, 1), "float32"))


def test_keras_layers_that_put_channels_first_are_refused():
    with pytest.raises(ValueError, match=r"data_format"):
        from_keras(keras.layers.MaxPooling2D(data_format="channels_first"))
