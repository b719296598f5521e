"""From one table of examples to a data set, by two stratified cuts: first test, then validation."""

from datasets.dataset import Dataset, Floats, Labels
from datasets.split import (
    TEST_STREAM,
    VALIDATION_STREAM,
    check_seed,
    held_count,
    hold_out_stratified,
)


def assemble(
    name: str,
    x: Floats,
    y: Labels,
    class_names: tuple[str, ...],
    *,
    test_size: int,
    validation_fraction: float,
    seed: int,
    image_shape: tuple[int, int] | None = None,
) -> Dataset:
    """Cut ``x`` (examples, features) and ``y`` (examples,) into train, validation and test.

    The test rows depend on the seed alone: another validation fraction moves rows between
    train and validation and leaves the test part as it was.

    Raises:
        ValueError: the seed or the fraction is out of range.
    """
    check_seed(seed)
    learning, test = hold_out_stratified(y, test_size, seed, TEST_STREAM)
    held = held_count(validation_fraction, len(learning))
    kept, validation = hold_out_stratified(y[learning], held, seed, VALIDATION_STREAM)
    train, validation = learning[kept], learning[validation]
    return Dataset(
        name=name,
        x_train=x[train],
        y_train=y[train],
        x_validation=x[validation],
        y_validation=y[validation],
        x_test=x[test],
        y_test=y[test],
        class_names=class_names,
        image_shape=image_shape,
    )
