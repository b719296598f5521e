"""The layers, one idea a file. Start with `dense`."""

from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.layers.dense import NaiveDense

LAYERS: dict[str, type[NaiveLayer]] = {"NaiveDense": NaiveDense}

__all__ = ["LAYERS", "Gradients", "NaiveDense", "NaiveLayer", "Saved"]
