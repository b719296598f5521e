"""Several tensors become one, against Keras."""

from functools import partial

import keras
import numpy as np
import pytest

from naive import (
    NaiveAdd,
    NaiveAverage,
    NaiveConcatenate,
    NaiveDot,
    NaiveMaximum,
    NaiveMinimum,
    NaiveMultiply,
    NaiveSubtract,
)
from sidebyside.assertions import assert_exact
from sidebyside.components.examine import examine
from sidebyside.components.merging import COMPONENTS

NAMED = {component.name: component for component in COMPONENTS}
COMPILED = ["Add, three", "Maximum, mask", "Dot, normalize"]
"""These are run in graph and XLA mode each time; the others in the slow tests."""


@pytest.mark.parametrize("gradients", ["backprop", "tape"])
@pytest.mark.parametrize("name", NAMED)
def test_it_is_keras(name, gradients):
    for cell in examine(NAMED[name], "eager", gradients):
        assert cell.passed, cell.explain()


@pytest.mark.parametrize("mode", ["graph", "xla"])
@pytest.mark.parametrize(
    "name", [name if name in COMPILED else pytest.param(name, marks=pytest.mark.slow) for name in NAMED]
)
def test_it_is_keras_compiled(name, mode, float64_keras):
    for gradients in ("backprop", "tape"):
        for cell in examine(NAMED[name], mode, gradients, ("forward", "input gradient"), float64_keras):
            assert cell.passed, cell.explain()


@pytest.mark.parametrize("name", NAMED)
def test_it_is_keras_in_float64(name, agrees_in_float64):
    agrees_in_float64(NAMED[name], "definition")


EVERY = {
    "add": (NaiveAdd, [(2, 3, 4), (2, 1, 4), (2, 4)]),
    "average": (NaiveAverage, [(2, 3, 4), (2, 3, 4), (2, 3, 1)]),
    "subtract": (NaiveSubtract, [(2, 3, 4), (2, 1, 4)]),
    "multiply": (NaiveMultiply, [(2, 3, 4), (2, 1, 4), (2, 3, 1)]),
    "maximum": (NaiveMaximum, [(2, 3, 4), (2, 3, 4), (2, 4)]),
    "minimum": (NaiveMinimum, [(2, 3, 4), (2, 3, 4), (2, 4)]),
    "concatenate": (partial(NaiveConcatenate, 1), [(2, 3, 4), (2, 1, 4)]),
    "dot": (partial(NaiveDot, (2, 1)), [(2, 3, 4), (2, 4, 2)]),
    "cosine": (partial(NaiveDot, -1, True), [(2, 3, 4), (2, 2, 4)]),
}


def draw(shapes, dtype):
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


@pytest.mark.parametrize("name", EVERY)
def test_the_derivative_is_the_limit_of_differences(name, is_the_limit_of_differences):
    make, shapes = EVERY[name]
    is_the_limit_of_differences(make(dtype="float64"), *draw(shapes, "float64"))


@pytest.mark.parametrize("name", EVERY)
def test_there_and_back(name, goes_there_and_back):
    make, shapes = EVERY[name]
    goes_there_and_back(make(name="merge"), *draw(shapes, "float32"))


def test_keras_takes_a_column_for_a_bias():
    """Fact 2: a batch as large as a row is long; what belongs to the rows is added to the columns."""
    x, column = np.zeros((3, 3), "float32"), np.float32([[1], [2], [3]])
    assert_exact(NaiveAdd()([x, column]).numpy(), keras.layers.Add()([x, column]).numpy(), "sum")
    assert NaiveAdd()([x, column]).numpy()[0].tolist() == [1, 2, 3]
    assert NaiveAdd()([x[:, :2], column]).numpy()[0].tolist() == [1, 1]


