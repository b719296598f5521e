"""Every update rule beside Keras's: thirty updates, whole trainings, tables of which rows are looked up twice."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import compile_model, to_keras
from naive import (
    NaiveAdam,
    NaiveDense,
    NaiveInput,
    NaiveModel,
    NaiveRMSprop,
    NaiveSequential,
    NaiveSGD,
    TrainingRun,
    fit,
    ops,
    optimizers,
    set_random_seed,
)
from naive.layers import NaiveEmbedding, NaiveFlatten
from naive.optimizers import OPTIMIZERS
from sidebyside.assertions import NotEquivalentError, assert_all_exact, assert_exact

STEPS = 30
MODES = ["eager", "graph", "xla"]
RULES = {
    "sgd": (NaiveSGD, {}),
    "momentum": (NaiveSGD, {"momentum": 0.9}),
    "nesterov": (NaiveSGD, {"momentum": 0.9, "nesterov": True}),
    "adam": (NaiveAdam, {}),
    "amsgrad": (NaiveAdam, {"amsgrad": True, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
    "rmsprop": (NaiveRMSprop, {}),
    "rmsprop momentum": (NaiveRMSprop, {"momentum": 0.7, "rho": 0.8}),
    "rmsprop centered": (NaiveRMSprop, {"centered": True}),
    "rmsprop both": (NaiveRMSprop, {"centered": True, "momentum": 0.5, "epsilon": 1e-4}),
}
SHAPES = ((7, 5), (5,), (1,), (1, 5), (1, 1, 3), (3, 1), ())
KERAS_SLOTS = {
    "momentum": ["momentum"],
    "adam": ["momentum", "velocity"],
    "amsgrad": ["momentum", "velocity", "velocity_hat"],
    "rmsprop both": ["velocity", "momentum", "average_gradient"],
}


def keras_twin(rule, learning_rate):
    """Keras's optimizer of the same name and arguments, made without our translator."""
    kind, options = RULES[rule]
    return getattr(keras.optimizers, kind.__name__.removeprefix("Naive"))(learning_rate, **options)


class Pair:
    """A naive optimizer and Keras's, each with its own copies of the same weights.

    Args:
        rule: a key of RULES; first: arrays; mode: how both sides run.
    """

    def __init__(self, rule, first, mode, learning_rate=0.03):
        kind, options = RULES[rule]
        self.mine, self.theirs = [tf.Variable(one) for one in first], [keras.Variable(one) for one in first]
        self.naive, self.keras = kind(learning_rate, **options), keras_twin(rule, learning_rate)
        self.naive.build(self.mine)
        self.keras.build(self.theirs)
        self.steps = [self._naive_step, self._keras_step]
        if mode != "eager":
            self.steps = [tf.function(step, jit_compile=mode == "xla") for step in self.steps]

    def _naive_step(self, *gradients):
        self.naive.apply_gradients(zip(gradients, self.mine, strict=True))
        return 0

    def _keras_step(self, *gradients):
        self.keras.apply_gradients(list(zip(gradients, self.theirs, strict=True)))
        return 0

    def update(self, *gradients):
        for step in self.steps:
            step(*gradients)

    def assert_same(self, when):
        names = [f"{when}, weight {number}" for number in range(len(self.mine))]
        assert_all_exact([w.numpy() for w in self.mine], [w.numpy() for w in self.theirs], names)
        mine = self.naive.named_variables
        assert_all_exact(
            [w.numpy() for w in mine.values()], [w.numpy() for w in self.keras.variables],
            [f"{when}, {name}" for name in mine],
        )  # fmt: skip


def gradient(rng, shape, dtype):
    """Zeros, tiny ones down to 1e-12 and huge ones up to 1e6."""
    x = rng.normal(size=shape) * 10.0 ** rng.uniform(-12, 6)
    return tf.constant(np.where(rng.random(shape) < 0.3, 0.0, x).astype(dtype))


