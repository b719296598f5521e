"""Every operation with a derivative: by hand, by TensorFlow's tape, by central differences; kernel and definition."""

from dataclasses import dataclass, field

import numpy as np
import pytest
import tensorflow as tf

from naive import ops
from naive.ops import Operation
from sidebyside.assertions import (
    NotEquivalentError,
    assert_all_exact,
    assert_close32,
    assert_close64,
    assert_exact,
    assert_matches_differences,
)

OPERATIONS = {name: value for name, value in vars(ops).items() if isinstance(value, Operation)}
DIFFERENTIABLE = sorted(name for name, value in OPERATIONS.items() if value.differentiable)
WITHOUT_DERIVATIVE = {"argmax", "bincount", "cast", "equal", "greater", "one_hot"}


@dataclass
class Case:
    """Inputs of one operation.

    Attributes:
        inputs: arrays and plain values, in the operation's order; float64 where they are numbers.
        wrt: which of them have a derivative.
        smooth: inputs for central differences, where `inputs` hold kinks or extremes; same meaning otherwise.
    """

    inputs: tuple
    wrt: tuple = (0,)
    options: dict = field(default_factory=dict)
    smooth: tuple | None = None


def normal(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).normal(size=shape)


def hard(*shape, seed=0):
    """Numbers with zeros of both signs, ties and extremes among them."""
    x = normal(*shape, seed=seed)
    special = [0.0, -0.0, 1e4, -1e4, 2.0, 2.0, 1e-7, -30.0]
    x.reshape(-1)[: len(special)] = special[: x.size]
    return x


def away_from(x, kinks, gap=1e-2):
    """The rule for kinks: central differences are taken only where every input is at least `gap` away from them."""
    for kink in kinks:
        x = np.where(np.abs(x - kink) < gap, kink + 2 * gap, x)
    return x


def positive(*shape, seed=0):
    return np.abs(normal(*shape, seed=seed)) + 0.1


def truth(*shape):
    return np.random.default_rng(3).dirichlet(np.ones(shape[-1]), shape[:-1])


