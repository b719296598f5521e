"""Layers that Keras does not have, written as a user of Keras would: custom layers."""
