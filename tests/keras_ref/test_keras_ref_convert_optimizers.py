"""Optimizers there and back: configuration, count, learning rate and slots; everything else refused by name."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import from_keras, to_keras
from naive import NaiveAdam, NaiveDense, NaiveRMSprop, NaiveSGD, NaiveZeros
from sidebyside.assertions import assert_all_exact, assert_exact

MADE = {
    "sgd": lambda: NaiveSGD(1 / 3),
    "momentum": lambda: NaiveSGD(1 / 3, 0.7, True),
    "adam": lambda: NaiveAdam(1 / 3, 0.8, 0.95, 1e-5),
    "amsgrad": lambda: NaiveAdam(amsgrad=True),
    "rmsprop": lambda: NaiveRMSprop(1 / 3, 0.8, 0.0, 1e-5),
    "rmsprop both": lambda: NaiveRMSprop(1 / 3, 0.8, 0.6, 1e-5, True),
}
FIRST = [np.random.default_rng(0).normal(size=shape).astype("float32") for shape in ((4, 3), (3,))]


def gradients(step):
    return [tf.constant(np.random.default_rng([step, *one.shape]).normal(size=one.shape), tf.float32) for one in FIRST]


def assert_same(mine, theirs):
    names = mine.named_variables
    assert_all_exact([v.numpy() for v in names.values()], [v.numpy() for v in theirs.variables], names)


@pytest.mark.parametrize("name", MADE)
def test_there_and_back_after_some_updates(name):
    """What goes on from the copied slots goes on as the original does."""
    ours, mine = MADE[name](), [tf.Variable(one) for one in FIRST]
    for step in range(3):
        ours.apply_gradients(zip(gradients(step), mine, strict=True))
    theirs = [keras.Variable(one.numpy()) for one in mine]
    twin = to_keras(ours, weights=theirs)
    assert type(twin).__name__ == type(ours).__name__.removeprefix("Naive")
    assert_same(ours, twin)
    back_weights = [tf.Variable(one.numpy()) for one in theirs]
    back = from_keras(twin, weights=back_weights)
    assert type(back) is type(ours)
    assert back.get_config() == ours.get_config()
    assert_same(back, twin)
    for step in range(3, 6):
        ours.apply_gradients(zip(gradients(step), mine, strict=True))
        twin.apply_gradients(list(zip(gradients(step), theirs, strict=True)))
        back.apply_gradients(zip(gradients(step), back_weights, strict=True))
    for weights in (theirs, back_weights):
        assert_all_exact([w.numpy() for w in mine], [w.numpy() for w in weights], "ab")
    assert_same(ours, twin)
    assert_same(back, twin)


@pytest.mark.parametrize("name", MADE)
def test_there_and_back_before_any_update(name):
    ours = MADE[name]()
    ours.iterations.assign(7)
    ours.learning_rate.assign(0.7)
    twin = to_keras(ours)
    assert not twin.built
    assert int(twin.iterations.numpy()) == 7
    assert_exact(twin.learning_rate.numpy(), np.float32(0.7), "learning rate")
    ours.build([tf.Variable(one) for one in FIRST])
    assert not to_keras(ours).built  # all slots are zero: nothing is lost
    twin.build([keras.Variable(one) for one in FIRST])
    back = from_keras(twin)
    assert back.get_config() == ours.get_config()
    assert int(back.iterations) == 7
    assert not back.built


def test_slots_without_weights_are_not_dropped():
    ours, mine = NaiveAdam(), [tf.Variable(one) for one in FIRST]
    ours.apply_gradients(zip(gradients(0), mine, strict=True))
    message = (
        "The optimizer remembers something about its weights. Expected weights=the variables that its twin will move. "
        "Received: weights=None for NaiveAdam with 4 slots"
    )
    with pytest.raises(ValueError, match=message):
        to_keras(ours)
    twin = to_keras(ours, [keras.Variable(one) for one in FIRST])
    with pytest.raises(ValueError, match="Received: weights=None for Adam with 4 slots"):
        from_keras(twin)


def test_slots_that_do_not_fit():
    ours, mine = NaiveSGD(momentum=0.5), [tf.Variable(one) for one in FIRST]
    ours.apply_gradients(zip(gradients(0), mine, strict=True))
    message = (
        r"The slots do not fit these weights. Expected slots of shapes \[\(3,\), \(4, 3\)\]. "
        r"Received: shapes=\[\(4, 3\), \(3,\)\]"
    )
    with pytest.raises(ValueError, match=message):
        to_keras(ours, [keras.Variable(one) for one in FIRST[::-1]])


@pytest.mark.parametrize("thing", [NaiveDense(2, 2), NaiveZeros()])
def test_weights_go_with_optimizers_only(thing):
    with pytest.raises(ValueError, match=r"`weights` goes with an optimizer. Expected weights=None for others"):
        to_keras(thing, weights=[])


REFUSED = {
    "weight_decay": 0.1,
    "clipnorm": 1.0,
    "global_clipnorm": 1.0,
    "clipvalue": 1.0,
    "use_ema": True,
    "loss_scale_factor": 2.0,
    "gradient_accumulation_steps": 2,
}


@pytest.mark.parametrize("argument", REFUSED)
@pytest.mark.parametrize("name", ["Adam", "RMSprop", "SGD"])
def test_unsupported_arguments_are_refused_by_name(name, argument):
    message = rf"{name} with this argument is not supported. Expected {argument}=.*Received: {argument}="
    with pytest.raises(ValueError, match=message):
        from_keras(getattr(keras.optimizers, name)(**{argument: REFUSED[argument]}))


def test_a_schedule_is_refused_by_name():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    message = "Adam with this argument.*Expected learning_rate as a number. Received: learning_rate='ExponentialDecay'"
    with pytest.raises(ValueError, match=message):
        from_keras(keras.optimizers.Adam(schedule))


def test_a_value_that_is_out_of_range_here():
    with pytest.raises(ValueError, match=r"Expected 0 <= beta_1 < 1. Received: beta_1=1.0"):
        from_keras(keras.optimizers.Adam(beta_1=1.0))


def test_a_subclass_is_not_its_parent():
    class Child(keras.optimizers.Adam):
        pass

    with pytest.raises(ValueError, match=r"Expected one of Adam, RMSprop, SGD. Received: Child"):
        from_keras(Child())
