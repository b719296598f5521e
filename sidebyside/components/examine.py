"""Run one component beside its Keras twin, and grade everything that can be seen of it.

    forward             outputs, outside and during training
    input gradient      for a random gradient at the outputs
    weight gradients    the same
    state               moving statistics, carried states and seeds, after a training call, an inference call and a
                        frozen training call
    training            all weights and state after 20 updates, against one call of `keras.Model.fit`

Each is EXACT, or CLOSE where the component says why it cannot be. CLOSE is judged in float64 against a Keras whose
floatx is float64, and in float32 by the distance to that truth.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ref import compile_model, to_keras
from keras_ref.float64 import Float64Keras, any_model, any_training
from naive import NaiveModel, TrainingRun, set_random_seed
from naive.backprop import GRADIENTS
from naive.nodes import flatten
from naive.ops import EXECUTIONS
from sidebyside import grades
from sidebyside.components.component import QUANTITIES, Component
from sidebyside.grades import Grade, Outcome


@dataclass(frozen=True)
class Cell:
    """One quantity of one component, in one mode, by one way of differentiating.

    Attributes:
        outcomes: one for each tensor.
        reason: why it is graded CLOSE; empty for EXACT.
        strict: whether a reason that is not needed is a failure.
    """

    component: str
    quantity: str
    mode: str
    gradients: str
    outcomes: tuple[Outcome, ...]
    reason: str = ""
    strict: bool = True

    @property
    def passed(self) -> bool:
        """Every tensor met its grade; and a cell that is excused is not EXACT after all."""
        return all(one.passed for one in self.outcomes) and not self.needless

    @property
    def exact(self) -> bool:
        """Every bit of every tensor is equal."""
        return all(one.distance is not None and one.distance.different == 0 for one in self.outcomes)

    @property
    def needless(self) -> bool:
        """Excused, and EXACT all the same."""
        return self.strict and bool(self.reason) and self.exact and bool(self.outcomes)

    @property
    def verdict(self) -> str:
        """`EXACT`, `CLOSE`, `-` where there is nothing to compare, or `FAILED`."""
        if not self.outcomes:
            return "-"
        if not self.passed:
            return "FAILED"
        return "EXACT" if self.exact else "CLOSE"

    def worst(self) -> Outcome | None:
        """The tensor that is furthest off, relative to its scale."""
        measured = [one for one in self.outcomes if one.distance is not None]
        return max(measured, key=lambda one: one.distance.relative, default=None)  # type: ignore[union-attr]

    def explain(self) -> str:
        """The first tensor that failed, in words."""
        if self.needless:
            return f"{self.quantity}: EXACT although an exception says: {self.reason}. Remove the exception."
        return next((one.explain() for one in self.outcomes if not one.passed), f"{self.quantity}: {self.verdict}")


def examine(
    component: Component,
    mode: str,
    gradients: str | Sequence[str],
    quantities: Sequence[str] = QUANTITIES,
    float64: Float64Keras | None = None,
    sabotage: Sabotage | None = None,
) -> list[Cell]:
    """Grade a component in one mode.

    Args:
        gradients: `"backprop"`, `"tape"`, or several of them.
        float64: the process in which CLOSE is judged; None leaves cells with an exception out.
        sabotage: changes our side before it is compared, to show that the comparison sees it.
    """
    ways = [gradients] if isinstance(gradients, str) else list(gradients)
    cells = []
    if set(quantities) & set(QUANTITIES[:4]):
        alone = Pair(component)
        seen = alone.look(mode, ways)
        for way in ways:
            for quantity in QUANTITIES[:4]:
                if quantity in quantities:
                    compared = sabotage(quantity, seen[way][quantity]) if sabotage else seen[way][quantity]
                    cells.append(_grade(component, quantity, mode, way, compared, alone, float64))
    if "training" in quantities:
        trained = Pair(component, trained=True)
        after = trained.train(mode, ways, before=None if sabotage is None else sabotage.before_training)
        for way in ways:
            cells.append(_grade(component, "training", mode, way, after[way], trained, float64))
    return [cell for cell in cells if cell is not None]


Seen = list[tuple[str, Any, Any]]
"""Name, ours, Keras's."""


