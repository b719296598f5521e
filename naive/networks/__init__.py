"""Whole networks, made of the layers of this package: small, and of the shapes that are used most.

Every one is a function of the shape of an example, how many numbers to answer with, the last activation, its own
sizes, and the body its layers compute with. After the same seed Keras's layers, made in the same order, have the same
first weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from naive import checks
from naive.models import NaiveModel
from naive.networks.feedforward import autoencoder, mlp
from naive.networks.images import cnn, resnet
from naive.networks.sequences import gru, lstm, rnn, transformer

NETWORKS: dict[str, Callable[..., NaiveModel]] = {
    "mlp": mlp,
    "cnn": cnn,
    "rnn": rnn,
    "lstm": lstm,
    "gru": gru,
    "autoencoder": autoencoder,
    "resnet": resnet,
    "transformer": transformer,
}

__all__ = ["NETWORKS", "build", *NETWORKS]


def build(
    network: str, input_shape: tuple[int, ...], output_size: int, output_activation: Any, **sizes: Any
) -> NaiveModel:
    """The network of that kind; its first weights come from the global seed.

    Raises:
        ValueError: an unknown kind.
    """
    checks.one_of("network", network, NETWORKS)
    return NETWORKS[network](input_shape, output_size, output_activation, **sizes)