LABELS = np.array([2, 0, 4, 2, 1, 3])
CHOICE = np.random.default_rng(5).random((3, 8)) > 0.5
CASES = {
    "add": [Case((hard(3, 8), hard(3, 8, seed=1)), (0, 1)), Case((hard(3, 8), normal(8)), (0, 1)),
            Case((normal(1, 1), normal(1)), (0, 1)), Case((normal(5, 1), normal(1)), (0, 1))],
    "subtract": [Case((hard(3, 8), hard(3, 8, seed=1)), (0, 1)), Case((normal(3, 1), normal(3, 5)), (0, 1))],
    "multiply": [Case((hard(3, 8), hard(3, 8, seed=1)), (0, 1), smooth=(normal(3, 8), normal(3, 8, seed=1))),
                 Case((normal(8), normal(3, 8)), (0, 1))],
    "divide": [Case((hard(3, 8), positive(3, 8, seed=1)), (0, 1), smooth=(normal(3, 8), positive(3, 8, seed=1) + 1)),
               Case((normal(3, 8), positive(3, 1)), (0, 1), smooth=(normal(3, 8), positive(3, 1) + 1)),
               Case((hard(3, 5), hard(3, 5, seed=2)), (0, 1), smooth=(normal(3, 5), positive(3, 5) + 1))],
    "divide_no_nan": [Case((hard(3, 8), hard(3, 8, seed=1)), (0, 1), smooth=(normal(3, 8), positive(3, 8) + 1)),
                      Case((np.array(3.7), np.array(7.0)), (0, 1)),
                      Case((np.array(3.7), np.array(0.0)), (0, 1), smooth=(np.array(0.5), np.array(2.0)))],
    "negative": [Case((hard(3, 8),))],
    "square": [Case((hard(3, 8),), smooth=(normal(3, 8),))],
    "sqrt": [Case((positive(3, 8),), smooth=(positive(3, 8) + 1,)),
             Case((np.array([1e-30, 1e-7, 1.0, 1e4, 4.0]),), smooth=(positive(5) + 1,))],
    "maximum": [Case((hard(3, 8), hard(3, 8)), (0, 1), smooth=(normal(3, 8), normal(3, 8, seed=1))),
                Case((hard(3, 8), hard(3, 8, seed=1)), (0, 1), smooth=(normal(3, 8), normal(3, 8, seed=1))),
                Case((normal(8), normal(3, 1)), (0, 1))],
    "exp": [Case((hard(3, 8),), smooth=(normal(3, 8),)), Case((normal(3, 5),))],
    "log": [Case((positive(3, 8),), smooth=(positive(3, 8) + 1,)),
            Case((positive(3, 5),), smooth=(positive(3, 5) + 1,)),
            Case((np.array([0.0, 1e-7, 1.0, 1e4, 0.5, 1 - 1e-7, 3.0, 1e-30]),), smooth=(positive(8) + 1,))],
    "clip": [Case((hard(3, 8), -1.0, 2.0), smooth=(away_from(normal(3, 8), [-1.0, 2.0]), -1.0, 2.0)),
             Case((np.array([1e-7, 0.0, 1.0, 0.5, 1 - 1e-7]), 1e-7, 1 - 1e-7),
                  smooth=(np.array([-1.0, 0.3, 0.9, 1.5]), 1e-7, 1 - 1e-7))],
    "identity": [Case((hard(3, 8),))],
    "relu": [Case((hard(3, 8),), smooth=(away_from(normal(3, 8), [0.0]),)),
             Case((hard(1, 1),), smooth=(normal(1, 1),))],
    "sigmoid": [Case((hard(4, 8),), smooth=(normal(4, 8),)), Case((hard(3, 5),), smooth=(normal(3, 5),)),
                Case((normal(1, 1),))],
    "tanh": [Case((hard(4, 8),), smooth=(normal(4, 8),)), Case((hard(3, 5),), smooth=(normal(3, 5),))],
    "softmax": [Case((hard(4, 8),), smooth=(normal(4, 8),)), Case((normal(3, 5),)), Case((np.zeros((2, 3)),)),
                Case((normal(2, 3, 5),)), Case((normal(3, 1),))],
    "sparse_softmax_cross_entropy": [
        Case((hard(6, 5), LABELS), smooth=(normal(6, 5), LABELS)), Case((normal(1, 5), LABELS[:1]))],
    "softmax_cross_entropy": [
        Case((hard(6, 5), truth(6, 5)), (0, 1), smooth=(normal(6, 5), truth(6, 5))),
        Case((normal(6, 5), np.eye(5)[LABELS]), (0,))],
    "sigmoid_cross_entropy": [
        Case((hard(4, 8), truth(4, 8)), (0, 1), smooth=(away_from(normal(4, 8), [0.0]), truth(4, 8))),
        Case((normal(3, 5), CHOICE[:, :5].astype(float)), (0, 1))],
    "sum": [Case((hard(3, 8),), options={"axis": -1}), Case((hard(3, 8),), options={"axis": 0}), Case((hard(7),))],
    "mean": [Case((normal(3, 7),), options={"axis": -1}), Case((hard(3, 8),), options={"axis": -1}),
             Case((normal(3, 1),), options={"axis": -1})],
    "max_last": [Case((hard(3, 8),), smooth=(normal(3, 8),)), Case((np.zeros((2, 3)),), smooth=(normal(2, 3),))],
    "matmul": [Case((hard(5, 8), normal(8, 3)), (0, 1), smooth=(normal(5, 8), normal(8, 3))),
               Case((normal(2, 5, 8), normal(8, 3)), (0, 1)), Case((normal(1, 1), normal(1, 1, seed=1)), (0, 1))],
    "bias_add": [Case((hard(5, 8), normal(8)), (0, 1)), Case((normal(2, 3, 4), normal(4)), (0, 1)),
                 Case((normal(1, 3), normal(3)), (0, 1)),
                 Case((normal(96, 10), normal(10)), (0, 1), smooth=(normal(9, 3), normal(3))),
                 Case((normal(700, 16), normal(16)), (0, 1), smooth=(normal(9, 3), normal(3)))],
    "reshape": [Case((hard(4, 6), (3, 8))), Case((normal(2, 3, 4), (-1, 4)))],
    "transpose": [Case((normal(3, 8),)), Case((normal(2, 3, 4),))],
    "expand_last": [Case((normal(3, 4),))],
    "squeeze_last": [Case((normal(3, 4, 1),))],
    "where": [Case((CHOICE, hard(3, 8), normal(3, 8, seed=1)), (1, 2)),
              Case((CHOICE, normal(8), normal(3, 1)), (1, 2))],
    "gather": [Case((normal(5, 3), np.array([4, 0, 0, 2, 0])))],
}  # fmt: skip

