"""Radial basis functions: three witnesses, the shape of the bump, and what is refused."""

import keras
import numpy as np
import pytest

from keras_ref import from_keras, to_keras
from keras_ref.custom import RBF
from naive import NaiveRBF, set_random_seed
from sidebyside.assertions import assert_all_exact, assert_close64, assert_exact
from sidebyside.components.blocks import COMPONENTS
from sidebyside.components.examine import examine

NAMED = {component.name: component for component in COMPONENTS if component.name.startswith("RBF")}
BOTH = ("backprop", "tape")
RNG = np.random.default_rng(3)


@pytest.mark.parametrize("name", NAMED)
def test_every_bit_is_keras_in_eager_mode(name, float64_keras):
    for cell in examine(NAMED[name], "eager", BOTH, float64=float64_keras):
        assert cell.passed, cell.explain()


@pytest.mark.parametrize("mode", ["graph", "xla"])
def test_every_bit_is_keras_in_compiled_modes(mode):
    for cell in examine(NAMED["RBF"], mode, BOTH, ["forward", "input gradient", "weight gradients"]):
        assert cell.passed, cell.explain()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["graph", "xla"])
@pytest.mark.parametrize("name", NAMED)
def test_every_bit_of_all_in_compiled_modes(name, mode, float64_keras):
    for cell in examine(NAMED[name], mode, BOTH, float64=float64_keras):
        assert cell.passed, cell.explain()


@pytest.mark.parametrize("body", ["kernel", "definition"])
@pytest.mark.parametrize("name", NAMED)
def test_both_bodies_are_keras_in_float64(name, body, agrees_in_float64):
    agrees_in_float64(NAMED[name], body)


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 3)])
def test_the_derivatives_are_limits_of_differences(shape, is_the_limit_of_differences):
    layer = NaiveRBF(3, 4, 0.7, dtype="float64")
    is_the_limit_of_differences(layer, RNG.normal(size=shape))


def test_there_and_back(goes_there_and_back):
    layer = NaiveRBF(3, 4, 2.0, "he_uniform", name="bumps")
    layer.beta.assign([1.0, 2.0, 0.5, 3.0])
    goes_there_and_back(layer, RNG.normal(size=(5, 3)).astype("float32"))


def test_a_bump_is_1_at_its_center_and_falls_with_the_distance():
    layer = NaiveRBF(2, 1, 0.5, dtype="float64")
    layer.centers.assign([[3.0, -1.0]])
    x = np.array([[3.0, -1.0], [4.0, -1.0], [3.0, 1.0], [6.0, 3.0]])
    assert_close64(layer(x).numpy(), np.exp([[0.0], [-0.5], [-2.0], [-12.5]]), "output")


def test_first_weights_are_those_of_keras():
    set_random_seed(9)
    layer = NaiveRBF(3, 4, 1.5)
    set_random_seed(9)
    twin = RBF(4, 1.5)
    twin.build((None, 3))
    assert_all_exact([w.numpy() for w in layer.weights], twin.get_weights(), list(layer.named_weights))


def test_the_custom_layer_can_be_saved_and_read(tmp_path):
    model = keras.Sequential([keras.layers.Input((3,)), RBF(4, 0.5), keras.layers.Dense(2)])
    model.save(tmp_path / "rbf.keras")
    again = keras.saving.load_model(tmp_path / "rbf.keras")
    x = RNG.normal(size=(5, 3)).astype("float32")
    assert_exact(again(x).numpy(), model(x).numpy(), "output")
    assert_exact(from_keras(again)(x).numpy(), model(x).numpy(), "naive")
    assert type(to_keras(from_keras(again)).layers[0]) is RBF


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NaiveRBF(0, 2), r"Received: input_size=0"),
        (lambda: NaiveRBF(2, 2.5), r"Received: units=2.5"),
        (lambda: NaiveRBF(2, 2, 0.0), r"Expected beta_start > 0. Received: beta_start=0.0"),
        (lambda: NaiveRBF(2, 2, -1.0), r"`beta_start` must be a number"),
        (lambda: NaiveRBF(2, 2, 1.0, "kmeans"), r"Unknown value for `initializer`"),
        (lambda: NaiveRBF(2, 2)(np.zeros((3, 4), "float32")), r"does not fit NaiveRBF\(input_size=2.*shape=\(3, 4\)"),
        (lambda: NaiveRBF(2, 2)(np.zeros(2, "float32")), r"does not fit NaiveRBF"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