class Pair:
    """A component as a naive model and as a Keras model, with the same weights, inputs and incoming gradients."""

    def __init__(self, component: Component, trained: bool = False, dtype: str = "float32") -> None:
        set_random_seed(3)
        self.component = component
        self.trained = trained
        self.model = component.model(dtype, trained=trained)
        rng = np.random.default_rng(11)
        batches = component.batches if trained else 1
        self.xs = [one.draw(rng, batches) for one in component.inputs]
        if dtype != "float32":
            self.xs = [x.astype(dtype) if x.dtype.kind == "f" else x for x in self.xs]
        before = [variable.numpy() for variable in self.model.state]
        batch = component.inputs[0].shape[0]
        first = [x[:batch] for x in self.xs]
        outputs = [np.asarray(y) for y in flatten(self.model(first if len(first) > 1 else first[0]))]
        for variable, value in zip(self.model.state, before, strict=True):
            variable.assign(value)
        self.dys = [rng.normal(size=y.shape).astype("float32").astype(dtype) for y in outputs]
        whole = (outputs[0].shape[0] * batches, *outputs[0].shape[1:])
        self.target = rng.normal(size=whole).astype("float32").astype(dtype)
        self.batch = batch
        self.twin = to_keras(self.model) if dtype == "float32" else None

    def one_or_list(self, values: list[Any]) -> Any:
        return values if len(self.component.inputs) > 1 else values[0]

    def look(self, mode: str, ways: Sequence[str]) -> dict[str, dict[str, Seen]]:
        """Everything but training, for each way of differentiating; Keras computes once."""
        seen: dict[str, dict[str, Seen]] = {way: {quantity: [] for quantity in QUANTITIES[:4]} for way in ways}
        self._see(seen, mode, "in training", training=True, differentiate=True)
        self._see(seen, mode, "in inference", training=False, differentiate=True)
        if self.model.state:
            self._set_trainable(False)
            self._see(seen, mode, "frozen", training=True, differentiate=False)
            self._set_trainable(True)
        return seen

    def _see(self, seen: Any, mode: str, when: str, training: bool, differentiate: bool) -> None:
        assert self.twin is not None
        before = [variable.numpy() for variable in self.model.state]
        theirs = _in_mode(mode, lambda xs, dys: keras_taped(self.twin, xs, dys, training, differentiate))(
            self.xs, self.dys
        )
        count, names = len(self.xs), list(self.model.named_trainable)
        for way, found in seen.items():
            for variable, value in zip(self.model.state, before, strict=True):
                variable.assign(value)
            run = hand_written if way == "backprop" else taped
            ours = _in_mode(mode, lambda xs, dys, run=run: run(self.model, xs, dys, training, differentiate))(
                self.xs, self.dys
            )
            for number, (a, b) in enumerate(zip(ours[0], theirs[0], strict=True)):
                found["forward"].append((f"output {number} {when}", a, b))
            found["state"] += [(f"{name} {when}", a, b) for name, a, b in self.states()]
            if not differentiate:
                continue
            for number in range(count):
                name = f"gradient of input {number} {when}"
                found["input gradient"] += _pairs(name, ours[1][number], theirs[1][number])
            for name, a, b in zip(names, ours[1][count:], theirs[1][count:], strict=True):
                found["weight gradients"] += _pairs(f"gradient of {name} {when}", a, b)

    def _set_trainable(self, value: bool) -> None:
        assert self.twin is not None
        self.twin.trainable = value
        set_trainable(self.model, value)

    def states(self) -> Seen:
        """Everything that moves without a gradient, ours and Keras's."""
        assert self.twin is not None
        kept = {id(weight): name for name, weight in self.model.named_weights.items()}
        ours = {kept.get(id(v), f"seed {n}"): v.numpy() for n, v in enumerate(self.model.state)}
        names = list(self.model.named_weights)
        theirs = {name: w.numpy() for name, w in zip(names, self.twin.weights, strict=True) if name in ours}
        weights = {id(weight) for weight in self.twin.weights}
        seeds = [v.numpy() for v in self.twin.non_trainable_variables if id(v) not in weights]
        our_seeds = [seed.state.numpy() for seed in self.model.seeds]
        pairs = [(name, ours[name], theirs[name]) for name in theirs]
        return pairs + [(f"seed {n}", a, b) for n, (a, b) in enumerate(zip(our_seeds, seeds, strict=True))]

    def train(
        self, mode: str, ways: Sequence[str], optimizer: str = "sgd", before: Callable[[NaiveModel], None] | None = None
    ) -> dict[str, Seen]:
        """All weights and state after 20 updates, for each way of differentiating; Keras trains once."""
        assert self.twin is not None
        x = self.one_or_list(self.xs)
        compile_model(self.twin, "mse", optimizer, [], mode)
        first = [variable.numpy() for variable in (*self.model.weights, *self.model.state)]
        self.twin.fit(x, self.target, batch_size=self.batch, epochs=self.component.epochs, shuffle=False, verbose=0)
        after = {}
        for way in ways:
            for variable, value in zip((*self.model.weights, *self.model.state), first, strict=True):
                variable.assign(value)
            if before is not None:
                before(self.model)
            run = TrainingRun(
                self.model, x, self.target, self.batch, optimizer=optimizer, loss="mse", execution=mode, gradients=way
            )
            for _ in range(self.component.epochs):
                run.begin_epoch()
                run.advance(self.component.batches)
                run.end_epoch()
            weights = zip(self.model.named_weights, self.model.weights, self.twin.weights, strict=True)
            after[way] = [(f"{name} after training", a.numpy(), b.numpy()) for name, a, b in weights]
            seeds = [(name, a, b) for name, a, b in self.states() if name.startswith("seed ")]
            after[way] += [(f"{name} after training", a, b) for name, a, b in seeds]
        return after


