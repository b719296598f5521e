"""Activation functions as layers."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from naive import NaiveActivation, NaiveELU, NaiveLeakyReLU, NaivePReLU, NaiveReLU, NaiveSoftmax
from sidebyside.components.component import Component, Input


def corners(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Many numbers exactly where some function has a corner."""
    x = rng.normal(size=shape) * 3
    at = rng.choice([0.0, 1.0, 6.0, 2.0, -1.0], shape)
    return np.where(rng.uniform(size=shape) < 0.3, at, x).astype("float32")


ROWS = (Input((8, 16)),)
CORNERS = (Input((8, 16), fill=corners),)
IMAGE = (Input((4, 3, 5, 6)),)

COMPONENTS = [
    Component("Activation, relu", "L13", partial(NaiveActivation, "relu"), CORNERS),
    Component("Activation, linear", "L13", partial(NaiveActivation, None), ROWS),
    Component("Activation, softmax", "L13", partial(NaiveActivation, "softmax"), ROWS),
    Component("Activation, sigmoid", "L13", partial(NaiveActivation, "sigmoid"), ROWS),
    Component("Activation, tanh", "L13", partial(NaiveActivation, "tanh"), (Input((3, 2, 8)),)),
    Component("Activation, glu", "L13", partial(NaiveActivation, "glu"), ROWS),
    Component("Activation, sparsemax", "L13", partial(NaiveActivation, "sparsemax"), ROWS),
    Component("Activation, sparsemax, ties", "L13", partial(NaiveActivation, "sparsemax"), CORNERS),
    Component("ReLU", "L13", partial(NaiveReLU), CORNERS),
    Component("ReLU, max_value", "L13", partial(NaiveReLU, 2.0), CORNERS),
    Component("ReLU, max_value 6", "L13", partial(NaiveReLU, 6), CORNERS),
    Component("ReLU, negative_slope", "L13", partial(NaiveReLU, None, 0.3), CORNERS),
    Component("ReLU, threshold", "L13", partial(NaiveReLU, None, 0.0, 1.0), CORNERS),
    Component("ReLU, max_value, negative_slope", "L13", partial(NaiveReLU, 6.0, 0.1), CORNERS),
    Component("ReLU, all three", "L13", partial(NaiveReLU, 2.0, 0.1, 1.0), CORNERS),
    Component("LeakyReLU", "L13", partial(NaiveLeakyReLU), CORNERS),
    Component("LeakyReLU, slope 0.01", "L13", partial(NaiveLeakyReLU, 0.01), CORNERS),
    Component("ELU", "L13", partial(NaiveELU), CORNERS),
    Component("ELU, alpha", "L13", partial(NaiveELU, 0.7), CORNERS),
    Component("PReLU", "L13", partial(NaivePReLU, (16,)), CORNERS),
    Component("PReLU, image", "L13", partial(NaivePReLU, (3, 5, 6)), IMAGE),
    Component("PReLU, shared axes", "L13", partial(NaivePReLU, (3, 5, 6), "zeros", [1, 2]), IMAGE),
    Component("PReLU, one slope", "L13", partial(NaivePReLU, (16,), "zeros", 1), CORNERS),
    Component("Softmax", "L13", partial(NaiveSoftmax), ROWS),
    Component("Softmax, axis 1", "L13", partial(NaiveSoftmax, 1), IMAGE),
    Component("Softmax, axis -2", "L13", partial(NaiveSoftmax, -2), (Input((2, 5, 3)),)),
]
