"""Every activation function in a hidden layer, through one real `fit` of Keras, compared after each update."""

import numpy as np
import pytest

import naive
import sidebyside
from keras_ref import to_keras
from naive import activations

RNG = np.random.default_rng(2)
X = (RNG.normal(size=(44, 12)) * 2).astype("float32")
Y = RNG.integers(0, 5, 44).astype("int32")
MODES = [
    "eager",
    pytest.param("graph", marks=pytest.mark.slow),
    pytest.param("xla", marks=pytest.mark.slow),
]
REORDERED = "TensorFlow's graph optimizer orders the products of its two paths differently on the two sides (inferred)"
EXCEPTIONS = {("gelu", "graph"): REORDERED, ("hard_silu", "graph"): REORDERED, ("hard_swish", "graph"): REORDERED}
"""Not EXACT, a few units in the last place after four updates; strict: one that turns out to be EXACT fails."""


@pytest.mark.parametrize("execution", MODES)
@pytest.mark.parametrize("name", activations.NAMES)
def test_trainings_with_it_are_equal_by_tape(name, execution):
    naive.set_random_seed(0)
    model = naive.NaiveSequential([naive.NaiveDense(12, 16, name), naive.NaiveDense(16, 5, "softmax")])
    result = sidebyside.compare(
        model, to_keras(model), X, Y, epochs=2, batch_size=32, optimizer=naive.NaiveSGD(0.05), gradients="tape",
        execution=execution, probes=1,
    )  # fmt: skip
    assert result.updates_naive == result.updates_keras == 4
    if (name, execution) not in EXCEPTIONS:
        sidebyside.assert_equivalent(result)
    else:
        assert result.weights_different > 0, "this exception is EXACT by now: take it out of the list"
