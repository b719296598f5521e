"""Dropout of numbers and of channels, and noise."""

from __future__ import annotations

from functools import partial

from naive import (
    NaiveAlphaDropout,
    NaiveDropout,
    NaiveGaussianDropout,
    NaiveGaussianNoise,
    NaiveSpatialDropout1D,
    NaiveSpatialDropout2D,
)
from sidebyside.components.component import Component, Input


def row(name: str, make: partial, *shape: int, concept: str = "L13") -> Component:
    """One component: its layer, and the shape it is fed."""
    return Component(name, concept, make, (Input(shape),), random=True)


COMPONENTS = [
    row("Dropout", partial(NaiveDropout, 0.5, seed=7), 8, 6),
    row("Dropout, rank 4", partial(NaiveDropout, 0.2, seed=8), 3, 5, 4, 6),
    row("Dropout, one mask for all steps", partial(NaiveDropout, 0.4, noise_shape=(None, 1, 6), seed=9), 4, 5, 6),
    row("Dropout, one mask for the batch", partial(NaiveDropout, 0.3, noise_shape=(1, None), seed=9), 8, 6),
    row("Dropout, rate 0", partial(NaiveDropout, 0), 8, 6),
    row("Dropout, rate 0.99", partial(NaiveDropout, 0.99, seed=10), 8, 6),
    row("Dropout, rate near 0", partial(NaiveDropout, 1e-7, seed=11), 8, 6),
    row("Dropout, batch 1", partial(NaiveDropout, 0.25, seed=12), 1, 7),
    row("Dropout, one feature", partial(NaiveDropout, 0.25, seed=12), 8, 1),
    row("SpatialDropout1D", partial(NaiveSpatialDropout1D, 0.3, seed=13), 4, 5, 6),
    row("SpatialDropout1D, one step", partial(NaiveSpatialDropout1D, 0.3, seed=13), 4, 1, 6),
    row("SpatialDropout2D", partial(NaiveSpatialDropout2D, 0.3, seed=14), 3, 5, 4, 6),
    row("SpatialDropout2D, channels first", partial(NaiveSpatialDropout2D, 0.3, "channels_first", 14), 3, 6, 5, 4),
    row("AlphaDropout", partial(NaiveAlphaDropout, 0.3, seed=15), 8, 6),
    row("AlphaDropout, one mask for all steps", partial(NaiveAlphaDropout, 0.2, (None, 1, None), 15), 4, 5, 6),
    row("GaussianDropout", partial(NaiveGaussianDropout, 0.3, seed=16), 8, 6),
    row("GaussianNoise", partial(NaiveGaussianNoise, 0.4, seed=17), 8, 6, concept="L20"),
    row("GaussianNoise, rank 4", partial(NaiveGaussianNoise, 1.0, seed=18), 3, 5, 4, 6, concept="L20"),
    row("GaussianNoise, none", partial(NaiveGaussianNoise, 0.0), 8, 6, concept="L20"),
]
