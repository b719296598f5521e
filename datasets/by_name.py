"""Choosing a data set by its name."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from datasets.dataset import Dataset
from datasets.digits import load_digits
from datasets.mnist import load_fashion_mnist, load_mnist
from datasets.toys import make_blobs, make_circles, make_moons, make_spirals

_IMAGES: Mapping[str, Callable[..., Dataset]] = MappingProxyType(
    {"digits": load_digits, "mnist": load_mnist, "fashion_mnist": load_fashion_mnist}
)
_TOYS: Mapping[str, Callable[..., Dataset]] = MappingProxyType(
    {"moons": make_moons, "circles": make_circles, "blobs": make_blobs, "spirals": make_spirals}
)
NAMES = (*_IMAGES, *_TOYS)


def load(
    name: str,
    *,
    seed: int = 0,
    validation_fraction: float = 0.0,
    samples: int | None = None,
    noise: float | None = None,
) -> Dataset:
    """The data set ``name``, one of ``NAMES``.

    One rule for all of them: nothing is held back for validation unless it is asked for, and what
    is asked for comes out of the training examples, chosen by the seed. The same arguments give the
    same arrays. ``samples`` and ``noise`` are for the toy sets; None is that set's own default.

    Raises:
        ValueError: an unknown name, an argument out of range, or one that does not apply.
        DatasetError: (a ValueError too) the files of an image set cannot be had or trusted.
    """
    toy_options = {option: value for option, value in (("samples", samples), ("noise", noise)) if value is not None}
    common = {"seed": seed, "validation_fraction": validation_fraction}
    if name not in NAMES:
        raise ValueError(_unknown(name))
    if name in _TOYS:
        return _TOYS[name](**common, **toy_options)
    if toy_options:
        raise ValueError(
            f"Only toy sets can be made to order. Expected one of {', '.join(map(repr, _TOYS))}, "
            f"or neither samples nor noise. Received: name={name!r}, {_arguments(toy_options)}"
        )
    return _IMAGES[name](**common)


def _unknown(name: str) -> str:
    near = get_close_matches(str(name), NAMES, n=2)
    hint = f" Nearest: {', '.join(map(repr, near))}." if near else ""
    return f"Unknown data set. Expected one of {', '.join(map(repr, NAMES))}.{hint} Received: name={name!r}"


def _arguments(options: Mapping[str, object]) -> str:
    return ", ".join(f"{option}={value!r}" for option, value in options.items())
