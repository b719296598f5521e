"""Recurrent layers: every bit by hand and by tape, float64, central differences, states, masks, refusals, copies."""

import json
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import from_keras, to_keras
from keras_ref.float64 import any_model
from naive import (
    NaiveBidirectional,
    NaiveDense,
    NaiveGRU,
    NaiveLSTM,
    NaiveSimpleRNN,
    NaiveTimeDistributed,
    set_random_seed,
)
from naive.layers import LAYERS
from sidebyside.assertions import assert_all_exact, assert_close64, assert_exact, assert_matches_differences
from sidebyside.components.component import QUANTITIES
from sidebyside.components.examine import examine
from sidebyside.components.recurrent import COMPONENTS

NAMED = {component.name: component for component in COMPONENTS}
QUICK = ["SimpleRNN", "LSTM, all outputs", "GRU"]
"""These are compiled each time; the others in the slow tests."""

GRU_BEFORE = partial(NaiveGRU, reset_after=False)
KINDS = {"SimpleRNN": NaiveSimpleRNN, "LSTM": NaiveLSTM, "GRU": NaiveGRU, "GRU-before": GRU_BEFORE}
MASK = np.array([[1, 1, 0, 1], [0, 1, 1, 0], [0, 0, 0, 0]], bool)
"""A hole in the middle, both ends, everything."""


def filled(layer, seed=1):
    rng = np.random.default_rng(seed)
    for weight in layer.weights:
        weight.assign(0.5 * rng.normal(size=weight.shape))
    return layer


def by_hand(layer, x, dys, mask=None, training=True):
    y, saved = layer.forward(x, training=training, mask=mask)
    dx, gradients = layer.backward(dys if layer.num_outputs > 1 else dys[0], saved)
    return [*tf.nest.flatten(y), *tf.nest.flatten(dx), *gradients.values()]


def by_tape(call, weights, x, dys):
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = tf.nest.flatten(call(x))
    return [*outputs, *tape.gradient(outputs, [*tf.nest.flatten(x), *weights], output_gradients=dys)]


def passes(name, mode, gradients, quantities, float64=None):
    for cell in examine(NAMED[name], mode, gradients, quantities, float64):
        assert cell.passed, cell.explain()


@pytest.mark.parametrize("gradients", ["backprop", "tape"])
@pytest.mark.parametrize("name", NAMED)
def test_every_bit_is_keras_in_eager_mode(name, gradients):
    passes(name, "eager", gradients, QUANTITIES[:4])


@pytest.mark.parametrize("name", QUICK)
def test_every_bit_is_keras_in_graph_mode(name):
    passes(name, "graph", "backprop", QUANTITIES[:3])


@pytest.mark.slow
@pytest.mark.parametrize("gradients", ["backprop", "tape"])
@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
@pytest.mark.parametrize("name", NAMED)
def test_every_bit_of_everything(name, mode, gradients, float64_keras):
    passes(name, mode, gradients, QUANTITIES, float64_keras)


MASKED = [
    {},
    {"return_sequences": True, "return_state": True},
    {"return_sequences": True, "go_backwards": True},
    {"return_sequences": True, "zero_output_for_mask": True},
    {"zero_output_for_mask": True},
    {"unroll": True, "return_sequences": True, "zero_output_for_mask": True, "go_backwards": True},
    {"unroll": True, "zero_output_for_mask": True},
    {"recurrent_dropout": 0.3, "dropout": 0.2, "seed": 4},
]


