"""`to_keras` and `from_keras`: nothing lost on the way there and back, and everything else refused by name."""

import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import from_keras, mlp, to_keras
from keras_ref.convert.support import only
from naive import (
    NaiveBinaryAccuracy,
    NaiveBinaryCrossentropy,
    NaiveCategoricalAccuracy,
    NaiveCategoricalCrossentropy,
    NaiveDense,
    NaiveGlorotUniform,
    NaiveLayer,
    NaiveMeanSquaredError,
    NaiveOptimizer,
    NaiveSequential,
    NaiveSGD,
    NaiveSparseCategoricalAccuracy,
    NaiveSparseCategoricalCrossentropy,
    NaiveZeros,
    activations,
)
from sidebyside.assertions import assert_all_exact, assert_exact

X = np.random.default_rng(0).normal(size=(5, 6)).astype("float32")


def touches_keras(thing, seen=None, path="it"):
    """Where a Keras object hangs in another object, or None; looks into everything that is reachable."""
    seen = set() if seen is None else seen
    if id(thing) in seen or isinstance(thing, (str, bytes, int, float, type(None), np.ndarray)):
        return None
    seen.add(id(thing))
    module = getattr(thing if isinstance(thing, (type, types.FunctionType)) else type(thing), "__module__", "") or ""
    if module.split(".")[0] == "keras" or (isinstance(thing, types.ModuleType) and thing.__name__.startswith("keras")):
        return path
    if module.startswith(("tensorflow", "numpy")) or isinstance(thing, types.ModuleType):
        return None
    inside = dict(vars(thing)) if hasattr(thing, "__dict__") else {}
    if isinstance(thing, dict):
        inside |= {repr(key): value for key, value in thing.items()}
    elif isinstance(thing, (list, tuple, set)):
        inside |= {str(number): value for number, value in enumerate(thing)}
    if getattr(thing, "__closure__", None):
        inside |= {f"closure {n}": cell.cell_contents for n, cell in enumerate(thing.__closure__)}
    for name, value in inside.items():
        found = touches_keras(value, seen, f"{path}.{name}")
        if found:
            return found
    return None


def test_the_search_for_keras_objects_finds_one():
    holder = types.SimpleNamespace(inner=[{"deep": keras.losses.MeanSquaredError()}])
    assert touches_keras(holder) == "it.inner.0.'deep'"
    assert touches_keras(types.SimpleNamespace(f=keras.activations.relu)) == "it.f"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("activation", [None, "relu", "sigmoid", "tanh", "softmax", tf.nn.softmax, tf.nn.elu])
def test_dense_there_and_back(activation, use_bias, dtype):
    layer = NaiveDense(6, 4, activation, use_bias, NaiveGlorotUniform(seed=3), dtype=dtype, name="one")
    for weight in layer.weights:
        weight.assign(np.random.default_rng(1).normal(size=weight.shape))
    layer.trainable = False
    twin = to_keras(layer)
    assert type(twin) is keras.layers.Dense
    assert (twin.name, twin.trainable, twin.compute_dtype, twin.use_bias) == ("one", False, dtype, use_bias)
    assert (twin.activation is activation) or not callable(activation)
    assert twin.kernel_initializer.seed == 3
    x = X.astype(dtype)
    assert_exact(layer(x).numpy(), twin(x).numpy(), "output")
    back = from_keras(twin)
    assert_all_exact([w.numpy() for w in back.weights], [w.numpy() for w in layer.weights], layer.named_weights)
    assert (back.name, back.trainable, back.dtype, back.use_bias) == ("one", False, dtype, use_bias)
    assert back.activation.operation is layer.activation.operation
    assert back.activation.function is layer.activation.function
    assert back.kernel_initializer.seed == 3
    assert_exact(back(x).numpy(), layer(x).numpy(), "output")
    assert touches_keras(back) is None
    twin.set_weights([w * 0 for w in twin.get_weights()])
    assert_exact(back(x).numpy(), layer(x).numpy(), "weights are copies")