@pytest.mark.parametrize("make", [NaiveAdd, NaiveMultiply, NaiveMaximum])
def test_masks_are_joined(make):
    """Fact 3."""
    one, other = np.array([[True, False, False]]), np.array([[False, True, False]])
    xs = draw([(1, 3, 2), (1, 3, 2)], "float32")
    assert make().compute_mask(xs, [one, other]).numpy().tolist() == [[True, True, False]]
    assert make().compute_mask(xs, [one, None]) is None
    assert make().compute_mask(xs) is None


@pytest.mark.parametrize("axis", [1, 2, -1])
@pytest.mark.parametrize("which", ["both", "first"])
def test_masks_of_a_concatenation(axis, which):
    """Fact 2 of concatenate."""
    xs = draw([(2, 3, 2), (2, 3, 2)], "float32")
    masks = [np.array([[True, False, False], [True, True, False]]), np.array([[False, True, False], [True] * 3])]
    masks = masks if which == "both" else [masks[0], None]
    mine = NaiveConcatenate(axis).compute_mask(xs, masks)
    tensors = [keras.ops.convert_to_tensor(x) for x in xs]
    theirs = keras.layers.Concatenate(axis).compute_mask(tensors, masks)
    assert mine.numpy().tolist() == theirs.numpy().tolist()
    assert NaiveConcatenate(axis).compute_mask(xs, [None, None]) is None


def test_a_vector_of_zeros_has_no_direction():
    """Fact 4 of dot."""
    layer = NaiveDot(1, normalize=True)
    xs = [np.zeros((1, 2), "float32"), np.ones((1, 2), "float32")]
    y, saved = layer.forward(xs)
    assert_exact(y.numpy(), keras.layers.Dot(1, normalize=True)(xs).numpy(), "cosine")
    (da, _), _ = layer.backward(np.ones((1, 1), "float32"), saved)
    assert y.numpy() == 0
    assert np.isnan(da.numpy()).all()


@pytest.mark.parametrize(
    ("make", "shapes", "message"),
    [
        (NaiveAdd, [(2, 3), (2, 4)], r"NaiveAdd cannot merge these inputs.*Received: shapes=\[\(2, 3\), \(2, 4\)\]"),
        (NaiveMaximum, [(2, 3), (1, 3)], r"behind equal batches"),
        (NaiveMultiply, [(2, 3, 4), (2, 3)], r"NaiveMultiply cannot merge"),
        (NaiveSubtract, [(2, 3)] * 3, r"Expected a list of 2. Received: 3 inputs"),
        (NaiveConcatenate, [(2, 3), (3, 3)], r"NaiveConcatenate\(axis=-1\) cannot join"),
        (NaiveConcatenate, [(2, 3), (2, 3, 1)], r"cannot join"),
        (partial(NaiveConcatenate, 2), [(2, 3), (2, 3)], r"cannot join"),
        (partial(NaiveConcatenate, "last"), [(2, 3)] * 2, r"`axis` must be one axis.*axis='last'"),
        (partial(NaiveDot, 1), [(2, 3), (2, 4)], r"equal lengths along the summed axes"),
        (partial(NaiveDot, 2), [(2, 3), (2, 3)], r"with these axes behind the batch"),
        (partial(NaiveDot, 1), [(2, 3)] * 3, r"Expected a list of 2. Received: 3 inputs"),
        (partial(NaiveDot, 0), [(2, 3)] * 2, r"Expected integers other than 0, the batch. Received: axes=0"),
        (partial(NaiveDot, (1, 2, 3)), [(2, 3)] * 2, r"`axes` must be one axis, or one for each"),
    ],
)
def test_bad_input(make, shapes, message):
    with pytest.raises(ValueError, match=message):
        make()([np.zeros(shape, "float32") for shape in shapes])


@pytest.mark.parametrize("make", [NaiveAdd, NaiveConcatenate, partial(NaiveDot, 1)])
def test_one_tensor_is_not_a_list(make):
    with pytest.raises(ValueError, match=r"Expected a list of .* Received: EagerTensor|ndarray"):
        make()(np.zeros((2, 3), "float32"))