def rows(rng, shape, pairs, dtype="float32"):
    """The gradient of a table; with more pairs than rows some row is there twice."""
    values = tf.constant(rng.normal(size=(pairs, *shape[1:])).astype(dtype))
    return tf.IndexedSlices(values, tf.constant(rng.integers(0, shape[0], pairs), tf.int32), tf.constant(shape))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rule", RULES)
def test_thirty_updates(rule, mode, dtype):
    """Weights and slots, after each update; half way the learning rate changes."""
    if mode != "eager" and dtype == "float64" and rule not in KERAS_SLOTS:
        pytest.skip("compiled float64 is covered by the other rules")
    rng = np.random.default_rng(0)
    pair = Pair(rule, [rng.normal(size=shape).astype(dtype) for shape in SHAPES], mode)
    for step in range(STEPS):
        if step == STEPS // 2:
            pair.naive.learning_rate.assign(1 / 3)
            pair.keras.learning_rate = 1 / 3
        pair.update(*(gradient(rng, shape, dtype) for shape in SHAPES))
        pair.assert_same(f"update {step}")
    assert int(pair.naive.iterations) == STEPS


SLOW_XLA = ["eager", "graph", pytest.param("xla", marks=pytest.mark.slow)]


@pytest.mark.parametrize("mode", SLOW_XLA)
@pytest.mark.parametrize("rule", RULES)
def test_tables_of_which_some_rows_were_looked_up(rule, mode):
    """Nine pairs for seven rows: at least two pairs are for rows that have another one."""
    rng = np.random.default_rng(1)
    pair = Pair(rule, [rng.normal(size=(7, 5)).astype("float32"), rng.normal(size=5).astype("float32")], mode)
    for step in range(10):
        pair.update(rows(rng, (7, 5), 9), gradient(rng, (5,), "float32"))
        pair.assert_same(f"update {step}")


@pytest.mark.parametrize("mode", SLOW_XLA)
@pytest.mark.parametrize("options", [{"centered": True}, {"epsilon": 0.0}, {"centered": True, "momentum": 0.5}])
@pytest.mark.parametrize("indices", [[1, 1, 2, 4], [4, 2, 1, 3], [1, 4, 2, 0]])
def test_a_divisor_of_zero_or_nan(indices, options, mode, monkeypatch):
    """Rows looked up twice make a centered variance negative; without epsilon, 0 / 0 stands where nothing was."""
    monkeypatch.setitem(RULES, "rmsprop", (NaiveRMSprop, options))
    rng = np.random.default_rng(0)
    pair = Pair("rmsprop", [np.ones((5, 2), "float32")], mode, 0.1)
    for step in range(12):
        values = tf.constant(rng.normal(size=(4, 2)).astype("float32") + 2)
        pair.update(tf.IndexedSlices(values, tf.constant(indices), tf.constant([5, 2])))
        pair.assert_same(f"update {step}")
    repeated = len(set(indices)) < len(indices)
    assert bool(np.isnan(pair.mine[0]).any()) == (repeated or "epsilon" in options)


def test_rows_that_were_not_looked_up():
    """Plain descent and RMSprop leave them; momentum, Adam and RMSprop with momentum go on."""
    stays = {"sgd", "rmsprop", "rmsprop centered"}
    for rule in RULES:
        pair = Pair(rule, [np.ones((4, 2), "float32")], "eager")
        pair.update(tf.IndexedSlices(tf.ones((1, 2)), tf.constant([3]), tf.constant([4, 2])))
        before = pair.mine[0].numpy()[3]
        pair.update(tf.IndexedSlices(tf.ones((1, 2)), tf.constant([0]), tf.constant([4, 2])))
        assert np.array_equal(before, pair.mine[0].numpy()[3]) == (rule in stays), rule


def mlp():
    set_random_seed(0)
    return NaiveSequential([NaiveDense(6, 9, "tanh"), NaiveDense(9, 1, "relu"), NaiveDense(1, 4, "softmax")])


