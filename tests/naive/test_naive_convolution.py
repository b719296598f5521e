"""Convolutions: kernel and definition, by hand and by tape, against Keras; and what the layers promise."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import from_keras, to_keras
from keras_ref.float64 import any_model
from naive import (
    NaiveConv1D,
    NaiveConv1DTranspose,
    NaiveConv2D,
    NaiveConv2DTranspose,
    NaiveDense,
    NaiveDepthwiseConv1D,
    NaiveDepthwiseConv2D,
    NaiveSeparableConv1D,
    NaiveSeparableConv2D,
    NaiveSequential,
    TrainingRun,
    ops,
)
from naive.layers import LAYERS
from sidebyside.assertions import assert_all_exact, assert_close64, assert_exact, assert_matches_differences
from sidebyside.components.component import QUANTITIES, randomize
from sidebyside.components.convolution import COMPONENTS
from sidebyside.components.examine import examine

pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis")

NAMED = {component.name: component for component in COMPONENTS}
BODIES = ["kernel", "definition"]
QUICK = ["Conv2D, same, relu", "Conv1D, causal, dilation 2", "DepthwiseConv2D", "Conv2DTranspose, same, stride 2, relu"]
"""These are trained in every mode each time; the others in the slow tests."""

SMOOTH = {
    "Conv2D": (NaiveConv2D, (2, 5, 4, 2), {"filters": 3, "kernel_size": (3, 2), "padding": "same", "strides": 2}),
    "Conv2D-groups": (NaiveConv2D, (2, 4, 4, 4), {"filters": 2, "kernel_size": 2, "groups": 2, "dilation_rate": 2}),
    "Conv1D-causal": (
        NaiveConv1D,
        (2, 5, 2),
        {"filters": 3, "kernel_size": 2, "padding": "causal", "dilation_rate": 2},
    ),
    "DepthwiseConv2D": (NaiveDepthwiseConv2D, (2, 5, 4, 2), {"kernel_size": 2, "strides": 2, "dilation_rate": 2}),
    "DepthwiseConv1D": (NaiveDepthwiseConv1D, (2, 6, 2), {"kernel_size": 3, "depth_multiplier": 2}),
    "SeparableConv2D": (NaiveSeparableConv2D, (2, 4, 4, 2), {"filters": 3, "kernel_size": 2, "depth_multiplier": 2}),
    "SeparableConv1D": (NaiveSeparableConv1D, (2, 6, 2), {"filters": 3, "kernel_size": 2, "padding": "same"}),
    "Conv2DTranspose": (NaiveConv2DTranspose, (2, 3, 2, 2), {"filters": 2, "kernel_size": 3, "strides": 2}),
    "Conv1DTranspose": (
        NaiveConv1DTranspose,
        (2, 4, 2),
        {"filters": 3, "kernel_size": 2, "strides": 3, "padding": "same", "output_padding": 1},
    ),
}
SMALLEST = {
    NaiveConv1D: (3, 2),
    NaiveConv2D: (3, 2),
    NaiveDepthwiseConv1D: (2,),
    NaiveDepthwiseConv2D: (2,),
    NaiveSeparableConv1D: (3, 2),
    NaiveSeparableConv2D: (3, 2),
    NaiveConv1DTranspose: (3, 2),
    NaiveConv2DTranspose: (3, 2),
}


def gradients_of(layer, x, dy):
    """y, dx and the weights' gradients by hand."""
    y, saved = layer.forward(tf.constant(x), training=True)
    dx, gradients = layer.backward(tf.constant(dy), saved)
    assert list(gradients) == list(layer.named_trainable)
    return [y.numpy(), dx.numpy(), *(gradient.numpy() for gradient in gradients.values())]


def taped(layer, x, dy):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
    gradients = tape.gradient(y, [x, *layer.weights], output_gradients=tf.constant(dy))
    return [y.numpy(), *(gradient.numpy() for gradient in gradients)]


def passes(name, mode, gradients, quantities=QUANTITIES, float64=None):
    for cell in examine(NAMED[name], mode, gradients, quantities, float64):
        assert cell.passed, cell.explain()