def test_models_there_and_back():
    model = NaiveSequential([NaiveDense(6, 5, "relu"), NaiveDense(5, 3, "softmax", use_bias=False)], name="house")
    model.layers[0].trainable = False
    twin = to_keras(model)
    assert isinstance(twin, keras.Sequential)
    assert twin.name == "house"
    assert [layer.trainable for layer in twin.layers] == [False, True]
    assert_all_exact([w.numpy() for w in model.weights], twin.get_weights(), model.weight_names)
    assert_exact(model(X).numpy(), twin(X).numpy(), "output")
    back = from_keras(twin)
    assert back.name == "house"
    assert back.weight_names == model.weight_names
    assert [layer.trainable for layer in back.layers] == [False, True]
    assert_exact(back(X).numpy(), model(X).numpy(), "output")
    assert touches_keras(back) is None


def test_a_frozen_keras_model_is_frozen_here():
    twin = mlp(6, [5], 3)
    twin.trainable = False
    assert from_keras(twin).trainable_weights == []


def test_the_reference_model():
    model = mlp(6, [5, 4], 3, activation="tanh", output_activation=tf.nn.softmax)
    assert [layer.units for layer in model.layers] == [5, 4, 3]
    assert [layer.activation.__name__ for layer in model.layers[:2]] == ["tanh", "tanh"]
    assert model.layers[-1].activation is tf.nn.softmax
    assert model.built
    twin = from_keras(model)
    assert_exact(twin(X).numpy(), model(X).numpy(), "output")


def test_after_one_seed_both_sides_draw_the_same_model(seeded):
    ours = NaiveSequential([NaiveDense(6, 5, "relu"), NaiveDense(5, 3, "softmax")])
    keras.utils.set_random_seed(0)
    assert_all_exact([w.numpy() for w in ours.weights], mlp(6, [5], 3).get_weights(), ours.weight_names)


LOSSES = [
    (NaiveSparseCategoricalCrossentropy(), keras.losses.SparseCategoricalCrossentropy),
    (NaiveSparseCategoricalCrossentropy(from_logits=True), keras.losses.SparseCategoricalCrossentropy),
    (NaiveCategoricalCrossentropy(from_logits=True), keras.losses.CategoricalCrossentropy),
    (NaiveCategoricalCrossentropy(), keras.losses.CategoricalCrossentropy),
    (NaiveBinaryCrossentropy(), keras.losses.BinaryCrossentropy),
    (NaiveBinaryCrossentropy(from_logits=True), keras.losses.BinaryCrossentropy),
    (NaiveMeanSquaredError(), keras.losses.MeanSquaredError),
]


@pytest.mark.parametrize(("loss", "keras_class"), LOSSES)
def test_losses_there_and_back(loss, keras_class):
    twin = to_keras(loss)
    assert type(twin) is keras_class
    assert twin.get_config().get("from_logits") == loss.get_config().get("from_logits")
    back = from_keras(twin)
    assert type(back) is type(loss)
    assert back.get_config() == loss.get_config()
    assert touches_keras(back) is None


def test_optimizers_there_and_back():
    optimizer = NaiveSGD(1 / 3)
    optimizer.iterations.assign(7)
    twin = to_keras(optimizer)
    assert type(twin) is keras.optimizers.SGD
    assert_exact(twin.learning_rate.numpy(), optimizer.learning_rate.numpy(), "learning rate")
    assert int(twin.iterations.numpy()) == 7
    twin.iterations.assign(9)
    twin.learning_rate = 0.7
    back = from_keras(twin)
    assert type(back) is NaiveSGD
    assert int(back.iterations.numpy()) == 9
    assert_exact(back.learning_rate.numpy(), np.float32(0.7), "learning rate")
    assert touches_keras(back) is None


@pytest.mark.parametrize(
    ("metric", "keras_class"),
    [
        (NaiveSparseCategoricalAccuracy("a"), keras.metrics.SparseCategoricalAccuracy),
        (NaiveCategoricalAccuracy(), keras.metrics.CategoricalAccuracy),
        (NaiveBinaryAccuracy("yes", threshold=0.25), keras.metrics.BinaryAccuracy),
    ],
)
def test_metrics_there_and_back(metric, keras_class):
    metric.total.assign(3.0)
    metric.count.assign(8.0)
    twin = to_keras(metric)
    assert type(twin) is keras_class
    assert twin.name == metric.name
    assert_exact(twin.result().numpy(), metric.result().numpy(), "result")
    back = from_keras(twin)
    assert type(back) is type(metric)
    assert back.get_config() == metric.get_config()
    assert (float(back.total), float(back.count)) == (3.0, 8.0)
    assert touches_keras(back) is None