def words():
    set_random_seed(0)
    x = NaiveInput((5,), "int32")
    return NaiveModel(x, NaiveDense(15, 4, "softmax")(NaiveFlatten()(NaiveEmbedding(11, 3)(x))))


def data_for(model, examples=22):
    rng = np.random.default_rng(3)
    if model is words:
        return rng.integers(0, 8, (examples, 5)).astype("int32"), rng.integers(0, 4, examples)
    return rng.normal(size=(examples, 6)).astype("float32"), rng.integers(0, 4, examples)


COMPILED = {(mlp, "adam", "graph"), (mlp, "rmsprop both", "graph"), (mlp, "adam", "xla"), (words, "adam", "graph")}
"""The compiled trainings that every run of the tests makes; the others are marked slow."""
FITS = [
    pytest.param(make, rule, mode, gradients, marks=slow)
    for make in (mlp, words)
    for rule in RULES
    for mode in MODES
    for gradients in ("backprop", "tape")
    for fast in [mode == "eager" or (gradients == "backprop" and (make, rule, mode) in COMPILED)]
    for slow in [() if fast else pytest.mark.slow]
]


@pytest.mark.parametrize(("make", "rule", "mode", "gradients"), FITS)
def test_a_whole_fit(make, rule, mode, gradients):
    """22 examples in batches of 8: full batches, and a rest of 6; weights, slots and history."""
    model, (x, y) = make(), data_for(make)
    twin, optimizer = to_keras(model), RULES[rule][0](0.02, **RULES[rule][1])
    loss = "sparse_categorical_crossentropy"
    compile_model(twin, loss, keras_twin(rule, 0.02), ["accuracy"], mode)
    with warnings.catch_warnings():  # TensorFlow warns of the memory when the gradient of a table is made whole
        warnings.simplefilter("ignore", UserWarning)
        theirs = twin.fit(x, y, epochs=3, batch_size=8, shuffle=False, verbose=0).history
        mine = fit(
            model, x, y, 3, 8, optimizer=optimizer, loss=loss, metrics=["accuracy"], execution=mode,
            gradients=gradients, verbose=0,
        )  # fmt: skip
    assert_all_exact([w.numpy() for w in model.weights], twin.get_weights(), model.weight_names)
    names = optimizer.named_variables
    assert_all_exact([v.numpy() for v in names.values()], [v.numpy() for v in twin.optimizer.variables], names)
    assert mine.history == theirs


def test_the_comparison_sees_one_bit_of_one_slot():
    pair = Pair("adam", [np.ones((3, 2), "float32")], "eager")
    pair.update(tf.ones((3, 2)))
    pair.assert_same("before")
    slot = pair.naive.slot("velocity", pair.mine[0])
    slot[1, 1].assign(np.nextafter(slot.numpy()[1, 1], np.float32(1)))
    with pytest.raises(NotEquivalentError, match="velocity/0"):
        pair.assert_same("after")


@pytest.mark.parametrize("rule", KERAS_SLOTS)
def test_variables_are_in_kerass_order(rule):
    """Fact 6 of base: iterations, learning rate, slots; pairs interleaved for Adam, one kind after the other else."""
    pair = Pair(rule, [np.zeros((2, 3), "float32"), np.zeros(4, "float32")], "eager")
    mine = [tuple(variable.shape) for variable in pair.naive.variables]
    assert mine == [tuple(variable.shape) for variable in pair.keras.variables]
    ours = [name.partition("/")[0] for name in list(pair.naive.named_variables)[2:]]
    for name, variable in zip(ours, pair.keras.variables[2:], strict=True):
        assert variable.name.endswith(f"_{name}")
    assert list(dict.fromkeys(ours)) == KERAS_SLOTS[rule]
    assert list(pair.naive.named_variables)[:2] == ["iterations", "learning_rate"]


