"""Everything that is compared with Keras, one file for each family of layers."""

from sidebyside.components import convolution, core, dropout, embedding, normalization
from sidebyside.components.component import QUANTITIES, Component, Input

COMPONENTS: list[Component] = [
    *core.COMPONENTS,
    *embedding.COMPONENTS,
    *dropout.COMPONENTS,
    *convolution.COMPONENTS,
    *normalization.COMPONENTS,
]

__all__ = ["COMPONENTS", "QUANTITIES", "Component", "Input"]