def test_initializers_there_and_back():
    twin = to_keras(NaiveGlorotUniform(seed=11))
    assert type(twin) is keras.initializers.GlorotUniform
    assert twin.seed == 11
    assert type(to_keras(NaiveZeros())) is keras.initializers.Zeros
    back = from_keras(twin)
    assert (type(back), back.seed) == (NaiveGlorotUniform, 11)
    assert_exact(back((3, 4)).numpy(), twin((3, 4)).numpy(), "draw")
    assert type(from_keras(keras.initializers.Zeros())) is NaiveZeros
    unseeded = keras.initializers.GlorotUniform()
    assert_exact(from_keras(unseeded)((3, 4)).numpy(), unseeded((3, 4)).numpy(), "draw")


def built(**options):
    layer = keras.layers.Dense(3, **options)
    layer.build((None, 2))
    return layer


def ones(shape, dtype=None):
    return keras.ops.ones(shape, dtype)


class Child(keras.layers.Dense):
    pass


class OtherSGD(NaiveOptimizer):
    pass


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__(name="mine")
        self.dense = keras.layers.Dense(3)

    def call(self, x):
        return self.dense(x)


def subclassed():
    model = Subclassed()
    model(np.zeros((1, 2)))
    return model


def named_inputs():
    x = {"left": keras.layers.Input((2,), name="left"), "right": keras.layers.Input((2,), name="right")}
    return keras.Model(x, keras.layers.Dense(2)(x["left"]), name="graph")


def keras_operation():
    x = keras.layers.Input((2,))
    return keras.Model(x, keras.ops.sin(keras.layers.Dense(2)(x)))


def unbuilt():
    return keras.Sequential([keras.layers.Dense(3)], name="bare")


def conv():
    return keras.Sequential([keras.layers.Input((4, 4, 4, 1)), keras.layers.Conv3D(2, 3)])


