"""The data that is learned from: real images and toy points, split, scaled and locked.

``load("digits")`` needs no download and is the place to start; ``NAMES`` lists the others.
"""

from datasets.by_name import NAMES, load
from datasets.dataset import Dataset
from datasets.digits import load_digits
from datasets.errors import DatasetError
from datasets.mnist import load_fashion_mnist, load_mnist
from datasets.toys import make_blobs, make_circles, make_moons, make_spirals

# A well-known package has this name too. This mark tells whoever imports ``datasets`` which of the
# two they got.
__naive_keras__ = True

__all__ = [
    "NAMES",
    "Dataset",
    "DatasetError",
    "load",
    "load_digits",
    "load_fashion_mnist",
    "load_mnist",
    "make_blobs",
    "make_circles",
    "make_moons",
    "make_spirals",
]
