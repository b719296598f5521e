"""Points in the plane, made on the spot: four shapes that tell kinds of models apart.

Every function returns float32 coordinates (examples, 2) of about unit scale and int32 labels, and
cuts off a stratified fifth of the samples as the test part. ``noise`` is the standard deviation of
the Gaussian error added to each coordinate. All raise ValueError for an argument out of range.
"""

from math import isfinite

import numpy as np
import numpy.typing as npt

from datasets.assemble import assemble
from datasets.dataset import Dataset
from datasets.split import check_seed

FEWEST_SAMPLES = 10
TEST_FRACTION = 0.2


def make_moons(*, samples: int = 1000, noise: float = 0.1, seed: int = 0, validation_fraction: float = 0.0) -> Dataset:
    """Two half circles of radius 1 that reach into each other: no straight line divides them."""
    _check(samples, noise, seed)
    from sklearn.datasets import make_moons as sklearn_moons

    x, y = sklearn_moons(n_samples=samples, noise=noise, random_state=seed)
    return _toy("moons", x, y, ("upper", "lower"), validation_fraction, seed)


def make_circles(
    *, samples: int = 1000, noise: float = 0.05, seed: int = 0, validation_fraction: float = 0.0
) -> Dataset:
    """A circle of radius ½ inside one of radius 1: only the distance from the centre tells."""
    _check(samples, noise, seed)
    from sklearn.datasets import make_circles as sklearn_circles

    x, y = sklearn_circles(n_samples=samples, noise=noise, factor=0.5, random_state=seed)
    return _toy("circles", x, y, ("outer", "inner"), validation_fraction, seed)


def make_blobs(
    *,
    samples: int = 1000,
    noise: float = 0.2,
    classes: int = 3,
    seed: int = 0,
    validation_fraction: float = 0.0,
) -> Dataset:
    """Round clouds, their centres evenly spaced on the unit circle: a linear model is enough.

    The centres do not depend on the seed, so two seeds give two samples of the same problem.
    """
    _check(samples, noise, seed)
    if not isinstance(classes, (int, np.integer)) or not 2 <= classes <= samples // 5:
        raise ValueError(
            f"Expected an integer from 2 to samples // 5 = {samples // 5}, so that each part can "
            f"hold each class. Received: classes={classes!r}"
        )
    from sklearn.datasets import make_blobs as sklearn_blobs

    angle = 2 * np.pi * np.arange(classes) / classes
    centres = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x, y = sklearn_blobs(n_samples=samples, centers=centres, cluster_std=noise, random_state=seed)
    names = tuple(f"blob {k}" for k in range(classes))
    return _toy("blobs", x, y, names, validation_fraction, seed)


def make_spirals(
    *, samples: int = 1000, noise: float = 0.02, seed: int = 0, validation_fraction: float = 0.0
) -> Dataset:
    """Two arms wound three times around each other: hard for a small network.

    For i from 0 to 96 the first arm is at angle φ = i·π/16 and radius r = (104 - i)/104, at
    (r sin φ, r cos φ); the second arm is the first seen through the origin. With 194 samples i
    takes whole values and these are the 97 + 97 points of the benchmark, scaled to radius 1.

    Source: K. J. Lang and M. J. Witbrock, "Learning to Tell Two Spirals Apart", Proceedings of the
    1988 Connectionist Models Summer School.
    """
    _check(samples, noise, seed)
    second = samples // 2
    first = samples - second
    i = np.concatenate([np.linspace(0, 96, first), np.linspace(0, 96, second)])
    y = np.repeat([0, 1], [first, second])
    radius = np.where(y == 0, 1, -1) * (104 - i) / 104
    x = np.stack([radius * np.sin(i * np.pi / 16), radius * np.cos(i * np.pi / 16)], axis=1)

    generator = np.random.default_rng(seed)
    x += noise * generator.standard_normal(x.shape)
    # A training loop that does not shuffle should still meet both arms in every batch.
    order = generator.permutation(samples)
    return _toy("spirals", x[order], y[order], ("first arm", "second arm"), validation_fraction, seed)


def _check(samples: int, noise: float, seed: int) -> None:
    check_seed(seed)
    is_integer = isinstance(samples, (int, np.integer)) and not isinstance(samples, bool)
    if not is_integer or samples < FEWEST_SAMPLES:
        raise ValueError(f"Expected an integer of at least {FEWEST_SAMPLES}. Received: samples={samples!r}")
    if not isinstance(noise, (int, float, np.number)) or not (isfinite(noise) and noise >= 0):
        raise ValueError(f"Expected a standard deviation, finite and not negative. Received: noise={noise!r}")


def _toy(
    name: str,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.int64],
    class_names: tuple[str, ...],
    validation_fraction: float,
    seed: int,
) -> Dataset:
    return assemble(
        name,
        x.astype(np.float32),
        y.astype(np.int32),
        class_names,
        test_size=round(TEST_FRACTION * len(x)),
        validation_fraction=validation_fraction,
        seed=seed,
    )
