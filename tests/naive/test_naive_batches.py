"""Epochs, iterations and orders, against what Keras's own `fit` does with data of that length."""

import keras
import numpy as np
import pytest

from naive import BatchGenerator, NaiveDense, NaiveSequential, TrainingRun, set_random_seed
from naive.batches import EpochOrders, number_of_batches
from sidebyside.assertions import assert_exact


@pytest.mark.parametrize(
    ("examples", "batch_size", "batches", "last"),
    [(5000, 500, 10, 500), (200, 5, 40, 5), (60000, 128, 469, 96), (7, 1, 7, 1), (3, 8, 1, 3), (8, 8, 1, 8)],
)
def test_epochs_and_iterations(examples, batch_size, batches, last):
    """Counted by arithmetic, by hand, by our own run and by Keras's optimizer."""
    x, y = np.zeros((examples, 1), "float32"), np.zeros((examples, 1), "float32")
    assert number_of_batches(examples, batch_size) == batches
    generator = BatchGenerator(x, y, batch_size)
    assert generator.num_batches == batches
    sizes = [len(generator.next()[0]) for _ in range(batches)]
    assert sizes == [batch_size] * (batches - 1) + [last]
    with pytest.raises(StopIteration, match=f"All {batches} batches have been handed out"):
        generator.next()
    model = NaiveSequential([NaiveDense(1, 1)])
    run = TrainingRun(model, x, y, batch_size, loss="mse")
    assert run.num_batches == batches
    twin = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    twin.compile("sgd", "mse", jit_compile=False)
    twin.fit(x, y, batch_size=batch_size, epochs=2, verbose=0)
    for _ in range(2):
        run.begin_epoch()
        run.advance(10**6)
        run.end_epoch()
    assert run.updates == int(twin.optimizer.iterations.numpy()) == 2 * batches


def test_the_generator_hands_out_every_pair_once_in_order():
    x, y = np.arange(20).reshape(10, 2), np.arange(10)
    generator = BatchGenerator(x, y, 4)
    batches = [generator.next() for _ in range(3)]
    assert_exact(np.concatenate([images for images, _ in batches]), x, "images")
    assert_exact(np.concatenate([labels for _, labels in batches]), y, "labels")
    assert BatchGenerator(x, y).batch_size == 128
    assert generator.index >= 10


class Order(keras.layers.Layer):
    """Notes the first feature of every example that passes through."""

    def __init__(self):
        super().__init__()
        self.seen = []
        self.scale = self.add_weight(shape=(), initializer="ones")

    def call(self, x):
        self.seen.append(np.asarray(x)[:, 0].astype(int))
        return x * self.scale


def keras_orders(examples, batch_size, epochs, seed):
    """Which example stood where, epoch by epoch, in one `fit(shuffle=True)`."""
    layer = Order()
    model = keras.Sequential([layer])
    model.compile("sgd", "mse", run_eagerly=True, jit_compile=False)
    x = np.arange(examples, dtype="float32")[:, None]
    model.build((None, 1))
    layer.seen.clear()
    keras.utils.set_random_seed(seed)
    model.fit(x, x * 0, batch_size=batch_size, epochs=epochs, shuffle=True, verbose=0)
    return np.concatenate(layer.seen).reshape(epochs, examples)


@pytest.mark.parametrize(("examples", "batch_size", "seed"), [(50, 8, 0), (50, 8, 1), (7, 7, 2), (33, 4, 12345)])
def test_the_order_is_kerass_own(examples, batch_size, seed):
    theirs = keras_orders(examples, batch_size, 3, seed)
    set_random_seed(seed)
    orders = EpochOrders(examples, shuffle=True)
    mine = np.stack([np.asarray(orders.next()) for _ in range(3)])
    assert_exact(mine, theirs, "order")
    assert_exact(mine[1], mine[0], "fact 2: every epoch of one fit has the same order")
    assert sorted(mine[0]) == list(range(examples))
    assert mine[0].tolist() != list(range(examples))


def test_without_shuffling_the_order_is_the_datas():
    orders = EpochOrders(5, shuffle=False)
    assert orders.next() is None
    assert orders.next() is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [1], 1), r"Images and labels must be of the same length. Expected 2 labels.*len\(labels\)=1"),
        (([], [], 1), r"The data set is empty. Expected at least one example. Received: len\(images\)=0"),
        (([1], [1], 0), r"`batch_size` must be a positive integer. Expected batch_size >= 1. Received: batch_size=0"),
        (([1], [1], -1), r"Received: batch_size=-1"),
        (([1], [1], "8"), r"Received: batch_size='8'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        BatchGenerator(*arguments)