CASES |= {
    "conv": [
        Case((hard(2, 6, 5, 3), normal(3, 2, 3, 4), (1, 1), "same", (1, 1)), (0, 1)),
        Case((normal(2, 6, 5, 3), normal(3, 2, 3, 4), (2, 1), "valid", (1, 1)), (0, 1)),
        Case((normal(2, 6, 5, 3), normal(3, 3, 3, 2), (1, 1), "same", (2, 1)), (0, 1)),
        Case((normal(2, 6, 5, 4), normal(3, 3, 2, 6), (1, 1), "same", (1, 1)), (0, 1)),
        Case((normal(2, 9, 3), normal(3, 3, 2), (2,), "same", (1,)), (0, 1)),
        Case((normal(2, 9, 3), normal(3, 3, 2), (1,), "valid", (2,)), (0, 1))],
    "depthwise_conv": [
        Case((hard(2, 6, 5, 3), normal(3, 2, 3, 2), (2, 2), "same", (1, 1)), (0, 1)),
        Case((normal(2, 6, 5, 3), normal(3, 2, 3, 1), (1, 1), "valid", (1, 2)), (0, 1)),
        Case((normal(2, 6, 5, 3), normal(2, 2, 3, 1), (2, 2), "same", (2, 2)), (0, 1)),
        Case((normal(2, 9, 3), normal(3, 3, 2), (2,), "same", (1,)), (0, 1)),
        Case((normal(2, 9, 3), normal(3, 3, 1), (2,), "valid", (2,)), (0, 1))],
    "conv_transpose": [
        Case((hard(2, 4, 3, 3), normal(3, 2, 4, 3), (2, 2), "same", (1, 1)), (0, 1)),
        Case((normal(2, 4, 3, 3), normal(2, 2, 4, 3), (3, 2), "valid", (1, 1)), (0, 1)),
        Case((normal(2, 4, 3), normal(3, 4, 3), (3,), "same", (1,)), (0, 1), {"output_padding": (1,)})],
    "add_channel_bias": [
        Case((hard(2, 5, 4, 3), normal(3)), (0, 1)), Case((normal(2, 7, 5), normal(5)), (0, 1)),
        Case((normal(2, 5, 4, 1), normal(1)), (0, 1)), Case((normal(8, 14, 14, 16), normal(16)), (0, 1), smooth=(
            normal(2, 2, 2, 3), normal(3)))],
    "windows": [
        Case((hard(2, 6, 5, 2), ops.Windows((3, 2)))),
        Case((normal(2, 6, 5, 2), ops.Windows((3, 2), (2, 3), (1, 1), "same"))),
        Case((normal(2, 6, 5, 2), ops.Windows((2, 2), (3, 1), (2, 1), "valid")))],
    "lay_back": [
        Case((hard(2, 4, 4, 3, 2, 2), (6, 5), ops.Windows((3, 2)))),
        Case((normal(2, 3, 2, 3, 2, 2), (6, 5), ops.Windows((3, 2), (2, 3), (1, 1), "same")))],
}  # fmt: skip

