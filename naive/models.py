"""A network is layers that feed each other; the simplest one is layers in a row.

    forward    x → layer 1 → layer 2 → … → y
    backward   dx ← layer 1 ← layer 2 ← … ← dy

The backward pass walks the same nodes in the opposite order. Each layer receives the gradient for its output, keeps
the gradients for its own weights, and hands the gradient for its input to the layers below. Where a tensor was used
several times its gradients are added, and so are those of a weight whose layer was called several times.

Keras facts (Keras 3.15.1)
1. Whether a layer is in training is the model's matter: `training=True` given where a layer was called on a symbol
   is overruled by the `training` that `fit`, `predict` and every explicit call hand to the model.
2. A loss looks behind a final softmax through everything that hands the very same tensor on: nested models, and
   layers that do nothing in this call, such as Dropout outside training.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from naive import nodes, ops
from naive.layers.base import Gradients, NaiveLayer, Saved
from naive.nodes import InputNode, Node, Symbol
from naive.ops import Tensor
from naive.walk import BackwardWalk

Watch = Callable[[str, Any, str, Any, Gradients], None]

OWN = "/"
"""Under this key of `saved` a model keeps what belongs to no layer; no layer's name holds a slash."""


class NaiveModel(NaiveLayer):
    """A graph of layers; also a layer itself, so that models can be nested.

    Args:
        inputs: the symbol of `NaiveInput`, or a list of them.
        outputs: the symbol of an output, or a list of them.
        name: what the model is called.

    Raises:
        ValueError: things that are not symbols, an output that needs an input which is not given, or two layers of
            one name.
    """

    takes_mask = True

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None) -> None:
        self.inputs, self.outputs = nodes.flatten(inputs), nodes.flatten(outputs)
        for argument, symbols in (("inputs", self.inputs), ("outputs", self.outputs)):
            if not symbols or not all(isinstance(symbol, Symbol) for symbol in symbols):
                raise ValueError(
                    f"`{argument}` must be made of symbols. Expected what NaiveInput, or a layer called on it, gives. "
                    f"Received: {argument}={symbols!r}"
                )
        for symbol in self.inputs:
            if not isinstance(symbol.node, InputNode):
                raise ValueError(f"`inputs` must come from NaiveInput. Expected a NaiveInput. Received: {symbol!r}")
        self.nodes, self.layers = nodes.in_order(self.inputs, self.outputs)
        self.one_input, self.one_output = isinstance(inputs, Symbol), isinstance(outputs, Symbol)
        self.num_outputs = len(self.outputs)
        _name_layers(self.layers)
        super().__init__(self.layers[-1].dtype if self.layers else "float32", name=name or "model")
        self._keys = _keys(self.nodes)

    def forward(self, x: Any, training: bool = False, mask: Any = None) -> tuple[Any, Saved]:
        """x, or a list of them → y, or a list of them; and what each node saved, by the name of its layer."""
        given = self._check_inputs(x)
        values: dict[Symbol, Any] = dict(zip(self.inputs, given, strict=True))
        masks: dict[Symbol, Any] = dict(zip(self.inputs, nodes.flatten(mask), strict=False))
        saved: Saved = {}
        with contextlib.nullcontext() if ops.current_scope() else ops.scope(self.name or "model"):
            scope = ops.current_scope()
            for node in self.nodes:
                inputs, input_masks = [values[one] for one in node.inputs], [masks.get(one) for one in node.inputs]
                y, saved[self._keys[node]], mask_of_y = _call(node, inputs, input_masks, training)
                values.update(zip(node.outputs, nodes.flatten(y), strict=True))
                masks.update(zip(node.outputs, nodes.flatten(mask_of_y), strict=False))
        outputs = [values[one] for one in self.outputs]
        by_node = {self._keys[node]: [values[one] for one in node.outputs] for node in self.nodes}
        saved[OWN] = {
            "training": training, "masks": [masks.get(one) for one in self.outputs], "outputs": by_node, "scope": scope,
        }  # fmt: skip
        return outputs[0] if self.one_output else outputs, saved

    def backward(
        self,
        dy: Any,
        saved: Saved,
        wrt: str | Sequence[str] = "output",
        watch: Watch | None = None,
        rounds: Sequence[int] = (),
    ) -> tuple[Any, Gradients]:
        """dy, or a list of them → dx, or a list of them; and the gradients in the order of `trainable_weights`.

        Args:
            dy: the gradient for each output, None for one that was not used.
            saved: what `forward` gave.
            wrt: `"output"`, or `"logits"` when dy is for the logits of the layer that made the output; one for all
                outputs, or a list.
            watch: told what arrives at each node and what it hands on: (key, dy, wrt, dx, gradients).
            rounds: after how many rounds of the tape each dy arrives, see `naive/walk.py`; all at once by default.
        """
        with ops.scope_from_the_top():
            return self._walk_back(dy, saved, wrt, watch, rounds)

    def _walk_back(
        self, dy: Any, saved: Saved, wrt: str | Sequence[str], watch: Watch | None, rounds: Sequence[int]
    ) -> tuple[Any, Gradients]:
        arriving, behind = self._sort(nodes.flatten(dy), wrt, saved)
        walk = BackwardWalk(self.nodes, list(zip(self.outputs, arriving, strict=True)), rounds)
        names = {id(weight): name for name, weight in self.named_trainable.items()}
        gradients: dict[str, list[Tensor]] = {name: [] for name in names.values()}
        for node in walk:
            of_outputs = [walk.total(symbol) for symbol in node.outputs]
            answers = []
            if any(one is not None for one in of_outputs):
                one = of_outputs[0] if len(of_outputs) == 1 else of_outputs
                answers.append(self._step_back(node, one, "output", saved, watch))
            if node in behind:
                answers.append(self._step_back(node, behind[node], "logits", saved, watch))
            for _, of_weights in answers:
                weights = node.layer.named_weights
                for name, gradient in of_weights.items():
                    if id(weights[name]) in names:
                        gradients[names[id(weights[name])]].append(gradient)
            per_input = zip(*(nodes.flatten(dx) for dx, _ in answers), strict=True) if answers else ()
            walk.done(node, [ops.total(several) for several in per_input] or [None] * len(node.inputs))
        dx = [walk.total(symbol) for symbol in self.inputs]
        return dx[0] if self.one_input else dx, {name: ops.total(several) for name, several in gradients.items()}

    def _step_back(self, node: Node, dy: Any, wrt: str, saved: Saved, watch: Watch | None) -> tuple[Any, Gradients]:
        key = self._keys[node]
        inner = {"watch": _inside(key, watch)} if watch is not None and isinstance(node.layer, NaiveModel) else {}
        with ops.scope_from_the_top(f"gradient_tape/{saved[OWN]['scope']}/{key.replace('/', '_')}"):
            dx, gradients = node.layer.backward(dy, saved[key], wrt=wrt, **inner)
        if watch is not None:
            watch(key, dy, wrt, dx, gradients)
        return dx, gradients

    def _sort(self, dy: list[Any], wrt: str | Sequence[str], saved: Saved) -> tuple[list[Any], dict[Node, Tensor]]:
        """Gradients for outputs, and those for the logits of the node that made an output."""
        targets = [wrt] * len(dy) if isinstance(wrt, str) else list(wrt)
        behind: dict[Node, list[Tensor]] = {}
        for symbol, gradient, target in zip(self.outputs, dy, targets, strict=True):
            maker = self._maker(symbol, saved)
            if target == "logits" and maker is not None:
                behind.setdefault(maker, []).append(gradient)
        arriving = [None if target == "logits" else one for one, target in zip(dy, targets, strict=True)]
        return arriving, {node: ops.total(several) for node, several in behind.items()}

    def logits(self, saved: Saved, wanted: str, output: int = 0) -> Tensor | None:
        """The input of a final softmax or sigmoid, where the Keras loss that belongs to `wanted` uses it (fact 2)."""
        maker = self._maker(self.outputs[output], saved)
        return None if maker is None else maker.layer.logits(saved[self._keys[maker]], wanted)

    def key_of(self, node: Node) -> str:
        """Under which name `forward` saves what a node needs on the way back."""
        return self._keys[node]

    def mask(self, saved: Saved, output: int = 0) -> Tensor | None:
        """The mask of an output; None when there is none."""
        return saved[OWN]["masks"][output]

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        """Computed on the way: see `saved["/"]["masks"]` of `forward`."""
        return None

    def _maker(self, output: Symbol, saved: Saved) -> Node | None:
        """The node that made an output, behind those that only handed it on; None for an input of the model."""
        node = output.node
        while node.layer is not None and _hands_on(node, saved[OWN]["training"]):
            node = node.inputs[0].node
        return node if node.layer is not None else None

    @property
    def tape_depth(self) -> int:
        """That of all its layers; a model in a row of layers is as long as they are together."""
        return sum(node.layer.tape_depth for node in self.nodes)

    def _check_inputs(self, x: Any) -> list[Tensor]:
        given = [x] if self.one_input else nodes.flatten(x)
        if len(given) != len(self.inputs):
            raise ValueError(
                f"The model {self.name} takes several inputs. "
                f"Expected a list of {len(self.inputs)}. Received: a list of {len(given)}"
            )
        return [ops.tensor(value, symbol.node.dtype) for value, symbol in zip(given, self.inputs, strict=True)]

    @property
    def named_weights(self) -> dict[str, Any]:
        """`layer/weight` for each weight, as Keras orders them."""
        return _once((f"{layer.name}/{name}", w) for layer in self.layers for name, w in layer.named_weights.items())

    @property
    def named_trainable(self) -> dict[str, Any]:
        """`layer/weight` for each weight that gradients move."""
        layers = self.layers if self.trainable else []
        return _once((f"{layer.name}/{name}", w) for layer in layers for name, w in layer.named_trainable.items())

    @property
    def seeds(self) -> list[Any]:
        """The sources of chance of all layers."""
        return list({id(seed): seed for layer in self.layers for seed in layer.seeds}.values())

    @property
    def state(self) -> list[Any]:
        """What moves without a gradient, layer by layer."""
        return list({id(variable): variable for layer in self.layers for variable in layer.state}.values())

    @property
    def weight_names(self) -> list[str]:
        """`layer/weight` for each of `weights`."""
        return list(self.named_weights)

    def set_weights(self, values: Sequence[Any]) -> None:
        """Put weights in, in the order of `weights`; nothing is changed unless all of them fit.

        Raises:
            ValueError: another number of arrays, or another shape.
        """
        shapes, expected = [tuple(value.shape) for value in values], [tuple(weight.shape) for weight in self.weights]
        if shapes != expected:
            raise ValueError(f"The weights are not this model's. Expected shapes {expected}. Received: shapes={shapes}")
        for weight, value in zip(self.weights, values, strict=True):
            weight.assign(value)

    def count_params(self) -> int:
        """How many numbers the weights hold."""
        return sum(int(weight.shape.num_elements()) for weight in self.weights)