def test_build_twice_and_for_other_weights():
    weights, other = [tf.Variable([1.0]), tf.Variable([2.0])], tf.Variable([[3.0]], name="other")
    optimizer = NaiveAdam()
    optimizer.build(weights)
    slots = optimizer.variables
    optimizer.build(weights)
    optimizer.build(weights[:1])
    assert [id(one) for one in optimizer.variables] == [id(one) for one in slots]
    message = (
        r"The optimizer does not know this weight. Expected one of the weights it was built for, or a new optimizer "
        r"for other weights. Received: weight='other:0' of shape \(1, 1\)"
    )
    for call in (optimizer.build, lambda some: optimizer.apply_gradients([(tf.ones((1, 1)), some[0])])):
        with pytest.raises(ValueError, match=message):
            call([other])
    kerass = keras.optimizers.Adam()
    kerass.build([keras.Variable([1.0])])
    with pytest.raises(ValueError, match="Unknown variable"):
        kerass.apply_gradients([(tf.ones((1,)), keras.Variable([1.0]))])


def test_a_training_makes_the_slots_before_it_is_traced():
    optimizer = NaiveAdam()
    run = TrainingRun(mlp(), *data_for(mlp), 8, optimizer=optimizer)
    assert optimizer.built
    assert len(optimizer.variables) == 2 + 2 * len(run.model.weights)


@pytest.mark.parametrize("mode", ["graph", "xla"])
def test_slots_may_be_made_while_tracing(mode):
    weight, optimizer = tf.Variable([1.0, 2.0]), NaiveAdam()

    @tf.function(jit_compile=mode == "xla")
    def step(dw):
        optimizer.apply_gradients([(dw, weight)])
        return 0

    step(tf.constant([1.0, 1.0]))
    step(tf.constant([1.0, 1.0]))
    assert int(optimizer.iterations) == 2
    assert np.all(optimizer.slot("velocity", weight).numpy() > 0)


def test_a_weight_without_a_gradient_stays():
    """Fact 4 of base, beside Keras."""
    pair = Pair("adam", [np.ones(2, "float32"), np.ones(3, "float32")], "eager")
    with pytest.warns(UserWarning, match=r"These weights have no gradient and stay as they are: \['Variable:0'\]"):
        pair.steps[0](tf.ones(2), None)
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        pair.steps[1](tf.ones(2), None)
    pair.assert_same("one gradient")
    message = r"There is nothing to update. Expected at least one gradient. Received: None for \['Variable:0', "
    with pytest.raises(ValueError, match=message):
        pair.steps[0](None, None)
    with pytest.raises(ValueError, match="No gradients provided for any variable"):
        pair.steps[1](None, None)
    pair.assert_same("no gradient")
    assert int(pair.naive.iterations) == 1
    pair.naive.apply_gradients([])
    assert int(pair.naive.iterations) == 1


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_defaults_are_kerass(name):
    ours, theirs = optimizers.get(name).get_config(), keras.optimizers.get(name).get_config()
    assert next(iter(ours)) == "learning_rate"
    for argument, value in ours.items():
        assert theirs[argument] == value, argument
    kind = OPTIMIZERS[name]
    assert kind(**ours).get_config() == ours
    assert kind.keras_name == name


def test_adam_is_not_the_papers():
    """Fact 1 of Adam: at the first update ε weighs 1 / √(1 - β₂) times as much as in Algorithm 1."""
    weight, g, epsilon = tf.Variable(0.0, dtype=tf.float64), 1e-6, 1e-7
    NaiveAdam(1.0).apply_gradients([(tf.constant(g, tf.float64), weight)])
    beta_1, beta_2 = float(np.float32(0.9)), float(np.float32(0.999))
    m, v = g * (1 - 0.9), g * g * (1 - 0.999)
    alpha = np.sqrt(1 - beta_2) / (1 - beta_1)
    paper = (m / (1 - beta_1)) / (np.sqrt(v / (1 - beta_2)) + epsilon)
    assert float(weight) == pytest.approx(-m * alpha / (np.sqrt(v) + epsilon), rel=1e-9)
    assert abs(float(weight) + paper) > 0.5


