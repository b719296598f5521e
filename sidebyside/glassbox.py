"""The glass box: every value and every gradient inside a model, layer by layer.

    seen = inspect(model, x, y, loss="sparse_categorical_crossentropy")
    print(seen)                                   a table, one line for each call of a layer and each weight
    seen.step("lstm").saved["gates"]              what the backward pass needed, as arrays
    seen.step("dense").weight_gradients["kernel"]

A Keras model is converted first, and everything that Keras itself can show (the output of every layer, the loss, the
gradient of every weight) is computed by Keras as well and compared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from rich import box
from rich.console import Console
from rich.table import Table

from keras_ref import compile_model, from_keras, to_keras
from keras_ref.convert.models import nodes_in_order
from keras_ref.gradients import KerasGradients
from naive import NaiveModel, checks, losses
from naive.models import OWN
from naive.nodes import flatten
from sidebyside import grades
from sidebyside.grades import Outcome


@dataclass(frozen=True)
class Step:
    """One call of one layer.

    Attributes:
        name: the layer's name; `name/2` for its second call; `model/name` inside a nested model.
        kind: the layer's class.
        inputs: what it was called on, by name.
        outputs: the values it gave.
        output_gradients: the gradients that arrived at them; None where nothing did.
        wrt: `"output"`, or `"logits"` when the loss went behind the layer's activation.
        input_gradients: what it handed on, one per use.
        weights, weight_gradients: by name; a frozen weight has a gradient too, which nobody applies.
        saved: everything the forward pass kept for the way back.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[np.ndarray, ...]
    output_gradients: tuple[np.ndarray | None, ...]
    wrt: str
    input_gradients: tuple[np.ndarray | None, ...]
    weights: dict[str, np.ndarray]
    weight_gradients: dict[str, np.ndarray]
    saved: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Inspection:
    """What `inspect` saw.

    Attributes:
        model: its name.
        loss, loss_name: the mean loss, and which; None and empty for a look at the forward pass alone.
        inputs: the data.
        steps: every call of a layer, in the order of the forward pass.
        gradients: of each trainable weight of the model, all calls of its layer added.
        compared: each quantity that Keras can show, beside Keras's own.
    """

    model: str
    loss: float | None
    loss_name: str
    inputs: dict[str, np.ndarray]
    steps: tuple[Step, ...]
    gradients: dict[str, np.ndarray]
    compared: tuple[Outcome, ...] = ()

    def step(self, name: str) -> Step:
        """The call of that name.

        Raises:
            ValueError: there is none.
        """
        checks.one_of("layer", name, [step.name for step in self.steps])
        return next(step for step in self.steps if step.name == name)

    @property
    def equal(self) -> bool:
        """Everything that was compared with Keras is equal to the last bit."""
        return all(outcome.passed for outcome in self.compared)

    def first_difference(self) -> Outcome | None:
        """The first quantity, in the order of the computation, that is not Keras's."""
        return next((outcome for outcome in self.compared if not outcome.passed), None)

    def verdict(self) -> str:
        """One line for people."""
        if not self.compared:
            return "not compared with Keras"
        first = self.first_difference()
        count = len(self.compared)
        if first is None:
            return f"EQUAL: all {count} quantities that Keras can show are equal to the last bit"
        wrong = sum(not outcome.passed for outcome in self.compared)
        return f"DIFFERENT: {wrong} of {count} quantities, first {first.explain()}"

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything by path: `values/dense`, `gradients/dense`, `weights/dense/kernel`, `saved/lstm/h`, …"""
        found: dict[str, np.ndarray] = {f"inputs/{name}": x for name, x in self.inputs.items()}
        for step in self.steps:
            found |= _numbered("values", step.name, step.outputs)
            found |= _numbered("gradients", step.name, step.output_gradients)
            found |= _numbered("input_gradients", step.name, step.input_gradients)
            found |= {f"weights/{step.name}/{name}": value for name, value in step.weights.items()}
            found |= {f"weight_gradients/{step.name}/{name}": value for name, value in step.weight_gradients.items()}
            found |= {f"saved/{step.name}/{path}": value for path, value in _leaves(step.saved).items()}
        return found

    def save(self, path: str | Path) -> None:
        """All arrays into one `.npz` file, by the names of `arrays`."""
        target = Path(path)
        beside = target.with_name(target.name + ".part.npz")
        np.savez_compressed(beside, **self.arrays())  # type: ignore[arg-type]
        beside.replace(target)

    def to_dict(self) -> dict[str, Any]:
        """Names, shapes and statistics as plain data; `arrays` has the numbers themselves."""
        return {
            "model": self.model, "loss": _plain(self.loss), "loss_name": self.loss_name, "verdict": self.verdict(),
            "equal": self.equal if self.compared else None,
            "steps": [_step_to_dict(step) for step in self.steps],
            "compared": [{"quantity": one.quantity, "exact": one.passed} for one in self.compared],
        }  # fmt: skip

    def table(self) -> Table:
        """One line for each output of each call, and one for each weight."""
        table = Table(
            title=f"{self.model}: {self._headline()}", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False,
            padding=(0, 1), caption_justify="left",
        )  # fmt: skip
        table.add_column("layer", overflow="fold", min_width=14)
        table.add_column("shape", overflow="fold")
        for heading in ("mean", "smallest", "largest", "zeros", "‖gradient‖"):
            table.add_column(heading, justify="right", no_wrap=True)
        for name, value in self.inputs.items():
            table.add_row(name, str(value.shape), *_statistics(value), _norm(self._input_gradient(name)))
        for step in self.steps:
            for number, (value, gradient) in enumerate(zip(step.outputs, step.output_gradients, strict=True)):
                kind = step.kind.removeprefix("Naive")
                what = f"{step.name} · {kind}" if number == 0 else f"  output {number}"
                norm = _norm(gradient) + ("*" if step.wrt == "logits" else "")
                table.add_row(what, str(value.shape), *_statistics(value), norm, style="bold" if number == 0 else "")
            for name, weight in step.weights.items():
                table.add_row(
                    f"  {name}", str(weight.shape), *_statistics(weight), _norm(step.weight_gradients.get(name))
                )
        if any(step.wrt == "logits" for step in self.steps):
            table.caption = "* for the logits: the loss went behind this activation"
        return table

    def _headline(self) -> str:
        return f"{self.loss_name} = {self.loss:.9g}" if self.loss is not None else "forward only"

    def _input_gradient(self, name: str) -> np.ndarray | None:
        arrived = [
            gradient
            for step in self.steps
            for source, gradient in zip(step.inputs, step.input_gradients, strict=True)
            if source == name and gradient is not None
        ]
        return sum(arrived[1:], arrived[0]) if arrived else None

    def __str__(self) -> str:
        console = Console(width=110, no_color=True)
        with console.capture() as captured:
            console.print(self.table())
            console.print(self.verdict(), soft_wrap=True, highlight=False)
        return captured.get()

    def _repr_html_(self) -> str:
        import io

        console = Console(width=110, record=True, file=io.StringIO())
        console.print(self.table())
        console.print(self.verdict(), soft_wrap=True, highlight=False)
        return console.export_html(inline_styles=True, code_format="<pre>{code}</pre>")


def inspect(
    model: Any, x: Any, y: Any = None, loss: Any = None, training: bool = True, compare_with_keras: bool = True
) -> Inspection:
    """Look at every value and every gradient of a model, for one batch.

    Args:
        model: a naive model, or a Keras model made of supported layers; it is left as it was, state included.
        x: the inputs (batch, …), or a list of them.
        y: the labels; None looks at the forward pass alone.
        loss: a Keras name or object, or a naive loss; None takes that of a compiled Keras model.
        training: whether layers such as Dropout and BatchNormalization are in training.
        compare_with_keras: False saves the time of computing everything in Keras too.

    Raises:
        ValueError: a model, loss or argument that is not supported; labels without a loss; inputs that do not fit.
    """
    twin = model if isinstance(model, keras.Model) else None
    if twin is not None:
        loss = getattr(twin, "loss", None) if loss is None and twin.compiled else loss
        naive_model = from_keras(twin)
    elif isinstance(model, NaiveModel):
        naive_model = model
    else:
        raise ValueError(f"inspect looks into models. Expected a Keras or naive model. Received: model={model!r}")
    naive_loss = None
    if y is not None:
        if loss is None:
            raise ValueError(
                "Labels need a loss. Expected loss='sparse_categorical_crossentropy', … Received: loss=None"
            )
        naive_loss = from_keras(loss) if isinstance(loss, keras.losses.Loss) else losses.get(loss)
    xs = [np.asarray(one) for one in (flatten(x) if not naive_model.one_input else [x])]
    seen = _look(naive_model, xs, y, naive_loss, training)
    if not compare_with_keras:
        return seen
    if twin is None:
        twin = to_keras(naive_model)
    return replace(seen, compared=tuple(_beside_keras(seen, naive_model, twin, xs, y, naive_loss, training)))


def _look(model: NaiveModel, xs: list[np.ndarray], y: Any, loss: Any, training: bool) -> Inspection:
    """Forward, and with labels backward, by hand."""
    before = [variable.numpy() for variable in model.state]
    values = [tf.cast(one, symbol.node.dtype) for one, symbol in zip(xs, model.inputs, strict=True)]
    y_pred, saved = model.forward(values[0] if model.one_input else values, training=training)
    arrived: dict[str, tuple[Any, str, Any, Any]] = {}
    value: Any = None
    gradients: dict[str, Any] = {}
    if loss is not None:
        value, saved_by_loss = loss.forward(
            tf.convert_to_tensor(y), y_pred, model.logits(saved, loss.belongs_to), model.mask(saved)
        )
        dy, wrt = loss.backward(saved_by_loss)
        _, gradients = model.backward(dy, saved, wrt, lambda key, *rest: arrived.update({key: rest}))
    for variable, moved in zip(model.state, before, strict=True):
        variable.assign(moved)
    names = {symbol: symbol.node.name or f"input_{n}" for n, symbol in enumerate(model.inputs, 1)}
    inputs = {names[symbol]: np.asarray(one) for symbol, one in zip(model.inputs, xs, strict=True)}
    steps = list(_steps(model, saved, arrived, ""))
    return Inspection(
        model.name or "model", None if value is None else float(value),
        "" if loss is None else type(loss).keras_name, inputs, tuple(steps),
        {name: _array(gradient) for name, gradient in gradients.items() if gradient is not None},
    )  # fmt: skip


def _steps(model: NaiveModel, saved: Any, arrived: Mapping[str, Any], prefix: str) -> Any:
    names: dict[Any, str] = {symbol: symbol.node.name or f"input_{n}" for n, symbol in enumerate(model.inputs, 1)}
    for node in model.nodes:
        key = model.key_of(node)
        names |= {
            symbol: prefix + key + (f"[{symbol.index}]" if len(node.outputs) > 1 else "") for symbol in node.outputs
        }
        outputs = saved[OWN]["outputs"][key]
        if isinstance(node.layer, NaiveModel):
            yield from _steps(node.layer, saved[key], arrived, f"{prefix}{key}/")
        dy, wrt, dx, of_weights = arrived.get(prefix + key, (None, "output", None, {}))
        own_weights = {} if isinstance(node.layer, NaiveModel) else node.layer.named_weights
        yield Step(
            name=prefix + key,
            kind=type(node.layer).__name__,
            inputs=tuple(names[symbol] for symbol in node.inputs),
            outputs=tuple(_array(one) for one in outputs),
            output_gradients=tuple(_maybe(one) for one in flatten(dy)) if dy is not None else (None,) * len(outputs),
            wrt=wrt,
            input_gradients=tuple(_maybe(g) for g in flatten(dx)) if dx is not None else (None,) * len(node.inputs),
            weights={name: weight.numpy() for name, weight in own_weights.items()},
            weight_gradients={n: _array(g) for n, g in of_weights.items() if n in own_weights},
            saved={} if isinstance(node.layer, NaiveModel) else _arrays_in(saved[key]),
        )


def _beside_keras(
    seen: Inspection, model: NaiveModel, twin: Any, xs: list[np.ndarray], y: Any, loss: Any, training: bool
) -> list[Outcome]:
    """Every layer's output, the loss and every weight's gradient, as Keras computes them, in eager mode."""
    given: Any = [tf.cast(one, symbol.node.dtype) for one, symbol in zip(xs, model.inputs, strict=True)]
    given = given[0] if len(given) == 1 else given
    before = [variable.numpy() for variable in twin.non_trainable_variables]
    theirs = keras.Model(twin.inputs, _outputs_of_nodes(twin, model))(given, training=training)
    _put_back(twin, before)
    compared = []
    top = {step.name: step for step in seen.steps}
    for key, tensors in zip([model.key_of(node) for node in model.nodes], theirs, strict=True):
        for number, (mine, reference) in enumerate(zip(top[key].outputs, flatten(tensors), strict=True)):
            compared.append(grades.exact(mine, np.asarray(reference), f"output {number} of {key}"))
    if loss is None or not training:
        return compared
    copy = keras.models.clone_model(twin)
    copy.set_weights(twin.get_weights())
    for mine, reference in zip(copy.non_trainable_variables, twin.non_trainable_variables, strict=True):
        mine.assign(reference)
    for mine, reference in zip(copy.layers, twin.layers, strict=True):
        mine.trainable = reference.trainable
    compile_model(copy, to_keras(loss), "sgd", [], "eager")
    value, gradients = KerasGradients(copy, "eager")(given, y)
    compared.append(grades.exact(np.float32(seen.loss), np.asarray(value), "loss"))
    for name, reference in zip(model.named_trainable, gradients, strict=True):
        if name in seen.gradients and reference is not None:
            compared.append(grades.exact(seen.gradients[name], _array(reference), f"gradient of {name}"))
    return compared


def _outputs_of_nodes(twin: Any, model: NaiveModel) -> list[Any]:
    """The symbolic outputs of Keras's nodes, in the order of ours."""
    if isinstance(twin, keras.Sequential):
        twin = twin._functional
    nodes = [node for node in nodes_in_order(twin) if isinstance(node.operation, keras.layers.Layer)]
    outputs = [list(keras.tree.flatten(node.outputs)) for node in nodes]
    if len(outputs) != len(model.nodes):
        raise ValueError(
            "The two models do not have the same layers. "
            f"Expected {len(outputs)} calls of layers (Keras). Received: {len(model.nodes)} (naive)"
        )
    return outputs


