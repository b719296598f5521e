"""Random networks beside Keras: they pass, a wrong derivative is found and shrunk, and what failed once stays here.

The default tests run a few; the slow ones many, from a seed that is printed; `sidebyside fuzz --cases N` any number.
"""

import json
import random
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from naive import ops
from naive.layers import LAYERS
from sidebyside.fuzzing import append, build, check, run, to_code
from sidebyside.fuzzing.networks import layers_that_can_be_drawn
from sidebyside.fuzzing.recipe import SAME

REGRESSIONS = Path(__file__).with_name("fuzz_regressions.json")
"""The smallest form of every network that ever differed, with its mode, as `sidebyside fuzz` printed it."""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_random_networks_in_eager_mode(seed):
    assert_equal(run(30, seed, "eager"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_random_networks_as_graphs(seed):
    assert_equal(run(5, 100 + seed, "graph"))


@pytest.mark.slow
def test_random_networks_under_xla():
    assert_equal(run(5, 200, "xla"))


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "cases"), [("eager", 150)] * 4 + [("graph", 30)] * 2 + [("xla", 10)] * 2)
@pytest.mark.timeout(1800)
def test_many_random_networks(mode, cases):
    seed = random.SystemRandom().randrange(2**32)
    print(f"sidebyside fuzz --cases {cases} --seed {seed} --execution {mode}")
    assert_equal(run(cases, seed, mode))


def assert_equal(campaign):
    __tracebackhide__ = True
    assert campaign.passed, f"seed {campaign.seed}\n{campaign.explanation}"


@pytest.mark.parametrize("kept", json.loads(REGRESSIONS.read_text()), ids=lambda kept: kept["why"])
def test_what_differed_once_is_equal_now(kept, float64_keras):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(kept["recipe"], kept["mode"], float64_keras)


@pytest.mark.slow
def test_a_wrong_derivative_is_found_and_shrunk(monkeypatch):
    monkeypatch.setattr(ops.elu, "_derivative", lambda dy, y, x, alpha=1.0: dy)
    found = run(300, 3, "eager")
    assert not found.passed
    steps = found.failure["steps"]
    assert len(steps) == 1
    assert "elu" in json.dumps(steps).lower()
    assert found.failure["batch"] == 1
    assert "gradient" in found.explanation
    assert "from sidebyside import inspect" in found.explanation
    assert "DIFFERENT: seed 3, eager" in found.summary()


RECIPE = {
    "input": [4, 3], "high": None, "batch": 2, "seed": 1,
    "steps": [
        {"layer": "NaiveConv1D", "arguments": {"filters": 2, "kernel_size": 9}},  # does not fit: passed over
        {"layer": "NaiveDense", "arguments": {"output_size": SAME, "activation": "tanh"}, "times": 2},
        {"branches": [[], [{"layer": "NaiveDense", "arguments": {"output_size": 2}}]], "merge": "NaiveAdd"},
        {"layer": "NaiveBidirectional", "arguments": {"layer": {"layer": "NaiveGRU", "arguments": {"units": 2}}}},
    ],
}  # fmt: skip


def test_a_recipe_is_a_model_and_a_program():
    model = build(RECIPE)
    assert [type(layer).__name__ for layer in model.layers] == [
        "NaiveDense", "NaiveDense", "NaiveConcatenate", "NaiveBidirectional",
    ]  # fmt: skip
    assert model([[[0.0] * 3] * 4] * 2).shape == (2, 4)
    code = to_code(RECIPE)
    assert "layer_3 = NaiveBidirectional(NaiveGRU(input_size=5, units=2))" in code
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "EQUAL: all" in done.stdout


def test_an_empty_recipe_is_a_layer_that_does_nothing():
    model = build({"input": [2], "high": None, "batch": 1, "seed": 0, "steps": []})
    assert model([[1.0, 2.0]]).numpy().tolist() == [[1.0, 2.0]]


def test_every_layer_can_be_drawn():
    assert set(LAYERS) - layers_that_can_be_drawn() == set()


def test_the_outcome_is_kept_dated(tmp_path):
    campaign = run(2, 5, "eager")
    append(campaign, tmp_path / "fuzz.jsonl")
    append(campaign, tmp_path / "fuzz.jsonl")
    first, second = (json.loads(line) for line in (tmp_path / "fuzz.jsonl").read_text().splitlines())
    assert first == second
    assert (first["cases"], first["seed"], first["passed"]) == (2, 5, True)
    assert len(first["date"]) == 10
    assert "EQUAL: 2 random networks" in campaign.summary()