def test_rmsprop_has_epsilon_inside_the_root():
    weight, g = tf.Variable(0.0, dtype=tf.float64), 1e-4
    NaiveRMSprop(1.0).apply_gradients([(tf.constant(g, tf.float64), weight)])
    v = 0.1 * g * g
    assert float(weight) == pytest.approx(-g / np.sqrt(v + 1e-7), rel=1e-6)
    assert abs(float(weight) + g / (np.sqrt(v) + 1e-7)) > 1


def test_squares_of_rows_looked_up_twice_are_not_merged():
    """Fact 5 of Adam: v takes up 1² + 2², not 3²."""
    optimizer, table = NaiveAdam(beta_2=0.0), tf.Variable(tf.zeros((2, 1)))
    pairs = tf.IndexedSlices(tf.constant([[1.0], [2.0]]), tf.constant([1, 1]), tf.constant([2, 1]))
    optimizer.apply_gradients([(pairs, table)])
    assert_exact(optimizer.slot("velocity", table).numpy(), np.array([[0.0], [5.0]], "float32"), "velocity")


def test_gradients_of_tables():
    pairs = ops.table_rows(tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), tf.constant([2, 0, 2]), (4, 2))
    assert ops.is_rows(pairs)
    assert not ops.is_rows(tf.ones(2))
    whole = np.array([[3, 4], [0, 0], [6, 8], [0, 0]], "float32")
    assert_exact(ops.dense(pairs).numpy(), whole, "whole table")
    assert_exact(ops.dense(tf.ones(2)).numpy(), np.ones(2, "float32"), "dense already")
    assert_exact(ops.dense(ops.on_rows(pairs, ops.square)).numpy()[2], np.array([26, 40], "float32"), "squares")
    assert_exact(ops.dense(ops.divide_rows(pairs, tf.constant(whole + 1))).numpy()[0],
                 np.array([3 / 4, 4 / 5], "float32"), "quotient")  # fmt: skip


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: NaiveSGD(momentum=1.5),
            r"`momentum` must be a number. Expected 0 <= momentum <= 1. Received: momentum=1.5"),
        (lambda: NaiveSGD(momentum=-0.1), r"Received: momentum=-0.1"),
        (lambda: NaiveSGD(momentum="0.9"), r"Received: momentum='0.9'"),
        (lambda: NaiveSGD(nesterov=1), r"`nesterov` must be True or False. Expected a bool. Received: nesterov=1"),
        (lambda: NaiveAdam(beta_1=1.0),
            r"`beta_1` must be a number. Expected 0 <= beta_1 < 1. Received: beta_1=1.0"),
        (lambda: NaiveAdam(beta_2=-1), r"Expected 0 <= beta_2 < 1. Received: beta_2=-1"),
        (lambda: NaiveAdam(epsilon=-1e-9), r"Expected a finite epsilon >= 0. Received: epsilon=-1e-09"),
        (lambda: NaiveAdam(amsgrad="yes"), r"`amsgrad` must be True or False.*Received: amsgrad='yes'"),
        (lambda: NaiveAdam(learning_rate=-1), r"Expected a finite learning_rate >= 0. Received: learning_rate=-1"),
        (lambda: NaiveRMSprop(rho=2), r"Expected 0 <= rho <= 1. Received: rho=2"),
        (lambda: NaiveRMSprop(momentum=float("nan")), r"Expected 0 <= momentum <= 1. Received: momentum=nan"),
        (lambda: NaiveRMSprop(epsilon=float("inf")), r"Received: epsilon=inf"),
        (lambda: NaiveRMSprop(centered=None), r"`centered` must be True or False.*Received: centered=None"),
        (lambda: optimizers.get("adm"), r"Unknown value for `optimizer`. Did you mean 'adam'\?"),
    ],
)  # fmt: skip
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
