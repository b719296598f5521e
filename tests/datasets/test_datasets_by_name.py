"""``load``: every name leads to its function, with its arguments; the package's face."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import datasets

MAKERS = {
    "digits": datasets.load_digits,
    "moons": datasets.make_moons,
    "circles": datasets.make_circles,
    "blobs": datasets.make_blobs,
    "spirals": datasets.make_spirals,
}


@pytest.mark.parametrize("name", MAKERS)
def test_load_passes_its_arguments_on(name):
    arguments = {"seed": 4, "validation_fraction": 0.25}
    if name != "digits":
        arguments |= {"samples": 50, "noise": 0.07}
    by_name, direct = datasets.load(name, **arguments), MAKERS[name](**arguments)
    assert repr(by_name) == repr(direct)
    for field in ("x_train", "y_train", "x_validation", "y_validation", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(by_name, field), getattr(direct, field))


@pytest.mark.parametrize("name", MAKERS)
def test_nothing_is_held_back_unless_asked_for(name):
    assert datasets.load(name).name == name
    assert datasets.load(name).x_validation.shape == (0, datasets.load(name).num_features)


def test_the_names_are_complete():
    assert {*MAKERS, "mnist", "fashion_mnist"} == set(datasets.NAMES)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("mnits", "Nearest: 'mnist'"), ("fashion", "Nearest: 'fashion_mnist'"), ("xyz", ""), (3, "")],
)
def test_an_unknown_name_lists_the_known_ones_and_the_nearest(name, hint):
    with pytest.raises(ValueError, match="Unknown data set") as caught:
        datasets.load(name)
    message = str(caught.value)
    assert "Expected one of 'digits', 'mnist', 'fashion_mnist', 'moons'" in message
    assert message.endswith(f"Received: name={name!r}")
    assert hint in message
    assert ("Nearest" in message) == bool(hint)


@pytest.mark.parametrize("option", [{"samples": 50}, {"noise": 0}])
@pytest.mark.parametrize("name", ["digits", "mnist", "fashion_mnist"])
def test_real_images_cannot_be_made_to_order(name, option):
    received = f"Received: name='{name}', {next(iter(option))}="
    with pytest.raises(ValueError, match=f"Only toy sets .* {received}"):
        datasets.load(name, **option)


def test_the_package_can_be_told_from_its_namesake():
    assert datasets.__naive_keras__ is True


def test_importing_and_making_spirals_needs_neither_scikit_learn_nor_keras():
    program = (
        "import sys, datasets; datasets.make_spirals();"
        "print([m for m in ('sklearn', 'scipy', 'keras', 'tensorflow') if m in sys.modules])"
    )
    root = Path(datasets.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