@pytest.mark.parametrize("gradients", ["backprop", "tape"])
@pytest.mark.parametrize("name", NAMED)
def test_every_bit_is_keras_in_eager_mode(name, gradients):
    passes(name, "eager", gradients, QUANTITIES[:3])


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
@pytest.mark.parametrize("name", QUICK)
def test_every_bit_is_keras_through_a_training(name, mode):
    passes(name, mode, "backprop")


@pytest.mark.slow
@pytest.mark.parametrize("gradients", ["backprop", "tape"])
@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
@pytest.mark.parametrize("name", NAMED)
def test_every_bit_of_everything(name, mode, gradients, float64_keras):
    passes(name, mode, gradients, float64=float64_keras)


@pytest.mark.parametrize("name", NAMED)
def test_both_bodies_are_keras_in_float64(name, float64_keras):
    component = NAMED[name]
    shape = component.inputs[0].shape
    rng = np.random.default_rng(1)
    x = rng.normal(size=shape)
    model = component.model()
    config, weights = keras.saving.serialize_keras_object(to_keras(model)), [w.numpy() for w in model.weights]
    made = {body: component.model("float64", body) for body in BODIES}
    dy = rng.normal(size=made["kernel"](x).shape)
    outputs, dxs, dws = float64_keras(any_model, config, weights, [x], [dy], True)
    for body, layer in made.items():
        layer.set_weights(weights)
        names = ["output", "gradient of x", *layer.named_weights]
        for by, found in (("hand", gradients_of(layer, x, dy)), ("tape", taped(layer, x, dy))):
            for mine, theirs, quantity in zip(found, [*outputs, *dxs, *dws], names, strict=True):
                assert_close64(mine, theirs, f"{quantity}, {body}, by {by}")


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("case", SMOOTH)
def test_the_derivatives_are_limits_of_differences(case, body, central_differences):
    kind, shape, options = SMOOTH[case]
    layer = kind(shape[-1], **options, activation="tanh", dtype="float64", body=body)
    randomize(layer)
    rng = np.random.default_rng(2)
    x = rng.normal(size=shape)
    dy = rng.normal(size=layer(x).shape)
    _, dx, *of_weights = gradients_of(layer, x, dy)
    differences = central_differences(lambda moved: np.sum(dy * layer(moved).numpy()), x)
    assert_matches_differences(dx, *differences, "gradient of x")
    for (name, weight), gradient in zip(layer.named_weights.items(), of_weights, strict=True):

        def value(moved, weight=weight):
            before = weight.numpy()
            weight.assign(moved)
            result = np.sum(dy * layer(x).numpy())
            weight.assign(before)
            return result

        assert_matches_differences(gradient, *central_differences(value, weight.numpy()), f"gradient of {name}")


def test_a_kernel_made_by_hand_finds_an_edge():
    image = np.zeros((1, 4, 5, 1), "float32")
    image[0, :, 2:] = 1.0
    layer = NaiveConv2D(1, 1, (1, 2), use_bias=False)
    layer.kernel.assign(np.array([-1.0, 1.0], "float32").reshape(1, 2, 1, 1))
    for body in BODIES:
        layer.body = body
        found = layer(image).numpy()[0, :, :, 0]
        assert_exact(found, np.tile(np.array([0, 1, 0, 0], "float32"), (4, 1)), "edges")


def test_causal_means_that_no_output_sees_the_future():
    layer = NaiveConv1D(2, 3, 3, padding="causal", dilation_rate=2)
    x = np.random.default_rng(0).normal(size=(1, 8, 2)).astype("float32")
    changed = x.copy()
    changed[:, 5:] += 1.0
    before, after = layer(x).numpy(), layer(changed).numpy()
    assert_exact(after[:, :5], before[:, :5], "the past")
    assert (after[:, 5:] != before[:, 5:]).all()


