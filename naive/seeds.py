"""One call that fixes every source of chance, as `keras.utils.set_random_seed` does."""

from __future__ import annotations

import random
from numbers import Integral

import numpy as np
import tensorflow as tf


def set_random_seed(seed: int) -> None:
    """Seed Python's, NumPy's and TensorFlow's generators.

    After it, layers made in the same order draw the same weights as Keras's, and the data is shuffled in the same
    order.

    Raises:
        ValueError: `seed` is not an integer from 0 to 2³² - 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, Integral) or not 0 <= seed < 2**32:
        raise ValueError(f"`seed` must be an integer. Expected 0 <= seed < 2**32. Received: seed={seed!r}")
    random.seed(int(seed))
    np.random.seed(int(seed))
    tf.random.set_seed(int(seed))
