"""Models: layers in a row, their weights in order, as plain data, and without Keras."""

import io
import json
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import from_keras, to_keras
from naive import (
    NaiveDense,
    NaiveSequential,
    backprop_gradients,
    compile_function,
    get_arrays,
    model_config,
    model_from_config,
    predict,
    set_arrays,
    set_random_seed,
)
from naive.backprop import forward_and_gradients
from sidebyside.assertions import assert_all_exact, assert_exact


def make(**options):
    set_random_seed(0)
    return NaiveSequential([NaiveDense(6, 5, "relu", **options), NaiveDense(5, 3, "softmax", **options)])


X = np.random.default_rng(1).normal(size=(10, 6)).astype("float32")
Y = np.random.default_rng(2).integers(0, 3, 10)


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
def test_predict_is_kerass_predict(mode):
    model = make()
    twin = to_keras(model)
    twin.compile(run_eagerly=mode == "eager", jit_compile=mode == "xla")
    assert_exact(predict(model, X, 4, mode), twin.predict(X, batch_size=4, verbose=0), "predictions")
    assert_exact(predict(model, X, 128, mode), twin.predict(X, batch_size=128, verbose=0), "predictions")


def test_layers_get_names_and_weights_keep_their_order():
    model = make()
    assert model.weight_names == ["dense_1/kernel", "dense_1/bias", "dense_2/kernel", "dense_2/bias"]
    assert [id(w) for w in model.weights] == [id(w) for layer in model.layers for w in layer.weights]
    assert model.count_params() == 6 * 5 + 5 + 5 * 3 + 3 == to_keras(model).count_params()
    assert model.state == []
    assert model.dtype == "float32"
    assert repr(model) == "<NaiveSequential dense_1 → dense_2>"
    model.layers[0].trainable = False
    assert [id(w) for w in model.trainable_weights] == [id(w) for w in model.layers[1].weights]


def test_backward_passes_the_gradient_down_to_the_input(run_in):
    model, dy = make(), np.random.default_rng(3).normal(size=(10, 3)).astype("float32")

    def hand(x, dy):
        _, saved = model.forward(x)
        dx, gradients = model.backward(dy, saved)
        return [dx, *gradients.values()]

    def tape(x, dy):
        with tf.GradientTape() as recorded:
            recorded.watch(x)
            y = model(x)
        return recorded.gradient(y, [x, *model.trainable_weights], output_gradients=dy)

    assert_all_exact(run_in("eager", hand, X, dy), run_in("eager", tape, X, dy), ["x", *model.weight_names])


def test_gradients_by_an_unknown_road():
    with pytest.raises(
        ValueError, match=r"Unknown value for `gradients`.*Expected one of 'backprop', 'tape'.*'by_hand'"
    ):
        forward_and_gradients(make(), None, X, Y, "by_hand")


