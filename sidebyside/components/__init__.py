"""Everything that is compared with Keras, one file for each family of layers."""

from sidebyside.components import (
    activation,
    attention,
    blocks,
    convolution,
    core,
    dropout,
    embedding,
    merging,
    normalization,
    pooling,
    recurrent,
    shaping,
)
from sidebyside.components.component import QUANTITIES, Component, Input

COMPONENTS: list[Component] = [
    *core.COMPONENTS,
    *blocks.COMPONENTS,
    *attention.COMPONENTS,
    *embedding.COMPONENTS,
    *dropout.COMPONENTS,
    *convolution.COMPONENTS,
    *normalization.COMPONENTS,
    *activation.COMPONENTS,
    *merging.COMPONENTS,
    *pooling.COMPONENTS,
    *recurrent.COMPONENTS,
    *shaping.COMPONENTS,
]

__all__ = ["COMPONENTS", "QUANTITIES", "Component", "Input"]
