"""Models as graphs: several inputs and outputs, shared layers, models in models; in Keras's order to the last bit."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import compile_model, from_keras, to_keras
from naive import (
    NaiveDense,
    NaiveInput,
    NaiveModel,
    NaiveSequential,
    TrainingRun,
    backprop_gradients,
    get_arrays,
    model_config,
    model_from_config,
    set_arrays,
    tape_gradients,
)
from sidebyside.assertions import assert_all_exact, assert_exact

layers = keras.layers
RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 6)).astype("float32")
X2 = RNG.normal(size=(12, 4)).astype("float32")
Y = RNG.integers(0, 3, 12)


def shared_three_times():
    """One layer three times, its gradients meeting; and a tensor used three times."""
    x = layers.Input((6,))
    dense = layers.Dense(6, "tanh", name="shared")
    h = dense(dense(dense(x)))
    left, right = layers.Dense(5, "relu", name="left")(h), layers.Dense(5, name="right")(h)
    middle = layers.Dense(5, "elu", name="middle")(h)
    return keras.Model(x, layers.Dense(3, "softmax")(layers.Add()([left, middle, right]))), [X]


def two_inputs():
    """Two inputs, and a way that is longer than the other."""
    a, b = layers.Input((6,), name="a"), layers.Input((4,), name="b")
    long = layers.Dense(5, "relu")(layers.Dense(7, "tanh")(a))
    met = layers.Concatenate()([layers.Dense(5, name="short")(b), long, b])
    return keras.Model([a, b], layers.Dense(3, "softmax")(met)), [X, X2]


def nested():
    """A model in a model, in a sequential model, called twice."""
    inner_x = layers.Input((6,))
    inner = keras.Model(inner_x, layers.Dense(6, "relu", name="d")(inner_x), name="inner")
    row = keras.Sequential([layers.Input((6,)), inner, layers.Dense(6, "tanh", name="d")], name="row")
    x = layers.Input((6,))
    return keras.Model(x, layers.Dense(3, "softmax")(layers.Add()([row(x), row(inner(x))]))), [X]


def ends_in_a_model():
    """The final softmax stands in a nested model: the loss looks behind it all the same."""
    head = keras.Sequential([layers.Input((6,)), layers.Dense(3, "softmax")], name="head")
    x = layers.Input((6,))
    return keras.Model(x, head(layers.Dense(6, "relu")(x))), [X]


GRAPHS = {f.__name__: f for f in (shared_three_times, two_inputs, nested, ends_in_a_model)}


def make(name):
    keras.utils.set_random_seed(1)
    model, xs = GRAPHS[name]()
    rng = np.random.default_rng(2)
    model.set_weights([rng.normal(size=w.shape).astype("float32") * 0.5 for w in model.get_weights()])
    return model, xs if len(xs) > 1 else xs[0]


@pytest.mark.parametrize("name", GRAPHS)
def test_loss_and_gradients_are_kerass(name):
    model, x = make(name)
    twin = from_keras(model)
    model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    with tf.GradientTape() as tape:
        value = model.compute_loss(x=x, y=Y, y_pred=model(x, training=True))
    theirs = [g.numpy() for g in tape.gradient(value, [v.value for v in model.trainable_variables])]
    for road in (backprop_gradients, tape_gradients):
        loss, ours = road(twin, "sparse_categorical_crossentropy", x, Y)
        assert_exact(loss.numpy(), value.numpy(), "loss")
        assert_all_exact([g.numpy() for g in ours], theirs, twin.named_trainable)


def trained(name, mode, gradients):
    model, x = make(name)
    twin = from_keras(model)
    run = TrainingRun(twin, x, Y, 4, optimizer="sgd", execution=mode, gradients=gradients)
    for _ in range(2):
        run.begin_epoch()
        run.advance(3)
    compile_model(model, "sparse_categorical_crossentropy", "sgd", [], mode)
    model.fit(x, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    assert_all_exact([w.numpy() for w in twin.weights], model.get_weights(), twin.weight_names)


@pytest.mark.parametrize("gradients", ["backprop", "tape"])
@pytest.mark.parametrize("name", GRAPHS)
def test_training_is_kerass_in_eager_mode(name, gradients):
    trained(name, "eager", gradients)


@pytest.mark.parametrize("mode", ["graph", pytest.param("xla", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", ["shared_three_times", "two_inputs"])
def test_training_is_kerass_when_compiled(name, mode):
    """By tape; of a hand-written backward of a whole graph the compiler chooses the order, and fuzzing judges it."""
    trained(name, mode, "tape")


@pytest.mark.parametrize("name", GRAPHS)
def test_there_and_back_again(name):
    model, x = make(name)
    twin = from_keras(model)
    back = to_keras(twin)
    assert [w.path for w in back.weights] != []
    assert_all_exact(back.get_weights(), model.get_weights(), twin.weight_names)
    assert_exact(np.asarray(back(x)), np.asarray(model(x)), "output")
    again = model_from_config(json.loads(json.dumps(model_config(twin))))
    set_arrays(again, get_arrays(twin))
    assert again.weight_names == twin.weight_names
    assert_exact(np.asarray(again(x)), np.asarray(model(x)), "output")
    assert model_config(again) == model_config(twin)


def test_several_outputs_each_with_its_loss():
    x = layers.Input((6,))
    h = layers.Dense(5, "relu")(x)
    model = keras.Model(x, [layers.Dense(3, "softmax")(h), layers.Dense(2, "sigmoid")(h), layers.Dense(4)(h)])
    labels = [Y, RNG.integers(0, 2, (12, 2)).astype("float32"), RNG.normal(size=(12, 4)).astype("float32")]
    losses = ["sparse_categorical_crossentropy", "binary_crossentropy", "mse"]
    model.compile("sgd", losses, run_eagerly=True)
    with tf.GradientTape() as tape:
        value = model.compute_loss(x=X, y=labels, y_pred=model(X, training=True))
    theirs = [g.numpy() for g in tape.gradient(value, [v.value for v in model.trainable_variables])]
    twin = from_keras(model)
    for road in (backprop_gradients, tape_gradients):
        loss, ours = road(twin, losses, X, labels)
        assert_exact(loss.numpy(), value.numpy(), "loss")
        assert_all_exact([g.numpy() for g in ours], theirs, twin.named_trainable)


def test_an_output_that_nobody_used_gets_no_gradient():
    x = NaiveInput((6,))
    h = NaiveDense(6, 5, name="used")(x)
    model = NaiveModel(x, [h, NaiveDense(5, 2, name="unused")(h)])
    _, saved = model.forward(X)
    dx, gradients = model.backward([np.ones((12, 5), "float32"), None], saved)
    assert gradients["unused/kernel"] is None
    assert gradients["used/kernel"].shape == (6, 5)
    assert dx.shape == X.shape


def test_a_frozen_layer_has_no_gradient_and_the_others_keep_theirs():
    model, x = make("nested")
    model.get_layer("row").trainable = False
    twin = from_keras(model)
    assert [tuple(w.shape) for w in twin.trainable_weights] == [tuple(w.shape) for w in model.trainable_weights]
    assert 0 < len(twin.trainable_weights) < len(twin.weights)
    _, gradients = backprop_gradients(twin, "sparse_categorical_crossentropy", x, Y)
    assert len(gradients) == len(model.trainable_weights)


def test_what_is_saved_is_named_by_layer_and_call():
    model, x = make("shared_three_times")
    _, saved = from_keras(model).forward(x)
    assert {"shared", "shared/2", "shared/3", "left", "right", "middle"} <= set(saved)


A = NaiveInput((6,), name="a")
DENSE = NaiveDense(6, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: NaiveInput(6), r"`shape` must hold the sizes.*Expected a tuple.*Received: shape=6"),
        (lambda: NaiveInput((0,)), r"Received: shape=\(0,\)"),
        (lambda: NaiveModel(X, A), r"`inputs` must be made of symbols.*Received: inputs=\[array"),
        (lambda: NaiveModel(A, []), r"`outputs` must be made of symbols.*Received: outputs=\[\]"),
        (lambda: NaiveModel(DENSE(A), DENSE(A)), r"`inputs` must come from NaiveInput.*Received: <symbol 0"),
        (lambda: NaiveModel(NaiveInput((2,)), DENSE(A)),
         r"need an input that the model does not have.*Received: inputs without a"),
        (lambda: DENSE([A, X]), r"called on symbols or on tensors. Expected symbols only. Received: .*ndarray"),
        (lambda: NaiveModel([A, NaiveInput((2,))], DENSE(A))(X), r"Expected a list of 2. Received: a list of 1"),
        (lambda: backprop_gradients(NaiveModel(A, [DENSE(A)]), ["mse", "mse"], X, [Y]),
         r"has 1 outputs. Expected as many labels and losses. Received: 1 labels and 2 losses"),
        (lambda: TrainingRun(NaiveModel(A, [DENSE(A), DENSE(A)]), X, Y, 4), r"Training needs one output.*2 outputs"),
        (lambda: TrainingRun(NaiveModel([A, NaiveInput((2,))], DENSE(A)), [X], Y, 4),
         r"takes 2 inputs. Expected a list of 2 arrays. Received: a list of 1"),
        (lambda: NaiveSequential([DENSE]).set_weights([np.zeros(3)]), r"not this model's. Expected shapes.*\(3,\)"),
    ],
)  # fmt: skip
def test_bad_graphs(call, message):
    with pytest.raises(ValueError, match=message):
        call()