def _put_back(model: Any, values: list[Any]) -> None:
    for variable, value in zip(model.non_trainable_variables, values, strict=True):
        variable.assign(value)


def _array(value: Any) -> np.ndarray:
    return np.asarray(tf.convert_to_tensor(value))


def _maybe(value: Any) -> np.ndarray | None:
    return None if value is None else _array(value)


def _arrays_in(saved: Any) -> Any:
    """The tensors of a nested dict as arrays; what is not a tensor stays."""
    if isinstance(saved, Mapping):
        return {name: _arrays_in(value) for name, value in saved.items()}
    if isinstance(saved, (list, tuple)):
        return [_arrays_in(value) for value in saved]
    return np.asarray(saved) if tf.is_tensor(saved) else saved


def _leaves(saved: Any, prefix: str = "") -> dict[str, np.ndarray]:
    if isinstance(saved, Mapping):
        parts = saved.items()
    elif isinstance(saved, list):
        parts = [(str(number), value) for number, value in enumerate(saved)]  # type: ignore[assignment]
    else:
        return {prefix: saved} if isinstance(saved, np.ndarray) else {}
    found: dict[str, np.ndarray] = {}
    for name, value in parts:
        found |= _leaves(value, f"{prefix}/{name}" if prefix else str(name))
    return found


