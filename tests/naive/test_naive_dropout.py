"""Dropout and noise: the same draws as Keras, their gradients, their seeds and their contract."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import from_keras, to_keras
from naive import (
    NaiveAlphaDropout,
    NaiveDense,
    NaiveDropout,
    NaiveGaussianDropout,
    NaiveGaussianNoise,
    NaiveSequential,
    NaiveSpatialDropout1D,
    NaiveSpatialDropout2D,
    model_config,
    model_from_config,
    set_random_seed,
)
from sidebyside.assertions import assert_close64, assert_exact, assert_matches_differences
from sidebyside.components.dropout import COMPONENTS
from sidebyside.components.examine import examine

NAMED = {one.name: one for one in COMPONENTS}
WAYS = ["backprop", "tape"]
SHAPES = {
    NaiveDropout: (6, 4),
    NaiveSpatialDropout1D: (3, 2, 4),
    NaiveSpatialDropout2D: (2, 2, 2, 4),
    NaiveAlphaDropout: (6, 4),
    NaiveGaussianDropout: (6, 4),
    NaiveGaussianNoise: (6, 4),
}
KERAS = {layer: getattr(keras.layers, layer.__name__.removeprefix("Naive")) for layer in SHAPES}


def check(cells):
    for cell in cells:
        assert cell.passed, cell.explain()


@pytest.mark.parametrize("name", NAMED)
def test_everything_is_exact_beside_keras(name):
    check(examine(NAMED[name], "eager", WAYS))


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["graph", "xla"])
@pytest.mark.parametrize("name", ["Dropout", "SpatialDropout2D", "AlphaDropout", "GaussianNoise"])
def test_the_main_ones_are_exact_when_compiled(name, mode):
    check(examine(NAMED[name], mode, WAYS))


def x_for(layer, dtype="float32"):
    return np.random.default_rng(3).normal(size=SHAPES[layer]).astype(dtype)


@pytest.mark.parametrize("body", ["kernel", "definition"])
@pytest.mark.parametrize("kind", SHAPES)
def test_the_backward_pass_is_the_limit_of_differences(kind, body, central_differences):
    layer, x = kind(0.4, seed=5, dtype="float64", body=body), x_for(kind, "float64")
    dy = np.random.default_rng(4).normal(size=x.shape)

    def call(moved):
        layer.seed_generator.state.assign([5, 0])  # every call draws the same
        return layer.forward(tf.constant(moved), training=True)

    _, saved = call(x)
    dx, gradients = layer.backward(tf.constant(dy), saved)
    assert gradients == {}
    coarse, fine = central_differences(lambda moved: np.sum(call(moved)[0].numpy() * dy), x)
    assert_matches_differences(dx.numpy(), coarse, fine, kind.__name__)


@pytest.mark.parametrize("kind", SHAPES)
def test_each_call_in_training_draws_anew_and_counts(kind):
    layer, x = kind(0.5, seed=5), x_for(kind)
    assert layer.is_identity(False)
    assert not layer.is_identity(True)
    assert layer(x).numpy().tobytes() == x.tobytes()
    assert layer.seed_generator.state.numpy().tolist() == [5, 0]
    first, second = layer(x, training=True), layer(x, training=True)
    assert not np.array_equal(first, second)
    assert layer.seed_generator.state.numpy().tolist() == [5, 2]
    layer.trainable = False  # freezing stops weights, not chance
    layer(x, training=True)
    assert layer.seed_generator.state.numpy().tolist() == [5, 3]
    again = kind(0.5, seed=5)
    assert_exact(again(x, training=True).numpy(), first.numpy(), "the same seed")


@pytest.mark.parametrize("kind", SHAPES)
def test_without_a_seed_the_same_one_is_drawn_as_in_keras(kind):
    x = x_for(kind)
    set_random_seed(123)
    ours = [kind(0.4), kind(0), kind(0.4)]
    keras.utils.set_random_seed(123)
    theirs = [KERAS[kind](0.4), KERAS[kind](0), KERAS[kind](0.4)]
    for mine, other in zip(ours, theirs, strict=True):
        assert_exact(mine(x, training=True).numpy(), other(x, training=True).numpy(), kind.__name__)
    assert ours[1].seeds == []
    assert ours[1].is_identity(True)


def test_the_mask_is_another_one_under_xla(run_in):
    x = np.ones((8, 16), "float32")
    masks = {}
    for mode in ("eager", "graph", "xla"):
        layer, twin = NaiveDropout(0.5, seed=1), keras.layers.Dropout(0.5, seed=1)
        masks[mode] = run_in(mode, lambda x, layer=layer: layer(x, training=True), x)
        theirs = run_in(mode, lambda x, twin=twin: twin(x, training=True), x)
        assert_exact(masks[mode], theirs, f"mask in {mode}")
    assert_exact(masks["graph"], masks["eager"], "graph and eager")
    assert not np.array_equal(masks["xla"], masks["eager"])


def test_the_rate_is_what_is_left_out_and_the_mean_stays():
    x = np.ones((200, 100), "float32")
    y = NaiveDropout(0.3, seed=1)(x, training=True).numpy()
    assert abs((y == 0).mean() - 0.3) < 0.01
    assert abs(y.mean() - 1) < 0.02
    assert set(np.unique(y)) == {np.float32(0), np.float32(1 / 0.7)}


def test_a_rate_of_1_leaves_everything_out_and_moves_no_seed():
    x = x_for(NaiveDropout)
    layer, twin = NaiveDropout(1, seed=3), keras.layers.Dropout(1, seed=3)
    y, saved = layer.forward(x, training=True)
    assert_exact(y.numpy(), twin(x, training=True).numpy(), "nothing but 0")
    assert layer.seed_generator.state.numpy().tolist() == twin.seed_generator.state.numpy().tolist() == [3, 0]
    dx, _ = layer.backward(tf.constant(x), saved)
    assert not dx.numpy().any()


def test_one_draw_serves_a_whole_axis():
    x = np.ones((4, 5, 6), "float32")
    y = NaiveDropout(0.5, noise_shape=(None, 1, 6), seed=1)(x, training=True).numpy()
    assert_exact(y, np.broadcast_to(y[:, :1], y.shape), "the same for every step")
    y = NaiveSpatialDropout2D(0.5, seed=1)(np.ones((4, 3, 2, 6), "float32"), training=True).numpy()
    assert_exact(y, np.broadcast_to(y[:, :1, :1], y.shape), "the same for every place")


@pytest.mark.parametrize("kind", SHAPES)
def test_kernel_and_definition_mean_the_same(kind):
    x = x_for(kind)
    seen = {body: kind(0.4, seed=2, body=body)(x, training=True).numpy() for body in ("kernel", "definition")}
    assert_exact(seen["definition"], seen["kernel"], kind.__name__)


@pytest.mark.parametrize("kind", SHAPES)
def test_there_and_back_again(kind):
    layer, x = kind(0.4, seed=6, name="chance"), x_for(kind)
    layer(x, training=True)
    twin = to_keras(layer)
    again = from_keras(twin)
    assert again.get_config() == layer.get_config()
    assert again.seed_generator.state.numpy().tolist() == [6, 1]
    expected = layer(x, training=True).numpy()
    assert_exact(twin(x, training=True).numpy(), expected, "Keras's next draw")
    assert_exact(again(x, training=True).numpy(), expected, "the next draw")


def test_the_configuration_is_json_and_makes_the_layers_again():
    layers = [kind(0.4, seed=2) for kind in SHAPES] + [NaiveDropout(0.1, noise_shape=(None, 4))]
    model = NaiveSequential([NaiveDense(4, 4), *layers])
    config = json.loads(json.dumps(model_config(model)))
    assert model_config(model_from_config(config)) == model_config(model)


def test_float64_draws_in_float64():
    x = np.ones((50, 4))
    single = NaiveGaussianNoise(1.0, seed=1)(x.astype("float32"), training=True)
    double = NaiveGaussianNoise(1.0, seed=1, dtype="float64")(x, training=True)
    assert single.dtype == tf.float32
    assert double.dtype == tf.float64
    assert_close64(double.numpy(), NaiveGaussianNoise(1.0, seed=1, dtype="float64")(x, training=True).numpy(), "draws")


BAD = [
    (lambda: NaiveDropout(1.5), r"`rate` must be a number. Expected 0 <= rate <= 1. Received: rate=1.5"),
    (lambda: NaiveDropout(-0.1), r"Received: rate=-0.1"),
    (lambda: NaiveDropout("half"), r"Received: rate='half'"),
    (lambda: NaiveDropout(0.5, seed=0.5), r"`seed` must be an integer or None.*Received: seed=0.5"),
    (lambda: NaiveDropout(0.5, noise_shape=(0, 1)), r"`noise_shape` must hold.*Received: noise_shape=\(0, 1\)"),
    (lambda: NaiveDropout(0.5, (3, 1))(np.ones((2, 4)), training=True), r"`noise_shape` does not fit.*\(2, 4\)"),
    (lambda: NaiveDropout(0.5, (2,))(np.ones((2, 4)), training=True), r"Received: noise_shape=\(2,\)"),
    (lambda: NaiveSpatialDropout1D(0.5)(np.ones((2, 4)), training=True), r"Expected 3 axes.*shape=\(2, 4\)"),
    (lambda: NaiveSpatialDropout2D(0.5)(np.ones((2, 4, 3)), training=True), r"Expected 4 axes"),
    (lambda: NaiveSpatialDropout2D(0.5, "NHWC"), r"Unknown value for `data_format`.*'NHWC'"),
    (lambda: NaiveAlphaDropout(1.0), r"Expected 0 <= rate < 1. Received: rate=1.0"),
    (lambda: NaiveGaussianDropout(1.0), r"Expected 0 <= rate < 1. Received: rate=1.0"),
    (lambda: NaiveGaussianNoise(2.0), r"`stddev` must be a number. Expected 0 <= stddev <= 1. Received: stddev=2.0"),
]


@pytest.mark.parametrize(("make", "message"), BAD)
def test_bad_input_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(0).normal(size=(400, 100))
    y = NaiveAlphaDropout(0.2, seed=1, dtype="float64")(x, training=True).numpy()
    assert abs(y.mean()) < 0.02
    assert abs(y.var() - 1) < 0.03


def test_gaussian_dropout_has_the_variance_of_dropout():
    x = np.ones((400, 100), "float32")
    y = NaiveGaussianDropout(0.2, seed=1)(x, training=True).numpy()
    assert abs(y.mean() - 1) < 0.01
    assert abs(y.var() - 0.25) < 0.01
