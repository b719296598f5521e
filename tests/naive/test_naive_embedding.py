"""Embedding: rows of a table, a gradient of rows, and what is refused."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import from_keras, to_keras
from naive import (
    NaiveDense,
    NaiveEmbedding,
    NaiveInput,
    NaiveModel,
    NaiveSequential,
    backprop_gradients,
    fit,
    model_config,
    model_from_config,
    predict,
    set_random_seed,
    tape_gradients,
)
from sidebyside.assertions import assert_close64, assert_exact, assert_matches_differences
from sidebyside.components.embedding import COMPONENTS
from sidebyside.components.examine import examine

NAMED = {one.name: one for one in COMPONENTS if one.name.startswith("Embedding")}
WAYS = ["backprop", "tape"]
X = np.array([[3, 0, 3], [6, -1, 3]], "int32")


def check(cells):
    for cell in cells:
        assert cell.passed, cell.explain()


@pytest.mark.parametrize("name", NAMED)
def test_everything_is_exact_beside_keras(name):
    check(examine(NAMED[name], "eager", WAYS))


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["graph", "xla"])
@pytest.mark.parametrize("name", ["Embedding", "Embedding, shared"])
def test_the_main_ones_are_exact_when_compiled(name, mode):
    check(examine(NAMED[name], mode, WAYS))


def test_each_number_is_a_row():
    layer = NaiveEmbedding(7, 4)
    table = layer.embeddings.numpy()
    assert_exact(layer(X).numpy(), table[X], "rows")
    assert_exact(layer(X.astype("int64")).numpy(), table[X], "rows by int64")
    assert_exact(layer(np.array([[2.9, 0.5]])).numpy(), table[[[2, 0]]], "digits behind the point are cut off")
    definition = NaiveEmbedding(7, 4, body="definition")
    definition.embeddings.assign(table)
    assert_exact(definition(X).numpy(), table[X], "rows by a product with one-hot vectors")


def test_the_gradient_is_a_list_of_pairs_not_merged():
    layer = NaiveEmbedding(7, 4)
    dy = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    _, saved = layer.forward(tf.constant(X))
    dx, gradients = layer.backward(tf.constant(dy), saved)
    assert dx is None
    pairs = gradients["embeddings"]
    assert isinstance(pairs, tf.IndexedSlices)
    assert pairs.indices.numpy().tolist() == [3, 0, 3, 6, 6, 3]
    assert_exact(pairs.values.numpy(), dy.reshape(-1, 4), "one gradient for each look-up")
    twin = to_keras(layer)
    with tf.GradientTape() as tape:
        y = twin(X)
    theirs = tape.gradient(y, twin.trainable_variables[0].value, output_gradients=tf.constant(dy))
    assert_exact(pairs.values.numpy(), theirs.values.numpy(), "Keras's values")
    assert_exact(pairs.indices.numpy(), theirs.indices.numpy(), "Keras's indices")


def test_the_backward_pass_is_the_limit_of_differences(central_differences):
    layer = NaiveEmbedding(7, 4, dtype="float64")
    dy = np.random.default_rng(0).normal(size=(2, 3, 4))
    table = layer.embeddings.numpy()
    _, saved = layer.forward(tf.constant(X))
    gradient = tf.convert_to_tensor(layer.backward(tf.constant(dy), saved)[1]["embeddings"]).numpy()

    def value(moved):
        layer.embeddings.assign(moved)
        return np.sum(layer(X).numpy() * dy)

    assert_matches_differences(gradient, *central_differences(value, table), "embeddings")


def small(**options):
    """Three indices → one number."""
    x = NaiveInput((3,), "int32")
    return NaiveModel(x, NaiveDense(4, 1)(NaiveEmbedding(7, 4, **options)(x)))


def test_both_ways_agree_in_a_network():
    model = small()
    y = np.random.default_rng(0).normal(size=(2, 3, 1)).astype("float32")
    for ours, theirs in zip(
        backprop_gradients(model, "mse", X, y)[1], tape_gradients(model, "mse", X, y)[1], strict=True
    ):
        assert_exact(tf.convert_to_tensor(ours).numpy(), tf.convert_to_tensor(theirs).numpy(), "gradient")


def test_the_first_table_is_keras_s():
    set_random_seed(9)
    ours = NaiveEmbedding(7, 4).embeddings.numpy()
    keras.utils.set_random_seed(9)
    twin = keras.layers.Embedding(7, 4)
    twin.build()
    assert_exact(ours, twin.get_weights()[0], "first table")
    assert np.abs(ours).max() <= 0.05


def test_the_mask_is_where_the_number_is_not_0():
    x = np.array([[1, 0, 2]])
    assert NaiveEmbedding(7, 4).compute_mask(x) is None
    assert NaiveEmbedding(7, 4, mask_zero=True).compute_mask(tf.constant(x)).numpy().tolist() == [[True, False, True]]


OUTSIDE = r"Index outside of the table.*Expected integers from 0 to 6.*Received: x\[1, 2\]=7 \(1 such indices\)"
WRONG = np.array([[0, 1, 2], [3, 4, 7]])


def test_an_index_outside_of_the_table_is_refused():
    with pytest.raises(ValueError, match=OUTSIDE):
        NaiveEmbedding(7, 4)(WRONG)
    with pytest.raises(ValueError, match=r"Received: x\[0\]=-8"):
        NaiveEmbedding(7, 4)(np.array([-8]))
    with pytest.raises(ValueError, match=r"Received: x\[0\]=7 "):
        NaiveEmbedding(7, 4)(np.array([7.0]))
    NaiveEmbedding(7, 4)(np.array([-7.9, 6.9]))  # cut off: -7 and 6


@pytest.mark.parametrize("execution", ["eager", "graph", "xla"])
def test_fit_refuses_it_before_anything_is_compiled(execution):
    y = np.zeros((2, 3, 1), "float32")
    nested = NaiveModel(x := NaiveInput((3,), "int32"), small()(x))
    for model in (small(), nested):
        first = [weight.numpy() for weight in model.weights]
        with pytest.raises(ValueError, match=OUTSIDE):
            fit(model, WRONG, y, loss="mse", execution=execution, verbose=0)
        with pytest.raises(ValueError, match=OUTSIDE):
            fit(model, X, y, loss="mse", execution=execution, validation_data=(WRONG, y), verbose=0)
        for weight, value in zip(model.weights, first, strict=True):
            assert_exact(weight.numpy(), value, "nothing was trained")


def test_a_model_may_begin_with_it():
    model = NaiveSequential([NaiveEmbedding(7, 4), NaiveDense(4, 1)])
    assert model.inputs[0].node.dtype == "int32"
    assert tuple(predict(model, X.astype("float32")).shape) == (2, 3, 1)
    fit(model, X, np.zeros((2, 3, 1), "float32"), loss="mse", execution="eager", verbose=0)


@pytest.mark.parametrize("mask_zero", [True, False])
def test_there_and_back_again(mask_zero):
    layer = NaiveEmbedding(7, 4, "glorot_uniform", mask_zero, name="words")
    again = from_keras(to_keras(layer))
    assert again.get_config() == layer.get_config()
    assert_exact(again.embeddings.numpy(), layer.embeddings.numpy(), "table")


def test_the_configuration_is_json_and_makes_the_layer_again():
    model = small(mask_zero=True)
    config = json.loads(json.dumps(model_config(model)))
    assert model_config(model_from_config(config)) == model_config(model)


def test_float64_means_the_same():
    single, double = NaiveEmbedding(7, 4), NaiveEmbedding(7, 4, dtype="float64")
    double.embeddings.assign(tf.cast(single.embeddings, "float64"))
    assert_close64(double(X).numpy(), single(X).numpy().astype("float64"), "rows")


BAD = [
    (lambda: NaiveEmbedding(0, 4), r"`input_dim` must be a positive integer.*Received: input_dim=0"),
    (lambda: NaiveEmbedding(7, 4.0), r"`output_dim` must be a positive integer.*Received: output_dim=4.0"),
    (lambda: NaiveEmbedding(7, 4, mask_zero=1), r"`mask_zero` must be True or False.*Received: mask_zero=1"),
    (lambda: NaiveEmbedding(7, 4, "unfirom"), r"Unknown value.*Did you mean.*'unfirom'"),
]


@pytest.mark.parametrize(("make", "message"), BAD)
def test_bad_input_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