def _numbered(kind: str, name: str, arrays: Any) -> dict[str, np.ndarray]:
    several = len(arrays) > 1
    return {
        f"{kind}/{name}" + (f"/{number}" if several else ""): array
        for number, array in enumerate(arrays)
        if array is not None
    }


def _statistics(value: np.ndarray) -> tuple[str, ...]:
    if not value.size or value.dtype.kind not in "biuf":
        return ("", "", "", "")
    numbers = value.astype("float64")
    return (
        f"{numbers.mean():.3g}", f"{numbers.min():.3g}", f"{numbers.max():.3g}", f"{np.mean(numbers == 0):.0%}",
    )  # fmt: skip


def _norm(gradient: np.ndarray | None) -> str:
    if gradient is None or not gradient.size:
        return "–"
    numbers = gradient.astype("float64")
    return f"{math.sqrt(float(np.sum(numbers * numbers))):.3g}"


def _plain(number: float | None) -> Any:
    return number if number is None or math.isfinite(number) else str(number)


def _summary(value: np.ndarray | None) -> Any:
    if value is None:
        return None
    numbers = value.astype("float64")
    measured = {
        "mean": numbers.mean(), "min": numbers.min(), "max": numbers.max(), "zeros": np.mean(numbers == 0),
        "norm": np.sqrt(np.sum(numbers * numbers)),
    } if value.size else {}  # fmt: skip
    return {"shape": list(value.shape), "dtype": str(value.dtype)} | {k: _plain(float(v)) for k, v in measured.items()}


def _step_to_dict(step: Step) -> dict[str, Any]:
    return {
        "name": step.name, "kind": step.kind, "inputs": list(step.inputs), "gradient_for": step.wrt,
        "outputs": [_summary(one) for one in step.outputs],
        "output_gradients": [_summary(one) for one in step.output_gradients],
        "weights": {name: _summary(one) for name, one in step.weights.items()},
        "weight_gradients": {name: _summary(one) for name, one in step.weight_gradients.items()},
        "saved": {path: _summary(value) for path, value in _leaves(step.saved).items()},
    }  # fmt: skip
