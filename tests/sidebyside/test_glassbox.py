"""The glass box: every value and gradient is there, is the right one, and is Keras's."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner

from naive import NaiveDense, NaiveSequential
from sidebyside.assertions import assert_exact
from sidebyside.cli import cli
from sidebyside.glassbox import inspect

layers = keras.layers
RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 6)).astype("float32")
Y = np.array([0, 1, 2, 0])
LOSS = "sparse_categorical_crossentropy"


def shared_and_nested():
    keras.utils.set_random_seed(0)
    x = layers.Input((6,), name="pixels")
    shared = layers.Dense(6, "tanh", name="shared")
    head = keras.Sequential(
        [layers.Input((6,)), layers.Dense(5, "relu", name="a"), layers.Dense(3, "softmax", name="b")]
    )
    head.name = "head"
    return keras.Model(x, head(layers.Dropout(0.5, seed=1, name="drop")(shared(shared(x)))), name="whole")


def test_every_value_and_gradient_by_name_and_all_of_them_kerass():
    model = shared_and_nested()
    seen = inspect(model, X, Y, LOSS)
    assert seen.equal, seen.verdict()
    names = [step.name for step in seen.steps]
    assert names == ["shared", "shared/2", "drop", "head/a", "head/b", "head"]
    arrays = seen.arrays()
    inner = model.get_layer("head")
    with tf.GradientTape() as tape:
        first = model.get_layer("shared")(X)
        tape.watch(first)
        second = model.get_layer("shared")(first)
        dropped = tf.constant(arrays["values/drop"])
        hidden = inner.get_layer("a")(dropped)
        tape.watch(hidden)
        y = inner.get_layer("b")(hidden)
        loss = keras.losses.SparseCategoricalCrossentropy()(Y, y)
    assert_exact(arrays["values/shared"], first.numpy(), "first call")
    assert_exact(arrays["values/shared/2"], second.numpy(), "second call")
    assert_exact(arrays["values/head"], y.numpy(), "output")
    assert_exact(np.float32(seen.loss), loss.numpy(), "loss")
    assert_exact(arrays["gradients/head/a"], tape.gradient(loss, hidden).numpy(), "gradient at head/a")
    assert seen.step("head/b").wrt == "logits"
    assert seen.step("shared/2").inputs == ("shared",)
    both = arrays["weight_gradients/shared/kernel"] + arrays["weight_gradients/shared/2/kernel"]
    assert_exact(seen.gradients["shared/kernel"], both, "the shared kernel's gradient is the sum over its calls")


def test_looking_changes_nothing():
    model = shared_and_nested()
    before = [variable.numpy() for variable in model.variables]
    first, second = inspect(model, X, Y, LOSS), inspect(model, X, Y, LOSS)
    for variable, value in zip(model.variables, before, strict=True):
        assert_exact(variable.numpy(), value, variable.path)
    for name, value in first.arrays().items():
        assert_exact(second.arrays()[name], value, name)
    assert not model.compiled


def test_a_naive_model_forward_only_and_inference():
    model = NaiveSequential([NaiveDense(6, 4, "relu"), NaiveDense(4, 3)])
    seen = inspect(model, X)
    assert seen.loss is None
    assert seen.equal
    assert "forward only" in str(seen)
    assert seen.step("dense_1").output_gradients == (None,)
    looked = inspect(shared_and_nested(), X, Y, LOSS, training=False)
    assert looked.equal
    assert_exact(looked.step("drop").outputs[0], looked.step("shared/2").outputs[0], "dropout outside training")


def test_a_compiled_model_brings_its_loss():
    model = shared_and_nested()
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy())
    seen = inspect(model, X, Y)
    assert seen.loss_name == LOSS
    assert seen.equal


def test_one_wrong_bit_is_named(monkeypatch):
    """A derivative that is off is found, and the first quantity in the order of the computation is named."""
    from naive import ops

    right = ops.tanh._derivative
    monkeypatch.setattr(ops.tanh, "_derivative", lambda dy, y, x: right(dy, y, x) * np.float32(1 + 2**-20))
    seen = inspect(shared_and_nested(), X, Y, LOSS)
    assert not seen.equal
    assert "gradient of shared/kernel" in seen.verdict()
    assert seen.first_difference().quantity == "gradient of shared/kernel"


def test_as_a_table_as_html_and_as_data(tmp_path):
    seen = inspect(shared_and_nested(), X, Y, LOSS)
    text = str(seen)
    for word in ("shared · Dense", "shared/2 · Dense", "  kernel", "(4, 6)", "‖gradient‖", "EQUAL: all"):
        assert word in text
    assert max(map(len, text.splitlines())) <= 110
    assert "<pre" in seen._repr_html_()
    data = json.loads(json.dumps(seen.to_dict(), allow_nan=False))
    assert data["equal"] is True
    assert [step["name"] for step in data["steps"]] == [step.name for step in seen.steps]
    seen.save(tmp_path / "all.npz")
    with np.load(tmp_path / "all.npz") as file:
        assert set(file.files) == set(seen.arrays())
    assert [path.name for path in tmp_path.iterdir()] == ["all.npz"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: inspect(3, X), r"inspect looks into models. Expected a Keras or naive model. Received: model=3"),
        (lambda: inspect(shared_and_nested(), X, Y), r"Labels need a loss.*Received: loss=None"),
        (lambda: inspect(shared_and_nested(), X, Y, "mze"), r"Unknown value for `loss`.*Received: loss='mze'"),
        (lambda: inspect(shared_and_nested(), X).step("shard"), r"Unknown value for `layer`. Did you mean 'shared'"),
        (lambda: inspect(shared_and_nested(), X[:, :3]), r"Expected shape.*Received: shape=\(4, 3\)"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.fixture
def model_file(tmp_path):
    model = shared_and_nested()
    model.save(tmp_path / "model.keras")
    return str(tmp_path / "model.keras")


def run(*arguments):
    return CliRunner().invoke(cli, ["inspect", *arguments], catch_exceptions=True)


def test_the_command_prints_a_table(model_file, tmp_path):
    shown = run(model_file)
    assert shown.exit_code == 0, shown.output
    for word in ("8 random examples", "by the last activation", "shared · Dense", "EQUAL: all"):
        assert word in shown.output
    one = run(model_file, "--layer", "head/b", "--batch", "2", "--save", str(tmp_path / "all.npz"))
    assert "saved/logits (2, 3)" in one.output
    assert (tmp_path / "all.npz").exists()


def test_the_command_prints_json_and_takes_data(model_file, tmp_path):
    np.savez(tmp_path / "data.npz", x=X, y=Y)
    shown = run(model_file, "--data", str(tmp_path / "data.npz"), "--loss", LOSS, "--json")
    assert shown.exit_code == 0, shown.output
    data = json.loads(shown.stdout)
    assert data["steps"][0]["outputs"][0]["shape"] == [4, 6]
    assert data["loss"] == inspect(keras.models.load_model(model_file), X, Y, LOSS).loss


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["nothing.keras"],
            r"There is no such model file. Expected a .keras file. Received: MODEL_FILE='nothing.keras'",
        ),
        ([__file__], r"Keras cannot read this model. Expected a .keras file. Received: 'test_glassbox.py'"),
        (["MODEL", "--data", "nothing.npz"], r"The data cannot be read. Expected an .npz file. Received: data="),
        (["MODEL", "--batch", "0"], r"`batch` must be a positive integer.*Received: batch=0"),
        (["MODEL", "--layer", "x"], r"Unknown value for `layer`.*Received: layer='x'"),
    ],
)
def test_the_command_refuses_in_one_line(arguments, message, model_file):
    failed = run(*(model_file if word == "MODEL" else word for word in arguments))
    assert isinstance(failed.exception, (ValueError, OSError))
    with pytest.raises(ValueError, match=message):
        raise failed.exception