class Sabotage:
    """Changes one bit of our side, to show that it is seen; subclasses say which."""

    def __call__(self, quantity: str, seen: Seen) -> Seen:
        """What is compared, changed."""
        return seen

    def before_training(self, model: NaiveModel) -> None:
        """The naive model before its first update, changed."""


def hand_written(model: NaiveModel, xs: list[Any], dys: list[Any], training: bool, differentiate: bool = True) -> Any:
    """Outputs; gradients of inputs and weights by the hand-written backward."""
    y, saved = model.forward(xs if not model.one_input else xs[0], training=training)
    if not differentiate:
        return flatten(y), []
    dx, of_weights = model.backward(dys if not model.one_output else dys[0], saved)
    return flatten(y), [*flatten(dx), *of_weights.values()]


def taped(model: NaiveModel, xs: list[Any], dys: list[Any], training: bool, differentiate: bool = True) -> Any:
    """The same by TensorFlow's tape."""
    return _tape(lambda x: model(x, training=training), xs, dys, model.trainable_weights, differentiate)


def keras_taped(model: Any, xs: list[Any], dys: list[Any], training: bool, differentiate: bool = True) -> Any:
    """What Keras computes, by TensorFlow's tape, as its training step does."""
    weights = [variable.value for variable in model.trainable_variables]
    return _tape(lambda x: model(x, training=training), xs, dys, weights, differentiate)


def set_trainable(layer: Any, value: bool) -> None:
    """Freeze or thaw a naive model and all that is in it."""
    layer.trainable = value
    for inner in getattr(layer, "layers", []):
        set_trainable(inner, value)


def _tape(call: Any, xs: list[Any], dys: list[Any], weights: list[Any], differentiate: bool) -> Any:
    with tf.GradientTape() as tape:
        for x in xs:
            if x.dtype.is_floating:
                tape.watch(x)
        outputs = keras.tree.flatten(call(xs if len(xs) > 1 else xs[0]))
    if not differentiate:
        return outputs, []
    # An output that is not a floating-point number, or does not depend on anything, has no gradient.
    return outputs, tape.gradient(outputs, [*xs, *weights], output_gradients=dys)


def _in_mode(mode: str, function: Any) -> Any:
    run = function if mode == "eager" else tf.function(function, jit_compile=mode == "xla")

    def call(xs: list[Any], dys: list[Any]) -> Any:
        return run([tf.constant(x) for x in xs], [tf.constant(dy) for dy in dys])

    return call


def _pairs(name: str, a: Any, b: Any) -> Seen:
    """One entry for a tensor, two for slices (their rows, and where they go), none where both have no gradient."""
    if a is None and b is None:
        return []
    if isinstance(a, tf.IndexedSlices) and isinstance(b, tf.IndexedSlices):
        return [(f"{name} (rows)", a.values, b.values), (f"{name} (indices)", a.indices, b.indices)]
    if a is None or b is None:
        return [(name, np.zeros(0) if a is None else a, np.zeros(0) if b is None else b)]
    return [(name, tf.convert_to_tensor(a), tf.convert_to_tensor(b))]


