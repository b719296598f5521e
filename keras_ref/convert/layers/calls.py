"""How a layer is called on symbols: one tensor, a list, or several arguments, as the layer's class wants it.

A naive layer takes a tensor or a list. Keras layers differ: recurrent ones take their first states beside the
sequence, attention takes query, value and key as arguments.
"""

from __future__ import annotations

from typing import Any

import keras

CONSTANTS = ("use_causal_mask",)
"""Arguments of a call that may be constants; `training` is the model's matter, see `naive/models.py`."""


def call(layer: Any, x: Any, options: dict[str, Any]) -> list[Any]:
    """Call a Keras layer on what its naive twin is called on; the outputs as a list."""
    if isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional) and isinstance(x, list):
        return keras.tree.flatten(layer(x[0], initial_state=x[1:], **options))
    if isinstance(layer, keras.layers.MultiHeadAttention) and isinstance(x, list):
        allowed = {"attention_mask": x[3]} if len(x) > 3 else {}
        return keras.tree.flatten(layer(*x[:3], **allowed, **options))
    return keras.tree.flatten(layer(x, **options))


def arguments_of_call(layer: Any, node: Any) -> tuple[Any, dict[str, Any]]:
    """From a Keras node: the tensor, or list of tensors, and the constants it was called with.

    Raises:
        ValueError: an argument that the naive side does not know.
    """
    args, kwargs = node.arguments.args, dict(node.arguments.kwargs)
    kwargs.pop("training", None)
    if _is_its_own(kwargs.get("mask"), args):
        kwargs.pop("mask", None)
    options = {name: kwargs.pop(name) for name in CONSTANTS if kwargs.get(name) is not None}
    kwargs = {name: value for name, value in kwargs.items() if _says_something(value)}
    if isinstance(layer, keras.layers.MultiHeadAttention):
        args, kwargs = _attention_in_order(args, kwargs)
    tensors: list[Any] = []
    several = len(args) > 1 or isinstance(args[0] if args else None, (list, tuple))
    for arg in args:
        tensors += keras.tree.flatten(arg)
    for name in ("value", "key", "initial_state"):
        if name in kwargs:
            tensors += keras.tree.flatten(kwargs.pop(name))
            several = True
    if kwargs or any(not keras.utils.is_keras_tensor(tensor) for tensor in tensors):
        raise ValueError(
            f"{type(layer).__name__} called with these arguments is not supported. "
            f"Expected tensors, {', '.join(CONSTANTS)} or initial_state. "
            f"Received: {sorted(kwargs) or [type(tensor).__name__ for tensor in tensors]} at {layer.name!r}"
        )
    return (tensors if several else tensors[0]), options


def _is_its_own(mask: Any, args: Any) -> bool:
    """True for the mask that Keras itself takes along with the tensors; we take it along too."""
    own = [getattr(tensor, "_keras_mask", None) for tensor in keras.tree.flatten(args)]
    given = keras.tree.flatten(mask)
    return all(one is None or any(one is other for other in own) for one in given)


def _says_something(value: Any) -> bool:
    """False for None, for False, and for a list of masks of which there is none."""
    return value is not False and any(one is not None for one in keras.tree.flatten(value))


def _attention_in_order(args: Any, kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Query, value, key and the mask among the inputs, in this order; and what is left."""
    names = ("query", "value", "key")
    kwargs = dict(zip(names, args, strict=False)) | kwargs
    if "attention_mask" in kwargs and "key" not in kwargs and "value" in kwargs:
        kwargs["key"] = kwargs["value"]
    order = (*names, "attention_mask")
    return [kwargs[name] for name in order if name in kwargs], {n: v for n, v in kwargs.items() if n not in order}
