"""Shapes, borders, copies and masks."""

from __future__ import annotations

from functools import partial

from naive import (
    NaiveCropping1D,
    NaiveCropping2D,
    NaiveFlatten,
    NaiveIdentity,
    NaiveMasking,
    NaivePermute,
    NaiveRepeatVector,
    NaiveReshape,
    NaiveUpSampling1D,
    NaiveUpSampling2D,
    NaiveZeroPadding1D,
    NaiveZeroPadding2D,
)
from sidebyside.components.component import Component, Input
from sidebyside.components.pooling import some_missing

IMAGE = (Input((3, 5, 4, 2)),)
STEPS = (Input((3, 6, 2)),)

COMPONENTS = [
    Component("Flatten", "L5", partial(NaiveFlatten), IMAGE),
    Component("Flatten, rank 2", "L5", partial(NaiveFlatten), (Input((3, 5)),)),
    Component("Reshape", "L5", partial(NaiveReshape, (4, 3)), (Input((3, 2, 6)),)),
    Component("Reshape, -1", "L5", partial(NaiveReshape, (-1, 2, 5)), IMAGE),
    Component("Permute", "L5", partial(NaivePermute, (2, 1)), STEPS),
    Component("Permute, rank 4", "L5", partial(NaivePermute, (3, 1, 2)), IMAGE),
    Component("RepeatVector", "L5", partial(NaiveRepeatVector, 5), (Input((3, 4)),)),
    Component("RepeatVector, once", "L5", partial(NaiveRepeatVector, 1), (Input((1, 1)),)),
    Component("ZeroPadding1D", "L5", partial(NaiveZeroPadding1D, (2, 1)), STEPS),
    Component("ZeroPadding2D", "L5", partial(NaiveZeroPadding2D), IMAGE),
    Component("ZeroPadding2D, uneven", "L5", partial(NaiveZeroPadding2D, ((0, 2), (1, 0))), IMAGE),
    Component("Cropping1D", "L5", partial(NaiveCropping1D, (2, 0)), STEPS),
    Component("Cropping2D", "L5", partial(NaiveCropping2D, 1), IMAGE),
    Component("Cropping2D, uneven", "L5", partial(NaiveCropping2D, ((0, 3), (2, 0))), IMAGE),
    Component("UpSampling1D", "L5", partial(NaiveUpSampling1D, 3), STEPS),
    Component("UpSampling2D", "L5", partial(NaiveUpSampling2D), IMAGE),
    Component("UpSampling2D, uneven", "L5", partial(NaiveUpSampling2D, (5, 3)), (Input((3, 5, 4, 20)),)),
    Component("Masking", "L9", partial(NaiveMasking), (Input((4, 6, 3), fill=some_missing),)),
    Component("Masking, another value", "L9", partial(NaiveMasking, 2.5), STEPS),
    Component("Identity", "L5", partial(NaiveIdentity), STEPS),
]