CASES |= {
    "minimum": [Case((hard(3, 8), hard(3, 8)), (0, 1), smooth=(normal(3, 8), normal(3, 8, seed=1))),
                Case((normal(8), normal(3, 1)), (0, 1))],
    "max_pool": [
        Case((hard(2, 6, 6, 2), (2, 2), (2, 2), "valid"), smooth=(normal(2, 4, 4, 2), (2, 2), (2, 2), "valid")),
        Case((np.round(normal(2, 7, 9, 3)), (3, 2), (1, 1), "same"),
             smooth=(normal(1, 4, 5, 2), (3, 2), (1, 1), "same")),
        Case((np.zeros((2, 5, 5, 2)), (3, 3), (1, 1), "valid"), smooth=(normal(1, 4, 4, 2), (3, 3), (1, 1), "valid")),
        Case((normal(2, 5, 25, 3), (3, 3), (1, 1), "valid"), smooth=(normal(1, 4, 4, 1), (3, 3), (1, 1), "valid")),
        Case((normal(2, 5, 12, 100), (3, 3), (1, 1), "valid"), smooth=(normal(1, 4, 4, 1), (3, 3), (1, 1), "valid")),
        Case((hard(2, 2, 3, 2), (4, 4), (1, 1), "same"), smooth=(normal(2, 2, 3, 2), (4, 4), (1, 1), "same")),
        Case((hard(2, 9, 3), (3,), (2,), "same"), smooth=(normal(2, 5, 3), (3,), (2,), "same"))],
    "average_pool": [
        Case((hard(2, 6, 6, 2), (2, 2), (2, 2), "valid")), Case((normal(2, 9, 9, 2), (3, 3), (3, 3), "valid")),
        Case((normal(2, 7, 9, 3), (3, 2), (1, 1), "same"), smooth=(normal(1, 4, 5, 2), (3, 2), (1, 1), "same")),
        Case((normal(2, 5, 25, 3), (3, 3), (1, 1), "valid"), smooth=(normal(1, 4, 4, 1), (3, 3), (1, 1), "valid")),
        Case((normal(2, 5, 12, 100), (3, 3), (1, 1), "same"), smooth=(normal(1, 4, 4, 1), (3, 3), (1, 1), "same")),
        Case((normal(2, 2, 3, 2), (4, 4), (1, 1), "same")), Case((normal(2, 6, 5, 2), (2, 2), (3, 3), "same")),
        Case((normal(2, 9, 3), (3,), (1,), "same")), Case((normal(2, 4, 9, 3), (3, 1), (1, 1), "same"))],
    "global_average": [Case((hard(2, 3, 5, 4), (1, 2))), Case((normal(2, 7, 3), (1,), True))],
    "global_max": [Case((hard(2, 3, 5, 4), (1, 2)), smooth=(normal(2, 3, 5, 4), (1, 2))),
                   Case((np.zeros((2, 7, 3)), (1,), True), smooth=(normal(2, 7, 3), (1,), True))],
    "sum_steps": [Case((hard(2, 5, 3),)), Case((normal(2, 5, 3),), options={"keepdims": True})],
    "permute": [Case((hard(2, 3, 4), (0, 2, 1))), Case((normal(2, 3, 4, 5), (0, 3, 1, 2)))],
    "repeat": [Case((hard(2, 3, 4), 5, 1)), Case((normal(2, 3, 4, 20), 3, 2), smooth=(normal(2, 3, 4, 2), 3, 2))],
    "zero_pad": [Case((hard(2, 3, 4), ((0, 0), (2, 1), (0, 0))))],
    "crop": [Case((hard(2, 6, 4), ((0, 0), (2, 1), (0, 0)))),
             Case((normal(2, 6, 5, 4), ((0, 0), (0, 3), (1, 0), (0, 0))))],
    "concatenate": [Case((hard(2, 3, 4), normal(2, 3, 1), normal(2, 3, 2)), (0, 1, 2), {"axis": -1}),
                    Case((normal(2, 3, 4), normal(2, 1, 4)), (0, 1), {"axis": 1})],
    "merge_add": [
        Case((hard(3, 5, 8), hard(3, 5, 8, seed=1)), (0, 1)), Case((normal(3, 5, 8), normal(3, 1, 8)), (0, 1)),
        Case((normal(3, 1, 8), normal(3, 5, 1)), (0, 1)), Case((normal(1, 5, 8), normal(1, 1, 8)), (0, 1)),
        Case((normal(1, 5, 8), normal(1, 5, 1)), (0, 1)), Case((normal(6, 6), normal(6, 1)), (0, 1))],
    "threshold": [Case((hard(3, 8), 0.5, -7.0), smooth=(away_from(normal(3, 8), [0.5]), 0.5, -7.0))],
    "bounded_relu": [
        Case((hard(4, 8),), options=options, smooth=(away_from(normal(4, 8) * 3, [0.0, 1.0, 2.0, 6.0]),))
        for options in (
            {}, {"max_value": 2.0}, {"max_value": 6}, {"negative_slope": 0.3}, {"limit": 1.0},
            {"negative_slope": 0.1, "max_value": 6}, {"negative_slope": 0.1, "max_value": 2.0, "limit": 1.0},
            {"negative_slope": 0.1, "limit": 1.0})],
    "glu": [Case((hard(4, 16),), smooth=(normal(4, 16),)), Case((normal(2, 6, 4),), options={"axis": 1})],
    "sparsemax": [Case((hard(4, 8),), smooth=(normal(4, 8),)), Case((normal(2, 3, 5),)),
                  Case((np.zeros((2, 3)),), smooth=(normal(2, 3),))],
}  # fmt: skip
CASES["leaky_relu"] = [Case((hard(4, 8),), options={"negative_slope": 0.01}, smooth=(away_from(normal(4, 8), [0.0]),))]
CASES["elu"] = [Case((hard(4, 8),), options={"alpha": 0.7}, smooth=(away_from(normal(4, 8), [0.0]),))]
CASES["softmax"] += [Case((normal(4, 5, 3),), options={"axis": 1}), Case((hard(4, 8),), options={"axis": 0},
                          smooth=(normal(4, 8),))]  # fmt: skip

