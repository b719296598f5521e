"""Layers that Keras does not have, written as a user of Keras would: custom layers."""

from keras_ref.custom.highway import Highway
from keras_ref.custom.rbf import RBF

__all__ = ["RBF", "Highway"]
