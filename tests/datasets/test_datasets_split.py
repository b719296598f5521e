"""Cutting rows apart: complete, disjoint, proportional, seeded."""

import numpy as np
import pytest

from datasets.split import (
    TEST_STREAM,
    VALIDATION_STREAM,
    check_seed,
    held_count,
    hold_out,
    hold_out_stratified,
)

LABELS = np.random.default_rng(0).choice(4, size=203, p=[0.5, 0.3, 0.19, 0.01]).astype(np.int32)
CUTS = {
    "plain": lambda held, seed, stream: hold_out(len(LABELS), held, seed, stream),
    "stratified": lambda held, seed, stream: hold_out_stratified(LABELS, held, seed, stream),
}


@pytest.fixture(params=CUTS)
def cut(request):
    return CUTS[request.param]


@pytest.mark.parametrize("held", [0, 1, 2, 3, 50, 202])
def test_the_parts_have_the_sizes_asked_for_share_no_row_and_lose_none(cut, held):
    kept, held_back = cut(held, 5, TEST_STREAM)
    assert len(held_back) == held
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, held_back])), np.arange(203))


def test_both_parts_keep_the_order_of_the_source(cut):
    for rows in cut(60, 5, TEST_STREAM):
        assert (np.diff(rows) > 0).all()


def test_the_seed_and_the_stream_decide(cut):
    first = cut(60, 5, TEST_STREAM)[1]
    np.testing.assert_array_equal(first, cut(60, 5, TEST_STREAM)[1])
    assert not np.array_equal(first, cut(60, 6, TEST_STREAM)[1])
    assert not np.array_equal(first, cut(60, 5, VALIDATION_STREAM)[1])


def test_the_plain_cut_holds_back_the_end_of_a_permutation():
    order = np.random.default_rng([5, VALIDATION_STREAM]).permutation(203)
    np.testing.assert_array_equal(hold_out(203, 60, 5, VALIDATION_STREAM)[1], np.sort(order[-60:]))


@pytest.mark.parametrize("held", [1, 7, 50, 101, 202])
def test_no_class_is_a_full_row_away_from_its_share(held):
    _, held_back = hold_out_stratified(LABELS, held, 5, TEST_STREAM)
    share = np.bincount(LABELS) * held / len(LABELS)
    assert (np.abs(np.bincount(LABELS[held_back], minlength=4) - share) < 1).all()


def test_rows_are_chosen_by_chance_within_a_class():
    labels = np.zeros(1000, np.int32)
    _, held_back = hold_out_stratified(labels, 100, 5, TEST_STREAM)
    assert 400 < held_back.mean() < 600


@pytest.mark.parametrize(("fraction", "count"), [(0, 0), (0.0, 0), (0.1, 144), (np.float32(0.5), 718), (0.999, 1436)])
def test_a_fraction_becomes_a_count(fraction, count):
    assert held_count(fraction, 1437) == count


@pytest.mark.parametrize("fraction", [-0.1, 1, 1.5, float("nan"), "0.1", None, True])
def test_a_wrong_fraction_is_refused(fraction):
    with pytest.raises(ValueError, match=r"from 0 up to .* Received: validation_fraction="):
        held_count(fraction, 1437)


def test_something_must_remain_to_train_on():
    with pytest.raises(ValueError, match=r"at least one of the 10 training .*=0\.99"):
        held_count(0.99, 10)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, None, "0", True])
def test_a_wrong_seed_is_refused(seed):
    with pytest.raises(ValueError, match=r"integer from 0 to .* Received: seed="):
        check_seed(seed)


@pytest.mark.parametrize("seed", [0, 2**32 - 1, np.int64(3)])
def test_a_right_seed_is_not(seed):
    check_seed(seed)
