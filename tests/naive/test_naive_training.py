"""Training: `fit` against one call of `keras.Model.fit`, weights and history equal to the last bit."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import datasets
import naive.training
from keras_ref import compile_model, to_keras
from naive import (
    NaiveBinaryCrossentropy,
    NaiveCallback,
    NaiveDense,
    NaiveSequential,
    NaiveSGD,
    TrainingRun,
    fit,
    one_training_step,
    set_random_seed,
    update_weights,
)
from sidebyside.assertions import assert_all_exact, assert_exact


def classifier(seed=0, activation="softmax", hidden="relu"):
    set_random_seed(seed)
    return NaiveSequential([NaiveDense(6, 16, hidden), NaiveDense(16, 4, activation)])


def blobs(examples=50, seed=1):
    """Four clouds with class numbers; zeros and repeated rows among them."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 4, examples)
    x = (rng.normal(size=(examples, 6)) + 2 * np.eye(6)[y]).astype("float32")
    x[: examples // 10] = 0.0
    return x, y


def keras_fit(twin, loss, data, epochs, batch_size, mode, *, shuffle=False, metrics=("accuracy",), rate=0.1, seed=3,
              validation=None):  # fmt: skip
    compile_model(twin, loss, keras.optimizers.SGD(rate), metrics, mode)
    set_random_seed(seed)
    return twin.fit(
        *data, epochs=epochs, batch_size=batch_size, shuffle=shuffle, validation_data=validation, verbose=0
    ).history


def naive_fit(model, loss, data, epochs, batch_size, mode, *, shuffle=False, metrics=("accuracy",), rate=0.1, seed=3,
              validation=None, gradients="backprop"):  # fmt: skip
    set_random_seed(seed)
    return fit(
        model, *data, epochs, batch_size, optimizer=NaiveSGD(rate), loss=loss, metrics=metrics, execution=mode,
        gradients=gradients, shuffle=shuffle, validation_data=validation, verbose=0,
    )  # fmt: skip


def assert_same_training(model, twin, mine, theirs):
    assert_all_exact([w.numpy() for w in model.weights], twin.get_weights(), model.weight_names)
    assert set(mine.history) == set(theirs)
    for name, values in theirs.items():
        assert mine.history[name] == values, f"{name}: naive {mine.history[name]}, Keras {values}"
    assert mine.updates == int(twin.optimizer.iterations.numpy())


SPARSE = "sparse_categorical_crossentropy"


EVERY_WAY = [
    pytest.param(
        mode, size, gradients, shuffle, marks=pytest.mark.slow if mode == "xla" and gradients == "tape" else ()
    )
    for mode in ("eager", "graph", "xla")
    for size in (10, 16)
    for gradients in ("backprop", "tape")
    for shuffle in (False, True)
]


@pytest.mark.parametrize(("mode", "batch_size", "gradients", "shuffle"), EVERY_WAY)
def test_weights_and_history_are_keras_own(mode, batch_size, gradients, shuffle):
    """50 examples: 10 divides them, 16 leaves a last batch of 2; validation has 23, which neither divides."""
    model, data, validation = classifier(), blobs(), blobs(23, seed=2)
    twin = to_keras(model)
    theirs = keras_fit(twin, SPARSE, data, 3, batch_size, mode, shuffle=shuffle, validation=validation)
    mine = naive_fit(
        model, SPARSE, data, 3, batch_size, mode, shuffle=shuffle, validation=validation, gradients=gradients
    )
    assert_same_training(model, twin, mine, theirs)
    assert set(mine.history) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert mine.epoch == [0, 1, 2]
    assert mine.updates == 3 * -(-50 // batch_size)


@pytest.mark.parametrize("mode", ["eager", "graph"])
@pytest.mark.parametrize(("examples", "batch_size"), [(7, 1), (5, 8), (1, 1), (1, 32), (8, 8)])
def test_batches_of_one_and_batches_larger_than_the_data(examples, batch_size, mode):
    model, data = classifier(), blobs(examples)
    twin = to_keras(model)
    theirs = keras_fit(twin, SPARSE, data, 2, batch_size, mode)
    assert_same_training(model, twin, naive_fit(model, SPARSE, data, 2, batch_size, mode), theirs)


@pytest.mark.parametrize("activation", ["softmax", tf.nn.softmax])
@pytest.mark.parametrize("mode", ["eager", "graph"])
def test_softmax_by_name_and_as_a_function(mode, activation):
    """Sure of itself from the start, so that clipped and unclipped losses train differently (fact 20)."""
    model, data = classifier(activation=activation), blobs()
    model.layers[-1].kernel.assign(model.layers[-1].kernel * 60)
    twin = to_keras(model)
    theirs = keras_fit(twin, SPARSE, data, 2, 16, mode, rate=0.5)
    assert_same_training(model, twin, naive_fit(model, SPARSE, data, 2, 16, mode, rate=0.5), theirs)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_seeds(seed):
    model, data = classifier(seed), blobs(seed=seed)
    twin = to_keras(model)
    theirs = keras_fit(twin, SPARSE, data, 2, 16, "graph", shuffle=True, seed=seed)
    assert_same_training(model, twin, naive_fit(model, SPARSE, data, 2, 16, "graph", shuffle=True, seed=seed), theirs)


OTHER = {
    "mse-flat-labels": ("mse", None, 1, lambda x, y: y.astype("float32")),
    "mse-float64-labels": ("mse", "tanh", 1, lambda x, y: y.astype("float64")),
    "mse-four-outputs": ("mean_squared_error", "sigmoid", 4, lambda x, y: x[:, :4]),
    "binary-flat-float-labels": ("binary_crossentropy", "sigmoid", 1, lambda x, y: (y > 1).astype("float32")),
    "binary-flat-integer-labels": ("binary_crossentropy", "sigmoid", 1, lambda x, y: (y > 1).astype("int64")),
    "binary-column": ("binary_crossentropy", "sigmoid", 1, lambda x, y: (y > 1).astype("float32")[:, None]),
    "binary-several": ("binary_crossentropy", "sigmoid", 4, lambda x, y: np.eye(4, dtype="float32")[y]),
    "categorical": ("categorical_crossentropy", "softmax", 4, lambda x, y: np.eye(4, dtype="float32")[y]),
    "sparse-column": (SPARSE, "softmax", 4, lambda x, y: y[:, None]),
    "sparse-float-labels": (SPARSE, "softmax", 4, lambda x, y: y.astype("float32")),
    "sparse-uint8-labels": (SPARSE, "softmax", 4, lambda x, y: y.astype("uint8")),
}


XLA_TOO = {"mse-flat-labels", "binary-several", "categorical", "sparse-column"}
OTHER_WAYS = [
    pytest.param(case, mode, marks=pytest.mark.slow if mode == "xla" and case not in XLA_TOO else ())
    for case in OTHER
    for mode in ("eager", "graph", "xla")
]


@pytest.mark.parametrize(("case", "mode"), OTHER_WAYS)
def test_other_losses_and_shapes_of_labels(case, mode):
    loss, activation, outputs, label = OTHER[case]
    set_random_seed(0)
    model = NaiveSequential([NaiveDense(6, 8, "tanh"), NaiveDense(8, outputs, activation)])
    x, y = blobs()
    data = x, label(x, y)
    twin = to_keras(model)
    theirs = keras_fit(twin, loss, data, 2, 16, mode)
    assert_same_training(model, twin, naive_fit(model, loss, data, 2, 16, mode), theirs)


def test_rank_three():
    set_random_seed(0)
    model = NaiveSequential([NaiveDense(6, 8, "relu"), NaiveDense(8, 4, "softmax")])
    rng = np.random.default_rng(0)
    data = rng.normal(size=(20, 3, 6)).astype("float32"), rng.integers(0, 4, (20, 3))
    twin = keras.Sequential([keras.layers.Input((3, 6)), *(to_keras(layer) for layer in model.layers)])
    theirs = keras_fit(twin, SPARSE, data, 2, 8, "graph")
    assert_same_training(model, twin, naive_fit(model, SPARSE, data, 2, 8, "graph"), theirs)


def test_a_frozen_layer_does_not_move():
    model, data = classifier(), blobs()
    model.layers[0].trainable = False
    before = model.layers[0].kernel.numpy()
    twin = to_keras(model)
    theirs = keras_fit(twin, SPARSE, data, 2, 16, "graph")
    assert_same_training(model, twin, naive_fit(model, SPARSE, data, 2, 16, "graph"), theirs)
    assert_exact(model.layers[0].kernel.numpy(), before, "frozen kernel")


@pytest.mark.parametrize(
    ("mode", "shuffle"),
    [("eager", True), ("graph", False), ("graph", True), ("xla", True),
     pytest.param("xla", False, marks=pytest.mark.slow)],
)  # fmt: skip
def test_updates_per_call_change_no_bit(mode, shuffle):
    """The same run, advanced in steps of 1, 3 and 100 updates."""
    data, weights, logs = blobs(), [], []
    for count in (1, 3, 100):
        model = classifier()
        set_random_seed(3)
        run = TrainingRun(model, *data, 8, optimizer="sgd", metrics=["accuracy"], execution=mode, shuffle=shuffle)
        for _ in range(2):
            run.begin_epoch()
            while not run.epoch_done:
                run.advance(count)
            logs.append(run.end_epoch())
        assert run.updates == 14
        weights.append([weight.numpy() for weight in model.weights])
    assert_all_exact(weights[1], weights[0], model.weight_names)
    assert_all_exact(weights[2], weights[0], model.weight_names)
    assert logs[0:2] == logs[2:4] == logs[4:6]


@pytest.mark.parametrize("seconds", [0.0, 1e9])
def test_how_long_a_call_may_last_changes_no_bit(seconds, monkeypatch):
    monkeypatch.setattr(naive.training, "SECONDS_PER_CALL", seconds)
    calls = []
    advance = TrainingRun.advance
    monkeypatch.setattr(TrainingRun, "advance", lambda run, count=1: (calls.append(count), advance(run, count)))
    model, data = classifier(), blobs()
    twin = to_keras(model)
    theirs = keras_fit(twin, SPARSE, data, 1, 4, "graph")
    assert_same_training(model, twin, naive_fit(model, SPARSE, data, 1, 4, "graph"), theirs)
    assert calls == ([1] * 13 if seconds == 0 else [1, 2, 4, 8])


class Listener(NaiveCallback):
    def __init__(self):
        self.heard = []

    def on_train_begin(self):
        self.heard.append("begin")

    def on_epoch_begin(self, epoch):
        self.heard.append(f"epoch {epoch}")

    def on_epoch_end(self, epoch, logs):
        self.heard.append((f"end of epoch {epoch}", sorted(logs)))

    def on_train_end(self):
        self.heard.append("end")


class BatchListener(Listener):
    def on_train_batch_end(self, batch, logs):
        self.heard.append((batch, logs["loss"]))


def test_callbacks_hear_of_every_batch_when_they_ask():
    model, data = classifier(), blobs(20)
    twin = to_keras(model)
    told, theirs = BatchListener(), []

    class KerasListener(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            theirs.append((batch, float(logs["loss"])))

    compile_model(twin, SPARSE, keras.optimizers.SGD(0.1), [], "graph")
    twin.fit(*data, epochs=2, batch_size=8, shuffle=False, verbose=0, callbacks=[KerasListener()])
    fit(model, *data, 2, 8, optimizer=NaiveSGD(0.1), callbacks=[told], verbose=0)
    batches = [one for one in told.heard if isinstance(one, tuple) and isinstance(one[0], int)]
    assert batches == theirs
    assert [number for number, _ in batches] == [0, 1, 2, 0, 1, 2]
    words = [one for one in told.heard if one not in batches]
    ends = [(f"end of epoch {epoch}", ["loss"]) for epoch in (0, 1)]
    assert words == ["begin", "epoch 0", ends[0], "epoch 1", ends[1], "end"]


def test_the_progress_is_written_unless_silenced(capsys):
    fit(classifier(), *blobs(20), 2, 8)
    written = capsys.readouterr().out
    assert "Epoch 1/2 · 3/3 updates" in written
    assert "Epoch 2/2 · 3/3 updates" in written
    assert "loss " in written
    fit(classifier(), *blobs(20), 1, 8, verbose=0)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_run_tells_which_rows_make_a_batch(shuffle):
    x, y = blobs(10)
    set_random_seed(0)
    run = TrainingRun(classifier(), x, y, 4, shuffle=shuffle)
    run.begin_epoch()
    rows = [run.rows_of_batch(batch) for batch in range(run.num_batches)]
    assert [len(one) for one in rows] == [4, 4, 2]
    assert sorted(np.concatenate(rows)) == list(range(10))
    assert (np.concatenate(rows).tolist() == list(range(10))) is not shuffle
    assert not run.epoch_done
    run.advance(2)
    assert (run.batches_done, run.updates) == (2, 2)
    run.advance(5)
    assert run.epoch_done
    assert run.updates == 3
    with pytest.raises(
        ValueError, match=r"no batches left\. Expected a call of begin_epoch before\. Received: count=1"
    ):
        run.advance()
    assert run.updates == 3


@pytest.mark.parametrize("shuffle", [False, True])
def test_the_rows_of_a_batch_are_the_ones_trained_on(shuffle):
    data = blobs(10)
    set_random_seed(0)
    run = TrainingRun(classifier(), *data, 4, shuffle=shuffle, execution="graph")
    run.begin_epoch()
    for batch in range(run.num_batches):
        rows = run.rows_of_batch(batch)
        twin = to_keras(run.model)
        compile_model(twin, SPARSE, keras.optimizers.SGD(1e-3), [], "graph")
        twin.train_on_batch(data[0][rows], data[1][rows])
        run.advance()
        assert_all_exact([w.numpy() for w in run.model.weights], twin.get_weights(), run.model.weight_names)


def test_the_classic_listing(seeded):
    """The well-known from-scratch listing, with its names and its numbers."""
    model = NaiveSequential(
        [
            NaiveDense(input_size=28 * 28, output_size=512, activation=tf.nn.relu),
            NaiveDense(input_size=512, output_size=10, activation=tf.nn.softmax),
        ]
    )
    assert len(model.weights) == 4
    rng = np.random.default_rng(0)
    images = rng.random((300, 784)).astype("float32")
    labels = rng.integers(0, 10, 300)
    twin = to_keras(model)

    loss = one_training_step(model, images[:128], labels[:128])
    compile_model(twin, SPARSE, keras.optimizers.SGD(1e-3), [], "eager")
    keras_loss = twin.train_on_batch(images[:128], labels[:128])
    assert loss.shape == ()
    assert_exact(float(loss), float(keras_loss), "average loss")
    assert_all_exact([w.numpy() for w in model.weights], twin.get_weights(), model.weight_names)

    history = fit(model, images, labels, epochs=2, batch_size=128)
    assert history.updates == 2 * 3
    assert len(history.history["loss"]) == 2
    theirs = keras_fit(twin, SPARSE, (images, labels), 2, 128, "graph", metrics=[], rate=1e-3)
    assert_all_exact([w.numpy() for w in model.weights], twin.get_weights(), model.weight_names)
    assert history.history == theirs


@pytest.mark.parametrize("gradients", ["tape", "backprop"])
def test_one_training_step_is_kerass_train_on_batch(gradients):
    model, (x, y) = classifier(), blobs(20)
    twin = compile_model(to_keras(model), SPARSE, keras.optimizers.SGD(1e-3), [], "eager")
    theirs = twin.train_on_batch(x, y)
    mine = one_training_step(model, x, y, gradients=gradients)
    assert_exact(float(mine), float(theirs), "average loss before the update")
    assert_all_exact([w.numpy() for w in model.weights], twin.get_weights(), model.weight_names)


def test_update_weights_has_the_listings_learning_rate():
    rng = np.random.default_rng(0)
    first, gradient = rng.normal(size=(2, 5)).astype("float32")
    weights = [tf.Variable(first), tf.Variable(first)]
    update_weights([gradient], weights[:1])
    update_weights([gradient], weights[1:], learning_rate=0.5)
    assert_exact(weights[0].numpy(), first - gradient * np.float32(1e-3), "learning rate 1e-3")
    assert_exact(weights[1].numpy(), first - gradient * np.float32(0.5), "learning rate 0.5")
    with pytest.raises(ValueError, match=r"shorter|longer"):
        update_weights([gradient], weights)


def test_the_default_batch_size_and_optimizer():
    history = fit(classifier(), *blobs(300), verbose=0)
    assert history.updates == 3  # batches of 128
    assert naive.training.LEARNING_RATE == 1e-3
    assert float(TrainingRun(classifier(), *blobs()).optimizer.learning_rate.numpy()) == np.float32(1e-3)


X, Y = blobs(12)
BAD = {
    "lengths": ({"y": Y[:-1]},
                r"Images and labels must be of the same length. Expected 12 labels. "
                r"Received: len\(images\)=12, len\(labels\)=11"),
    "label-high": ({"y": np.where(np.arange(12) == 7, 4, Y)},
                   r"Labels out of range. Expected integers from 0 to 3. Received: labels\[7\]=4 \(1 such labels\)"),
    "label-low": ({"y": np.where(np.arange(12) < 2, -1, Y)}, r"Received: labels\[0\]=-1 \(2 such labels\)"),
    "label-fraction": ({"y": Y + 0.5},
        r"must be integers. Expected integers from 0 to 3. Received: labels of dtype float64"),
    "label-second-fraction": ({"y": np.where(np.arange(12) == 5, 0.25, Y)}, r"labels\[5\]=0\.25"),
    "label-words": ({"y": Y.astype(str)}, r"`labels` must be an array of numbers.*shape \(12,\), dtype <U"),
    "label-nan": ({"y": np.where(np.arange(12) == 5, np.nan, Y)}, r"`labels` must hold finite.*labels\[5\]=nan"),
    "nan": ({"x": np.where(X[3, 2] == X, np.nan, X)},
            r"`images` must hold finite numbers. Expected no NaN and no infinity. "
            r"Received: images\[3, 2\]=nan \(1 such values\)"),
    "infinity": ({"x": np.where(X[3, 2] == X, -np.inf, X)}, r"images\[3, 2\]=-inf"),
    "empty": ({"x": X[:0], "y": Y[:0]},
        r"The data set is empty. Expected at least one example. Received: len\(images\)=0"),
    "features": ({"x": X[:, :5]}, r"does not fit NaiveDense\(input_size=6.*Expected shape \(batch, ..., 6\). "
                                  r"Received: shape=\(1, 5\)"),
    "batch-0": ({"batch_size": 0}, r"`batch_size` must be a positive integer. Expected batch_size >= 1. "
                                   r"Received: batch_size=0"),
    "batch-negative": ({"batch_size": -3}, r"Received: batch_size=-3"),
    "batch-fraction": ({"batch_size": 2.5}, r"Received: batch_size=2\.5"),
    "batch-true": ({"batch_size": True}, r"Received: batch_size=True"),
    "batch-none": ({"batch_size": None}, r"Received: batch_size=None"),
    "epochs": ({"epochs": 0}, r"`epochs` must be a positive integer.*Received: epochs=0"),
    "optimizer": ({"optimizer": "sdg"}, r"Unknown value for `optimizer`. Did you mean 'sgd'\? "
                                        r"Expected one of .*'sgd'.*Received: optimizer='sdg'"),
    "loss": ({"loss": "binary_crossentrpy"}, r"Unknown value for `loss`. Did you mean 'binary_crossentropy'"),
    "metric": ({"metrics": ["acuracy"]}, r"Unknown value for `metric`. Did you mean 'accuracy'"),
    "execution": ({"execution": "grpah"}, r"Unknown value for `execution`. Did you mean 'graph'\? "
                                          r"Expected one of 'eager', 'graph', 'xla'. Received: execution='grpah'"),
    "gradients": ({"gradients": "tap"}, r"Unknown value for `gradients`. Did you mean 'tape'\? "
                                        r"Expected one of 'backprop', 'tape'. Received: gradients='tap'"),
    "validation-lengths": ({"validation_data": (X, Y[:3])},
        r"Expected 12 labels. Received: len\(images\)=12, len\(labels\)=3"),
    "validation-nan": ({"validation_data": (X * np.nan, Y)}, r"images\[0, 0\]=nan \(72 such values\)"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_clear_sentence(case):
    changed, message = BAD[case]
    arguments = {"x": X, "y": Y, "epochs": 1, "batch_size": 4, "verbose": 0} | changed
    model = classifier()
    before = [weight.numpy() for weight in model.weights]
    with pytest.raises(ValueError, match=message):
        fit(model, **arguments)
    assert_all_exact([w.numpy() for w in model.weights], before, model.weight_names)


def test_labels_that_a_loss_cannot_take():
    model = NaiveSequential([NaiveDense(6, 3, "sigmoid")])
    with pytest.raises(ValueError, match=r"Expected labels of shape \(.*3\). Received: labels.shape=\(.*4\)"):
        fit(model, X, np.eye(4, dtype="float32")[Y], 1, 12, loss=NaiveBinaryCrossentropy(), verbose=0)
    with pytest.raises(ValueError, match=r"`gradients`"):
        one_training_step(classifier(), X, Y, gradients="none")


def test_lists_and_narrow_types_are_data_too():
    """Lists, float64 images and float16 images are taken as Keras takes them: in the model's dtype."""
    for x, y in ((X.tolist(), Y.tolist()), (X.astype("float64"), Y.astype("int8"))):
        model = classifier()
        reference = classifier()
        fit(model, x, y, 1, 5, execution="eager", verbose=0)
        fit(reference, X, Y, 1, 5, execution="eager", verbose=0)
        assert_all_exact([w.numpy() for w in model.weights], [w.numpy() for w in reference.weights], range(4))


def test_float64_training_is_float64(float64_keras):
    set_random_seed(0)
    model = NaiveSequential([NaiveDense(6, 4, "softmax", dtype="float64")])
    history = fit(model, X.astype("float64"), Y, 2, 5, verbose=0)
    assert model.weights[0].dtype == "float64"
    assert history.updates == 6


@pytest.mark.mnist
@pytest.mark.slow
@pytest.mark.parametrize("activation", ["softmax", tf.nn.softmax])
@pytest.mark.parametrize("mode", ["graph", "xla"])
def test_real_mnist(mode, activation):
    """One epoch of 469 updates, the last of 96 images: 0 of 407,050 weights different."""
    data = datasets.load("mnist")
    set_random_seed(0)
    model = NaiveSequential([NaiveDense(784, 512, "relu"), NaiveDense(512, 10, activation)])
    assert model.count_params() == 407_050
    twin = to_keras(model)
    theirs = keras_fit(twin, SPARSE, (data.x_train, data.y_train), 1, 128, mode, shuffle=True)
    mine = naive_fit(model, SPARSE, (data.x_train, data.y_train), 1, 128, mode, shuffle=True)
    assert mine.updates == 469
    assert_same_training(model, twin, mine, theirs)