CASES |= {
    "add_bias": [
        Case((hard(3, 5, 2, 4), normal(2, 4)), (0, 1)), Case((normal(3, 5, 1, 4), normal(1, 4)), (0, 1)),
        Case((normal(3, 5, 2, 1), normal(2, 1)), (0, 1)), Case((normal(3, 4, 4, 1), normal(4, 1)), (0, 1)),
        Case((normal(64, 12, 12, 1), normal(12, 1)), (0, 1), smooth=(normal(2, 3, 3, 1), normal(3, 1))),
        Case((normal(3, 5, 1), normal(1)), (0, 1)), Case((normal(3, 5, 6), normal(6)), (0, 1))],
    "batch_matmul": [
        Case((hard(2, 5, 3), normal(2, 3, 4)), (0, 1), smooth=(normal(2, 5, 3), normal(2, 3, 4))),
        Case((normal(2, 3, 5, 3), normal(2, 3, 3, 1)), (0, 1)), Case((normal(2, 5, 3), normal(3, 4)), (0, 1))],
    "einsum": [
        Case((normal(3, 5, 2, 4), normal(3, 6, 2, 4), "BTNH,BSNH->BNTS"), (0, 1)),
        Case((normal(3, 2, 5, 6), normal(3, 6, 2, 4), "BNTS,BSNH->BTNH"), (0, 1)),
        Case((normal(1, 1, 2, 4), normal(1, 1, 2, 4), "BTNH,BSNH->BNTS"), (0, 1)),
        Case((normal(3, 5, 6), normal(6, 2, 4), "abc,cde->abde"), (0, 1), {"by": "matmul"}),
        Case((normal(3, 5, 2, 4), normal(2, 4, 6), "abcd,cde->abe"), (0, 1), {"by": "matmul"}),
        Case((normal(3, 6, 2, 4), normal(3, 5, 2, 4), "bsnh,btnh->bnts"), (0, 1), {"by": "matmul"}),
        Case((normal(3, 2, 5, 6), normal(3, 6, 2, 4), "bnts,bsnh->btnh"), (0, 1), {"by": "matmul"})],
    "expand": [Case((hard(3, 4), -2)), Case((normal(2, 3, 4), 1))],
}  # fmt: skip

