"""The reference models, as somebody who uses Keras would write them.

Every one is a function of the shape of an example, how many numbers to answer with, the last activation, and its own
sizes. `naive/networks/` holds the same networks, written from scratch and independently.

Keras facts (Keras 3.15.1)
1. In graph mode the last bits can depend on what a model is called: TensorFlow's optimizer orders operations by their
   names, and those of Keras's layers begin with the model's name, those of the gradients with `gradient_tape`. Keras
   calls a functional model `functional`, which sorts before that; the names given here sort after it, as does
   `sequential`. Measured on the transformer with two blocks: other gradients under the first name, from the same graph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from keras_ref.models.feedforward import autoencoder, mlp
from keras_ref.models.images import cnn, resnet
from keras_ref.models.sequences import gru, lstm, rnn, transformer

NETWORKS: dict[str, Callable[..., keras.Model]] = {
    "mlp": mlp,
    "cnn": cnn,
    "rnn": rnn,
    "lstm": lstm,
    "gru": gru,
    "autoencoder": autoencoder,
    "resnet": resnet,
    "transformer": transformer,
}

__all__ = ["NETWORKS", "build", "mlp"]


def build(
    network: str, input_shape: tuple[int, ...], output_size: int, output_activation: Any, **sizes: Any
) -> keras.Model:
    """The network of that kind; its first weights come from the global seed."""
    first: Any = input_shape[0] if network == "mlp" else input_shape
    return NETWORKS[network](first, output_size=output_size, output_activation=output_activation, **sizes)