def test_windows_and_lay_back_undo_each_others_shapes_and_count_the_uses():
    how = ops.Windows((2, 2), (1, 1))
    x = np.arange(9.0).reshape(1, 3, 3, 1)
    taken = ops.windows(x, how)
    assert_exact(taken[0, 1, 0, :, :, 0].numpy(), x[0, 1:3, 0:2, 0], "the window in the second row")
    uses = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    assert_exact(
        ops.lay_back(taken, (3, 3), how)[0, :, :, 0].numpy(), x[0, :, :, 0] * uses, "each number, once per use"
    )


@pytest.mark.parametrize(
    ("layer", "shapes", "count"),
    [
        (NaiveConv2D(3, 32, 3), [(3, 3, 3, 32), (32,)], 896),
        (NaiveConv2D(4, 6, (3, 2), groups=2), [(3, 2, 2, 6), (6,)], 78),
        (NaiveConv1D(8, 16, 5, use_bias=False), [(5, 8, 16)], 640),
        (NaiveDepthwiseConv2D(16, 3, depth_multiplier=2), [(3, 3, 16, 2), (32,)], 320),
        (NaiveDepthwiseConv1D(4, 3), [(3, 4, 1), (4,)], 16),
        (NaiveSeparableConv2D(16, 32, 3), [(3, 3, 16, 1), (1, 1, 16, 32), (32,)], 688),
        (NaiveSeparableConv1D(4, 6, 3), [(3, 4, 1), (1, 4, 6), (6,)], 42),
        (NaiveConv2DTranspose(8, 4, 3), [(3, 3, 4, 8), (4,)], 292),
        (NaiveConv1DTranspose(8, 4, 2), [(2, 4, 8), (4,)], 68),
    ],
    ids=lambda value: type(value).__name__,
)
def test_weights_have_keras_shapes_order_and_count(layer, shapes, count):
    assert [tuple(weight.shape) for weight in layer.weights] == shapes
    assert sum(int(np.prod(weight.shape)) for weight in layer.weights) == count
    twin = to_keras(layer)
    assert twin.count_params() == count
    assert [weight.name for weight in twin.weights] == list(layer.named_weights)
    assert layer.state == []


@pytest.mark.parametrize("kind", SMALLEST)
def test_first_weights_are_keras_own(kind, seeded):
    sizes = SMALLEST[kind]
    layer = kind(4, *sizes)
    keras.utils.set_random_seed(0)
    twin = getattr(keras.layers, kind.__name__.removeprefix("Naive"))(*sizes)
    twin.build((None, *[9] * layer.rank, 4))
    assert_all_exact([w.numpy() for w in layer.weights], twin.get_weights(), layer.named_weights)


@pytest.mark.parametrize("name", NAMED)
def test_configuration_and_twin_make_the_layer_again(name):
    component = NAMED[name]
    layer = component.make(dtype="float32", body="kernel")
    randomize(layer)
    x = component.inputs[0].draw(np.random.default_rng(0))
    again = type(layer)(**json.loads(json.dumps(layer.get_config())))
    assert again.get_config() == layer.get_config()
    assert LAYERS[type(layer).__name__] is type(layer)
    for copy in (again, from_keras(to_keras(layer))):
        for mine, theirs in zip(copy.weights, layer.weights, strict=True):
            mine.assign(theirs)
        assert copy.get_config() | {"name": None} == layer.get_config() | {"name": None}
        assert_exact(copy(x).numpy(), layer(x).numpy(), "output")


@pytest.mark.parametrize("argument", ["kernel_regularizer", "kernel_constraint", "activity_regularizer"])
def test_what_is_not_supported_is_refused_by_name(argument):
    value = "max_norm" if argument.endswith("constraint") else "l2"
    twin = keras.layers.Conv2D(2, 3, **{argument: value})
    twin.build((None, 5, 5, 1))
    with pytest.raises(ValueError, match=f"Conv2D.*{argument}"):
        from_keras(twin)
    first = keras.layers.Conv2D(2, 3, data_format="channels_first")
    first.build((None, 1, 5, 5))
    with pytest.raises(ValueError, match=r"Unknown value for `data_format`.*Received: data_format='channels_first'"):
        from_keras(first)