KINKS = {
    "celu": [0.0], "elu": [0.0], "hard_shrink": [-0.5, 0.5], "hard_sigmoid": [-3.0, 3.0], "hard_silu": [-3.0, 3.0],
    "hard_tanh": [-1.0, 1.0], "leaky_relu": [0.0], "relu6": [0.0, 6.0], "selu": [0.0], "soft_shrink": [-0.5, 0.5],
    "sparse_plus": [-1.0, 1.0], "sparse_sigmoid": [-1.0, 1.0],
    "gelu": [], "log_sigmoid": [], "log_softmax": [], "mish": [], "silu": [], "softplus": [], "softsign": [],
    "squareplus": [], "tanh_shrink": [],
}  # fmt: skip
"""The rest of Keras's activation functions, and where each has a corner."""
CASES |= {
    name: [
        *CASES.get(name, []),
        Case((hard(4, 8),), smooth=(away_from(normal(4, 8), kinks),)),
        Case((normal(3, 5),), smooth=(away_from(normal(3, 5), kinks),)),
        Case((np.array([*kinks, -1.0, 0.0, 1.0, 2.0]),), smooth=(np.array([-1.3, 0.7]),)),
    ]
    for name, kinks in KINKS.items()
}

TABLE, ROWS = normal(7, 4), np.array([[3, 0, 3], [6, -1, 3]])
CASES |= {
    "sum_over": [Case((hard(3, 4, 5), (0, 2))), Case((normal(3, 1), (-1,)))],
    "mean_over": [Case((hard(3, 4, 5), (0, 1)), smooth=(normal(3, 4, 5), (0, 1))), Case((normal(3, 7), (-1,))),
                  Case((normal(1, 1), (0,)))],
    "squared_deviation": [Case((hard(3, 8), normal(1, 8)), smooth=(normal(3, 8), normal(1, 8))),
                          Case((normal(2, 3, 5), normal(2, 3, 1)))],
    "rsqrt": [Case((positive(3, 8),), smooth=(positive(3, 8) + 1,)), Case((positive(7) + 1,)), Case((positive(1) + 1,)),
              Case((np.array([1e-6, 1e-3, 1.0, 1e8, 4.0]),), smooth=(positive(5) + 1,))],
    "squeeze": [Case((normal(1, 3, 1, 4), (0, 2))), Case((normal(1, 3, 1),))],
    "drop": [Case((hard(3, 8), CHOICE, 0.3)), Case((hard(4, 3, 8), CHOICE, 0.5)),
             Case((normal(3, 5), CHOICE[:, :1], 0.99))],
    "lookup": [Case((TABLE, ROWS)), Case((TABLE, np.array([2, 2, 2]))), Case((normal(3, 1), np.array([[[1]]])))],
}  # fmt: skip

ROOT = "TensorFlow's SqrtGrad divides in another order, which one depends on the mode; CLOSE in float64"
ERFC = "the graph optimizer moves the constants of the product behind erfc (inferred); CLOSE in float64"
SELU = "XLA rounds the product and the sum of SeluGrad together (inferred); CLOSE in float64"
COLUMNS = "XLA goes through padded windows that are two cells wide column by column (inferred); CLOSE in float64"
EXCEPTIONS: dict[tuple[str, int, str], str] = {
    ("max_pool", 1, "xla"): COLUMNS,
    ("average_pool", 2, "xla"): COLUMNS,
    ("sqrt", 0, "graph"): ROOT,
    ("squareplus", 0, "eager"): ROOT,
    ("squareplus", 0, "graph"): ROOT,
    ("squareplus", 2, "graph"): ROOT,
    ("gelu", 0, "graph"): ERFC,
    ("gelu", 1, "graph"): ERFC,
    ("selu", 0, "xla"): SELU,
    ("selu", 2, "xla"): SELU,
}
"""(operation, number of the case, mode) → why the hand-written derivative is not EXACT there.

Strict: a case that turns out to be EXACT fails until it is taken out. In float64 all are CLOSE, without exception.
"""

ALL = [
    pytest.param(name, number, id=f"{name}-{number}") for name, cases in CASES.items() for number in range(len(cases))
]


def typed(values, dtype):
    return [
        value.astype(dtype) if isinstance(value, np.ndarray) and value.dtype == np.float64 else value
        for value in values
    ]