def test_a_round_trip_through_json_and_arrays():
    model = make()
    model.layers[0].trainable = False
    copy = model_from_config(json.loads(json.dumps(model_config(model))))
    set_arrays(copy, get_arrays(model))
    assert_all_exact([w.numpy() for w in copy.weights], [w.numpy() for w in model.weights], model.weight_names)
    assert_exact(copy(X).numpy(), model(X).numpy(), "output")
    assert model_config(copy) == model_config(model)
    assert [layer.trainable for layer in copy.layers] == [False, True]
    arrays = get_arrays(model)
    arrays["dense_1/kernel"] += 1
    assert not np.array_equal(arrays["dense_1/kernel"], model.weights[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: NaiveSequential([]), r"A model needs layers. Expected at least one layer. Received: layers=\[\]"),
        (lambda: NaiveSequential([NaiveDense(2, 2), "relu"]),
         r"Expected a NaiveLayer at position 2. Received: 'relu' of type str"),
        (lambda: NaiveSequential([NaiveDense(2, 2, name="a"), NaiveDense(2, 2, name="a")]),
         r"Each layer needs a name of its own.*Received twice: a"),
        (lambda: model_from_config({"class_name": "NaiveSequental"}), r"Did you mean 'NaiveSequential'"),
        (lambda: model_from_config({"class_name": "NaiveSequential", "name": "m", "layers": [{"class_name": "Dense"}]}),
         r"Unknown value for `class_name`. Did you mean 'NaiveDense'"),
        (lambda: set_arrays(make(), {"kernel": np.zeros(3)}),
         r"not this model's. Expected \['dense_1/kernel'.*Received: names=\['kernel'\]"),
        (lambda: compile_function(len, "jit"), r"Unknown value for `execution`.*Received: execution='jit'"),
        (lambda: predict(make(), X, 0), r"`batch_size` must be a positive integer.*Received: batch_size=0"),
        (lambda: predict(make(), X, 4, "fast"), r"Received: execution='fast'"),
        (lambda: predict(make(), X[:, :4]), r"does not fit NaiveDense\(input_size=6"),
    ],
)  # fmt: skip
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_weights_that_do_not_fit_change_nothing():
    model = make()
    before, arrays = get_arrays(model), get_arrays(model)
    arrays["dense_1/kernel"] = arrays["dense_1/kernel"] + 1
    arrays["dense_2/bias"] = np.zeros(4, "float32")
    with pytest.raises(ValueError, match=r"dense_2/bias does not fit. Expected shape \(3,\). Received: shape=\(4,\)"):
        set_arrays(model, arrays)
    assert_all_exact(get_arrays(model).values(), before.values(), before)


WITHOUT_KERAS = """
    import sys
    sys.modules["keras"] = None
    import json
    import pathlib
    import numpy as np
    import naive

    folder = pathlib.Path(sys.argv[1])
    model = naive.model_from_config(json.loads((folder / "model.json").read_text()))
    with np.load(folder / "weights.npz") as arrays:
        naive.set_arrays(model, dict(arrays))
    with np.load(folder / "data.npz") as data:
        x, y = data["x"], data["y"]
    answer = {"output": np.asarray(model(x))}
    loss, gradients = naive.backprop_gradients(model, "sparse_categorical_crossentropy", x, y)
    answer |= {"loss": loss, **{f"gradient{i}": one for i, one in enumerate(gradients)}}
    history = naive.fit(model, x, y, 2, 4, optimizer="sgd", metrics=["accuracy"], shuffle=False, verbose=0)
    answer |= {f"trained{i}": weight for i, weight in enumerate(model.weights)}
    answer |= {"losses": history.history["loss"]}
    np.savez(folder / "answer.npz", **{name: np.asarray(one) for name, one in answer.items()})
    assert not [name for name in sys.modules if name.startswith("keras.")]
"""


def test_naive_lives_where_keras_cannot_be_imported(tmp_path):
    """A model that `from_keras` made, written to disk, rebuilt and trained there: the same bits as here."""
    set_random_seed(4)
    original = keras.Sequential(
        [keras.layers.Input((6,)), keras.layers.Dense(5, "relu"), keras.layers.Dense(3, "softmax")]
    )
    model = from_keras(original)
    (tmp_path / "model.json").write_text(json.dumps(model_config(model)))
    np.savez(tmp_path / "weights.npz", **get_arrays(model))
    np.savez(tmp_path / "data.npz", x=X, y=Y)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WITHOUT_KERAS), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    with np.load(io.BytesIO((tmp_path / "answer.npz").read_bytes())) as answer:
        there = dict(answer)
    assert_exact(there["output"], np.asarray(model(X)), "output")
    loss, gradients = backprop_gradients(model, "sparse_categorical_crossentropy", X, Y)
    assert_exact(there["loss"], loss.numpy(), "loss")
    for number, gradient in enumerate(gradients):
        assert_exact(there[f"gradient{number}"], gradient.numpy(), f"gradient {number}")
    original.compile(keras.optimizers.SGD(), "sparse_categorical_crossentropy", jit_compile=False)
    history = original.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    for number, weight in enumerate(original.get_weights()):
        assert_exact(there[f"trained{number}"], weight, f"weight {number} after training")
    assert there["losses"].tolist() == history.history["loss"]
