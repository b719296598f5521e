"""One random network beside its Keras twin: forward, both ways backward, three training steps.

The tape must be EXACT. The hand-written backward must be EXACT too, in eager mode, where the network is a row of
layers. CLOSE is enough where branches meet (TensorFlow adds the terms of all uses of a tensor in one sum, our layers
each add their own first) and where it is compiled (the compiler chooses the order of additions for the network as a
whole). Where the matrix excuses a layer, it is excused here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from keras_ref.float64 import Float64Keras
from naive import NaiveLayer, NaiveModel
from naive.backprop import GRADIENTS
from sidebyside.components import COMPONENTS, QUANTITIES, Component, Input
from sidebyside.components.examine import Cell, examine
from sidebyside.fuzzing.recipe import Recipe, build, to_code

MEETING = "where a tensor has several uses, TensorFlow adds the terms of all of them in one sum, ours use by use"
COMPILED = "compiled, the order of additions in a hand-written backward is the compiler's choice"


def differences(recipe: Recipe, mode: str, float64: Float64Keras) -> list[Cell]:
    """The cells that fail."""
    component = as_component(recipe, mode)
    return [cell for cell in examine(component, mode, GRADIENTS, QUANTITIES, float64) if not cell.passed]


def problem(recipe: Recipe, mode: str, float64: Float64Keras) -> str:
    """What is wrong with a network, with a program that shows it; empty where nothing is."""
    try:
        wrong = differences(recipe, mode, float64)
    except Exception as error:  # one side refuses what the other takes, or a step crashes: to be shrunk too
        first = " ".join(str(error).split())[:500]
        return f"{type(error).__name__} in {mode} mode: {first}\nrecipe: {recipe}\n\n{to_code(recipe)}\n"
    return explain(recipe, mode, wrong) if wrong else ""


def check(recipe: Recipe, mode: str, float64: Float64Keras) -> None:
    """Raises where a random network differs from its Keras twin.

    Raises:
        AssertionError: it does, with a program that shows it.
    """
    __tracebackhide__ = True
    wrong = problem(recipe, mode, float64)
    if wrong:
        raise AssertionError(wrong)


def explain(recipe: Recipe, mode: str, wrong: list[Cell]) -> str:
    """What differs, and a program that shows it."""
    first = wrong[0]
    return (
        f"{first.component} in {mode} mode, {first.gradients}: {first.explain()}\n"
        f"recipe: {recipe}\n\n{to_code(recipe)}\n"
    )


def as_component(recipe: Recipe, mode: str) -> Component:
    """The recipe as a row of the matrix would be, with the exceptions of its layers."""
    integers = recipe["high"]
    one = Input((recipe["batch"], *recipe["input"]), high=integers)
    model = build(recipe)
    classes = {type(layer).__name__ for layer in _all_layers(model)}
    exceptions: dict[tuple[str, str, str], str] = {}
    if any("branches" in step or "inputs" in step for step in recipe["steps"]):
        exceptions[("*", "eager", "backprop")] = MEETING
    if mode != "eager":
        exceptions[("*", mode, "backprop")] = COMPILED
    for component in COMPONENTS:
        if component.exceptions and type(component.make(dtype="float32", body="kernel")).__name__ in classes:
            for (_, where, way), reason in component.exceptions.items():
                exceptions[("*", where, way)] = reason
    return Component(
        name=" → ".join(str(layer.name) for layer in model.layers),
        concept="X5",
        make=partial(_made, recipe),
        inputs=(one,),
        exceptions=exceptions,
        random=bool(model.seeds),
        strict=False,
        batches=3,
        epochs=1,
    )


def _made(recipe: Recipe, dtype: str = "float32", body: str = "kernel") -> NaiveModel:
    return build(recipe, dtype, body)


def _all_layers(layer: Any) -> Iterator[NaiveLayer]:
    yield layer
    for inner in (*getattr(layer, "layers", ()), getattr(layer, "layer", None), getattr(layer, "forward_layer", None)):
        if inner is not None:
            yield from _all_layers(inner)
