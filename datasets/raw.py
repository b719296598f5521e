"""The four arrays that MNIST and Fashion-MNIST both consist of, exactly as published."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class RawImages(NamedTuple):
    """Images (examples, 28, 28) with values 0 to 255 and labels (examples,), all uint8.

    Readers fill this in with whatever a file holds; only ``verify`` makes these promises true.
    """

    x_train: npt.NDArray[np.uint8]
    y_train: npt.NDArray[np.uint8]
    x_test: npt.NDArray[np.uint8]
    y_test: npt.NDArray[np.uint8]


# In the order of the fields above.
PUBLISHED_SHAPES = ((60000, 28, 28), (60000,), (10000, 28, 28), (10000,))