def _grade(
    component: Component, quantity: str, mode: str, gradients: str, seen: Seen, pair: Pair, float64: Float64Keras | None
) -> Cell | None:
    reason = component.exception(quantity, mode, gradients) or ""
    exact = [grades.exact(np.asarray(a), np.asarray(b), name) for name, a, b in seen]
    if not reason or all(one.passed for one in exact):
        return Cell(component.name, quantity, mode, gradients, tuple(exact), reason, component.strict)
    if float64 is None:
        return None
    truths = _truths(component, quantity, gradients, pair, float64)
    outcomes = []
    for one, (name, a, b) in zip(exact, seen, strict=True):
        if name not in truths:  # integers: seeds
            outcomes.append(one)
            continue
        mine64, keras64 = truths[name]
        judged = grades.close64(mine64, keras64, f"{name} in float64", training=quantity == "training")
        if judged.passed and quantity != "training" and not component.random and not one.passed:
            judged = grades.close32(np.asarray(a), np.asarray(b), keras64, name)
        elif judged.passed:
            judged = Outcome(name, Grade.CLOSE, True, one.shape, one.dtype, one.distance)
        outcomes.append(judged)
    return Cell(component.name, quantity, mode, gradients, tuple(outcomes), reason, component.strict)


def _truths(component: Component, quantity: str, gradients: str, pair: Pair, float64: Float64Keras) -> dict[str, Any]:
    """Ours and Keras's in float64, by the names that `look` and `train` give."""
    weights = pair_weights(component, pair.trained)
    twin = to_keras(component.model("float32", trained=pair.trained))
    config = keras.saving.serialize_keras_object(twin)
    double = Pair(component, trained=pair.trained, dtype="float64")
    double.model.set_weights(weights)
    names = list(double.model.named_trainable)
    found: dict[str, Any] = {}
    if quantity == "training":
        theirs = float64(any_training, config, weights, pair.xs, pair.target, pair.batch, component.epochs, "sgd")
        run = TrainingRun(
            double.model, double.one_or_list(double.xs), double.target, double.batch, optimizer="sgd", loss="mse",
            gradients=gradients, execution="eager",
        )  # fmt: skip
        for _ in range(component.epochs):
            run.begin_epoch()
            run.advance(component.batches)
        for name, a, b in zip(double.model.named_weights, double.model.weights, theirs, strict=True):
            found[f"{name} after training"] = (a.numpy(), b)
        return found
    for when, training in (("in training", True), ("in inference", False)):
        run_ours = hand_written if gradients == "backprop" else taped
        xs, dys = [tf.constant(x) for x in double.xs], [tf.constant(dy) for dy in double.dys]
        ys, mine = run_ours(double.model, xs, dys, training)
        double.model.set_weights(weights)
        outputs, dxs, dws = float64(any_model, config, weights, pair.xs, pair.dys, training)
        for number, (a, b) in enumerate(zip(ys, outputs, strict=True)):
            found[f"output {number} {when}"] = (a.numpy(), b)
        labels = [f"gradient of input {n} {when}" for n in range(len(xs))] + [f"gradient of {n} {when}" for n in names]
        for name, a, b in zip(labels, mine, [*dxs, *dws], strict=True):
            found[name] = (None if a is None else tf.convert_to_tensor(a).numpy(), b)
    return found


def pair_weights(component: Component, trained: bool) -> list[np.ndarray]:
    """The component's first weights, float32."""
    set_random_seed(3)
    return [weight.numpy() for weight in component.model("float32", trained=trained).weights]


def main() -> int:
    """Grade the components whose names begin with a given text."""
    from sidebyside.components import COMPONENTS

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("prefix", nargs="?", default="")
    parser.add_argument("--mode", choices=[*EXECUTIONS, "all"], default="all")
    parser.add_argument("--gradients", choices=[*GRADIENTS, "all"], default="all")
    parser.add_argument("--quantity", choices=[*QUANTITIES, "all"], default="all")
    chosen = parser.parse_args()
    failed = 0
    with_truth = Float64Keras()
    tf.get_logger().setLevel("ERROR")
    for component in COMPONENTS:
        if not component.name.startswith(chosen.prefix):
            continue
        for mode in EXECUTIONS if chosen.mode == "all" else [chosen.mode]:
            quantities = QUANTITIES if chosen.quantity == "all" else [chosen.quantity]
            ways = GRADIENTS if chosen.gradients == "all" else [chosen.gradients]
            found = examine(component, mode, ways, quantities, with_truth)
            for gradients in ways:
                cells = [cell for cell in found if cell.gradients == gradients]
                print(f"{component.name:40} {mode:6} {gradients:9}", *(f"{c.quantity}: {c.verdict}" for c in cells))
                for cell in cells:
                    if not cell.passed:
                        failed += 1
                        print("   ", cell.explain().replace("\n", "\n    "))
    with_truth.close()
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
