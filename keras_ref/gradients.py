"""The gradients that Keras's training step computes, made visible.

`fit` uses gradients and throws them away. This is the same computation, Keras's model and Keras's compiled loss
under TensorFlow's tape, in the mode in which the model was compiled, without an update.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf


class KerasGradients:
    """Call it with a batch for (loss, gradients), aligned with `model.trainable_weights`.

    Whatever the forward pass moves (seeds, moving statistics) is put back, so looking changes nothing.

    Args:
        model: a compiled Keras model.
        execution: `"eager"`, `"graph"` or `"xla"`.
    """

    def __init__(self, model: keras.Model, execution: str) -> None:
        self.model = model
        self._step = self._differentiate
        if execution != "eager":
            self._step = tf.function(self._differentiate, reduce_retracing=True, jit_compile=execution == "xla")

    def __call__(self, x: Any, y: Any) -> tuple[np.floating, list[Any]]:
        state = [variable.numpy() for variable in self.model.non_trainable_variables]
        loss, gradients = self._step(tf.convert_to_tensor(x), tf.convert_to_tensor(y))
        for variable, value in zip(self.model.non_trainable_variables, state, strict=True):
            variable.assign(value)
        return loss.numpy(), gradients

    def _differentiate(self, x: Any, y: Any) -> tuple[Any, list[Any]]:
        with tf.GradientTape() as tape:
            y_pred = self.model(x, training=True)
            loss = self.model.compute_loss(x=x, y=y, y_pred=y_pred, training=True)
        weights = [variable.value for variable in self.model.trainable_variables]
        return loss, tape.gradient(loss, weights)
