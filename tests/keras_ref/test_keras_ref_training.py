"""How Keras is trained here: its gradients made visible, its modes said aloud, its float64."""

import keras
import numpy as np
import pytest

from keras_ref import KerasGradients, compile_model, mlp
from keras_ref.float64 import Float64Keras, model_loss_and_gradients
from sidebyside.assertions import assert_all_exact, assert_close32, assert_close64, assert_exact

RATE = 0.25  # a power of two: the step is then exact, and w - lr·g can be had by plain arithmetic
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(12, 6)).astype("float32"), RNG.integers(0, 3, 12)
SPARSE = "sparse_categorical_crossentropy"


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
def test_keras_gradients_are_the_ones_that_fit_uses(mode, float64_keras):
    """w - lr · gradient is, to the last bit, the weight that `fit` leaves behind."""
    keras.utils.set_random_seed(1)
    model = compile_model(mlp(6, [5], 3), SPARSE, keras.optimizers.SGD(RATE), [], mode)
    before = model.get_weights()
    loss, gradients = KerasGradients(model, mode)(X, Y)
    assert_all_exact(model.get_weights(), before, ["looking changes nothing"] * 4)
    assert int(model.optimizer.iterations.numpy()) == 0
    history = model.fit(X, Y, batch_size=12, epochs=1, shuffle=False, verbose=0)
    stepped = [w - np.float32(RATE) * gradient.numpy() for w, gradient in zip(before, gradients, strict=True)]
    assert_all_exact(model.get_weights(), stepped, [w.path for w in model.weights])
    if mode != "xla":
        reported = loss * np.float32(12) / np.float32(12)  # as a running mean: added up over examples, then divided
        assert_exact(float(reported), history.history["loss"][0], "loss")
    else:  # there `fit` compiles loss and running mean into one sum
        described = [{"units": 5, "activation": "relu"}, {"units": 3, "activation": "softmax"}]
        truth = float64_keras(model_loss_and_gradients, described, before, SPARSE, X, Y)
        assert_close32(loss, np.float32(history.history["loss"][0]), truth["loss"], "loss")
    assert all(np.abs(gradient.numpy()).max() > 0 for gradient in gradients)


@pytest.mark.parametrize("mode", ["eager", "graph"])
def test_looking_puts_all_state_back(mode):
    """A model with seeds and moving statistics is the same after as before, and the answer the same twice."""
    keras.utils.set_random_seed(1)
    layers = [
        keras.layers.Input((6,)),
        keras.layers.Dropout(0.5),
        keras.layers.BatchNormalization(),
        keras.layers.Dense(3),
    ]
    model = compile_model(keras.Sequential(layers), "mse", keras.optimizers.SGD(RATE), [], mode)
    before = [variable.numpy() for variable in model.variables]
    look = KerasGradients(model, mode)
    answers = [look(X, X[:, :3]) for _ in range(2)]
    assert_all_exact([v.numpy() for v in model.variables], before, [v.path for v in model.variables])
    assert_exact(answers[1][0], answers[0][0], "loss")
    assert_all_exact([g.numpy() for g in answers[1][1]], [g.numpy() for g in answers[0][1]], range(4))


@pytest.mark.parametrize(
    ("mode", "run_eagerly", "jit"), [("eager", True, False), ("graph", False, False), ("xla", False, True)]
)
def test_the_mode_is_said_aloud(mode, run_eagerly, jit):
    model = mlp(6, [5], 3)
    assert compile_model(model, SPARSE, "sgd", ["accuracy"], mode) is model
    assert (model.run_eagerly, model.jit_compile) == (run_eagerly, jit)


def test_an_unknown_mode():
    with pytest.raises(
        ValueError,
        match=r"Unknown value for `execution`. Expected one of 'eager', 'graph', 'xla'. "
        r"Received: execution='fast'",
    ):
        compile_model(mlp(6, [5], 3), SPARSE, "sgd", [], "fast")


def test_the_truth_is_computed_in_float64(float64_keras):
    weights = mlp(6, [5], 3).get_weights()
    described = [{"units": 5, "activation": "relu"}, {"units": 3, "activation": "softmax"}]
    truth = float64_keras(model_loss_and_gradients, described, weights, SPARSE, X, Y)
    assert {one.dtype for one in (truth["output"], truth["loss"], truth["dx"], *truth["gradients"])} == {
        np.dtype("float64")
    }
    here = model_loss_and_gradients(described, weights, SPARSE, X, Y)
    assert here["output"].dtype == np.float32
    assert keras.config.floatx() == "float32"
    a, b, c, d = (weight.astype("float64") for weight in weights)
    z = np.maximum(X.astype("float64") @ a + b, 0) @ c + d
    p = np.exp(z - z.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    assert_close64(truth["output"], p, "output")
    assert_close64(truth["loss"], -np.log(p[np.arange(12), Y]).mean(), "loss")
    assert_close64(truth["gradients"][3], (p - np.eye(3)[Y]).mean(0), "gradient of the last bias")


def test_the_process_ends_when_asked_and_starts_again():
    process = Float64Keras()
    process.close()
    assert process(keras.config.floatx) == "float64"
    process.close()
    process.close()
    assert keras.config.floatx() == "float32"
