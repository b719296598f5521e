"""Attention, alone and in several heads: three witnesses, masks, and what is refused."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ref import from_keras, to_keras
from naive import NaiveAttention, NaiveInput, NaiveModel, NaiveMultiHeadAttention, set_random_seed
from sidebyside.assertions import assert_all_exact, assert_close64, assert_exact
from sidebyside.components.attention import COMPONENTS
from sidebyside.components.component import randomize
from sidebyside.components.examine import examine

pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis")

NAMED = {component.name: component for component in COMPONENTS}
QUICK = ["Attention, concat, scale", "MultiHeadAttention, dropout, mask"]
"""These are run in graph and XLA mode each time; the others in the slow tests."""
BOTH = ("backprop", "tape")
CERTAIN = [name for name, component in NAMED.items() if not component.random]

RNG = np.random.default_rng(4)
QUERY, VALUE, KEY = (RNG.normal(size=shape) for shape in ((2, 3, 4), (2, 5, 4), (2, 5, 4)))
SEEN = np.array([[True, True, False], [False, True, True]])
WORDS = np.array([[True, True, False, True, False], [True, False, False, False, False]])
NOTHING = np.zeros((2, 5), bool)
MASKS = {
    "value": [None, WORDS],
    "query": [SEEN, None],
    "both": [SEEN, WORDS],
    "nothing to see": [None, NOTHING],
    "all three": [SEEN, WORDS, WORDS[::-1]],
}


def heads(input_size=4, num_heads=2, key_dim=3, **options):
    layer = NaiveMultiHeadAttention(input_size, num_heads, key_dim, **options)
    randomize_weights(layer)
    return layer


def randomize_weights(layer, seed=6):
    rng = np.random.default_rng(seed)
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape).astype(weight.dtype.as_numpy_dtype))


@pytest.mark.parametrize("name", NAMED)
def test_every_bit_is_keras_in_eager_mode(name, float64_keras):
    for cell in examine(NAMED[name], "eager", BOTH, float64=float64_keras):
        assert cell.passed, cell.explain()


@pytest.mark.parametrize("mode", ["graph", "xla"])
@pytest.mark.parametrize("name", QUICK)
def test_every_bit_is_keras_in_compiled_modes(name, mode):
    for cell in examine(NAMED[name], mode, BOTH, ["forward", "input gradient", "weight gradients"]):
        assert cell.passed, cell.explain()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["graph", "xla"])
@pytest.mark.parametrize("name", NAMED)
def test_every_bit_of_all_in_compiled_modes(name, mode, float64_keras):
    for cell in examine(NAMED[name], mode, BOTH, float64=float64_keras):
        assert cell.passed, cell.explain()


@pytest.mark.parametrize("body", ["kernel", "definition"])
@pytest.mark.parametrize("name", CERTAIN)
def test_both_bodies_are_keras_in_float64(name, body, agrees_in_float64):
    agrees_in_float64(NAMED[name], body)


@pytest.mark.parametrize(
    "options",
    [{}, {"use_scale": True}, {"score_mode": "concat"}, {"use_scale": True, "score_mode": "concat"}],
)
@pytest.mark.parametrize("count", [2, 3])
def test_the_derivatives_of_attention_are_limits_of_differences(options, count, is_the_limit_of_differences):
    layer = NaiveAttention(**options, dtype="float64")
    randomize_weights(layer)
    is_the_limit_of_differences(layer, *(QUERY, VALUE, KEY)[:count])


@pytest.mark.parametrize("options", [{}, {"dropout": 0.5, "seed": 1}, {"use_gate": True, "value_dim": 2}])
@pytest.mark.parametrize("count", [2, 3])
def test_the_derivatives_of_several_heads_are_limits_of_differences(options, count, is_the_limit_of_differences):
    # Without the key's bias: its gradient is 0 but for rounding, which no difference can confirm to 1e-7 of itself.
    layer = heads(dtype="float64", use_bias=False, **options)
    is_the_limit_of_differences(layer, *(QUERY, VALUE, KEY)[:count])


def test_the_gradients_of_the_biases_are_limits_of_differences(central_differences):
    layer = heads(dtype="float64")
    y, saved = layer.forward([QUERY, VALUE])
    dy = RNG.normal(size=y.shape)
    _, gradients = layer.backward(tf.constant(dy), saved)
    scale = max(np.abs(gradient).max() for gradient in gradients.values())
    assert np.abs(gradients["key/bias"]).max() < 1e-14 * scale, "softmax does not see the bias of the keys"


def keras_with_masks(twin, x, masks, dy, **options):
    """What Keras gives and differentiates when the masks come with the tensors."""
    tensors = [tf.constant(one) for one in x]
    weights = [variable.value for variable in twin.trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        marked = [tf.identity(one) for one in tensors]
        for one, mask in zip(marked, masks, strict=False):
            if mask is not None:
                one._keras_mask = tf.constant(mask)
        y = twin(*marked, **options) if isinstance(twin, keras.layers.MultiHeadAttention) else twin(marked, **options)
    gradients = tape.gradient(y, [*tensors, *weights], output_gradients=tf.constant(dy))
    return [y, *gradients], getattr(y, "_keras_mask", None)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("masks", MASKS)
@pytest.mark.parametrize("kind", ["attention", "concat", "heads", "heads with dropout"])
def test_masks_that_come_with_the_tensors(kind, masks, causal):
    layer = {
        "attention": lambda: NaiveAttention(use_scale=True),
        "concat": lambda: NaiveAttention(score_mode="concat"),
        "heads": heads,
        "heads with dropout": lambda: heads(dropout=0.3, seed=2),
    }[kind]()
    x = [one.astype("float32") for one in (QUERY, VALUE, KEY)]
    dy = RNG.normal(size=QUERY.shape).astype("float32")
    mask = MASKS[masks]
    y, saved = layer.forward(x, mask=mask, use_causal_mask=causal)
    dx, gradients = layer.backward(tf.constant(dy), saved)
    theirs, mask_of_y = keras_with_masks(to_keras(layer), x, mask, dy, use_causal_mask=causal)
    names = ["output", "query", "value", "key", *layer.named_weights]
    assert_all_exact([np.asarray(one) for one in [y, *dx, *gradients.values()]], [np.asarray(t) for t in theirs], names)
    mine = layer.compute_mask(x, mask)
    assert (mine is None) == (mask_of_y is None)
    if mine is not None:
        assert_exact(np.asarray(mine), np.asarray(mask_of_y), "mask")


def test_who_sees_nothing_takes_the_mean_or_with_dropout_nothing():
    plain, dropping = heads(use_bias=False), heads(use_bias=False, dropout=0.3, seed=1)
    x = [one.astype("float32") for one in (QUERY, VALUE)]
    _, saved = plain.forward(x, mask=[None, NOTHING])
    assert_exact(saved["weights"].numpy(), np.full((2, 2, 3, 5), 0.2, "float32"), "weights")
    y, saved = dropping.forward(x, mask=[None, NOTHING])
    assert_exact(saved["weights"].numpy(), np.zeros((2, 2, 3, 5), "float32"), "weights")
    assert_exact(y.numpy(), np.zeros((2, 3, 4), "float32"), "output")


def test_a_bias_for_each_head_becomes_one_for_each_step():
    """Fact 4: with key_dim 1 and as many heads as steps."""
    layer = heads(4, 3, 1)
    x = QUERY.astype("float32")
    _, saved = layer.forward([x, x])
    flat = np.einsum("btc,cnh->btnh", x.astype("float64"), layer.query.kernel.numpy().astype("float64"))
    by_step = saved["q"].numpy() - flat
    expected = np.broadcast_to(layer.query.bias.numpy().reshape(1, 3, 1, 1), by_step.shape)
    assert np.abs(by_step - expected).max() < 1e-5
    assert np.abs(by_step - expected.transpose(0, 2, 1, 3)).max() > 0.1


def test_the_scale_is_rounded_to_float32():
    """Fact 3, and that both ways of computing agree in float64."""
    plain, dropping = heads(dtype="float64"), heads(dtype="float64", dropout=0.3, seed=1)
    assert float(plain._scale()) == float(np.float32(1 / np.sqrt(3.0))) != 1 / np.sqrt(3.0)
    x = [QUERY, VALUE]
    assert_close64(plain(x).numpy(), dropping(x).numpy(), "output")


@pytest.mark.parametrize("options", [{}, {"dropout": 0.3}, {"value_dim": 5, "use_gate": True}, {"use_bias": False}])
def test_first_weights_are_those_of_keras(options):
    set_random_seed(7)
    layer = NaiveMultiHeadAttention(4, 2, 3, value_size=6, **options)
    set_random_seed(7)
    twin = keras.layers.MultiHeadAttention(2, 3, **options)
    twin.build((None, 3, 4), (None, 5, 6))
    assert_all_exact([w.numpy() for w in layer.weights], twin.get_weights(), list(layer.named_weights))
    assert [w.path.split("/", 1)[1] for w in twin.weights] == list(layer.named_weights)
    seeds = [v.numpy() for v in twin.non_trainable_variables]
    assert_all_exact([seed.state.numpy() for seed in layer.seeds], seeds, ["seed"] * len(seeds))


@pytest.mark.parametrize(
    "layer",
    [
        NaiveAttention(),
        NaiveAttention(True, "concat", 0.25, 3),
        NaiveMultiHeadAttention(4, 2, 3),
        NaiveMultiHeadAttention(
            4, 3, 2, 5, 0.25, False, 7, sliding_window=2, use_gate=True, seed=8, kernel_initializer="he_normal",
            value_size=6, key_size=9,
        ),
    ],
    ids=["attention", "attention with everything", "heads", "heads with everything"],
)  # fmt: skip
@pytest.mark.parametrize("causal", [False, True])
def test_there_and_back_as_a_model(layer, causal):
    randomize_weights(layer)
    sizes = [getattr(layer, f"{part}_size", 4) for part in ("input", "value", "key")]
    symbols = [NaiveInput((steps, size)) for steps, size in zip((3, 5, 5), sizes, strict=True)]
    layer.name = "attention"
    model = NaiveModel(symbols, layer(symbols, **({"use_causal_mask": True} if causal else {})))
    x = [RNG.normal(size=(2, *symbol.node.shape)).astype("float32") for symbol in symbols]
    expected = model(x).numpy()
    twin = to_keras(model)
    assert_exact(twin(x).numpy(), expected, "Keras")
    back = from_keras(twin)
    assert_exact(back(x).numpy(), expected, "and back")
    found = back.layers[0]
    config = json.loads(json.dumps(layer.get_config()))
    assert {**found.get_config(), "body": None} == {**config, "body": None}
    again = type(layer)(**config)
    for mine, theirs in zip(again.weights, layer.weights, strict=True):
        mine.assign(theirs)
    assert_exact(again(x, **({"use_causal_mask": True} if causal else {})).numpy(), expected, "by its configuration")


def test_the_calls_of_keras_that_are_understood():
    layer = keras.layers.MultiHeadAttention(2, 3)
    a, b, m = keras.Input((3, 4)), keras.Input((5, 4)), keras.Input((3, 5), dtype="int32")
    x = [QUERY.astype("float32"), VALUE.astype("float32"), RNG.integers(0, 2, (2, 3, 5)).astype("int32")]
    for y in (layer(a, value=b, attention_mask=m), layer(query=a, value=b, key=b, attention_mask=m), layer(a, b, b)):
        model = keras.Model([a, b, m], y)
        assert_exact(from_keras(model)(x).numpy(), model(x).numpy(), "output")
    scores = keras.Model([a, b], layer(a, b, return_attention_scores=True)[0])
    with pytest.raises(ValueError, match=r"MultiHeadAttention called with these arguments.*return_attention_scores"):
        from_keras(scores)


def test_what_is_not_supported_of_keras():
    several = keras.layers.MultiHeadAttention(2, 3, output_shape=(2, 2))
    several.build((None, 3, 4), (None, 5, 4))
    with pytest.raises(ValueError, match=r"several output axes.*Received: output_shape=\(2, 2\)"):
        from_keras(several)
    deep = keras.layers.MultiHeadAttention(2, 3, attention_axes=(2,))
    deep.build((None, 3, 3, 4), (None, 3, 5, 4))
    with pytest.raises(ValueError, match=r"over these axes.*Received: attention_axes=\(2,\)"):
        from_keras(deep)


A, B = np.zeros((2, 3, 4), "float32"), np.zeros((2, 5, 4), "float32")
WRONG_INPUTS = [
    (A, r"several sequences. Expected \[query, value\].*Received: an input of type ndarray"),
    ([A], r"Received: a list of 1"),
    ([A, B, B, B, B], r"Received: a list of 5"),
    ([A[0], B], r"The query does not fit.*Expected shape \(batch, steps, features\).*shape \(3, 4\)"),
    ([A, B[..., None]], r"The value does not fit"),
    ([A, B, A], r"a key for each value. Expected 5 keys. Received: 3 keys"),
    ([A[:1], B], r"one batch. Expected 1 examples in each. Received: 1, 2 examples"),
]
WRONG_MASKS = [
    (WORDS, r"one mask for each sequence.*Received: a mask of type ndarray"),
    ([SEEN], r"Received: a list of 1"),
    ([SEEN[:, :2], None], r"mask of the query does not fit.*Expected shape \(2, 3\). Received: shape=\(2, 2\)"),
    ([None, SEEN], r"mask of the value does not fit.*Expected shape \(2, 5\). Received: shape=\(2, 3\)"),
    ([None, WORDS[:1]], r"Received: shape=\(1, 5\)"),
    ([None, None, SEEN], r"mask of the key does not fit"),
]


@pytest.mark.parametrize(("x", "message"), WRONG_INPUTS)
@pytest.mark.parametrize("kind", [NaiveAttention, lambda: NaiveMultiHeadAttention(4, 2, 3)])
def test_inputs_that_do_not_fit(kind, x, message):
    with pytest.raises(ValueError, match=message):
        kind()(x)


@pytest.mark.parametrize(("mask", "message"), WRONG_MASKS)
@pytest.mark.parametrize("kind", [NaiveAttention, lambda: NaiveMultiHeadAttention(4, 2, 3)])
def test_masks_that_do_not_fit(kind, mask, message):
    with pytest.raises(ValueError, match=message):
        kind()([A, B], mask=mask)


def test_sizes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"keys of its own size. Expected keys with 4 features. Received: 2 features"):
        NaiveAttention()([A, B, B[..., :2]])
    with pytest.raises(ValueError, match=r"The value does not fit.*Expected shape \(batch, steps, 6\)"):
        NaiveMultiHeadAttention(4, 2, 3, value_size=6)([A, B])
    with pytest.raises(ValueError, match=r"The key does not fit.*Expected shape \(batch, steps, 7\)"):
        NaiveMultiHeadAttention(4, 2, 3, key_size=7)([A, B, B])
    for wrong in (np.ones((2, 3, 4), bool), np.ones((3, 5), bool), np.ones((1, 2, 3, 5), bool)):
        with pytest.raises(ValueError, match=r"mask among the inputs does not fit.*Expected shape \(2, 3, 5\)"):
            NaiveMultiHeadAttention(4, 2, 3)([A, B, B, wrong])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NaiveAttention(score_mode="add"), r"Unknown value for `score_mode`.*Received: score_mode='add'"),
        (lambda: NaiveAttention(dropout=1.0), r"`dropout` must be a number. Expected 0 <= dropout < 1"),
        (lambda: NaiveAttention(use_scale=2), r"`use_scale` must be True or False"),
        (lambda: NaiveAttention(seed="one"), r"`seed` must be an integer or None"),
        (lambda: NaiveMultiHeadAttention(0, 2, 3), r"Received: input_size=0"),
        (lambda: NaiveMultiHeadAttention(4, -2, 3), r"Received: num_heads=-2"),
        (lambda: NaiveMultiHeadAttention(4, 2, 1.5), r"Received: key_dim=1.5"),
        (lambda: NaiveMultiHeadAttention(4, 2, 3, value_dim=0), r"Received: value_dim=0"),
        (lambda: NaiveMultiHeadAttention(4, 2, 3, output_shape=(2, 2)), r"Received: output_shape=\(2, 2\)"),
        (lambda: NaiveMultiHeadAttention(4, 2, 3, sliding_window=0), r"Received: sliding_window=0"),
        (lambda: NaiveMultiHeadAttention(4, 2, 3, attention_axes=(1, 2)), r"Received: attention_axes=\(1, 2\)"),
        (lambda: NaiveMultiHeadAttention(4, 2, 3, dropout=-0.1), r"Received: dropout=-0.1"),
        (lambda: NaiveMultiHeadAttention(4, 2, 3, use_gate="yes"), r"`use_gate` must be True or False"),
    ],
)  # fmt: skip
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_component_can_be_randomized_and_its_weights_have_names():
    model = NAMED["MultiHeadAttention, gate"].model()
    randomize(model)
    parts = ["query", "key", "gate", "value", "attention_output"]
    assert list(model.layers[0].named_weights) == [f"{part}/{kind}" for part in parts for kind in ("kernel", "bias")]