SGD = keras.optimizers.SGD
UNSUPPORTED = {
    "layer": (lambda: keras.layers.Discretization(bin_boundaries=[0.0]),
        r"This Keras layer is not supported. Expected one of .*Dense.* Received: Discretization"),
    "subclass": (lambda: Child(3), r"Received: Child"),
    "unbuilt layer": (lambda: keras.layers.Dense(3, name="raw"), r"Expected a built layer. Received: 'raw', unbuilt"),
    "kernel_regularizer": (lambda: built(kernel_regularizer="l2"),
                           r"Dense with this argument is not supported. Expected kernel_regularizer=None. Received: "
                           r"kernel_regularizer="),
    "bias_regularizer": (lambda: built(bias_regularizer="l1"), r"Received: bias_regularizer="),
    "activity_regularizer": (lambda: built(activity_regularizer="l2"), r"Received: activity_regularizer="),
    "kernel_constraint": (lambda: built(kernel_constraint="non_neg"), r"Received: kernel_constraint="),
    "bias_constraint": (lambda: built(bias_constraint="non_neg"), r"Received: bias_constraint="),
    "lora_rank": (lambda: built(lora_rank=1), r"Received: lora_\w+=1"),
    "activation": (lambda: built(activation=keras.activations.threshold),
                   r"This Keras activation is not supported. Expected one of celu.*Received: activation='threshold'"),
    "kernel_initializer": (lambda: built(kernel_initializer=ones),
                           r"This Keras initializer is not supported. Expected one of constant, .* zeros. "
                           r"Received: function"),
    "mixed dtype": (lambda: built(dtype="mixed_bfloat16"), r"mixed dtype policy.*Received: dtype='mixed_bfloat16'"),
    "half": (lambda: built(dtype="float16"), r"Unknown value for `dtype`.*Received: dtype='float16'"),
    "subclassed model": (subclassed, r"This kind of Keras model is not supported. Expected a keras.Sequential or a "
                                     r"functional keras.Model. Received: Subclassed 'mine'"),
    "named inputs": (named_inputs, r"A Keras model with named inputs is not supported. Expected a tensor or a list of "
                                   r"tensors. Received: inputs of 'graph' as a dict with keys \['left', 'right'\]"),
    "operation": (keras_operation, r"This Keras layer is not supported. Expected one of .*Received: Sin"),
    "unbuilt model": (unbuilt, r"Expected a built model.*Received: 'bare', unbuilt"),
    "model with a layer": (conv, r"Expected one of .*Dense.* Received: Conv3D"),
    "loss": (lambda: keras.losses.Huber(),
        r"This Keras loss is not supported. Expected one of BinaryCrossentropy.*Received: Huber"),
    "label_smoothing": (lambda: keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
                        r"CategoricalCrossentropy with this argument.*Expected label_smoothing=0.0. "
                        r"Received: label_smoothing=0.1"),
    "reduction": (lambda: keras.losses.MeanSquaredError(reduction="sum"), r"Received: reduction='sum'"),
    "ignore_class": (lambda: keras.losses.SparseCategoricalCrossentropy(ignore_class=0), r"Received: ignore_class=0"),
    "axis": (lambda: keras.losses.CategoricalCrossentropy(axis=1), r"Received: axis=1"),
    "optimizer": (lambda: keras.optimizers.Lion(),
        r"This Keras optimizer is not supported. Expected one of Adam, RMSprop, SGD. Received: Lion"),
    "weight_decay": (lambda: SGD(weight_decay=0.1), r"Received: weight_decay=0.1"),
    "clipnorm": (lambda: SGD(clipnorm=1.0), r"Received: clipnorm=1.0"),
    "global_clipnorm": (lambda: SGD(global_clipnorm=1.0), r"Received: global_clipnorm=1.0"),
    "clipvalue": (lambda: SGD(clipvalue=1.0), r"Received: clipvalue=1.0"),
    "use_ema": (lambda: SGD(use_ema=True), r"Received: use_ema=True"),
    "loss_scale_factor": (lambda: SGD(loss_scale_factor=2.0), r"Received: loss_scale_factor=2.0"),
    "gradient_accumulation_steps": (lambda: SGD(gradient_accumulation_steps=2),
        r"Received: gradient_accumulation_steps=2"),
    "schedule": (lambda: SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)),
                 r"Expected learning_rate as a number. Received: learning_rate='ExponentialDecay'"),
    "metric": (lambda: keras.metrics.AUC(),
        r"This Keras metric is not supported. Expected one of BinaryAccuracy.*Received: AUC"),
    "initializer": (lambda: keras.initializers.STFT(), r"Expected one of constant, .* zeros. Received: STFT"),
    "none of these": (lambda: 3, r"from_keras cannot convert this object. Expected a Keras model.*Received: 3"),
    "a naive object": (lambda: NaiveZeros(), r"from_keras cannot convert this object"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_what_is_not_supported_is_refused_by_name(case):
    make, message = UNSUPPORTED[case]
    with pytest.raises(ValueError, match=message):
        from_keras(make())


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (
            keras.layers.Flatten(),
            r"to_keras cannot convert this object. Expected a naive model, layer.*Received: <Flatten",
        ),
        (None, r"to_keras cannot convert this object.*Received: None"),
        (
            NaiveLayer(name="bare"),
            r"This naive layer has no Keras twin. Expected one of .*NaiveDense.* Received: <NaiveLayer bare>",
        ),
        (OtherSGD(0.1), r"This naive optimizer has no Keras twin. Expected one of NaiveAdam.*Received: <OtherSGD>"),
    ],
)
def test_what_has_no_twin(thing, message):
    with pytest.raises(ValueError, match=message):
        to_keras(thing)


def test_only():
    only("Dense", {"axis": -1}, "axis", -1)
    only("Dense", {}, "axis", -1)
    with pytest.raises(
        ValueError, match=r"Dense with this argument is not supported. Expected axis=-1. Received: axis=2"
    ):
        only("Dense", {"axis": 2}, "axis", -1)


@pytest.mark.parametrize("name", activations.NAMES)
def test_every_activation_goes_there_and_back(name):
    layer = NaiveDense(6, 4, name)
    twin = to_keras(layer)
    assert twin.activation is keras.activations.get(name)
    assert_exact(layer(X).numpy(), twin(X).numpy(), name)
    assert from_keras(twin).activation.operation is layer.activation.operation
