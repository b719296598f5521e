"""Batch, layer, group and RMS normalization: beside Keras, by central differences, their state and their contract."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import from_keras, to_keras
from naive import (
    NaiveBatchNormalization,
    NaiveDense,
    NaiveGroupNormalization,
    NaiveLayerNormalization,
    NaiveRMSNormalization,
    NaiveSequential,
    model_config,
    model_from_config,
)
from sidebyside.assertions import assert_close32, assert_close64, assert_exact, assert_matches_differences
from sidebyside.components.embedding import COMPONENTS as EMBEDDING
from sidebyside.components.examine import examine
from sidebyside.components.normalization import COMPONENTS

COMPONENTS = [*COMPONENTS, *(one for one in EMBEDDING if one.name.startswith("BatchNormalization"))]
NAMED = {one.name: one for one in COMPONENTS}
COMPILED = ["BatchNormalization", "LayerNormalization, rank 3", "GroupNormalization, instance", "RMSNormalization"]
WAYS = ["backprop", "tape"]
SMALL = {
    "batch": lambda **kw: NaiveBatchNormalization((3, 4), **kw),
    "batch-axis-1": lambda **kw: NaiveBatchNormalization((3, 4), axis=1, **kw),
    "batch-neither": lambda **kw: NaiveBatchNormalization((3, 4), center=False, scale=False, **kw),
    "layer": lambda **kw: NaiveLayerNormalization((3, 4), **kw),
    "layer-axes": lambda **kw: NaiveLayerNormalization((3, 4), axis=[1, 2], **kw),
    "layer-rms-scaling": lambda **kw: NaiveLayerNormalization((3, 4), rms_scaling=True, **kw),
    "group": lambda **kw: NaiveGroupNormalization((3, 4), groups=2, **kw),
    "instance": lambda **kw: NaiveGroupNormalization((3, 4), groups=-1, **kw),
    "rms": lambda **kw: NaiveRMSNormalization((3, 4), **kw),
}

pytestmark = pytest.mark.filterwarnings("ignore:You passed `rms_scaling=True`")


def check(cells):
    for cell in cells:
        assert cell.passed, cell.explain()


@pytest.mark.parametrize("name", NAMED)
def test_everything_is_exact_beside_keras(name):
    check(examine(NAMED[name], "eager", WAYS))


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["graph", "xla"])
@pytest.mark.parametrize("name", COMPILED)
def test_the_main_ones_are_exact_when_compiled(name, mode):
    check(examine(NAMED[name], mode, WAYS))


def varied(name, dtype="float64", body="kernel"):
    """A layer whose weights hide no mistake, its input, and a gradient for its output."""
    layer = SMALL[name](dtype=dtype, body=body)
    rng = np.random.default_rng(4)
    for weight in layer.weights:
        weight.assign(rng.uniform(0.5, 1.5, weight.shape).astype(dtype))
    return layer, rng.normal(size=(5, 3, 4)).astype(dtype), rng.normal(size=(5, 3, 4)).astype(dtype)


def run(layer, x, dy, training=True):
    y, saved = layer.forward(tf.constant(x), training=training)
    dx, gradients = layer.backward(tf.constant(dy), saved)
    return {"y": y.numpy(), "x": dx.numpy(), **{name: one.numpy() for name, one in gradients.items()}}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", SMALL)
def test_the_backward_pass_is_the_limit_of_differences(name, training, central_differences):
    layer, x, dy = varied(name)
    first = [weight.numpy() for weight in layer.weights]

    def loss():
        y, _ = layer.forward(tf.constant(x_now), training=training)
        for weight, value in zip(layer.weights, first, strict=True):
            if not weight.trainable:
                weight.assign(value)
        return np.sum(y.numpy() * dy)

    x_now = x
    gradients = run(layer, x, dy, training)
    for weight, value in zip(layer.weights, first, strict=True):
        weight.assign(value)
    for what, at in [("x", x)] + [(name, weight.numpy()) for name, weight in layer.named_trainable.items()]:

        def value(moved, what=what, at=at):
            nonlocal x_now
            if what == "x":
                x_now = moved
                return loss()
            layer.named_weights[what].assign(moved)
            answer = loss()
            layer.named_weights[what].assign(at)
            return answer

        assert_matches_differences(gradients[what], *central_differences(value, at), f"{name}: gradient of {what}")
        x_now = x


@pytest.mark.parametrize("name", SMALL)
def test_kernel_and_definition_mean_the_same(name):
    seen = {(dtype, body): run(*varied(name, dtype, body)) for dtype in ("float32", "float64") for body in
            ("kernel", "definition")}  # fmt: skip
    for what, truth in seen["float64", "kernel"].items():
        assert_close64(seen["float64", "definition"][what], truth, what)
        assert_close32(seen["float32", "definition"][what], seen["float32", "kernel"][what], truth, what)


def test_moving_averages_move_in_training_only_and_never_when_frozen():
    layer, x, _ = varied("batch", "float32")
    first = [layer.moving_mean.numpy(), layer.moving_variance.numpy()]

    def moved():
        now = [layer.moving_mean.numpy(), layer.moving_variance.numpy()]
        return [not np.array_equal(a, b) for a, b in zip(now, first, strict=True)]

    outside = layer(x)
    assert moved() == [False, False]
    layer.trainable = False
    frozen = layer(x, training=True)
    assert moved() == [False, False]
    assert_exact(frozen.numpy(), outside.numpy(), "a frozen layer uses the moving averages")
    layer.trainable = True
    assert not np.array_equal(layer(x, training=True).numpy(), outside.numpy())
    assert moved() == [True, True]
    expected = first[0] * np.float32(0.99) + x.mean((0, 1)) * np.float32(1 - 0.99)
    np.testing.assert_array_almost_equal_nulp(layer.moving_mean.numpy(), expected, 4)


def test_a_normalised_batch_has_mean_0_and_variance_1():
    x = (5 + 3 * np.random.default_rng(0).normal(size=(64, 4))).astype("float64")
    y = NaiveBatchNormalization(4, epsilon=0.0, dtype="float64")(x, training=True).numpy()
    assert_close64(y.mean(0) + 1, np.ones(4), "means")
    assert_close64(y.var(0), np.ones(4), "variances")


def test_a_mask_leaves_places_out_of_the_averages():
    layer = NaiveBatchNormalization((3, 4), momentum=0.0)
    x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    mask = np.array([[True, True, False], [True, False, False]])
    layer(x, training=True, mask=tf.constant(mask))
    twin = keras.layers.BatchNormalization(momentum=0.0)
    twin(x, training=True, mask=tf.constant(mask))
    assert_exact(layer.moving_mean.numpy(), twin.moving_mean.numpy(), "moving mean")
    assert_exact(layer.moving_variance.numpy(), twin.moving_variance.numpy(), "moving variance")
    with pytest.raises(ValueError, match=r"The mask does not fit the input.*Received: mask of shape \(2, 3, 4\)"):
        layer(x, training=True, mask=tf.ones((2, 3, 4)))


@pytest.mark.parametrize("name", SMALL)
def test_there_and_back_again(name):
    layer, x, _ = varied(name, "float32")
    layer.name = "norm"
    layer(x, training=True)
    layer.trainable = False
    again = from_keras(to_keras(layer))
    assert again.get_config() == layer.get_config()
    assert not again.trainable
    assert list(again.named_weights) == list(layer.named_weights)
    for what, weight in again.named_weights.items():
        assert_exact(weight.numpy(), layer.named_weights[what].numpy(), what)


def test_the_configuration_is_json_and_makes_the_layer_again():
    layers = [make() for make in SMALL.values()]
    model = NaiveSequential([NaiveDense(4, 4), *layers])
    config = json.loads(json.dumps(model_config(model)))
    assert model_config(model_from_config(config)) == model_config(model)


BAD = [
    (lambda: NaiveBatchNormalization((3, 4), axis=3), r"must name axes of a known length.*Received: axis=3"),
    (lambda: NaiveBatchNormalization((3, 4), axis=0), r"other than the batch.*Received: axis=0"),
    (lambda: NaiveBatchNormalization((3, None)), r"known length.*examples of shape \(3, None\)"),
    (lambda: NaiveBatchNormalization((3, 0)), r"`input_shape` must hold.*Received: input_shape=\(3, 0\)"),
    (lambda: NaiveBatchNormalization(4, momentum=1.5), r"`momentum` must be a number.*Received: momentum=1.5"),
    (lambda: NaiveBatchNormalization(4, epsilon=-1), r"`epsilon` must be a number.*Received: epsilon=-1"),
    (lambda: NaiveLayerNormalization(4, center="yes"), r"`center` must be True or False.*Received: center='yes'"),
    (lambda: NaiveLayerNormalization((3, 4), axis=[1, 1]), r"different axes.*Received: axis=\[1, 1\]"),
    (lambda: NaiveGroupNormalization(4, groups=3), r"equal groups. Expected groups that divide 4.*Received: groups=3"),
    (lambda: NaiveGroupNormalization(4, groups=8), r"equal groups.*Received: groups=8"),
    (lambda: NaiveGroupNormalization(4, groups=0), r"`groups` must be a positive integer.*Received: groups=0"),
    (lambda: NaiveRMSNormalization((4, 4), axis=1), r"Expected the last axes, in order. Received: axis=1"),
    (lambda: NaiveBatchNormalization(4)(np.zeros((2, 5))), r"does not fit NaiveBatchNormalization.*shape=\(2, 5\)"),
    (lambda: NaiveLayerNormalization(4)(np.zeros((2, 3, 4))), r"Expected shape \(batch, 4\).*shape=\(2, 3, 4\)"),
    (lambda: NaiveGroupNormalization((3, 32))(np.zeros((2, 4, 32))), r"does not fit NaiveGroupNormalization"),
    (lambda: NaiveRMSNormalization(4)(np.zeros(4)), r"does not fit NaiveRMSNormalization.*shape=\(4,\)"),
]


@pytest.mark.parametrize(("make", "message"), BAD)
def test_bad_input_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("argument", ["synchronized", "renorm"])
def test_a_synchronized_or_renormalising_keras_layer_is_refused(argument):
    layer = keras.layers.BatchNormalization(**{argument: True})
    layer.build((None, 4))
    with pytest.raises(ValueError, match=f"BatchNormalization with this argument is not supported.*{argument}=True"):
        from_keras(layer)
