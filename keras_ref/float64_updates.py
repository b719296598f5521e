"""Single updates of a training by Keras in float64: the truth beside which float32 updates are judged.

These functions run in the process of `keras_ref.float64`. A training is opened once, under a key; after that each
question carries the whole state in float32 (weights, seeds, the optimizer's variables), so no rounding error of an
earlier update is in the answer.

Dropout draws its mask from numbers of its input's dtype, so float64 would drop other units than float32. Here the
mask is drawn in float32, and applied in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_ref.float64 import rebuild

_OPEN: dict[str, Any] = {}


def open_training(key: str, model: Any, loss: Any, optimizer: Any, execution: str) -> None:
    """Build and compile the model under `key`.

    Args:
        model, loss, optimizer: what `serialize` of Keras gave for the float32 ones.
        execution: of the float32 training; it decides which random numbers are drawn.
    """
    import keras

    from keras_ref.gradients import KerasGradients
    from keras_ref.training import compile_model

    _drop_as_float32()
    twin = rebuild({name: value for name, value in model.items() if name != "compile_config"})
    rule = keras.optimizers.deserialize(_double(optimizer))
    rule.build(twin.trainable_variables)
    mode = "xla" if execution == "xla" else "graph"
    compile_model(twin, keras.losses.deserialize(_double(loss)), rule, [], mode)
    _OPEN[key] = twin, KerasGradients(twin, mode)


def one_update(key: str, state: dict[str, list[Any]], x: Any, y: Any) -> dict[str, list[Any]]:
    """`weights` and `slots` after one update from that state."""
    model, _ = _OPEN[key]
    _put(model, state)
    model.train_on_batch(_floats(x), _floats(y))
    return {
        "weights": [weight.numpy() for weight in model.weights],
        "slots": [variable.numpy() for variable in model.optimizer.variables],
    }


def gradients(key: str, state: dict[str, list[Any]], x: Any, y: Any) -> list[Any]:
    """The gradient for each trainable weight, in that state."""
    model, differentiate = _OPEN[key]
    _put(model, state)
    _, answer = differentiate(_floats(x), _floats(y))
    return [np.asarray(one) for one in answer]


def outputs(key: str, state: dict[str, list[Any]], x: Any, batch_size: int) -> Any:
    """What the model answers, outside training."""
    model, _ = _OPEN[key]
    _put(model, state)
    return model.predict(_floats(x), batch_size=batch_size, verbose=0)


def close_training(key: str) -> None:
    """Forget the model."""
    _OPEN.pop(key, None)


def seed_states(model: Any) -> list[Any]:
    """The states of a Keras model's seed generators, in Keras's order."""
    weights = {id(weight) for weight in model.weights}
    return [v for v in model.non_trainable_variables if id(v) not in weights and "seed_generator_state" in v.path]


def state_of(model: Any) -> dict[str, list[Any]]:
    """A compiled Keras model's weights, seeds and optimizer variables, copied."""
    return {
        "weights": [weight.numpy() for weight in model.weights],
        "seeds": [seed.numpy() for seed in seed_states(model)],
        "slots": [variable.numpy() for variable in model.optimizer.variables],
    }


def _put(model: Any, state: dict[str, list[Any]]) -> None:
    groups = {"weights": model.weights, "seeds": seed_states(model), "slots": model.optimizer.variables}
    for name, variables in groups.items():
        for variable, value in zip(variables, state[name], strict=True):
            variable.assign(value)


def _floats(values: Any) -> Any:
    values = np.asarray(values)
    return values.astype("float64") if values.dtype.kind == "f" else values


def _double(config: Any) -> Any:
    import json

    return json.loads(json.dumps(config).replace('"float32"', '"float64"'))


def _drop_as_float32() -> None:
    """From here on, this process's Dropout keeps what a float32 one would keep."""
    import keras
    import tensorflow as tf
    from keras.src.backend.tensorflow import random

    drop = random.dropout
    if getattr(drop, "as_float32", False):
        return

    def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
        kept = drop(tf.ones_like(inputs, "float32"), rate, noise_shape, seed) > 0
        return tf.where(kept, inputs / (1 - rate), tf.zeros_like(inputs))

    dropout.as_float32 = True  # type: ignore[attr-defined]
    random.dropout = dropout
    assert keras.config.floatx() == "float64"