def test_softmax_leads_to_logits():
    layer = NaiveConv2D(2, 3, 2, activation="softmax")
    x = np.random.default_rng(0).normal(size=(2, 4, 4, 2)).astype("float32")
    y, saved = layer.forward(x)
    assert set(saved) == {"x", "padded", "z", "y", "logits"}
    dz = tf.ones_like(y) * tf.constant([1.0, -2.0, 0.5])
    dx, gradients = layer.backward(dz, saved, wrt="logits")
    linear = NaiveConv2D(2, 3, 2)
    for mine, theirs in zip(linear.weights, layer.weights, strict=True):
        mine.assign(theirs)
    linear_dx, linear_gradients = linear.backward(dz, linear.forward(x)[1])
    assert_exact(dx.numpy(), linear_dx.numpy(), "gradient of x")
    assert_all_exact(gradients.values(), linear_gradients.values(), gradients)


FORBIDDEN = {"Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter", "BiasAddGrad", "DepthwiseConv2dNative",
             "DepthwiseConv2dNativeBackpropInput", "DepthwiseConv2dNativeBackpropFilter"}  # fmt: skip


def operations_in(graph):
    """The types of all operations of a graph and of the functions that it calls."""
    found = {op.type for op in graph.get_operations()}
    for function in graph._functions.values():
        found |= {node.op for node in function.cached_definition.node_def}
    return found


def small_net(body, dtype="float32"):
    """8 x 8 x 1 → 3: one layer of every kind."""
    return NaiveSequential(
        [
            NaiveConv2D(1, 4, 3, padding="same", activation="relu", body=body, dtype=dtype),
            NaiveConv2D(4, 4, 2, 2, groups=2, body=body, dtype=dtype),
            NaiveDepthwiseConv2D(4, 3, padding="same", activation="tanh", body=body, dtype=dtype),
            NaiveConv2DTranspose(4, 3, 2, 2, activation="relu", body=body, dtype=dtype),
            NaiveSeparableConv2D(3, 2, 3, 2, activation="relu", body=body, dtype=dtype),
            NaiveDense(2, 3, body=body, dtype=dtype),
        ]
    )


@pytest.mark.parametrize("body", BODIES)
def test_the_definition_calls_no_convolution_of_tensorflow(body):
    model = small_net(body)

    @tf.function(autograph=False)
    def forward_and_backward(x):
        y, saved = model.forward(x, training=True)
        return y, model.backward(tf.ones_like(y), saved)

    used = operations_in(forward_and_backward.get_concrete_function(tf.TensorSpec([None, 8, 8, 1])).graph) & FORBIDDEN
    assert used == (set() if body == "definition" else FORBIDDEN)


