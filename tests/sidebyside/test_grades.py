"""The grades: each passes what it must, fails what it must, and says why."""

from __future__ import annotations

import numpy as np
import pytest

from sidebyside import grades
from sidebyside.assertions import NotEquivalentError, assert_all_exact, assert_close32, assert_exact
from sidebyside.grades import Grade

RNG = np.random.default_rng(0)


def one_bit_off(values: np.ndarray, index: tuple[int, ...]) -> np.ndarray:
    changed = values.copy()
    changed[index] = np.nextafter(changed[index], np.inf, dtype=values.dtype)
    return changed


def test_exact_finds_a_single_bit_and_names_its_place() -> None:
    reference = RNG.normal(size=(5, 7)).astype("float32")
    outcome = grades.exact(one_bit_off(reference, (3, 4)), reference, "dense_1/kernel")
    assert not outcome.passed
    assert outcome.distance is not None
    assert outcome.distance.worst_index == (3, 4)
    text = outcome.explain()
    for word in ("dense_1/kernel", "(5, 7)", "float32", "EXACT", "1 of 35", "[3, 4]", "1 units in the last place"):
        assert word in text


def test_exact_passes_equal_bits_and_both_zeros_and_nan() -> None:
    assert grades.exact(np.float32([0.0, np.nan, 2]), np.float32([-0.0, np.nan, 2])).passed


@pytest.mark.parametrize(
    ("mine", "reference", "words"),
    [
        (np.zeros(3, "float32"), np.zeros(4, "float32"), "shapes differ"),
        (np.zeros(3, "float32"), np.zeros(3, "float64"), "dtypes differ"),
    ],
)
def test_exact_asks_for_shape_and_dtype(mine: np.ndarray, reference: np.ndarray, words: str) -> None:
    outcome = grades.exact(mine, reference)
    assert not outcome.passed
    assert words in outcome.explain()


def test_close64_accepts_rounding_and_refuses_more() -> None:
    reference = RNG.normal(size=1000)
    assert grades.close64(reference * (1 + 1e-14), reference).passed
    assert not grades.close64(reference * (1 + 1e-10), reference).passed
    assert grades.close64(reference * (1 + 1e-11), reference, training=True).passed
    assert not grades.close64(reference * (1 + 1e-9), reference, training=True).passed


def test_close64_is_for_float64_only() -> None:
    outcome = grades.close64(np.float32([1]), np.float32([1]))
    assert not outcome.passed
    assert "float64" in outcome.explain()


def test_close32_accepts_another_order_of_additions() -> None:
    x = RNG.normal(size=(200, 300)).astype("float32")
    truth = x.astype("float64").sum(axis=1)
    keras = x.sum(axis=1, dtype="float32")
    mine = np.add.accumulate(x[:, ::-1], axis=1, dtype="float32")[:, -1]
    assert not np.array_equal(mine, keras)
    assert grades.close32(mine, keras, truth).passed


@pytest.mark.parametrize("mistake", ["epsilon", "biased", "sum", "transpose", "sign"])
def test_close32_refuses_wrong_formulas(mistake: str) -> None:
    """Small mistakes of the kind that people make, none of them rounding."""
    x = RNG.normal(size=(64, 64)).astype("float32")
    wide = x.astype("float64")
    mean, variance = wide.mean(0), wide.var(0)
    truth = (wide - mean) / np.sqrt(variance + 1e-3)
    keras = ((x - x.mean(0)) / np.sqrt(x.var(0) + np.float32(1e-3))).astype("float32")
    wrong = {
        "epsilon": (wide - mean) / np.sqrt(variance + 1e-5),
        "biased": (wide - mean) / np.sqrt(wide.var(0, ddof=1) + 1e-3),
        "sum": truth * 64,
        "transpose": truth.T,
        "sign": -truth,
    }[mistake].astype("float32")
    assert grades.close32(keras, keras, truth).passed
    outcome = grades.close32(wrong, keras, truth)
    assert not outcome.passed
    assert "float64 truth" in outcome.explain()


def differences(f: object, x: np.ndarray, h: float) -> np.ndarray:
    return (f(x + h) - f(x - h)) / (2 * h)  # type: ignore[operator]


def test_differences_accept_a_derivative_and_refuse_a_wrong_one() -> None:
    x = RNG.normal(size=50)
    h = grades.DIFFERENCES_STEP
    coarse, fine = differences(np.tanh, x, h), differences(np.tanh, x, h / 2)
    assert grades.matches_differences(1 - np.tanh(x) ** 2, coarse, fine).passed
    assert not grades.matches_differences(1 - np.tanh(x), coarse, fine).passed
    assert not grades.matches_differences((1 - np.tanh(x) ** 2) * (1 + 1e-6), coarse, fine).passed


def test_reference_grade_needs_the_last_bit() -> None:
    ratio = np.array([1 / 3, 2 / 7])
    assert grades.same_as_reference(ratio, ratio.copy()).passed
    assert not grades.same_as_reference(one_bit_off(ratio, (1,)), ratio).passed
    assert grades.same_as_reference(ratio, ratio).grade is Grade.REF


def test_assertions_raise_with_the_explanation() -> None:
    values = np.float32([1, 2, 3])
    assert_exact(values, values)
    with pytest.raises(NotEquivalentError, match=r"second: .*1 of 3 elements differ"):
        _single_line(
            lambda: assert_all_exact([values, one_bit_off(values, (2,))], [values, values], ["first", "second"])
        )
    with pytest.raises(NotEquivalentError, match="float64 truth"):
        assert_close32(values * 2, values, values.astype("float64"))


def _single_line(call: object) -> None:
    try:
        call()  # type: ignore[operator]
    except NotEquivalentError as error:
        raise NotEquivalentError(" ".join(str(error).split())) from None