@pytest.mark.parametrize("options", MASKED, ids=lambda options: "-".join(options) or "last")
@pytest.mark.parametrize("kind", KINDS)
def test_masked_steps(kind, options):
    layer = filled(KINDS[kind](3, 8, **options))
    twin = to_keras(layer)
    rng = np.random.default_rng(2)
    x = tf.constant(rng.normal(size=(3, 4, 3)).astype("float32"))
    outputs = tf.nest.flatten(twin(x, mask=tf.constant(MASK)))
    twin = to_keras(layer)
    dys = [tf.constant(rng.normal(size=y.shape).astype("float32")) for y in outputs]
    weights = [variable.value for variable in twin.trainable_variables]
    theirs = by_tape(lambda x: twin(x, mask=tf.constant(MASK), training=True), weights, x, dys)
    before = [seed.state.numpy() for seed in layer.seeds]
    names = [f"output {n}" for n in range(len(dys))] + ["dx", *layer.named_weights]
    assert_all_exact(by_hand(layer, x, dys, MASK), theirs, names)
    for seed, value in zip(layer.seeds, before, strict=True):
        seed.state.assign(value)
    taped = by_tape(lambda x: layer(x, mask=MASK, training=True), layer.trainable_weights, x, dys)
    assert_all_exact(taped, theirs, names)


