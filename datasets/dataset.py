"""What every loader returns: three parts of one data set, with labels, locked against writing."""

from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Dataset:
    """Examples to learn from (train), to choose by (validation) and to judge by (test).

    Each ``x_*`` has shape (examples, features) and dtype float32; each ``y_*`` has shape
    (examples,), dtype int32 and values from 0 to num_classes - 1. A part may be empty: then its
    shapes are (0, features) and (0,). Pixels lie in [0, 1]; toy coordinates are about unit scale.

    ``class_names[k]`` is the name of label k. ``image_shape`` is (height, width), with
    height * width = features, or None where the features are not pixels.

    The arrays are not copied; the data set holds views of them that refuse to be written to.

    Raises:
        ValueError: a shape, a dtype or a label does not fit the description above.
    """

    name: str
    x_train: Floats
    y_train: Labels
    x_validation: Floats
    y_validation: Labels
    x_test: Floats
    y_test: Labels
    class_names: tuple[str, ...]
    image_shape: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for part in ("train", "validation", "test"):
            self._check_part(part)
            for field in (f"x_{part}", f"y_{part}"):
                locked = getattr(self, field).view()
                locked.flags.writeable = False
                object.__setattr__(self, field, locked)
        if self.image_shape is not None and prod(self.image_shape) != self.num_features:
            raise ValueError(
                "The pixels of an image must be the features. "
                f"Expected {self.num_features} pixels. Received: image_shape={self.image_shape}"
            )

    def _check_part(self, part: str) -> None:
        x, y = getattr(self, f"x_{part}"), getattr(self, f"y_{part}")
        if x.ndim != 2 or x.dtype != np.float32 or x.shape[1:] != self.x_train.shape[1:]:
            raise ValueError(
                "Inputs must be flat and have one width in all parts. Expected float32 of shape "
                f"(examples, features). Received: x_{part} of {x.dtype} and shape {x.shape}"
            )
        if y.shape != x.shape[:1] or y.dtype != np.int32:
            raise ValueError(
                f"Every example needs one label. Expected int32 of shape {x.shape[:1]}. "
                f"Received: y_{part} of {y.dtype} and shape {y.shape}"
            )
        if y.size and not 0 <= y.min() <= y.max() < self.num_classes:
            raise ValueError(
                "Every label needs a class name. "
                f"Expected labels from 0 to {self.num_classes - 1}. Received: y_{part} "
                f"with labels from {y.min()} to {y.max()}"
            )

    @property
    def num_features(self) -> int:
        """Numbers per example: the width of ``x_train``."""
        return int(self.x_train.shape[1])

    @property
    def num_classes(self) -> int:
        """Classes there are names for, whether or not each occurs."""
        return len(self.class_names)

    def __repr__(self) -> str:
        pixels = "" if self.image_shape is None else " ({}x{} pixels)".format(*self.image_shape)
        return (
            f"Dataset({self.name!r}: {len(self.x_train):,} train, {len(self.x_validation):,} "
            f"validation, {len(self.x_test):,} test; {self.num_features} features{pixels}, "
            f"{self.num_classes} classes)"
        )
