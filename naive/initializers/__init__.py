"""First weights: random enough to break symmetry, scaled so that signals keep their size.

* `base` what an initializer is, and where unseeded ones get their seed
* `constants` zeros, ones, one number, identity · `draws` a fixed spread · `scaling` a spread that fits the shape
* `orthogonal` matrices that keep lengths
"""

from __future__ import annotations

from typing import Any

from naive import checks
from naive.initializers.base import NaiveInitializer, NaiveRandomInitializer
from naive.initializers.constants import NaiveConstant, NaiveIdentity, NaiveOnes, NaiveZeros
from naive.initializers.draws import NaiveRandomNormal, NaiveRandomUniform, NaiveTruncatedNormal
from naive.initializers.orthogonal import NaiveOrthogonal
from naive.initializers.scaling import (
    NaiveGlorotNormal,
    NaiveGlorotUniform,
    NaiveHeNormal,
    NaiveHeUniform,
    NaiveLecunNormal,
    NaiveLecunUniform,
    NaiveVarianceScaling,
    fans,
)

INITIALIZERS: dict[str, type[NaiveInitializer]] = {
    kind.keras_name: kind
    for kind in (
        NaiveConstant, NaiveGlorotNormal, NaiveGlorotUniform, NaiveHeNormal, NaiveHeUniform, NaiveIdentity,
        NaiveLecunNormal, NaiveLecunUniform, NaiveOnes, NaiveOrthogonal, NaiveRandomNormal, NaiveRandomUniform,
        NaiveTruncatedNormal, NaiveVarianceScaling, NaiveZeros,
    )
}  # fmt: skip

ALIASES = {
    "IdentityInitializer": "identity",
    "OrthogonalInitializer": "orthogonal",
    "normal": "random_normal",
    "one": "ones",
    "uniform": "random_uniform",
    "zero": "zeros",
} | {kind.__name__.removeprefix("Naive"): name for name, kind in INITIALIZERS.items()}
"""Other names that Keras accepts: short ones, and the names of the classes."""


def config_of(initializer: NaiveInitializer) -> dict[str, Any]:
    """The initializer as plain data; `get` makes it again."""
    return {"name": initializer.keras_name, "config": initializer.get_config()}


def get(identifier: str | dict[str, Any] | NaiveInitializer) -> NaiveInitializer:
    """The initializer for a Keras name or for the data of `config_of`; an initializer is passed through.

    Raises:
        ValueError: an unknown name.
    """
    if isinstance(identifier, NaiveInitializer):
        return identifier
    name, config = (identifier.get("name"), identifier["config"]) if isinstance(identifier, dict) else (identifier, {})
    name = ALIASES.get(name, name) if isinstance(name, str) else name
    checks.one_of("initializer", name, INITIALIZERS)
    return INITIALIZERS[str(name)](**config)


__all__ = [
    "ALIASES",
    "INITIALIZERS",
    "NaiveConstant",
    "NaiveGlorotNormal",
    "NaiveGlorotUniform",
    "NaiveHeNormal",
    "NaiveHeUniform",
    "NaiveIdentity",
    "NaiveInitializer",
    "NaiveLecunNormal",
    "NaiveLecunUniform",
    "NaiveOnes",
    "NaiveOrthogonal",
    "NaiveRandomInitializer",
    "NaiveRandomNormal",
    "NaiveRandomUniform",
    "NaiveTruncatedNormal",
    "NaiveVarianceScaling",
    "NaiveZeros",
    "config_of",
    "fans",
    "get",
]
