"""First weights and seeds: the same numbers as Keras, from the same seed."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from naive import NaiveDense, NaiveGlorotUniform, NaiveZeros, initializers, ops, set_random_seed
from naive.initializers import NaiveInitializer
from sidebyside.assertions import assert_all_exact, assert_exact


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(784, 512), (512, 10), (1, 1), (7, 3), (3, 5, 7)])
@pytest.mark.parametrize("seed", [0, 1, 42, 2**31 - 2, 2**31 - 1, 10**12, -5])
def test_glorot_uniform_draws_kerass_numbers(seed, shape, dtype):
    if len(shape) == 3:
        shape = shape[1:]  # only matrices are promised here
    mine = NaiveGlorotUniform(seed=seed)(shape, dtype)
    theirs = keras.initializers.GlorotUniform(seed=seed)(shape, dtype)
    assert_exact(mine.numpy(), theirs.numpy(), f"seed {seed}")
    limit = np.sqrt(6 / (shape[0] + shape[1]))
    assert np.abs(mine.numpy()).max() <= limit * (1 + 1e-7)


def test_the_same_seed_gives_the_same_numbers_again():
    one = NaiveGlorotUniform(seed=3)
    assert_exact(one((4, 5)).numpy(), one((4, 5)).numpy(), "second draw")
    assert one.get_config() == {"seed": 3}


def test_zeros():
    assert_exact(NaiveZeros()((3,)).numpy(), keras.initializers.Zeros()((3,)).numpy(), "zeros")
    assert NaiveZeros().get_config() == {}


@pytest.mark.parametrize("seed", [0, 1, 2, 2**32 - 1])
def test_layers_made_in_the_same_order_have_kerass_weights(seed):
    """Fact 2: each initializer without a seed takes one number from Python's generator when it is made."""
    sizes = [(6, 5), (5, 4), (4, 3)]
    set_random_seed(seed)
    mine = [NaiveDense(a, b, "relu").kernel.numpy() for a, b in sizes]
    keras.utils.set_random_seed(seed)
    theirs = []
    for a, b in sizes:
        layer = keras.layers.Dense(b, activation="relu")
        layer.build((None, a))
        theirs.append(layer.get_weights()[0])
    assert_all_exact(mine, theirs, sizes)
    assert not np.array_equal(mine[0][:4, :3], mine[1][:4, :3])


def test_set_random_seed_is_kerass():
    drawn = []
    for seeder in (set_random_seed, keras.utils.set_random_seed):
        seeder(17)
        drawn.append((random.random(), np.random.rand(), float(tf.random.uniform(()))))
    assert drawn[0] == drawn[1]


def test_draw_seed_is_in_kerass_range(monkeypatch):
    asked = []
    monkeypatch.setattr(random, "randint", lambda low, high: asked.append((low, high)) or 5)
    assert NaiveGlorotUniform().seed == 5
    assert asked == [(1, 10**9)]


def test_seed_pair_folds_as_keras_does():
    for seed in (0, 7, 2**31, 10**15, -1):
        assert ops.seed_pair(seed).numpy().tolist() == [seed % (2**31 - 2), 0]


def test_get():
    assert type(initializers.get("glorot_uniform")) is NaiveGlorotUniform
    assert type(initializers.get("zeros")) is NaiveZeros
    one = NaiveZeros()
    assert initializers.get(one) is one
    with pytest.raises(NotImplementedError):
        NaiveInitializer()((2,))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: initializers.get("glorot_normal"),
         r"Unknown value for `initializer`. Did you mean 'glorot_uniform'\?.*Received: initializer='glorot_normal'"),
        (lambda: NaiveGlorotUniform(seed=1.5),
            r"`seed` must be an integer or None. Expected an int. Received: seed=1.5"),
        (lambda: NaiveGlorotUniform(seed=True), r"Received: seed=True"),
        (lambda: set_random_seed(-1), r"`seed` must be an integer. Expected 0 <= seed < 2\*\*32. Received: seed=-1"),
        (lambda: set_random_seed(2**32), r"Received: seed=4294967296"),
        (lambda: set_random_seed("1"), r"Received: seed='1'"),
        (lambda: set_random_seed(True), r"Received: seed=True"),
    ],
)  # fmt: skip
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