def _call(node: Node, inputs: list[Any], masks: list[Any], training: bool) -> tuple[Any, Saved, Any]:
    """One node forward: its output, what it saved, and the mask of its output."""
    options = node.options | {"training": training}  # fact 1
    x = inputs[0] if node.one_input else inputs
    mask = masks[0] if node.one_input else masks
    has_mask = any(one is not None for one in masks)
    if node.layer.takes_mask and has_mask and "mask" not in options:
        options["mask"] = mask
    with ops.scope(node.layer.name):
        y, saved = node.layer.forward(x, **options)
    if isinstance(node.layer, NaiveModel):
        return y, saved, saved[OWN]["masks"]
    return y, saved, node.layer.compute_mask(x, mask if has_mask else None)


def _once(named: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Each weight under its first name only: a layer may stand in a model and in a model inside it."""
    found: dict[int, tuple[str, Any]] = {}
    for name, weight in named:
        found.setdefault(id(weight), (name, weight))
    return dict(found.values())


def _inside(key: str, watch: Watch) -> Watch:
    """The same watcher for a model inside a model: keys are paths."""
    return lambda inner, *rest: watch(f"{key}/{inner}", *rest)


def _hands_on(node: Node, training: bool) -> bool:
    return node.layer is not None and node.layer.is_identity(training)


def _keys(all_nodes: Sequence[Node]) -> dict[Node, str]:
    """`layer` for the first call of each layer, `layer/2` for the second, …"""
    calls: dict[Any, int] = {}
    keys = {}
    for node in all_nodes:
        calls[node.layer] = calls.get(node.layer, 0) + 1
        keys[node] = node.layer.name if calls[node.layer] == 1 else f"{node.layer.name}/{calls[node.layer]}"
    return keys


def _name_layers(layers: Sequence[NaiveLayer]) -> None:
    for position, layer in enumerate(layers, 1):
        if layer.name is None:
            layer.name = f"{type(layer).__name__.removeprefix('Naive').lower()}_{position}"
    names = [layer.name for layer in layers]
    twice = sorted({str(name) for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(
            f"Each layer needs a name of its own. Expected different names. Received twice: {', '.join(twice)}"
        )
