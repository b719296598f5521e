"""Embedding."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from naive import NaiveBatchNormalization, NaiveConcatenate, NaiveEmbedding, NaiveInput, NaiveModel
from sidebyside.components.component import Component, Input


def same(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """One row, again and again."""
    return np.full(shape, 3, "int32")


def from_the_end(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Rows, half of them counted from the end."""
    return rng.integers(-7, 7, shape).astype("int32")


def long(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Rows in the larger integer type."""
    return rng.integers(0, 7, shape).astype("int64")


def floats(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Numbers with digits behind the point."""
    return rng.uniform(0, 7, shape).astype("float32")


def shared(dtype: str = "float32", body: str = "kernel") -> NaiveModel:
    """One table for two inputs."""
    embedding = NaiveEmbedding(7, 4, dtype=dtype, body=body)
    a, b = NaiveInput((5,), "int32"), NaiveInput((3,), "int32")
    y = NaiveConcatenate(axis=1, dtype=dtype, body=body)([embedding(a), embedding(b)])
    return NaiveModel([a, b], y, name="component")


def masked_normalization(dtype: str = "float32", body: str = "kernel") -> NaiveModel:
    """A batch normalization that sees which places are empty."""
    x = NaiveInput((5,), "int32")
    embedded = NaiveEmbedding(4, 6, mask_zero=True, dtype=dtype, body=body)(x)
    return NaiveModel(x, NaiveBatchNormalization((5, 6), dtype=dtype, body=body)(embedded), name="component")


TABLE = partial(NaiveEmbedding, 7, 4)

COMPONENTS = [
    Component("Embedding", "L5", TABLE, (Input((8, 5), high=7),)),
    Component("Embedding, mask zero", "L5", partial(TABLE, mask_zero=True), (Input((8, 5), high=3),)),
    Component("Embedding, rank 3", "L5", TABLE, (Input((2, 3, 4), high=7),)),
    Component("Embedding, one row again and again", "L5", TABLE, (Input((4, 5), fill=same),)),
    Component("Embedding, from the end", "L5", TABLE, (Input((4, 5), fill=from_the_end),)),
    Component("Embedding, int64", "L5", TABLE, (Input((4, 5), fill=long),)),
    Component("Embedding, floats", "L5", TABLE, (Input((4, 5), fill=floats),)),
    Component("Embedding, batch 1, one step", "L5", TABLE, (Input((1, 1), high=7),)),
    Component("Embedding, one number a row", "L5", partial(NaiveEmbedding, 7, 1), (Input((4, 5), high=7),)),
    Component("Embedding, shared", "L5", shared, (Input((4, 5), high=7), Input((4, 3), high=7))),
    Component("BatchNormalization, masked", "L11", masked_normalization, (Input((4, 5), high=4),)),
]
