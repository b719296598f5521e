"""The matrix: nothing is missing from it, it can fail, and what it prints is what it measured."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from rich.console import Console

from naive import NaiveDense, ops
from naive.layers import LAYERS
from sidebyside import matrix_run, matrix_show
from sidebyside.components import COMPONENTS, Component, Input
from sidebyside.components.examine import examine
from sidebyside.fuzzing.check import _all_layers
from sidebyside.matrix_run import Flip, Matrix, flip_bits, flipped

DENSE = Component("Dense", "L2", partial(NaiveDense, 6, 4, "tanh"), (Input((8, 6)),))
MODES_AND_WAYS = (("eager",), ("backprop", "tape"))


def test_every_layer_has_a_row():
    made = {
        type(layer).__name__
        for component in COMPONENTS
        for layer in _all_layers(component.make(dtype="float32", body="kernel"))
    }
    assert set(LAYERS) - made == set()


def test_names_are_unique_and_concepts_known():
    names = [component.name for component in COMPONENTS]
    assert len(names) == len(set(names))
    assert all(component.concept[0] in "LAX" and component.concept[1:].isdigit() for component in COMPONENTS)


def test_exceptions_say_why():
    for component in COMPONENTS:
        for (quantity, mode, way), reason in component.exceptions.items():
            assert quantity in ("*", *matrix_run.QUANTITIES), component.name
            assert mode in ("*", *ops.EXECUTIONS), component.name
            assert way in ("*", "backprop", "tape"), component.name
            assert len(reason) > 20, component.name


def row(component, flips=True):
    matrix_run_row = matrix_run.row
    COMPONENTS.append(component)
    try:
        return matrix_run_row(component.name, *MODES_AND_WAYS, matrix_run.QUANTITIES, flips, None)
    finally:
        COMPONENTS.remove(component)


def test_a_right_layer_passes_and_its_flipped_bits_are_seen():
    found = row(replace(DENSE, name="right"))
    assert found.passed, found.failures()
    assert {cell.verdict for cell in found.cells if cell.quantity != "state"} == {"EXACT"}
    assert [flip.what for flip in found.flips] == ["gradient", "gradient", "weight"]
    assert all(flip.seen for flip in found.flips)


def test_a_wrong_derivative_fails_the_row(monkeypatch):
    monkeypatch.setattr(ops.tanh, "_derivative", lambda dy, y, x: dy * (1 - y))
    found = row(replace(DENSE, name="wrong"), flips=False)
    assert not found.passed
    failed = {(cell.gradients, cell.quantity) for cell in found.cells if cell.verdict == "FAILED"}
    assert failed == {("backprop", q) for q in ("input gradient", "weight gradients", "training")}
    assert any("gradient of component/kernel" in line for line in found.failures())


def test_an_exception_that_is_not_needed_fails(float64_keras):
    excused = replace(DENSE, name="excused", exceptions={("forward", "eager", "*"): "because it was never tried"})
    cells = examine(excused, "eager", "tape", ["forward"], float64_keras)
    assert [cell.verdict for cell in cells] == ["FAILED"]
    assert "Remove the exception" in cells[0].explain()


def test_an_exception_must_still_be_close(monkeypatch, float64_keras):
    reason = "a reason that is long enough"
    excused = replace(DENSE, name="excused", exceptions={("input gradient", "eager", "backprop"): reason})
    right = ops.tanh._derivative
    monkeypatch.setattr(ops.tanh, "_derivative", lambda dy, y, x: dy - dy * y * y)
    close = examine(excused, "eager", "backprop", ["input gradient"], float64_keras)
    assert [(cell.verdict, cell.reason) for cell in close] == [("CLOSE", reason)]
    monkeypatch.setattr(ops.tanh, "_derivative", lambda dy, y, x: right(dy, y, x) * 1.00001)
    far = examine(excused, "eager", "backprop", ["input gradient"], float64_keras)
    assert [cell.verdict for cell in far] == ["FAILED"]


@pytest.mark.parametrize("value", [np.float32([0.0, 1.5, -3.0]), np.int64([4, 2]), np.float32(2)])
def test_flipping_changes_one_number(value):
    changed = flipped(value)
    assert np.sum(changed != value) == 1
    if value.dtype == np.float32 and np.ndim(value):
        assert changed[2] == np.nextafter(np.float32(-3), np.float32(-4))


def test_a_comparison_that_is_blind_is_found(monkeypatch):
    monkeypatch.setattr(matrix_run, "flipped", lambda values: values)
    assert {flip.seen for flip in flip_bits(DENSE)} == {False}


def test_what_is_printed_and_written(tmp_path):
    found = row(replace(DENSE, name="right"))
    matrix = Matrix((found, replace(found, name="blind", flips=(Flip("weight", False),))))
    assert not matrix.passed
    console = Console(width=80, record=True)
    matrix_show.print_table(console, matrix)
    text = console.export_text()
    for words in ("right  ===·=  ===·=  3/3", "blind  ===·=  ===·=  0/1", "DIFFERENT: 2 components, 16 cells EXACT"):
        assert words in text
    matrix_show.write(matrix, tmp_path)
    data = json.loads((tmp_path / "matrix.json").read_text())
    assert data["cells"] == {"EXACT": 16, "CLOSE": 0, "FAILED": 0}
    assert data["flips"] == {"made": 4, "seen": 3}
    assert "| right | L2 | `===·=` | `===·=` | 3/3 |" in (tmp_path / "matrix.md").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["matrix.json", "matrix.md"]


def test_components_by_the_beginning_of_their_names():
    assert matrix_run.names_beginning_with(["Dense, relu"]) == ["Dense, relu"]
    assert len(matrix_run.names_beginning_with([])) == len(COMPONENTS)
    with pytest.raises(ValueError, match=r"No component.*Did you mean 'Dense'.*Received: component='Dens, x'"):
        matrix_run.names_beginning_with(["Dens, x"])
