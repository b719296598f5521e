"""Hypothesis strategies: random layers with random valid arguments, and random networks of several layers.

A strategy keeps track of the rank only: a vector (batch, features), a sequence (batch, steps, features), an image
(batch, rows, columns, channels), or tokens. Everything else follows from the shapes when the recipe is built.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from naive.layers import LAYERS
from sidebyside.fuzzing.recipe import SAME, Recipe, Step

ACTIVATIONS = (None, "relu", "tanh", "sigmoid", "softmax", "elu", "selu", "softplus", "leaky_relu", "exponential")
SMALL = st.integers(1, 4)
PADDINGS = st.sampled_from(["valid", "same"])
FLAGS = st.booleans()
RATES = st.sampled_from([0.0, 0.2, 0.5, 0.9])
SEEDS = st.integers(0, 1000)


def layer(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    """A step with one layer."""
    return st.fixed_dictionaries({"layer": st.just(name), "arguments": st.fixed_dictionaries(arguments)})


activation = st.sampled_from(ACTIVATIONS)


def _anywhere() -> list[st.SearchStrategy[Step]]:
    """Layers that take any rank and keep the shape."""
    return [
        layer("NaiveActivation", activation=st.sampled_from([a for a in ACTIVATIONS if a])),
        layer("NaiveReLU", max_value=st.sampled_from([None, 1.0]), negative_slope=st.sampled_from([0.0, 0.1]),
              threshold=st.sampled_from([0.0, 0.5])),
        layer("NaiveLeakyReLU", negative_slope=st.sampled_from([0.1, 0.3])),
        layer("NaiveELU", alpha=st.sampled_from([1.0, 0.5])),
        layer("NaivePReLU"),
        layer("NaiveSoftmax"),
        layer("NaiveDropout", rate=RATES, seed=SEEDS),
        layer("NaiveGaussianDropout", rate=st.sampled_from([0.0, 0.3]), seed=SEEDS),
        layer("NaiveAlphaDropout", rate=st.sampled_from([0.0, 0.3]), seed=SEEDS),
        layer("NaiveIdentity"),
        layer("NaiveGaussianNoise", stddev=st.sampled_from([0.1, 1.0]), seed=SEEDS),
        layer("NaiveBatchNormalization", momentum=st.sampled_from([0.99, 0.5]), center=FLAGS, scale=FLAGS),
        layer("NaiveLayerNormalization", center=FLAGS, scale=FLAGS),
        layer("NaiveRMSNormalization"),
        layer("NaiveDense", output_size=st.just(SAME), activation=activation),
    ]  # fmt: skip


def _resizing() -> list[st.SearchStrategy[Step]]:
    """Layers that take any rank and change the last axis."""
    return [layer("NaiveDense", output_size=st.integers(1, 6), activation=activation, use_bias=FLAGS)]


def _vectors() -> list[st.SearchStrategy[Step]]:
    return [layer("NaiveHighway"), layer("NaiveRBF", units=SMALL)]


def _called_on(step: st.SearchStrategy[Step], inputs: int) -> st.SearchStrategy[Step]:
    """A layer that is given the same tensor several times, as in self-attention."""
    return step.map(lambda drawn: drawn | {"inputs": inputs})


def _cell_arguments() -> dict[str, st.SearchStrategy[Any]]:
    return {
        "units": SMALL, "activation": st.sampled_from(["tanh", "relu", "sigmoid"]), "use_bias": FLAGS,
        "go_backwards": FLAGS, "dropout": st.sampled_from([0.0, 0.0, 0.4]),
        "recurrent_dropout": st.sampled_from([0.0, 0.0, 0.4]), "seed": SEEDS,
    }  # fmt: skip


def _recurrent(return_sequences: bool) -> list[st.SearchStrategy[Step]]:
    cells = _cell_arguments() | {"return_sequences": st.just(return_sequences)}
    plain = [
        layer("NaiveSimpleRNN", **cells),
        layer("NaiveLSTM", **cells, unit_forget_bias=FLAGS),
        layer("NaiveGRU", **cells, reset_after=FLAGS),
    ]
    inner = {"units": SMALL, "return_sequences": st.just(return_sequences)}
    wrapped = st.one_of(layer("NaiveLSTM", **inner), layer("NaiveGRU", **inner), layer("NaiveSimpleRNN", **inner))
    modes = st.sampled_from(["concat", "sum", "mul", "ave"])
    return [*plain, layer("NaiveBidirectional", layer=wrapped, merge_mode=modes)]


def _sequences() -> list[st.SearchStrategy[Step]]:
    """From a sequence to a sequence."""
    inner = layer("NaiveDense", output_size=SMALL, activation=activation)
    return [
        layer("NaiveConv1D", filters=SMALL, kernel_size=SMALL, strides=st.integers(1, 3),
              padding=st.sampled_from(["valid", "same", "causal"]), activation=activation, use_bias=FLAGS),
        layer("NaiveConv1D", filters=SMALL, kernel_size=SMALL, dilation_rate=st.integers(1, 3),
              padding=st.sampled_from(["valid", "same", "causal"])),
        layer("NaiveMaxPooling1D", pool_size=st.integers(1, 3), padding=PADDINGS, strides=st.integers(1, 3)),
        layer("NaiveAveragePooling1D", pool_size=st.integers(1, 3), padding=PADDINGS, strides=st.integers(1, 3)),
        layer("NaiveZeroPadding1D", padding=st.integers(0, 2)),
        layer("NaiveUpSampling1D", size=st.integers(1, 3)),
        layer("NaiveSpatialDropout1D", rate=RATES, seed=SEEDS),
        layer("NaiveTimeDistributed", layer=inner),
        layer("NaiveDepthwiseConv1D", kernel_size=SMALL, padding=PADDINGS, depth_multiplier=st.integers(1, 2)),
        layer("NaiveSeparableConv1D", filters=SMALL, kernel_size=SMALL, padding=PADDINGS),
        layer("NaiveConv1DTranspose", filters=SMALL, kernel_size=SMALL, padding=PADDINGS, strides=st.integers(1, 2)),
        layer("NaiveCropping1D", cropping=st.integers(0, 1)),
        layer("NaiveMasking", mask_value=st.sampled_from([0.0, 1.0])),
        layer("NaivePermute", dims=st.just([2, 1])),
        _called_on(layer("NaiveAttention", use_scale=FLAGS, score_mode=st.sampled_from(["dot", "concat"])), 2),
        _called_on(layer("NaiveMultiHeadAttention", num_heads=st.integers(1, 3), key_dim=SMALL, use_bias=FLAGS), 3),
        _called_on(layer("NaiveDot", axes=st.just(2), normalize=FLAGS), 2),
        *_recurrent(True),
    ]  # fmt: skip


def _images() -> list[st.SearchStrategy[Step]]:
    """From an image to an image."""
    window = {"kernel_size": st.integers(1, 4), "padding": PADDINGS}
    pool = {"pool_size": st.integers(1, 3), "strides": st.integers(1, 3), "padding": PADDINGS}
    return [
        layer("NaiveConv2D", filters=SMALL, **window, strides=st.integers(1, 3), activation=activation, use_bias=FLAGS),
        layer("NaiveConv2D", filters=SMALL, **window, dilation_rate=st.integers(1, 3)),
        layer("NaiveDepthwiseConv2D", **window, strides=st.integers(1, 2), depth_multiplier=st.integers(1, 2)),
        layer("NaiveSeparableConv2D", filters=SMALL, **window, activation=activation),
        layer("NaiveConv2DTranspose", filters=SMALL, **window, strides=st.integers(1, 2)),
        layer("NaiveMaxPooling2D", **pool),
        layer("NaiveAveragePooling2D", **pool),
        layer("NaiveZeroPadding2D", padding=st.integers(0, 2)),
        layer("NaiveUpSampling2D", size=st.integers(1, 2)),
        layer("NaiveCropping2D", cropping=st.integers(0, 1)),
        layer("NaiveSpatialDropout2D", rate=RATES, seed=SEEDS),
        layer("NaiveGroupNormalization", groups=st.sampled_from([1, -1, 2])),
    ]  # fmt: skip


def _to_vector(rank: str) -> list[st.SearchStrategy[Step]]:
    """From a sequence or an image to a vector."""
    if rank == "sequence":
        pools = ["NaiveGlobalAveragePooling1D", "NaiveGlobalMaxPooling1D"]
        return [layer("NaiveFlatten"), *(layer(name) for name in pools), *_recurrent(False)]
    return [layer(name) for name in ("NaiveFlatten", "NaiveGlobalAveragePooling2D", "NaiveGlobalMaxPooling2D")]


def _to_sequence() -> list[st.SearchStrategy[Step]]:
    """From a vector to a sequence."""
    return [layer("NaiveRepeatVector", n=SMALL), layer("NaiveReshape", target_shape=st.just([-1, 1]))]


MERGES = st.sampled_from(
    ["NaiveAdd", "NaiveMultiply", "NaiveAverage", "NaiveMaximum", "NaiveMinimum", "NaiveSubtract", "NaiveConcatenate"]
)


def _known(steps: list[st.SearchStrategy[Step]]) -> st.SearchStrategy[Step]:
    return st.one_of(steps)


@st.composite
def networks(draw: st.DrawFn, largest: int = 5) -> Recipe:
    """A recipe of one to `largest` steps, branches and shared layers among them."""
    rank = draw(st.sampled_from(["vector", "sequence", "image", "tokens"]))
    shape = {
        "vector": st.tuples(st.integers(1, 6)),
        "sequence": st.tuples(st.integers(1, 5), st.integers(1, 4)),
        "image": st.tuples(st.integers(1, 7), st.integers(1, 7), st.integers(1, 3)),
        "tokens": st.tuples(st.integers(1, 5)),
    }[rank]
    recipe: Recipe = {
        "input": list(draw(shape)), "high": None, "batch": draw(st.integers(1, 4)), "seed": draw(SEEDS), "steps": [],
    }  # fmt: skip
    if rank == "tokens":
        recipe["high"] = draw(st.integers(1, 6))
        table = layer("NaiveEmbedding", input_dim=st.just(recipe["high"]), output_dim=SMALL, mask_zero=FLAGS)
        recipe["steps"].append(draw(table))
        rank = "sequence"
    for _ in range(draw(st.integers(1, largest))):
        kind = draw(st.sampled_from(["layer", "layer", "layer", "branches", "shared", "another rank"]))
        if kind == "branches":
            way = st.lists(_known(_anywhere() + _resizing()), max_size=2)
            ways = draw(st.lists(way, min_size=2, max_size=3 if draw(FLAGS) else 2))
            recipe["steps"].append({"branches": ways, "merge": draw(MERGES)})
        elif kind == "shared":
            recipe["steps"].append(draw(_known(_anywhere())) | {"times": draw(st.integers(2, 3))})
        elif kind == "another rank" and rank == "vector":
            recipe["steps"].append(draw(_known(_to_sequence())))
            rank = "sequence"
        elif kind == "another rank":
            recipe["steps"].append(draw(_known(_to_vector(rank))))
            rank = "vector"
        else:
            own = {"vector": _vectors, "sequence": _sequences, "image": _images}[rank]()
            recipe["steps"].append(draw(_known(own + _anywhere() + _resizing())))
    return recipe


def layers_that_can_be_drawn() -> set[str]:
    """The classes in the strategies above."""
    steps = [*_anywhere(), *_resizing(), *_vectors(), *_sequences(), *_images(), *_recurrent(False)]
    steps += [*_to_vector("sequence"), *_to_vector("image"), *_to_sequence()]
    written = " ".join(map(repr, [*steps, MERGES]))
    return {name for name in LAYERS if repr(name) in written} | {"NaiveEmbedding"}
