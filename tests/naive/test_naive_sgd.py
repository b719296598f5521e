"""SGD against `keras.optimizers.SGD`, fifty updates long."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from naive import NaiveSGD, optimizers
from naive.optimizers import NaiveOptimizer
from sidebyside.assertions import assert_all_exact

STEPS = 50


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
def test_fifty_updates_with_a_change_of_the_learning_rate(mode):
    """Gradients from 1e-8 to 100, zeros among them; after half of the steps the learning rate is changed."""
    rng = np.random.default_rng(0)
    first = [rng.normal(size=shape).astype("float32") for shape in ((7, 5), (5,), (1,))]
    mine, theirs = [tf.Variable(one) for one in first], [keras.Variable(one) for one in first]
    naive_sgd, keras_sgd = NaiveSGD(0.03), keras.optimizers.SGD(0.03)
    keras_sgd.build(theirs)

    def naive_step(*gradients):
        naive_sgd.apply_gradients(zip(gradients, mine, strict=True))
        return 0

    def keras_step(*gradients):
        keras_sgd.apply_gradients(list(zip(gradients, theirs, strict=True)))
        return 0

    if mode != "eager":
        naive_step, keras_step = (tf.function(step, jit_compile=mode == "xla") for step in (naive_step, keras_step))
    for step in range(STEPS):
        if step == STEPS // 2:
            naive_sgd.learning_rate.assign(1 / 3)
            keras_sgd.learning_rate = 1 / 3
        scale = 10.0 ** rng.uniform(-8, 2)
        gradients = [tf.constant((rng.normal(size=one.shape) * scale).astype("float32")) for one in first]
        gradients[0] *= tf.constant((rng.random((7, 5)) > 0.3).astype("float32"))
        naive_step(*gradients)
        keras_step(*gradients)
        assert_all_exact(
            [w.numpy() for w in mine], [w.numpy() for w in theirs], [f"step {step}, weight {i}" for i in range(3)]
        )
    assert int(naive_sgd.iterations) == int(keras_sgd.iterations.numpy()) == STEPS


def test_defaults_are_kerass():
    assert NaiveSGD().get_config()["learning_rate"] == float(
        np.float32(keras.optimizers.SGD().get_config()["learning_rate"])
    )
    assert type(optimizers.get("sgd")) is NaiveSGD
    one = NaiveSGD(0.5)
    assert optimizers.get(one) is one
    assert repr(one) == "<NaiveSGD>"
    assert NaiveSGD(0).get_config() == {"learning_rate": 0.0, "momentum": 0.0, "nesterov": False}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: NaiveSGD(-0.1),
            r"`learning_rate` must be a number. Expected a finite learning_rate >= 0. Received: learning_rate=-0.1"),
        (lambda: NaiveSGD("fast"), r"Received: learning_rate='fast'"),
        (lambda: NaiveSGD(float("nan")), r"Received: learning_rate=nan"),
        (lambda: NaiveSGD(float("inf")), r"Received: learning_rate=inf"),
        (lambda: NaiveSGD(True), r"Received: learning_rate=True"),
        (lambda: optimizers.get("sgdd"),
            r"Unknown value for `optimizer`. Did you mean 'sgd'\?.*Received: optimizer='sgdd'"),
        (lambda: optimizers.get(None), r"Received: optimizer=None"),
    ],
)  # fmt: skip
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_bare_optimizer_promises():
    with pytest.raises(NotImplementedError):
        NaiveOptimizer(0.1).update_step(1, 1, 1)
