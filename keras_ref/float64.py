"""Keras in float64, in a process of its own: the truth that rounding is measured against.

With floatx float32 a Keras loss and learning rate stay float32 even in a float64 model, so floatx has to be set
before anything is built. A second process does that without disturbing this one.
"""

from __future__ import annotations

import atexit
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any


def _use_float64() -> None:
    import keras

    keras.config.set_floatx("float64")


class Float64Keras:
    """Runs module-level functions in a Keras process whose floatx is float64.

    Functions and arguments travel by pickle; the process is started at the first call and ends with this one.
    """

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """`function(*arguments)`, computed there."""
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_use_float64)
            atexit.register(self.close)
        return self._pool.submit(function, *arguments).result()

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def model_loss_and_gradients(
    layers: list[dict[str, Any]], weights: list[Any], loss: str, x: Any, y: Any
) -> dict[str, Any]:
    """What a stack of Keras Dense layers computes, in the floatx of this process.

    Args:
        layers: keyword arguments of `keras.layers.Dense`, one entry per layer.
        weights: arrays in Keras's order; x (batch, …, features), y (batch, …).
        loss: a Keras name, or a function that can be pickled.

    Returns:
        `output`, `loss`, `dx`, and `gradients` as arrays.
    """
    import keras
    import numpy as np
    import tensorflow as tf

    floatx = keras.config.floatx()
    model = keras.Sequential([keras.layers.Input(np.shape(x)[1:]), *(keras.layers.Dense(**one) for one in layers)])
    model.set_weights([np.asarray(weight, floatx) for weight in weights])
    model.compile(loss=loss)
    x = tf.constant(np.asarray(x), floatx)
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = model(x, training=True)
        value = model.compute_loss(x=x, y=tf.convert_to_tensor(y), y_pred=output)
    variables = [variable.value for variable in model.trainable_variables]
    dx, *gradients = tape.gradient(value, [x, *variables])
    arrays = [gradient.numpy() for gradient in gradients]
    return {"output": output.numpy(), "loss": value.numpy(), "dx": dx.numpy(), "gradients": arrays}
