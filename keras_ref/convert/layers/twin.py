"""How a naive layer and a Keras layer are translated into each other: by the arguments that both share.

Most layers need one entry in a table: which class, which arguments, how sizes are read from a built Keras layer, and
with which shape a Keras layer is built. A layer made of other layers overrides the two methods that make arguments.
Weights and seeds are copied in Keras's order. An argument of the Keras layer that is not in the table must have
Keras's own default; else the layer is refused, naming the argument.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from keras_ref.convert import activations, initializers
from keras_ref.convert.support import only
from naive import NaiveLayer

ALWAYS = ("name", "trainable", "dtype")
DERIVED = ("build_config", "autocast", "synchronized")
"""Entries of a Keras configuration that change no number here."""


def no_sizes(layer: Any) -> dict[str, Any]:
    """For layers whose weights do not depend on the input, or that have none."""
    return {}


def no_build(layer: NaiveLayer) -> None:
    """For layers without weights."""
    return


@dataclass(frozen=True)
class Twin:
    """One pair of classes.

    Args:
        naive, keras: the classes.
        arguments: names that both constructors share; each is also an attribute of the naive layer. Names that end
            in `activation` or `initializer` are translated.
        sizes: from a built Keras layer, the naive layer's own arguments (`input_size`, `input_shape`).
        build: from a naive layer, the input shape (batch included, as None) with which Keras's layer is built; None
            where nothing needs to be built.
        renamed: naive name → Keras name, where they differ.
        harmless: Keras arguments that change no number and may have any value.
    """

    naive: type[NaiveLayer]
    keras: type
    arguments: tuple[str, ...] = ()
    sizes: Callable[[Any], dict[str, Any]] = no_sizes
    build: Callable[[Any], Any] = no_build
    renamed: Mapping[str, str] = field(default_factory=dict)
    harmless: tuple[str, ...] = ()

    def keras_arguments(self, layer: Any) -> dict[str, Any]:
        """What to make the Keras layer with."""
        names = {name: name for name in self.arguments} | dict(self.renamed)
        return {theirs: _to_keras(getattr(layer, ours), ours) for ours, theirs in names.items()}

    def naive_arguments(self, layer: Any) -> dict[str, Any]:
        """What to make the naive layer with; refuses arguments that are not supported."""
        names = {name: name for name in self.arguments} | dict(self.renamed)
        config = layer.get_config()
        self.refuse_others(config, set(names.values()))
        return {ours: _from_keras(layer, config, theirs) for ours, theirs in names.items()}

    def refuse_others(self, config: dict[str, Any], known: set[str]) -> None:
        """Every argument that is not in the table has Keras's default.

        Raises:
            ValueError: it has another value.
        """
        defaults = {name: parameter.default for name, parameter in inspect.signature(self.keras).parameters.items()}
        for argument in sorted(set(config) - known - {*ALWAYS, *DERIVED, *self.harmless}):
            default = defaults.get(argument)
            only(self.keras.__name__, config, argument, None if default is inspect.Parameter.empty else default)

    def to_keras(self, layer: Any) -> Any:
        """A Keras layer with the layer's configuration, weights and seeds."""
        twin = self.keras(**self.keras_arguments(layer), dtype=layer.dtype, name=layer.name)
        shape = self.build(layer)
        if shape is not None:
            twin.build(shape)
        self.copy_to_keras(layer, twin)
        twin.trainable = layer.trainable
        return twin

    def copy_to_keras(self, layer: Any, twin: Any) -> None:
        """Weights, then seeds."""
        if layer.weights:
            twin.set_weights([weight.numpy() for weight in layer.weights])
        for mine, state in zip(layer.seeds, seed_states(twin), strict=True):
            state.assign(mine.state.numpy())

    def from_keras(self, layer: Any) -> NaiveLayer:
        """A naive layer with the layer's configuration, weights and seeds."""
        arguments = self.naive_arguments(layer)
        if not layer.built:
            raise ValueError(
                "A Keras layer has weights only once it is built. "
                f"Expected a built layer. Received: {layer.name!r}, unbuilt"
            )
        twin = self.naive(**arguments, **self.sizes(layer), dtype=layer.compute_dtype, name=layer.name)
        for weight, value in zip(twin.weights, layer.get_weights(), strict=True):
            weight.assign(value)
        for mine, state in zip(twin.seeds, seed_states(layer), strict=True):
            mine.state.assign(state.numpy())
        twin.trainable = layer.trainable
        return twin


def seed_states(layer: Any) -> list[Any]:
    """The states of a Keras layer's seed generators, in Keras's order."""
    weights = {id(weight) for weight in layer.weights}
    return [v for v in layer.non_trainable_variables if id(v) not in weights and "seed_generator_state" in v.path]


def _to_keras(value: Any, argument: str) -> Any:
    if argument.endswith("activation"):
        return activations.to_keras(value)
    if argument.endswith("initializer"):
        return initializers.to_keras(value)
    return value


def _from_keras(layer: Any, config: dict[str, Any], argument: str) -> Any:
    if argument.endswith("activation"):
        return activations.from_keras(getattr(layer, argument))
    if argument.endswith("initializer"):
        return initializers.from_keras(getattr(layer, argument))
    return config[argument]
