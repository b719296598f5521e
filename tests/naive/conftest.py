"""What the tests of layers share: three witnesses beside Keras's float32, and the way there and back."""

import json
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import from_keras, to_keras
from keras_ref.float64 import any_model
from naive.layers import LAYERS
from naive.nodes import flatten
from sidebyside.assertions import assert_all_exact, assert_close64, assert_exact, assert_matches_differences
from sidebyside.components.component import Component
from sidebyside.components.examine import Pair, hand_written, pair_weights


@pytest.fixture
def agrees_in_float64(float64_keras: Any) -> Callable[[Component, str], None]:
    """`agrees_in_float64(component, body)`: outputs and hand-written gradients are those of a float64 Keras."""

    def check(component: Component, body: str) -> None:
        weights = pair_weights(component, False)
        config = keras.saving.serialize_keras_object(to_keras(component.model("float32")))
        pair = Pair(component, dtype="float64")
        model = component.model("float64", body)
        model.set_weights(weights)
        dys = [tf.constant(dy) for dy in pair.dys]
        ys, gradients = hand_written(model, pair.xs, dys, False)
        outputs, of_inputs, of_weights = float64_keras(any_model, config, weights, pair.xs, pair.dys, False)
        pairs = [*zip([*ys, *gradients], [*outputs, *of_inputs, *of_weights], strict=True)]
        first = len(pairs) - len(of_weights)
        for number, (mine, reference) in enumerate(pairs):
            if mine is None and reference is None:
                continue
            mine, quantity = np.asarray(mine), component.name
            if number >= first and (name := list(model.named_trainable)[number - first]).endswith("key/bias"):
                # Softmax does not see it: its gradient is 0 but for rounding, which has the scale of its kernel's.
                of_kernel, quantity = pairs[number - 1], name
                mine, reference = np.append(of_kernel[0], mine), np.append(of_kernel[1], reference)
            assert_close64(mine, reference, quantity)

    return check


@pytest.fixture
def is_the_limit_of_differences(central_differences: Any) -> Callable[..., None]:
    """`is_the_limit_of_differences(layer, *xs)`: the hand-written gradients of a float64 layer, inputs and weights."""

    def check(layer: Any, *xs: np.ndarray) -> None:
        def call(values: list[Any]) -> Any:
            return layer.forward(values if len(values) > 1 else values[0])

        y, saved = call(list(xs))
        dy = np.random.default_rng(11).normal(size=y.shape)
        dxs, gradients = layer.backward(tf.constant(dy), saved)
        for number, dx in enumerate(flatten(dxs)):

            def value(x: np.ndarray, number: int = number) -> float:
                return float(np.sum(dy * call([x if n == number else one for n, one in enumerate(xs)])[0]))

            assert_matches_differences(dx, *central_differences(value, xs[number]), f"gradient of input {number}")
        for name, weight in layer.named_weights.items():

            def of_weight(moved: np.ndarray, weight: Any = weight) -> float:
                before = weight.numpy()
                weight.assign(moved)
                result = float(np.sum(dy * call(list(xs))[0]))
                weight.assign(before)
                return result

            coarse, fine = central_differences(of_weight, weight.numpy())
            assert_matches_differences(gradients[name], coarse, fine, f"gradient of {name}")

    return check


@pytest.fixture
def goes_there_and_back() -> Callable[..., None]:
    """`goes_there_and_back(layer, *xs)`: as JSON, and as a Keras layer, it stays the same layer."""

    def check(layer: Any, *xs: np.ndarray) -> None:
        x = list(xs) if len(xs) > 1 else xs[0]
        config = layer.get_config()
        again = LAYERS[type(layer).__name__](**json.loads(json.dumps(config)))
        assert again.get_config() == config
        for mine, theirs in zip(again.weights, layer.weights, strict=True):
            mine.assign(theirs)
        twin = to_keras(layer)
        expected = layer(x)
        assert_exact(np.asarray(twin(x)), np.asarray(expected), "Keras")
        back = from_keras(twin)
        assert type(back) is type(layer)
        assert {**back.get_config(), "name": None, "body": None} == {**config, "name": None, "body": None}
        for one in (again, back):
            assert_exact(np.asarray(one(x)), np.asarray(expected), "the same again")
            names = list(layer.named_weights)
            assert_all_exact([w.numpy() for w in one.weights], [w.numpy() for w in layer.weights], names)

    return check
