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


def any_model(config: dict[str, Any], weights: list[Any], xs: list[Any], dys: list[Any], training: bool) -> Any:
    """Outputs and gradients of any Keras model, in the floatx of this process.

    Args:
        config: what `keras.saving.serialize_keras_object` gave for the float32 model.
        weights: arrays in Keras's order.
        xs: the inputs; dys: the gradients for the outputs.

    Returns:
        Lists of arrays: outputs, gradients of the inputs, gradients of the weights; None where there is none.
    """
    import tensorflow as tf

    model = _rebuild(config, weights)
    xs = [tf.constant(x if x.dtype.kind in "iu" else x.astype("float64")) for x in xs]
    with tf.GradientTape() as tape:
        for x in xs:
            if x.dtype.is_floating:
                tape.watch(x)
        outputs = tf.nest.flatten(model(xs if len(xs) > 1 else xs[0], training=training))
    variables = [variable.value for variable in model.trainable_variables]
    dys = [tf.constant(dy.astype("float64")) for dy in dys]
    gradients = tape.gradient(outputs, [*xs, *variables], output_gradients=dys)
    arrays = [None if g is None else tf.convert_to_tensor(g).numpy() for g in gradients]
    return [y.numpy() for y in outputs], arrays[: len(xs)], arrays[len(xs) :]


def any_training(
    config: dict[str, Any], weights: list[Any], xs: list[Any], y: Any, batch: int, epochs: int, optimizer: str
) -> list[Any]:
    """All weights of any Keras model after a `fit` with mean squared error, in the floatx of this process."""
    import keras
    import numpy as np

    model = _rebuild(config, weights)
    rule = keras.optimizers.get(optimizer)
    rule.learning_rate = float(np.float32(rule.learning_rate))  # what it is in the float32 training
    model.compile(rule, "mse", run_eagerly=True, jit_compile=False)
    xs = [x if x.dtype.kind in "iu" else x.astype("float64") for x in xs]
    y = np.asarray(y, "float64")
    model.fit(xs if len(xs) > 1 else xs[0], y, batch_size=batch, epochs=epochs, shuffle=False, verbose=0)
    return model.get_weights()


def _rebuild(config: dict[str, Any], weights: list[Any]) -> Any:
    model = rebuild(config)
    model.set_weights(weights)
    return model


def rebuild(config: dict[str, Any]) -> Any:
    """The model that a float32 configuration describes, in float64; its weights are drawn anew."""
    import json

    import keras

    import keras_ref.custom  # noqa: F401  (registers the custom layers)

    described = json.loads(json.dumps(config).replace('"float32"', '"float64"'))
    return keras.saving.deserialize_keras_object(described)
