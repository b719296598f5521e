"""Dense."""

from __future__ import annotations

from functools import partial

from naive import NaiveDense
from sidebyside.components.component import Component, Input

COMPONENTS = [
    Component("Dense", "L2", partial(NaiveDense, 6, 4), (Input((8, 6)),)),
    Component("Dense, relu", "L2", partial(NaiveDense, 6, 4, "relu"), (Input((8, 6)),)),
    Component("Dense, rank 3, no bias", "L2", partial(NaiveDense, 6, 4, "tanh", False), (Input((3, 5, 6)),)),
]