@pytest.mark.parametrize(
    "mode", [pytest.param("graph", marks=pytest.mark.slow), pytest.param("xla", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("options", MASKED[:5], ids=lambda options: "-".join(options) or "last")
@pytest.mark.parametrize("kind", KINDS)
def test_masked_steps_compiled(kind, options, mode, run_in):
    layer = filled(KINDS[kind](3, 8, **options))
    twin = to_keras(layer)
    rng = np.random.default_rng(2)
    x = rng.normal(size=(3, 4, 3)).astype("float32")
    dys = [rng.normal(size=y.shape).astype("float32") for y in tf.nest.flatten(layer(x, mask=MASK))]
    weights = [variable.value for variable in twin.trainable_variables]
    theirs = run_in(mode, lambda x, *dys: by_tape(lambda x: twin(x, mask=MASK), weights, x, list(dys)), x, *dys)
    ours = run_in(mode, lambda x, *dys: by_hand(layer, x, list(dys), MASK), x, *dys)
    taped = run_in(
        mode, lambda x, *dys: by_tape(lambda x: layer(x, mask=MASK), layer.trainable_weights, x, list(dys)), x, *dys
    )
    assert_all_exact(taped, theirs, range(len(theirs)))
    assert_all_exact(ours, theirs, range(len(theirs)))


def test_bidirectional_masks_are_zeros_and_go_both_ways():
    layer = filled(NaiveBidirectional(NaiveLSTM(3, 8, return_sequences=True)))
    twin = to_keras(layer)
    rng = np.random.default_rng(2)
    x = tf.constant(rng.normal(size=(3, 4, 3)).astype("float32"))
    dy = tf.constant(rng.normal(size=(3, 4, 16)).astype("float32"))
    weights = [variable.value for variable in twin.trainable_variables]
    theirs = by_tape(lambda x: twin(x, mask=tf.constant(MASK)), weights, x, [dy])
    assert_all_exact(by_hand(layer, x, [dy], MASK), theirs, ["y", "dx", *layer.named_weights])
    assert not theirs[0].numpy()[~MASK].any()
    assert layer.compute_mask(x, MASK) is MASK


FLOAT64 = {
    **{kind: (make, {"return_sequences": True}) for kind, make in KINDS.items()},
    **{f"{kind}-dropped": (make, {"recurrent_dropout": 0.5}) for kind, make in KINDS.items()},
    "unrolled": (NaiveLSTM, {"unroll": True, "go_backwards": True}),
}


@pytest.mark.parametrize("body", ["kernel", "definition"])
@pytest.mark.parametrize("case", FLOAT64)
def test_the_truth_in_float64(case, body, float64_keras, central_differences):
    make, options = FLOAT64[case]
    layer = filled(make(2, 2, dtype="float64", body=body, **options))
    rng = np.random.default_rng(6)
    x = rng.normal(size=(2, 3, 2))
    dy = rng.normal(size=layer(x).shape)
    y, dx, *gradients = (one.numpy() for one in by_hand(layer, tf.constant(x), [tf.constant(dy)], training=False))
    single = filled(make(2, 2, **options))
    config = keras.saving.serialize_keras_object(keras.Sequential([keras.layers.Input((3, 2)), to_keras(single)]))
    weights = [weight.numpy() for weight in layer.weights]
    (y_true,), (dx_true,), truths = float64_keras(any_model, config, weights, [x], [dy], False)
    assert_close64(y, y_true, "output")
    assert_close64(dx, dx_true, "dx")
    for name, mine, truth in zip(layer.named_weights, gradients, truths, strict=True):
        assert_close64(mine, truth, name)
    if body == "kernel":
        loss = lambda moved: np.sum(dy * layer(moved).numpy())  # noqa: E731
        assert_matches_differences(dx, *central_differences(loss, x), "dx")
        for weight, name, mine in zip(layer.weights, layer.named_weights, gradients, strict=True):
            assert_matches_differences(
                mine, *central_differences(partial(loss_at, layer, weight, x, dy), weight.numpy()), name
            )


def loss_at(layer, weight, x, dy, value):
    before = weight.numpy()
    weight.assign(value)
    result = np.sum(dy * layer(x).numpy())
    weight.assign(before)
    return result


@pytest.mark.parametrize("kind", KINDS)
def test_a_carried_state_moves_in_training_and_inference_and_can_be_forgotten(kind):
    layer = filled(KINDS[kind](3, 8, stateful=True, batch_size=3))
    twin = to_keras(layer)
    x = np.random.default_rng(0).normal(size=(3, 4, 3)).astype("float32")
    for training in (True, False, True):
        assert_exact(layer(x, training=training).numpy(), twin(x, training=training).numpy(), "output")
        assert_all_exact(layer.states, [state.value for state in twin.states], layer.state_names)
        assert np.any(layer.states[0].numpy())
    copy = from_keras(to_keras(layer))
    assert_all_exact(copy.states, layer.states, layer.state_names)
    assert not any(state is weight for state in layer.states for weight in layer.weights)
    layer.reset_state()
    assert not np.any([state.numpy() for state in layer.states])


@pytest.mark.parametrize(("kind", "count"), [("SimpleRNN", 2), ("LSTM", 8), ("GRU", 6)])
def test_the_seed_moves_at_inference_too(kind, count):
    layer = KINDS[kind](3, 8, dropout=0.5, recurrent_dropout=0.5, seed=1)
    layer(np.zeros((2, 4, 3), "float32"))
    assert layer.seeds[0].state.numpy()[1] == count
    plain = KINDS[kind](3, 8, dropout=0.5, seed=1)
    plain(np.zeros((2, 4, 3), "float32"))
    assert plain.seeds[0].state.numpy()[1] == 1


@pytest.mark.parametrize(
    "rates", [{"dropout": 1.0}, {"recurrent_dropout": 1.0}, {"dropout": 0.5, "recurrent_dropout": 1.0}]
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_rate_of_one(kind, rates):
    layer = filled(KINDS[kind](3, 8, seed=1, **rates))
    twin = to_keras(layer)
    x = np.random.default_rng(0).normal(size=(3, 4, 3)).astype("float32")
    assert_exact(layer(x, training=True).numpy(), twin(x, training=True).numpy(), "output")
    assert_exact(layer.seeds[0].state.numpy(), twin.cell.seed_generator.state.numpy(), "seed")


@pytest.mark.parametrize("kind", ["SimpleRNN", "LSTM", "GRU"])
def test_first_weights_are_those_of_keras(kind):
    set_random_seed(5)
    mine = NaiveBidirectional(KINDS[kind](3, 4))
    set_random_seed(5)
    theirs = keras.layers.Bidirectional(getattr(keras.layers, kind)(4))
    theirs.build((None, None, 3))
    assert_all_exact(mine.weights, [weight.value for weight in theirs.weights], mine.named_weights)


ROUND_TRIPS = {
    "SimpleRNN": lambda: NaiveSimpleRNN(3, 4, "relu", dropout=0.1, seed=2, return_sequences=True, name="a"),
    "LSTM": lambda: NaiveLSTM(3, 4, unit_forget_bias=False, stateful=True, batch_size=2, return_state=True),
    "GRU": lambda: NaiveGRU(3, 4, reset_after=False, use_bias=False, recurrent_dropout=0.2, go_backwards=True),
    "unrolled": lambda: NaiveGRU(3, 4, unroll=True, zero_output_for_mask=True, recurrent_activation="hard_sigmoid"),
    "Bidirectional": lambda: NaiveBidirectional(NaiveLSTM(3, 4, stateful=True, batch_size=2), "ave", name="b"),
    "own-backward": lambda: NaiveBidirectional(
        NaiveLSTM(3, 4), "sum", NaiveLSTM(3, 4, "relu", go_backwards=True), name="b"
    ),
    "TimeDistributed": lambda: NaiveTimeDistributed(NaiveDense(3, 4, "tanh")),
}


@pytest.mark.parametrize("case", ROUND_TRIPS)
def test_configurations_and_copies(case):
    layer = filled(ROUND_TRIPS[case]())
    config = layer.get_config()
    assert json.loads(json.dumps(config)) == config
    again = LAYERS[type(layer).__name__](**config)
    back = from_keras(to_keras(layer))
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    y = tf.nest.flatten(layer(x))
    for copy in (again, back):
        assert list(copy.named_weights) == list(layer.named_weights)
        for mine, theirs in zip(copy.weights, layer.weights, strict=True):
            mine.assign(theirs)
    layer = ROUND_TRIPS[case]()
    for copy in (again, back):
        assert_all_exact(tf.nest.flatten(copy(x)), y, range(len(y)))
    given, got = json.loads(json.dumps(config)), back.get_config()
    for key in set(given) - {"name", "layer", "backward_layer"}:
        assert given[key] == got[key], key


def test_a_frozen_direction_is_not_trained():
    layer = NaiveBidirectional(NaiveGRU(3, 4))
    layer.backward_layer.trainable = False
    assert {name.split("/")[0] for name in layer.named_trainable} == {"forward"}
    layer.trainable = False
    assert layer.trainable_weights == []
    assert len(layer.weights) == 6
    inside = NaiveTimeDistributed(NaiveDense(3, 4))
    inside.layer.trainable = False
    assert inside.trainable_weights == []


def test_masks_of_outputs():
    x = np.zeros((3, 4, 3), "float32")
    assert NaiveLSTM(3, 2).compute_mask(x, MASK) is None
    assert NaiveLSTM(3, 2, return_sequences=True).compute_mask(x, MASK) is MASK
    assert NaiveLSTM(3, 2, return_sequences=True, return_state=True).compute_mask(x, MASK) == [MASK, None, None]
    both = NaiveBidirectional(NaiveLSTM(3, 2, return_sequences=True), merge_mode=None)
    assert both.compute_mask([x, x], [MASK, None]) == [MASK, MASK]


BAD_ARGUMENTS = [
    (lambda: NaiveLSTM(0, 3), r"`input_size` must be a positive integer.*Received: input_size=0"),
    (lambda: NaiveGRU(3, 2.5), r"`units` must be.*Received: units=2\.5"),
    (lambda: NaiveLSTM(3, 2, dropout=1.5), r"`dropout` must be a share. Expected 0 <= dropout <= 1.*dropout=1\.5"),
    (lambda: NaiveLSTM(3, 2, recurrent_dropout=-1), r"Received: recurrent_dropout=-1"),
    (lambda: NaiveLSTM(3, 2, activation="tangent"), r"Unknown value for `activation`"),
    (lambda: NaiveLSTM(3, 2, stateful=True), r"`batch_size` must be a positive integer.*Received: batch_size=None"),
    (lambda: NaiveLSTM(3, 2, batch_size=4), r"Only a stateful layer.*Received: batch_size=4"),
    (lambda: NaiveSimpleRNN(3, 2, "softmax", unroll=True), r"not supported. Expected unroll=False.*'softmax'"),
    (lambda: NaiveBidirectional(NaiveDense(3, 2)), r"`layer` must walk through time.*Received: layer=<NaiveDense>"),
    (lambda: NaiveBidirectional(3), r"holds a layer. Expected a naive layer. Received: layer=3"),
    (lambda: NaiveBidirectional(NaiveLSTM(3, 2), "add"), r"Unknown value for `merge_mode`.*Received: merge_mode='add'"),
    (lambda: NaiveBidirectional(NaiveLSTM(3, 2), backward_layer=NaiveLSTM(3, 2)), r"Expected different go_backwards"),
    (lambda: NaiveBidirectional(NaiveLSTM(3, 2), backward_layer=NaiveLSTM(3, 2, go_backwards=True, return_state=True)),
     r"Expected the same return_state"),
    (lambda: NaiveTimeDistributed("dense"), r"NaiveTimeDistributed holds a layer.*Received: layer='dense'"),
    (lambda: NaiveTimeDistributed(NaiveLSTM(3, 2, return_state=True)), r"with one output.*3 outputs"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), BAD_ARGUMENTS)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


X = np.zeros((3, 4, 3), "float32")
BAD_INPUTS = [
    (NaiveLSTM(3, 2), X[0], None, r"does not fit NaiveLSTM\(input_size=3.*\(batch, time, 3\).*shape=\(4, 3\)"),
    (NaiveGRU(5, 2), X, None, r"does not fit NaiveGRU\(input_size=5.*Received: shape=\(3, 4, 3\)"),
    (
        NaiveLSTM(3, 2),
        [X, X[:, 0, :2]],
        None,
        r"The first states do not fit.*Expected 2 of shape \(batch, 2\).*\(3, 2\)",
    ),
    (NaiveGRU(3, 2), [X, X[:, 0, :3]], None, r"Expected 1 of shape \(batch, 2\). Received: shapes=\[\(3, 3\)\]"),
    (NaiveGRU(3, 2), X, np.ones((3, 5), bool), r"The mask does not fit.*\(3, 4\). Received: shape=\(3, 5\)"),
    (NaiveGRU(3, 2), X, np.ones((3, 4, 1), bool), r"The mask does not fit.*Received: shape=\(3, 4, 1\)"),
    (NaiveGRU(3, 2, stateful=True, batch_size=2), X, None, r"Expected a batch of 2. Received: a batch of 3"),
    (
        NaiveTimeDistributed(NaiveDense(3, 2)),
        X[0],
        None,
        r"does not fit NaiveTimeDistributed.*Received: shape=\(4, 3\)",
    ),
    (NaiveTimeDistributed(NaiveDense(3, 2)), X, np.ones((2, 4), bool), r"The mask does not fit.*shape=\(2, 4\)"),
]


@pytest.mark.parametrize(("layer", "x", "mask", "message"), BAD_INPUTS)
def test_inputs_that_do_not_fit(layer, x, mask, message):
    with pytest.raises(ValueError, match=message):
        layer.forward(x, mask=mask)


def test_what_a_function_without_a_name_cannot_do():
    with pytest.raises(ValueError, match=r"cannot be written into a configuration"):
        NaiveLSTM(3, 2, activation=tf.sin).get_config()
    with pytest.raises(ValueError, match=r"Expected a built layer"):
        from_keras(keras.layers.Bidirectional(keras.layers.LSTM(3)))


def test_a_written_out_layer_needs_a_known_length():
    layer = NaiveLSTM(3, 2, unroll=True)
    with pytest.raises(ValueError, match=r"Expected a sequence of known length. Received: shape=\(None, None, 3\)"):
        tf.function(layer.forward, input_signature=[tf.TensorSpec([None, None, 3])]).get_concrete_function()
