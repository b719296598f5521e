"""Real handwritten digits that need no download: 1,797 images of 8x8 pixels.

Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
Repository, 1998. scikit-learn carries that collection's test part, written by 13 people.
"""

import numpy as np

from datasets.assemble import assemble
from datasets.dataset import Dataset

TEST_SIZE = 360
BRIGHTEST = 16  # a pixel counts the inked cells of a 4x4 block


def load_digits(*, seed: int = 0, validation_fraction: float = 0.0) -> Dataset:
    """1,437 training and 360 test images; validation is taken from the training images.

    Inputs: float32 (examples, 64), multiples of 1/16 in [0, 1]. Labels: int32, the digit itself.
    Both cuts are stratified and seeded. A fraction of 0.1, for example, gives 1,293 / 144 / 360.

    The collection does not say who wrote which image, so the same hand may appear in every part:
    the test accuracy is that for known writers, and flatters a model that must read new ones.

    Raises:
        ValueError: the seed or the fraction is out of range.
    """
    from sklearn.datasets import load_digits as sklearn_digits  # slow to import: only when needed

    pixels, digits = sklearn_digits(return_X_y=True)
    return assemble(
        "digits",
        pixels.astype("float32") / BRIGHTEST,
        digits.astype(np.int32),
        tuple("0123456789"),
        test_size=TEST_SIZE,
        validation_fraction=validation_fraction,
        seed=seed,
        image_shape=(8, 8),
    )
