"""Highway layers, and the blocks with a short way past them."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import from_keras, to_keras
from keras_ref.custom import Highway
from naive import NaiveHighway, NaiveInput, NaiveModel, model_config, model_from_config, set_random_seed
from naive.blocks import bottleneck_block, convolutional_residual_block, residual_block, transformer_block
from sidebyside.assertions import assert_all_exact, assert_close64, assert_exact
from sidebyside.components.blocks import COMPONENTS
from sidebyside.components.component import randomize
from sidebyside.components.examine import examine

NAMED = {component.name: component for component in COMPONENTS if not component.name.startswith("RBF")}
QUICK = ["Highway", "Residual block, projection"]
"""These are run in graph and XLA mode each time; the others in the slow tests."""
BOTH = ("backprop", "tape")
CERTAIN = [name for name, component in NAMED.items() if not component.random]
RNG = np.random.default_rng(5)


@pytest.mark.parametrize("name", NAMED)
def test_every_bit_is_keras_in_eager_mode(name, float64_keras):
    for cell in examine(NAMED[name], "eager", BOTH, float64=float64_keras):
        assert cell.passed, cell.explain()


@pytest.mark.parametrize("mode", ["graph", "xla"])
@pytest.mark.parametrize("name", QUICK)
def test_every_bit_is_keras_in_compiled_modes(name, mode, float64_keras):
    for cell in examine(NAMED[name], mode, BOTH, ["forward", "input gradient", "weight gradients"], float64_keras):
        assert cell.passed, cell.explain()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["graph", "xla"])
@pytest.mark.parametrize("name", NAMED)
def test_every_bit_of_all_in_compiled_modes(name, mode, float64_keras):
    for cell in examine(NAMED[name], mode, BOTH, float64=float64_keras):
        assert cell.passed, cell.explain()


@pytest.mark.parametrize("body", ["kernel", "definition"])
@pytest.mark.parametrize("name", CERTAIN)
def test_both_bodies_are_keras_in_float64(name, body, agrees_in_float64):
    agrees_in_float64(NAMED[name], body)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", None])
@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 3)])
def test_the_derivatives_of_a_highway_are_limits_of_differences(activation, shape, is_the_limit_of_differences):
    layer = NaiveHighway(3, activation, 0.5, bias_initializer="ones", dtype="float64")
    is_the_limit_of_differences(layer, RNG.normal(size=shape))


def test_there_and_back(goes_there_and_back):
    layer = NaiveHighway(3, "elu", -1.5, "he_uniform", "ones", name="road")
    goes_there_and_back(layer, RNG.normal(size=(5, 3)).astype("float32"))


def test_a_closed_gate_lets_everything_pass_and_an_open_one_nothing():
    x, dy = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3))
    closed, open_ = (NaiveHighway(3, "tanh", start, dtype="float64") for start in (-1000.0, 1000.0))
    y, saved = closed.forward(x)
    assert_close64(y.numpy(), x, "a closed gate")
    assert_close64(closed.backward(tf.constant(dy), saved)[0].numpy(), dy, "its gradient")
    assert_close64(open_(x).numpy(), np.tanh(x @ open_.kernel.numpy()), "an open gate")


@pytest.mark.parametrize("initializer", ["glorot_uniform", "he_normal"])
def test_first_weights_are_those_of_keras(initializer):
    set_random_seed(9)
    layer = NaiveHighway(4, kernel_initializer=initializer)
    set_random_seed(9)
    twin = Highway(kernel_initializer=initializer)
    twin.build((None, 4))
    assert_all_exact([w.numpy() for w in layer.weights], twin.get_weights(), list(layer.named_weights))
    assert not np.array_equal(layer.kernel, layer.transform_kernel)


def test_the_custom_layer_can_be_saved_and_read(tmp_path):
    model = keras.Sequential([keras.layers.Input((3,)), Highway("tanh", -1.0), keras.layers.Dense(2)])
    model.save(tmp_path / "highway.keras")
    again = keras.saving.load_model(tmp_path / "highway.keras")
    x = RNG.normal(size=(5, 3)).astype("float32")
    assert_exact(again(x).numpy(), model(x).numpy(), "output")
    assert_exact(from_keras(again)(x).numpy(), model(x).numpy(), "naive")


@pytest.mark.parametrize("name", NAMED)
def test_a_block_goes_to_keras_and_back_and_through_a_configuration(name):
    component = NAMED[name]
    model = component.model()
    randomize(model)
    xs = [one.draw(RNG) for one in component.inputs]
    expected = model(xs[0]).numpy()
    assert_exact(from_keras(to_keras(model))(xs[0]).numpy(), expected, "to Keras and back")
    again = model_from_config(json.loads(json.dumps(model_config(model))))
    again.set_weights([weight.numpy() for weight in model.weights])
    assert_exact(again(xs[0]).numpy(), expected, "through JSON")


def drawn(block, shape, *sizes, **options):
    x = NaiveInput(shape)
    return NaiveModel(x, block(x, *sizes, **options))


def test_blocks_have_the_shapes_they_promise():
    image, row = np.zeros((2, 6, 6, 4), "float32"), np.zeros((2, 4), "float32")
    assert drawn(convolutional_residual_block, (6, 6, 4), 4, 8, strides=2)(image).shape == (2, 3, 3, 8)
    assert drawn(bottleneck_block, (6, 6, 4), 4, 2, 8)(image).shape == (2, 6, 6, 8)
    assert drawn(bottleneck_block, (6, 6, 4), 4, 2, 4, strides=2)(image).shape == (2, 3, 3, 4)
    assert drawn(residual_block, (4,), 4, 7)(row).shape == (2, 7)
    assert drawn(transformer_block, (3, 4), 4, 2, 5)(np.zeros((2, 3, 4), "float32")).shape == (2, 3, 4)


def test_a_short_way_that_fits_has_no_projection():
    same = drawn(convolutional_residual_block, (6, 6, 4), 4, 4)
    assert not any("projection" in layer.name for layer in same.layers)
    assert sum("projection" in layer.name for layer in drawn(residual_block, (4,), 4, 7).layers) == 1


def test_the_gradient_passes_where_the_block_does_nothing():
    """The point of a short way: with all weights 0, dx is dy, and without it 0."""
    model = drawn(residual_block, (4,), 4, activation="linear", dtype="float64")
    model.set_weights([np.zeros(weight.shape) for weight in model.weights])
    x, dy = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4))
    _, saved = model.forward(x)
    dx, _ = model.backward(tf.constant(dy), saved)
    assert_exact(dx.numpy(), dy, "dx")


def test_in_a_causal_transformer_nothing_depends_on_what_comes_later():
    model = drawn(transformer_block, (4, 6), 6, 2, 5, use_causal_mask=True)
    x = RNG.normal(size=(1, 4, 6)).astype("float32")
    later = x.copy()
    later[:, 3] += 1.0
    before, after = model(x).numpy(), model(later).numpy()
    assert_exact(after[:, :3], before[:, :3], "the steps before")
    assert not np.array_equal(after[:, 3], before[:, 3])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NaiveHighway(-1), r"Received: input_size=-1"),
        (lambda: NaiveHighway(2, "rellu"), r"Unknown value for `activation`"),
        (lambda: NaiveHighway(2, bias_start="low"), r"`bias_start` must be a number"),
        (lambda: NaiveHighway(2, kernel_initializer="glorot"), r"Unknown value for `initializer`"),
        (lambda: NaiveHighway(2)(np.zeros((3, 4), "float32")), r"does not fit NaiveHighway\(input_size=2"),
        (lambda: NaiveHighway(2, tf.sin).get_config(), r"cannot be written into a configuration"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
