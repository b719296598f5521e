"""Everything that is compared with Keras, one file for each family of layers."""

from sidebyside.components import core
from sidebyside.components.component import QUANTITIES, Component, Input

COMPONENTS: list[Component] = [
    *core.COMPONENTS,
]

__all__ = ["COMPONENTS", "QUANTITIES", "Component", "Input"]
