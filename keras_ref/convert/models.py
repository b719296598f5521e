"""Models: node by node, layer by layer; a model inside a model is a layer like any other.

Keras facts (Keras 3.15.1)
1. A functional model is a graph of nodes, each the call of a layer on tensors. `training`, `mask` and other arguments
   given at a call are kept in its node.
2. A `Sequential` that knows its input is such a graph too: its layers in a row.
"""

from __future__ import annotations

from typing import Any

import keras

from keras_ref.convert import layers
from keras_ref.convert.support import unsupported
from naive import NaiveInput, NaiveModel, NaiveSequential
from naive.nodes import Symbol, flatten


def to_keras(model: NaiveModel, made_before: dict[Any, Any] | None = None) -> keras.Model:
    """A built Keras model with the model's weights: a `keras.Sequential`, or a functional model.

    Args:
        made_before: the layers of an outer model that have their twins already; they may be shared with this one.

    Raises:
        ValueError: a layer that has no Keras twin.
    """
    twins = {} if made_before is None else made_before
    for layer in model.layers:
        if layer not in twins:
            twins[layer] = to_keras(layer, twins) if isinstance(layer, NaiveModel) else layers.to_keras(layer)
    made: dict[Symbol, Any] = {}
    for symbol in model.inputs:
        node = symbol.node
        if not node.shape:
            raise ValueError(
                "Keras must know the shape of the input. Expected a model that begins with NaiveInput(shape). "
                f"Received: {model!r} without one"
            )
        made[symbol] = keras.layers.Input(node.shape, dtype=node.dtype, name=node.name)
    if type(model) is NaiveSequential:
        return keras.Sequential([made[model.inputs[0]], *(twins[layer] for layer in model.layers)], name=model.name)
    for node in model.nodes:
        inputs = [made[symbol] for symbol in node.inputs]
        outputs = layers.call(twins[node.layer], inputs if not node.one_input else inputs[0], node.options)
        made.update(zip(node.outputs, flatten(outputs), strict=True))
    inputs, outputs = [made[symbol] for symbol in model.inputs], [made[symbol] for symbol in model.outputs]
    return keras.Model(
        inputs[0] if model.one_input else inputs, outputs[0] if model.one_output else outputs, name=model.name
    )


def from_keras(model: Any, made_before: dict[int, Any] | None = None) -> NaiveModel:
    """A naive model with the model's weights.

    Args:
        made_before: the layers of an outer model that have their twins already; they may be shared with this one.

    Raises:
        ValueError: a model that is not built, that is neither sequential nor functional, or that holds a layer, an
            argument or a call that is not supported.
    """
    twins: dict[int, Any] = {} if made_before is None else made_before
    sequential = isinstance(model, keras.Sequential)
    if not sequential and not hasattr(model, "_nodes_by_depth"):
        raise _unsupported_kind(model)
    if not model.built or not model.inputs:
        raise ValueError(
            "A Keras model has weights only once it is built. Expected a built model, for example one that begins with "
            f"keras.layers.Input. Received: {model.name!r}, unbuilt"
        )
    if sequential:
        symbols = _inputs(model.inputs)
        twin: NaiveModel = NaiveSequential(
            [*symbols.values(), *(_layer_from_keras(layer, twins) for layer in model.layers)], name=model.name
        )
    else:
        twin = _from_graph(model, twins)
    if not model.trainable:
        freeze(twin)
    return twin


def freeze(model: NaiveModel) -> None:
    """No layer of the model is trained."""
    model.trainable = False
    for layer in model.layers:
        layer.trainable = False
        if isinstance(layer, NaiveModel):
            freeze(layer)


def _from_graph(model: Any, twins: dict[int, Any]) -> NaiveModel:
    symbols: dict[int, Symbol] = _inputs(model.inputs)
    for structure, what in ((model._inputs_struct, "inputs"), (model._outputs_struct, "outputs")):
        if isinstance(structure, dict):
            raise ValueError(
                f"A Keras model with named {what} is not supported. Expected a tensor or a list of tensors. "
                f"Received: {what} of {model.name!r} as a dict with keys {sorted(structure)}"
            )
    others: dict[int, Any] = {}  # what computes masks: we compute them ourselves
    for node in nodes_in_order(model):
        outputs = keras.tree.flatten(node.outputs)
        if not isinstance(node.operation, keras.layers.Layer):
            others.update({id(tensor): node.operation for tensor in outputs})
            continue
        layer = _layer_from_keras(node.operation, twins)
        tensors, options = layers.arguments_of_call(node.operation, node)
        for tensor in flatten(tensors):
            _refuse_operation(tensor, others)
        x = [symbols[id(tensor)] for tensor in tensors] if isinstance(tensors, list) else symbols[id(tensors)]
        symbols.update(zip(map(id, outputs), flatten(layer(x, **options)), strict=True))
    for tensor in model.outputs:
        _refuse_operation(tensor, others)
    inputs = [symbols[id(tensor)] for tensor in model.inputs]
    outputs = [symbols[id(tensor)] for tensor in model.outputs]
    one_input = not isinstance(model._inputs_struct, (list, tuple))
    one_output = not isinstance(model._outputs_struct, (list, tuple))
    return NaiveModel(inputs[0] if one_input else inputs, outputs[0] if one_output else outputs, name=model.name)


def nodes_in_order(model: Any) -> list[Any]:
    """The nodes of a functional Keras model, in the order in which they run, without its inputs."""
    by_depth = model._nodes_by_depth
    return [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth] if not node.is_input]


def _refuse_operation(tensor: Any, others: dict[int, Any]) -> None:
    """A tensor that the network needs comes from a layer, not from a single Keras operation."""
    if id(tensor) in others:
        raise unsupported("layer", others[id(tensor)], [twin.keras.__name__ for twin in layers.TWINS])


def _inputs(tensors: Any) -> dict[int, Symbol]:
    symbols = {}
    for tensor in tensors:
        dtype = keras.backend.standardize_dtype(tensor.dtype)
        symbols[id(tensor)] = NaiveInput(tuple(tensor.shape[1:]), dtype, tensor.name)
    return symbols


def _layer_from_keras(layer: Any, twins: dict[int, Any]) -> Any:
    """The layer's twin; the same one each time, so that a shared layer stays shared."""
    if id(layer) not in twins:
        is_model = isinstance(layer, keras.Model)
        twins[id(layer)] = from_keras(layer, twins) if is_model else layers.from_keras(layer)
    return twins[id(layer)]


def _unsupported_kind(model: Any) -> ValueError:
    return ValueError(
        "This kind of Keras model is not supported. Expected a keras.Sequential or a functional keras.Model. "
        f"Received: {type(model).__name__} {model.name!r}"
    )
