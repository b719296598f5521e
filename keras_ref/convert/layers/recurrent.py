"""SimpleRNN, LSTM, GRU, and the layers that hold a layer: Bidirectional, TimeDistributed."""

from __future__ import annotations

from typing import Any

import keras

from keras_ref.convert import layers as convert
from keras_ref.convert.layers.twin import Twin, seed_states
from naive import NaiveBidirectional, NaiveGRU, NaiveLayer, NaiveLSTM, NaiveSimpleRNN, NaiveTimeDistributed

WALK = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll", "zero_output_for_mask")
SHARED = (
    "units", "activation", "use_bias", "kernel_initializer", "recurrent_initializer", "bias_initializer", "dropout",
    "recurrent_dropout", *WALK,
)  # fmt: skip


def _sizes(layer: Any) -> dict[str, Any]:
    sizes = {"input_size": int(layer.cell.kernel.shape[0]), "seed": layer.cell.seed}
    return sizes | ({"batch_size": int(layer.states[0].shape[0])} if layer.stateful else {})


def _build(layer: Any) -> tuple[int | None, None, int]:
    return layer.batch_size, None, layer.input_size


class RecurrentTwin(Twin):
    """Also copies the states that are carried from batch to batch, which are not weights."""

    def keras_arguments(self, layer: Any) -> dict[str, Any]:
        return super().keras_arguments(layer) | {"seed": layer.seed}

    def refuse_others(self, config: dict[str, Any], known: set[str]) -> None:
        super().refuse_others(config, known | {"seed"})

    def copy_to_keras(self, layer: Any, twin: Any) -> None:
        super().copy_to_keras(layer, twin)
        copy_states_to_keras(layer, twin)

    def from_keras(self, layer: Any) -> NaiveLayer:
        twin = super().from_keras(layer)
        copy_states_from_keras(layer, twin)
        return twin


def copy_states_to_keras(layer: Any, twin: Any) -> None:
    """The carried states of a naive layer into a Keras layer."""
    for mine, theirs in zip(layer.states, twin.states or [], strict=True):
        theirs.assign(mine.numpy())


def copy_states_from_keras(layer: Any, twin: Any) -> None:
    """And back."""
    for theirs, mine in zip(layer.states or [], twin.states, strict=True):
        mine.assign(theirs.numpy())


class WrapperTwin(Twin):
    """For layers that hold layers: these are translated on their own, and bring dtype and body."""

    def from_keras(self, layer: Any) -> NaiveLayer:
        if not layer.built:
            raise ValueError(
                "A Keras layer has weights only once it is built. "
                f"Expected a built layer. Received: {layer.name!r}, unbuilt"
            )
        twin = self.naive(**self.naive_arguments(layer), name=layer.name)
        for weight, value in zip(twin.weights, layer.get_weights(), strict=True):
            weight.assign(value)
        for mine, state in zip(twin.seeds, seed_states(layer), strict=True):
            mine.state.assign(state.numpy())
        twin.trainable = layer.trainable
        return twin


class BidirectionalTwin(WrapperTwin):
    """Two recurrent layers."""

    def keras_arguments(self, layer: Any) -> dict[str, Any]:
        forward, backward = (convert.to_keras(one) for one in layer.layers)
        return {"layer": forward, "backward_layer": backward, "merge_mode": layer.merge_mode}

    def copy_to_keras(self, layer: Any, twin: Any) -> None:
        super().copy_to_keras(layer, twin)
        for mine, theirs in zip(layer.layers, (twin.forward_layer, twin.backward_layer), strict=True):
            copy_states_to_keras(mine, theirs)

    def naive_arguments(self, layer: Any) -> dict[str, Any]:
        forward, backward = (convert.from_keras(one) for one in (layer.forward_layer, layer.backward_layer))
        return {"layer": forward, "backward_layer": backward, "merge_mode": layer.merge_mode}

    def from_keras(self, layer: Any) -> NaiveLayer:
        twin: Any = super().from_keras(layer)
        for mine, theirs in zip(twin.layers, (layer.forward_layer, layer.backward_layer), strict=True):
            copy_states_from_keras(theirs, mine)
        return twin


class TimeDistributedTwin(WrapperTwin):
    """One layer."""

    def keras_arguments(self, layer: Any) -> dict[str, Any]:
        return {"layer": convert.to_keras(layer.layer)}

    def naive_arguments(self, layer: Any) -> dict[str, Any]:
        return {"layer": convert.from_keras(layer.layer)}


def _build_each_step(layer: Any) -> Any:
    """The shape for the layer inside, with a time axis; None where that needs none."""
    for twin in convert.TWINS:
        if type(layer.layer) is twin.naive:
            shape = twin.build(layer.layer)
            return None if shape is None else (shape[0], None, *shape[1:])
    return None


TWINS: list[Twin] = [
    RecurrentTwin(NaiveSimpleRNN, keras.layers.SimpleRNN, SHARED, _sizes, _build),
    RecurrentTwin(
        NaiveLSTM, keras.layers.LSTM, (*SHARED, "recurrent_activation", "unit_forget_bias"), _sizes, _build
    ),
    RecurrentTwin(NaiveGRU, keras.layers.GRU, (*SHARED, "recurrent_activation", "reset_after"), _sizes, _build),
    BidirectionalTwin(
        NaiveBidirectional, keras.layers.Bidirectional,
        build=lambda layer: (layer.forward_layer.batch_size, None, layer.input_size),
    ),
    TimeDistributedTwin(NaiveTimeDistributed, keras.layers.TimeDistributed, build=_build_each_step),
]  # fmt: skip
