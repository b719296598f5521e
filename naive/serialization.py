"""A model as plain data: a configuration that JSON can hold, and its weights as arrays.

Nothing but names and numbers is kept, so what is read back needs no other library than this one, and no code is
run while reading. A graph is written as a list of its nodes: which layer, called on which outputs of which nodes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from naive import checks
from naive.layers import LAYERS, NaiveLayer
from naive.models import NaiveModel
from naive.nodes import InputNode, NaiveInput, Node, Symbol
from naive.sequential import NaiveSequential

MODELS = ("NaiveModel", "NaiveSequential")


def model_config(model: NaiveModel, written: dict[NaiveLayer, int] | None = None) -> dict[str, Any]:
    """How the model is built, weights apart; plain types only.

    Args:
        written: the layers of an outer model that have been written already, by number; one that is shared with this
            model is written as that number.
    """
    written = {} if written is None else written
    inputs = [_input_config(symbol) for symbol in model.inputs]
    layers = [_layer_config(layer, written) for layer in model.layers]
    config = {"class_name": type(model).__name__, "name": model.name, "inputs": inputs, "layers": layers}
    if isinstance(model, NaiveSequential):
        return config
    numbers: dict[Node, int] = {symbol.node: number for number, symbol in enumerate(model.inputs)}
    numbers |= {node: number for number, node in enumerate(model.nodes, len(numbers))}

    def place(symbol: Symbol) -> list[int]:
        return [numbers[symbol.node], symbol.index]

    nodes = []
    for node in model.nodes:
        called_on: Any = [place(symbol) for symbol in node.inputs]
        nodes.append(
            {"layer": node.layer.name, "options": node.options, "inputs": called_on, "one_input": node.one_input}
        )
    outputs: Any = [place(symbol) for symbol in model.outputs]
    return config | {
        "nodes": nodes, "outputs": outputs, "one_input": model.one_input, "one_output": model.one_output,
    }  # fmt: skip


def model_from_config(config: dict[str, Any], read: list[NaiveLayer] | None = None) -> NaiveModel:
    """A model of the same build, with fresh weights.

    Args:
        read: the layers of an outer model that have been read already, in order.

    Raises:
        ValueError: a class that is not one of ours.
    """
    checks.one_of("class_name", config.get("class_name"), MODELS)
    inputs = [NaiveInput(tuple(one["shape"]), one["dtype"], one["name"]) for one in config.get("inputs", [])]
    made_before: list[NaiveLayer] = [] if read is None else read
    layers = [_layer_from_config(entry, made_before) for entry in config["layers"]]
    if config["class_name"] == "NaiveSequential":
        return NaiveSequential([*inputs, *layers], name=config["name"])
    by_name = {layer.name: layer for layer in layers}
    made: list[list[Symbol]] = [[symbol] for symbol in inputs]
    for node in config["nodes"]:
        x = [made[number][index] for number, index in node["inputs"]]
        y = by_name[node["layer"]](x[0] if node["one_input"] else x, **node["options"])
        made.append(y if isinstance(y, list) else [y])
    outputs = [made[number][index] for number, index in config["outputs"]]
    return NaiveModel(
        inputs[0] if config["one_input"] else inputs,
        outputs[0] if config["one_output"] else outputs,
        name=config["name"],
    )


def _input_config(symbol: Symbol) -> dict[str, Any]:
    node = symbol.node
    assert isinstance(node, InputNode)
    return {"shape": list(node.shape), "dtype": node.dtype, "name": node.name}


def _layer_config(layer: NaiveLayer, written: dict[NaiveLayer, int]) -> dict[str, Any]:
    if layer in written:
        return {"same_as": written[layer]}
    if isinstance(layer, NaiveModel):
        config = model_config(layer, written) | {"trainable": layer.trainable}
    else:
        config = {"class_name": type(layer).__name__, "config": layer.get_config(), "trainable": layer.trainable}
    written[layer] = len(written)
    return config


def _layer_from_config(entry: dict[str, Any], read: list[NaiveLayer]) -> NaiveLayer:
    if "same_as" in entry:
        return read[entry["same_as"]]
    checks.one_of("class_name", entry["class_name"], [*LAYERS, *MODELS])
    if entry["class_name"] in MODELS:
        layer: NaiveLayer = model_from_config(entry, read)
    else:
        layer = LAYERS[entry["class_name"]](**entry["config"])
    layer.trainable = entry["trainable"]
    read.append(layer)
    return layer


def _variables(model: NaiveModel) -> dict[str, Any]:
    """Weights by `layer/weight`, then the seeds by number."""
    return model.named_weights | {f"seed_{number}": seed.state for number, seed in enumerate(model.seeds)}


def get_arrays(model: NaiveModel) -> dict[str, np.ndarray]:
    """All weights and seeds, copied, by `layer/weight` and `seed_0`, `seed_1`, …"""
    return {name: variable.numpy().copy() for name, variable in _variables(model).items()}


def set_arrays(model: NaiveModel, arrays: dict[str, np.ndarray]) -> None:
    """Put weights and seeds in; nothing is changed unless all of them fit.

    Raises:
        ValueError: names or shapes that are not the model's.
    """
    variables = _variables(model)
    if sorted(arrays) != sorted(variables):
        raise ValueError(
            f"The weights are not this model's. Expected {list(variables)}. Received: names={sorted(arrays)}"
        )
    for name, variable in variables.items():
        if tuple(arrays[name].shape) != tuple(variable.shape):
            raise ValueError(
                f"The weight {name} does not fit. "
                f"Expected shape {tuple(variable.shape)}. Received: shape={tuple(arrays[name].shape)}"
            )
    for name, variable in variables.items():
        variable.assign(arrays[name])