def calm(values):
    """Without the extremes: a difference of 1e-5 drowns in the rounding of 1e4."""
    return [np.where(np.abs(v) >= 30, 1.5, v) if getattr(v, "dtype", None) == np.float64 else v for v in values]


def tensors(values):
    return [tf.convert_to_tensor(value) if isinstance(value, np.ndarray) else value for value in values]


def with_arrays(values, arrays):
    """The inputs with their arrays replaced, in order: what is not an array is a constant of the program."""
    arrays = iter(arrays)
    return [next(arrays) if isinstance(value, np.ndarray) else value for value in values]


def first_of(y):
    return y[0] if isinstance(y, (tuple, list)) else y


def incoming(name, inputs, options):
    """The gradient that arrives: seeded noise in the shape of the value."""
    y = first_of(OPERATIONS[name](*tensors(inputs), **options))
    return np.random.default_rng(11).normal(size=y.shape).astype(y.dtype.as_numpy_dtype)


def by_hand(name, case, inputs, body="kernel"):
    def function(dy, *arrays):
        values = with_arrays(inputs, arrays)
        y = OPERATIONS[name](*values, body=body, **case.options)
        gradients = OPERATIONS[name].backward(dy, y, *values, body=body, **case.options)
        wanted = [gradients[i] for i in case.wrt] if isinstance(gradients, tuple) else [gradients]
        return tuple(tf.convert_to_tensor(gradient) for gradient in wanted)  # pairs of rows become a table

    return function


def by_tape(name, case, inputs):
    def function(dy, *arrays):
        values = with_arrays(inputs, arrays)
        with tf.GradientTape() as tape:
            tape.watch([values[i] for i in case.wrt])
            y = tf.identity(first_of(OPERATIONS[name](*values, **case.options)))
        gradients = tape.gradient(y, [values[i] for i in case.wrt], output_gradients=dy)
        return tuple(tf.convert_to_tensor(gradient) for gradient in gradients)

    return function


def prepared(name, number, dtype, smooth=False):
    case = CASES[name][number]
    inputs = typed((case.smooth or calm(case.inputs)) if smooth else case.inputs, dtype)
    arrays = [value for value in inputs if isinstance(value, np.ndarray)]
    return case, inputs, incoming(name, inputs, case.options), arrays


def test_every_operation_with_a_derivative_has_a_case():
    assert sorted([*CASES, *PIECES]) == DIFFERENTIABLE


A, B = hard(1, 8).astype("float32"), normal(1, 8, seed=4).astype("float32")
X = normal(3, 8, seed=2).astype("float32")
PIECES = {
    "split": ([X], {"parts": 4}),
    "stack": ([[X, 2 * X, X + 1]], {"axis": 1}),
    "swap_first": ([normal(3, 2, 4).astype("float32")], {}),
    "flip": ([X], {"axis": 1}),
    "columns": ([X], {"start": 2, "stop": 5}),
    "add_products": ([A, B], {}),
}
"""Operations on parts: several tensors in or out, or a choice by shape."""


@pytest.mark.parametrize("mode", ["eager", "graph"])
@pytest.mark.parametrize("name", PIECES)
def test_the_pieces_of_cells(name, mode, run_in):
    inputs, options = PIECES[name]
    ys = OPERATIONS[name](*inputs, **options)
    dys = [np.random.default_rng(8).normal(size=y.shape).astype("float32") for y in tf.nest.flatten(ys)]

    def hand():
        y = OPERATIONS[name](*inputs, **options)
        dy = dys if isinstance(y, list) else dys[0]
        found = OPERATIONS[name].backward(dy, y, *inputs, **options)
        return [one for one in tf.nest.flatten(found) if one is not None]

    def tape():
        with tf.GradientTape() as recorded:
            watched = tf.nest.map_structure(tf.constant, inputs)
            recorded.watch(watched)
            y = OPERATIONS[name](*watched, **options)
        return recorded.gradient(y, tf.nest.flatten(watched), output_gradients=tf.nest.pack_sequence_as(y, dys))

    mine, theirs = run_in(mode, hand), run_in(mode, tape)
    assert_all_exact(mine, theirs, [f"{name} {number}" for number in range(len(theirs))])