@pytest.mark.parametrize("mode", ["eager", "graph", pytest.param("xla", marks=pytest.mark.slow)])
@pytest.mark.parametrize("gradients", ["backprop", "tape"])
def test_a_net_of_definitions_trains_in_every_mode(mode, gradients, seeded):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(20, 8, 8, 1))
    y = rng.normal(size=(20, 3, 3, 3))
    weights = [weight.numpy() for weight in small_net("kernel", "float64").weights]
    ends = []
    for body, execution, way in (("kernel", "eager", "tape"), ("definition", mode, gradients)):
        model = small_net(body, "float64")
        model.set_weights(weights)
        run = TrainingRun(model, x, y, 8, optimizer="sgd", loss="mse", execution=execution, gradients=way)
        run.begin_epoch()
        run.advance(3)
        run.end_epoch()
        ends.append([weight.numpy() for weight in model.weights])
    for mine, theirs, before in zip(*ends, weights, strict=True):
        assert_close64(mine, theirs, "weight after training", training=True)
        assert not np.array_equal(mine, before)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NaiveConv2D(0, 2, 3), r"`input_size` must be a positive integer.*Received: input_size=0"),
        (lambda: NaiveConv2D(2, 0, 3), r"`filters` must be a positive integer.*Received: filters=0"),
        (lambda: NaiveConv2D(2, 2, 0), r"`kernel_size` must be an integer, or 2 of them, each at least 1.*=0"),
        (lambda: NaiveConv2D(2, 2, (3, 3, 3)), r"`kernel_size` must be.*Received: kernel_size=\(3, 3, 3\)"),
        (lambda: NaiveConv1D(2, 2, 3, 1.5), r"`strides` must be an integer, or 1 of them.*Received: strides=1.5"),
        (lambda: NaiveConv2D(2, 2, 3, dilation_rate=(1, -1)), r"`dilation_rate` must be.*=\(1, -1\)"),
        (lambda: NaiveConv2D(2, 2, 3, padding="causal"),
         r"Unknown value for `padding`.*Expected one of 'valid', 'same'. Received: padding='causal'"),
        (lambda: NaiveConv1D(2, 2, 3, padding="casual"), r"`padding`. Did you mean 'causal'"),
        (lambda: NaiveConv2D(2, 2, 3, data_format="channels_first"),
         r"`data_format`.*Expected one of 'channels_last'. Received: data_format='channels_first'"),
        (lambda: NaiveConv2D(2, 2, 3, strides=2, dilation_rate=2),
         r"Strides and dilation do not go together.*Received: strides=\(2, 2\), dilation_rate=\(2, 2\)"),
        (lambda: NaiveConv2D(3, 4, 3, groups=2),
         r"divisible by the number of groups.*multiples of 2.*input_size=3, filters=4, groups=2"),
        (lambda: NaiveConv2D(4, 3, 3, groups=2), r"divisible by the number of groups"),
        (lambda: NaiveConv2D(4, 4, 3, groups=0), r"`groups` must be a positive integer"),
        (lambda: NaiveConv2D(4, 4, 3, activation="rellu"), r"Did you mean 'relu'"),
        (lambda: NaiveDepthwiseConv2D(4, 3, depth_multiplier=0), r"`depth_multiplier` must be a positive integer"),
        (lambda: NaiveDepthwiseConv2D(4, 3, (2, 1)), r"the same stride along both axes.*Received: strides=\(2, 1\)"),
        (lambda: NaiveSeparableConv2D(4, 2, 3, (2, 1)), r"the same stride along both axes"),
        (lambda: NaiveSeparableConv2D(4, -1, 3), r"`filters` must be a positive integer"),
        (lambda: NaiveConv2DTranspose(4, 2, 3, dilation_rate=2),
         r"transposed convolution with dilation.*Received: dilation_rate=\(2, 2\)"),
        (lambda: NaiveConv2DTranspose(4, 2, 3, 2, output_padding=2),
         r"`output_padding` does not fit.*Expected 0 <= output_padding < strides.*output_padding=\(2, 2\)"),
        (lambda: NaiveConv1DTranspose(4, 2, 2, 2, "same", 0), r"does not fit.*Expected 1 <= output_padding"),
        (lambda: NaiveConv1DTranspose(4, 2, 2, 2, "same", -1), r"`output_padding` must be an integer.*at least 0"),
        (lambda: NaiveConv2D(2, 2, 3, activation=tf.sin).get_config(), r"cannot be written into a configuration"),
    ],
)  # fmt: skip
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (NaiveConv2D(3, 2, 3), (2, 8, 8, 1), r"does not fit NaiveConv2D\(input_size=3.*\(batch, height, width, 3\)"),
        (NaiveConv2D(3, 2, 3), (2, 8, 3), r"Received: shape=\(2, 8, 3\)"),
        (NaiveConv1D(3, 2, 3), (2, 8, 8, 3), r"Expected shape \(batch, steps, 3\)"),
        (NaiveConv2D(3, 2, 3, dilation_rate=2), (2, 8, 4, 3), r"smaller than the window. Expected at least 5.*8, 4, 3"),
        (NaiveDepthwiseConv2D(3, 5), (2, 4, 8, 3), r"smaller than the window. Expected at least 5"),
        (NaiveSeparableConv1D(3, 2, 5), (2, 4, 3), r"smaller than the window. Expected at least 5"),
        (NaiveConv2DTranspose(3, 2, 3), (2, 8, 8, 2), r"does not fit NaiveConv2DTranspose\(input_size=3"),
    ],
)
def test_inputs_that_do_not_fit(layer, shape, message):
    with pytest.raises(ValueError, match=message):
        layer(np.zeros(shape, "float32"))
