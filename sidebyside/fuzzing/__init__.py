"""Differential fuzzing: random networks of random layers, each trained beside its Keras twin."""

from sidebyside.fuzzing.campaign import Campaign, append, run
from sidebyside.fuzzing.check import check, differences
from sidebyside.fuzzing.recipe import Recipe, build, to_code

__all__ = ["Campaign", "Recipe", "append", "build", "check", "differences", "run", "to_code"]