def test_operations_without_a_derivative_are_the_ones_we_know():
    assert set(OPERATIONS) - set(DIFFERENTIABLE) == WITHOUT_DERIVATIVE


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
@pytest.mark.parametrize(("name", "number"), ALL)
def test_the_derivative_by_hand_is_the_tapes(name, number, mode, run_in):
    case, inputs, dy, arrays = prepared(name, number, "float32")
    mine = run_in(mode, by_hand(name, case, inputs), dy, *arrays)
    theirs = run_in(mode, by_tape(name, case, inputs), dy, *arrays)
    try:
        for position, (a, b) in zip(case.wrt, zip(mine, theirs, strict=True), strict=True):
            assert_exact(a, b, f"{name}: gradient for input {position}")
    except NotEquivalentError:
        if (name, number, mode) not in EXCEPTIONS:
            raise
        wide = [value.astype("float64") if value.dtype == np.float32 else value for value in (dy, *arrays)]
        inputs64 = with_arrays(inputs, wide[1:])
        truth_ = run_in("eager", by_tape(name, case, inputs64), *wide)
        for a, b, exact in zip(mine, theirs, truth_, strict=True):
            assert_close32(a, b, exact, f"{name}: an exception must still be CLOSE")
    else:
        assert (name, number, mode) not in EXCEPTIONS, "this exception is EXACT by now: take it out of the list"


@pytest.mark.parametrize(("name", "number"), ALL)
def test_the_derivative_by_hand_is_the_tapes_in_float64(name, number, run_in):
    case, inputs, dy, arrays = prepared(name, number, "float64")
    mine = run_in("eager", by_hand(name, case, inputs), dy, *arrays)
    theirs = run_in("eager", by_tape(name, case, inputs), dy, *arrays)
    for position, (a, b) in zip(case.wrt, zip(mine, theirs, strict=True), strict=True):
        assert_close64(a, b, f"{name}: gradient for input {position}")


@pytest.mark.parametrize(("name", "number"), ALL)
def test_the_derivative_is_the_limit_of_differences(name, number, run_in, central_differences):
    case, inputs, dy, arrays = prepared(name, number, "float64", smooth=True)
    gradients = run_in("eager", by_hand(name, case, inputs), dy, *arrays)
    for position, gradient in zip(case.wrt, gradients, strict=True):

        def value(array, position=position):
            moved = [array if i == position else one for i, one in enumerate(inputs)]
            return np.sum(dy * first_of(OPERATIONS[name](*tensors(moved), **case.options)).numpy())

        coarse, fine = central_differences(value, inputs[position])
        assert_matches_differences(gradient, coarse, fine, f"{name}: gradient for input {position}")


@pytest.mark.parametrize(("name", "number"), [one for one in ALL if OPERATIONS[one.values[0]].has_definition])
def test_kernel_and_definition_mean_the_same(name, number, run_in):
    results = {}
    for dtype in ("float32", "float64"):
        case, inputs, dy, arrays = prepared(name, number, dtype)
        for body in ("kernel", "definition"):
            y = OPERATIONS[name](*tensors(inputs), body=body, **case.options)
            parts = [one.numpy() for one in (y if isinstance(y, (tuple, list)) else [y])]
            results[dtype, body] = parts + list(run_in("eager", by_hand(name, case, inputs, body), dy, *arrays))
    truth = results["float64", "kernel"]
    for number_of_part, exact_part in enumerate(truth):
        quantity = f"{name}: part {number_of_part}"
        assert_close64(results["float64", "definition"][number_of_part], exact_part, quantity)
        mine, kernel = results["float32", "definition"][number_of_part], results["float32", "kernel"][number_of_part]
        assert_close32(mine, kernel, exact_part, quantity)


def test_an_operation_without_a_derivative_says_so():
    with pytest.raises(TypeError, match=r"no derivative. Received: operation='argmax'"):
        ops.argmax.backward(1.0, 1, [1.0])
