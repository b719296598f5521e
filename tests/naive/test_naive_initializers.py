"""First weights and seeds: the same numbers as Keras, from the same seed."""

import json
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import from_keras, to_keras
from naive import NaiveDense, NaiveGlorotUniform, NaiveZeros, initializers, ops, set_random_seed
from naive.initializers import (
    ALIASES,
    INITIALIZERS,
    NaiveConstant,
    NaiveIdentity,
    NaiveInitializer,
    NaiveOrthogonal,
    NaiveRandomNormal,
    NaiveRandomUniform,
    NaiveTruncatedNormal,
    NaiveVarianceScaling,
    fans,
)
from sidebyside.assertions import assert_all_exact, assert_close64, assert_exact


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
    assert one.get_config() == {"seed": 3, "input_axes": None, "output_axes": None}


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


def twin_of(initializer):
    """Keras's object of the same name and arguments, made without our translator."""
    return getattr(keras.initializers, type(initializer).__name__.removeprefix("Naive"))(**initializer.get_config())


SHAPES = [(), (1,), (5,), (1, 1), (4, 7), (7, 4), (2, 3, 4), (3, 3, 2, 5)]
RANDOM = sorted(name for name, kind in INITIALIZERS.items() if hasattr(kind(), "seed"))
MADE = {
    **{name: (lambda kind=kind: kind()) for name, kind in INITIALIZERS.items()},
    "constant 0.1": lambda: NaiveConstant(0.1),
    "identity -0.1": lambda: NaiveIdentity(-0.1),
    "orthogonal 0.1": lambda: NaiveOrthogonal(0.1, seed=5),
    "uniform 0.1 to 0.7": lambda: NaiveRandomUniform(0.1, 0.7, seed=2**31),
    "normal 0.3, 0.1": lambda: NaiveRandomNormal(0.3, 0.1, seed=-4),
    "truncated 0.3, 0.1": lambda: NaiveTruncatedNormal(0.3, 0.1, seed=10**12),
    "fan_in uniform": lambda: NaiveVarianceScaling(0.7, "fan_in", "uniform", 3),
    "fan_out normal": lambda: NaiveVarianceScaling(0.7, "fan_out", "NORMAL", 3),
    "fan_avg untruncated": lambda: NaiveVarianceScaling(3, "fan_avg", "untruncated_normal", 3),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", MADE)
def test_every_initializer_makes_kerass_numbers(name, dtype):
    """From the same arguments and seed; what Keras refuses for a shape is refused here."""
    set_random_seed(0)
    mine = MADE[name]()
    theirs, made = twin_of(mine), 0
    for shape in SHAPES:
        try:
            expected = theirs(shape, dtype)
        except ValueError:
            with pytest.raises(ValueError, match="Expected a shape"):
                mine(shape, dtype)
            continue
        assert_exact(mine(shape, dtype).numpy(), expected.numpy(), f"{name} {shape}")
        made += 1
    assert made >= 3


@pytest.mark.parametrize("name", sorted(INITIALIZERS))
def test_an_unseeded_initializer_takes_what_kerass_takes(name):
    """Fact 2, for names: the same numbers, and the same place in Python's sequence afterwards."""
    made, after = [], []
    # Keras cannot make this one from its name alone (KeyError: 'value').
    theirs = keras.initializers.Constant if name == "constant" else lambda: keras.initializers.get(name)
    for make in (lambda: initializers.get(name), theirs):
        set_random_seed(7)
        made.append([make()((6, 4)).numpy(), make()((6, 4)).numpy()])
        after.append(random.random())
    assert_all_exact(*made, ["first", "second"])
    assert after[0] == after[1]
    assert np.array_equal(*made[0]) == (name not in RANDOM)


def test_names():
    for alias, name in ALIASES.items():
        mine, theirs = initializers.get(alias), None
        assert type(mine) is INITIALIZERS[name]
        if name != "constant":
            theirs = keras.initializers.get(alias)
            assert type(mine).__name__ == f"Naive{type(theirs).__name__}"
    ours = {kind.__name__.removeprefix("Naive") for kind in INITIALIZERS.values()}
    exported = {name for name, kind in vars(keras.initializers).items() if isinstance(kind, type) and name[0].isupper()}
    kerass = {getattr(keras.initializers, name).__name__ for name in exported}
    assert kerass - ours == {"Initializer", "STFT"}


@pytest.mark.parametrize("name", MADE)
def test_an_initializer_is_made_again_from_plain_data(name):
    one = MADE[name]()
    data = json.loads(json.dumps(initializers.config_of(one)))
    again = initializers.get(data)
    assert type(again) is type(one)
    assert_exact(again((4, 4)).numpy(), one((4, 4)).numpy(), name)
    back = from_keras(to_keras(one))
    assert (type(back), back.get_config()) == (type(one), one.get_config())
    assert type(to_keras(one)) is type(twin_of(one))


def test_axes_of_inputs_and_outputs():
    shape = (2, 3, 4, 5)
    assert fans(shape) == (24, 30)
    assert fans(shape, [0, 1], [2, 3]) == (6, 20)
    assert fans(shape, [0], None) == fans(shape)
    for name in ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal"):
        mine = INITIALIZERS[name](seed=1, input_axes=(0, 1), output_axes=(2, 3))
        assert_exact(mine(shape).numpy(), twin_of(mine)(shape).numpy(), name)
        assert not np.array_equal(mine(shape), INITIALIZERS[name](seed=1)(shape))


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (5, 5), (2, 3, 4)])
def test_an_orthogonal_matrix_is_orthogonal(shape):
    w = NaiveOrthogonal(gain=3.0, seed=2)(shape, "float64").numpy().reshape(-1, shape[-1])
    small = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    assert_close64(small, 9.0 * np.eye(len(small)), "product with itself")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: initializers.get("glorot_norml"),
         r"Unknown value for `initializer`. Did you mean 'glorot_normal'.*Received: initializer='glorot_norml'"),
        (lambda: initializers.get(None), r"Unknown value for `initializer`.*Received: initializer=None"),
        (lambda: NaiveConstant("much"),
            r"`value` must be a number. Expected a finite value. Received: value='much'"),
        (lambda: NaiveConstant(float("nan")), r"Received: value=nan"),
        (lambda: NaiveIdentity(None), r"`gain` must be a number. Expected a finite gain. Received: gain=None"),
        (lambda: NaiveIdentity()((2, 3, 4)),
            r"The identity is a matrix. Expected a shape of two sizes. Received: shape=\(2, 3, 4\)"),
        (lambda: NaiveOrthogonal()((3,)),
            r"A vector cannot be orthogonal. Expected a shape of two sizes or more. Received: shape=\(3,\)"),
        (lambda: NaiveOrthogonal(gain="big"), r"Received: gain='big'"),
        (lambda: NaiveRandomUniform(minval="low"), r"Expected a finite minval. Received: minval='low'"),
        (lambda: NaiveRandomUniform(maxval=float("inf")), r"Received: maxval=inf"),
        (lambda: NaiveRandomNormal(stddev=-1), r"Expected a finite stddev >= 0. Received: stddev=-1"),
        (lambda: NaiveRandomNormal(mean=True), r"Received: mean=True"),
        (lambda: NaiveTruncatedNormal(seed="1"), r"Received: seed='1'"),
        (lambda: NaiveVarianceScaling(scale=0), r"`scale` must not be 0. Expected scale > 0. Received: scale=0"),
        (lambda: NaiveVarianceScaling(scale=-1), r"Received: scale=-1"),
        (lambda: NaiveVarianceScaling(mode="fan"), r"Unknown value for `mode`.*Received: mode='fan'"),
        (lambda: NaiveVarianceScaling(distribution="cauchy"),
            r"Unknown value for `distribution`.*Received: distribution='cauchy'"),
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
