"""Dividing row numbers into a part that is kept and a part that is held back.

Both functions return row numbers in ascending order, so each part keeps the order of its source,
and holding back nothing returns every row untouched. The two parts never share a row.
"""

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]

# Each use draws from a stream of its own, so that the choice of validation rows does not repeat the
# choice of test rows, nor the numbers that made a toy set.
TEST_STREAM = 1
VALIDATION_STREAM = 2


def check_seed(seed: int) -> None:
    """Raise ValueError unless ``seed`` is an integer that NumPy and scikit-learn both accept."""
    is_integer = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)
    if not is_integer or not 0 <= seed < 2**32:
        raise ValueError(f"Expected an integer from 0 to 2**32 - 1. Received: seed={seed!r}")


def held_count(fraction: float, total: int) -> int:
    """How many of ``total`` rows a validation fraction means, rounded to the nearest.

    Raises:
        ValueError: the fraction is outside [0, 1), or would leave nothing to train on.
    """
    is_number = isinstance(fraction, (int, float, np.number)) and not isinstance(fraction, bool)
    if not is_number or not 0 <= fraction < 1:
        raise ValueError(
            "Expected a part of the training examples, from 0 up to but not including 1. "
            f"Received: validation_fraction={fraction!r}"
        )
    held = round(float(fraction) * total)
    if held == total:
        raise ValueError(
            f"Expected at least one of the {total:,} training examples to remain. "
            f"Received: validation_fraction={fraction!r}"
        )
    return held


def hold_out(total: int, held: int, seed: int, stream: int) -> tuple[Rows, Rows]:
    """(kept, held back): the last ``held`` entries of a seeded permutation are held back."""
    order = np.random.default_rng([seed, stream]).permutation(total)
    return np.sort(order[: total - held]), np.sort(order[total - held :])


def hold_out_stratified(labels: npt.NDArray[np.int32], held: int, seed: int, stream: int) -> tuple[Rows, Rows]:
    """(kept, held back), where each class gives its proportional share of the ``held`` rows.

    Shares are rarely whole numbers: each is rounded down, and the rows still missing come from the
    classes that lost most by it. No class is ever a full row away from its exact share.
    """
    generator = np.random.default_rng([seed, stream])
    classes, sizes = np.unique(labels, return_counts=True)
    shares, lost = np.divmod(sizes * held, len(labels))  # whole numbers: ties are exact ties
    most_lost_first = np.argsort(-lost, kind="stable")
    shares[most_lost_first[: held - shares.sum()]] += 1

    is_held = np.zeros(len(labels), dtype=bool)
    for label, share in zip(classes, shares, strict=True):
        rows = np.flatnonzero(labels == label)
        is_held[generator.permutation(rows)[:share]] = True
    return np.flatnonzero(~is_held), np.flatnonzero(is_held)
