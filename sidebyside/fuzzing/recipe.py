"""A network written down as plain data, so that it can be drawn, shrunk, kept in a file and printed as code.

    {"input": [5, 4], "high": None, "batch": 3, "seed": 1, "steps": [step, …]}

The input's shape is without the batch; `high` is given for integers (tokens). A step is one of

    {"layer": "NaiveDense", "arguments": {"output_size": 3}}                     a layer
    {"layer": "NaiveDense", "arguments": {…}, "times": 2}                        the same layer, called twice
    {"layer": "NaiveAttention", "arguments": {…}, "inputs": 2}                   a layer that is given the tensor twice
    {"branches": [[step, …], [step, …]], "merge": "NaiveAdd"}                    the tensor goes several ways and meets

Sizes are never written down: they follow from what comes in, so a step can be left out and the rest still fits. A
step that does not fit what comes in (a window larger than what is left of the image) is passed over.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

import naive
from naive import NaiveInput, NaiveLayer, NaiveModel
from naive.layers import LAYERS

Recipe = dict[str, Any]
Step = dict[str, Any]

SAME = "as many as come in"
"""An argument with this value becomes the size of the last axis of what comes in."""


class Builder:
    """Follows a recipe; knows the shape of what has been built so far by running it on zeros."""

    def __init__(self, recipe: Recipe, dtype: str = "float32", body: str = "kernel") -> None:
        self.recipe, self.dtype, self.body = recipe, dtype, body
        self.count = 0
        self.lines: list[str] = []
        is_float = recipe["high"] is None
        self.input = NaiveInput(tuple(recipe["input"]), dtype if is_float else "int32", name="x")
        self.zeros = np.zeros((recipe["batch"], *recipe["input"]), dtype if is_float else "int32")
        kind = "" if is_float else ', "int32"'
        self.lines.append(f"x = NaiveInput({tuple(recipe['input'])}{kind})")

    def model(self) -> NaiveModel:
        """The whole network; a layer that does nothing stands for an empty one."""
        naive.set_random_seed(self.recipe["seed"])
        symbol, variable, _ = self.follow(self.recipe["steps"], self.input, "x", self.zeros)
        if symbol is self.input:
            symbol, variable, _ = self.follow(
                [{"layer": "NaiveActivation", "arguments": {"activation": "linear"}}], symbol, variable, self.zeros
            )
        self.lines.append(f"model = NaiveModel(x, {variable})")
        return NaiveModel(self.input, symbol, name="fuzzed")

    def follow(self, steps: list[Step], symbol: Any, variable: str, zeros: Any) -> tuple[Any, str, Any]:
        """Symbol, name in the code, and value on zeros, after these steps."""
        for step in steps:
            outcome = self.branch(step, symbol, variable, zeros) if "branches" in step else None
            if outcome is None and "layer" in step:
                outcome = self.layer(step, symbol, variable, zeros)
            if outcome is not None:
                symbol, variable, zeros = outcome
        return symbol, variable, zeros

    def layer(self, step: Step, symbol: Any, variable: str, zeros: Any) -> tuple[Any, str, Any] | None:
        """One layer, called once or several times; None where it does not fit."""
        layer, code = self.make(step["layer"], step["arguments"], np.shape(zeros))
        name = f"layer_{self.count}"
        several = step.get("inputs", 1)
        given = [zeros] * several if several > 1 else zeros
        made = None if layer is None else _try(layer, given, step.get("times", 1) if several == 1 else 1)
        if made is None:
            return None
        self.lines.append(f"{name} = {code}")
        self.count += 1
        for _ in range(step.get("times", 1) if made.shape == np.shape(zeros) else 1):
            symbol = layer([symbol] * several if several > 1 else symbol)  # type: ignore[misc]
            following = f"y{len(self.lines)}"
            called_on = f"[{', '.join([variable] * several)}]" if several > 1 else variable
            self.lines.append(f"{following} = {name}({called_on})")
            variable = following
        return symbol, variable, made

    def branch(self, step: Step, symbol: Any, variable: str, zeros: Any) -> tuple[Any, str, Any] | None:
        """Several ways that meet; the merge that always fits is a concatenation along the last axis."""
        ways = [self.follow(steps, symbol, variable, zeros) for steps in step["branches"]]
        shapes = [np.shape(way[2]) for way in ways]
        merge = step["merge"]
        if len(set(shapes)) > 1:
            if len({shape[:-1] for shape in shapes}) > 1:
                return None
            merge = "NaiveConcatenate"
        layer, code = self.make(merge, {}, shapes[0])
        if layer is None:
            return None
        made = _try(layer, [way[2] for way in ways], 1)
        if made is None:
            return None
        following = f"y{len(self.lines)}"
        self.lines.append(f"{following} = {code}([{', '.join(way[1] for way in ways)}])")
        self.count += 1
        return layer([way[0] for way in ways]), following, made

    def make(self, kind: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> tuple[NaiveLayer | None, str]:
        """The layer, with sizes from the shape of what comes in; None where the arguments do not fit."""
        given: dict[str, Any] = {name: (shape[-1] if value == SAME else value) for name, value in arguments.items()}
        inner = given.pop("layer", None)
        inner_code = ""
        if inner is not None:
            step_shape: Any = (shape[0], *shape[2:]) if kind == "NaiveTimeDistributed" else shape
            wrapped, inner_code = self.make(inner["layer"], inner["arguments"], step_shape)
            if wrapped is None:
                return None, ""
            given = {"layer": wrapped} | given
        parameters = inspect.signature(LAYERS[kind].__init__).parameters
        sizes: dict[str, Any] = {}
        if "input_size" in parameters:
            sizes["input_size"] = shape[-1]
        if "input_shape" in parameters:
            sizes["input_shape"] = tuple(shape[1:])
        shown = {name: value for name, value in (sizes | given).items() if name != "layer"}
        words = [inner_code] * bool(inner_code) + [f"{name}={value!r}" for name, value in shown.items()]
        code = f"{kind}({', '.join(words)})"
        common = {name: value for name, value in (("dtype", self.dtype), ("body", self.body)) if name in parameters}
        try:
            made: Any = LAYERS[kind]
            layer: NaiveLayer = made(**sizes, **given, **common)
        except ValueError:
            return None, ""
        if inner is None:
            layer.name = f"{kind.removeprefix('Naive').lower()}_{self.count}"
        return layer, code


def build(recipe: Recipe, dtype: str = "float32", body: str = "kernel") -> NaiveModel:
    """The network of a recipe, with the weights of its seed."""
    return Builder(recipe, dtype, body).model()


def to_code(recipe: Recipe) -> str:
    """A program that builds the network and compares it with Keras."""
    builder = Builder(recipe)
    builder.model()
    names = sorted({word for line in builder.lines for word in _classes(line)} | {"NaiveInput", "NaiveModel"})
    high = recipe["high"]
    draw = (
        f"rng.integers(0, {high}, (batch, *{tuple(recipe['input'])})).astype('int32')"
        if high is not None
        else f"rng.normal(size=(batch, *{tuple(recipe['input'])})).astype('float32')"
    )
    return "\n".join(
        [
            "import numpy as np",
            f"from naive import {', '.join(names)}, set_random_seed",
            "from sidebyside import inspect",
            "",
            f"set_random_seed({recipe['seed']})",
            *builder.lines,
            "",
            f"rng, batch = np.random.default_rng(0), {recipe['batch']}",
            f"data = {draw}",
            "labels = rng.normal(size=np.shape(model(data))).astype('float32')",
            "print(inspect(model, data, labels, 'mse'))",
        ]
    )


def _classes(line: str) -> list[str]:
    return [word for word in line.replace("(", " ").replace(",", " ").replace("[", " ").split() if word in LAYERS]


def _try(layer: NaiveLayer, zeros: Any, times: int) -> Any:
    """The value on zeros, with the layer's state put back; None where it does not fit."""
    before = [variable.numpy() for variable in layer.state]
    call: Callable[[Any], Any] = layer
    try:
        y = np.asarray(call(zeros))
        if times > 1 and y.shape == np.shape(zeros):
            y = np.asarray(call(y))
    except Exception:  # whatever refuses this shape: the step is passed over
        return None
    finally:
        for variable, value in zip(layer.state, before, strict=True):
            variable.assign(value)
    return y if y.size and y.shape[0] == (zeros[0] if isinstance(zeros, list) else zeros).shape[0] else None
