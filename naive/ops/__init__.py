"""The vocabulary: every computation that layers, losses, activations and metrics use, with its derivative.

One level below this package is TensorFlow; nothing above it calls TensorFlow to compute.

* `core` what an operation is · `mode` eager, graph or XLA
* `tensors` making, shaping, choosing · `arithmetic` + - × ÷, exp, log · `sums` sums and matrix products
* `squash` activation functions · `cross_entropy` softmax and logarithm in one · `randomness` seeded numbers
"""

from naive.ops.arithmetic import (
    add,
    clip,
    divide,
    divide_no_nan,
    exp,
    log,
    multiply,
    negative,
    square,
    subtract,
    unbroadcast,
)
from naive.ops.core import BODIES, Operation, operation
from naive.ops.cross_entropy import (
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    sparse_softmax_cross_entropy,
)
from naive.ops.mode import EXECUTIONS, current_mode
from naive.ops.randomness import seed_pair, uniform
from naive.ops.squash import identity, relu, sigmoid, softmax, tanh
from naive.ops.sums import bias_add, matmul, max_last, mean, sum, sum_rows
from naive.ops.tensors import (
    Tensor,
    argmax,
    bincount,
    cast,
    equal,
    expand_last,
    gather,
    greater,
    one_hot,
    ones,
    rank,
    read,
    reshape,
    shape,
    size,
    squeeze_last,
    tensor,
    transpose,
    variable,
    where,
    zeros,
)

__all__ = [
    "BODIES",
    "EXECUTIONS",
    "Operation",
    "Tensor",
    "add",
    "argmax",
    "bias_add",
    "bincount",
    "cast",
    "clip",
    "current_mode",
    "divide",
    "divide_no_nan",
    "equal",
    "exp",
    "expand_last",
    "gather",
    "greater",
    "identity",
    "log",
    "matmul",
    "max_last",
    "mean",
    "multiply",
    "negative",
    "one_hot",
    "ones",
    "operation",
    "rank",
    "read",
    "relu",
    "reshape",
    "seed_pair",
    "shape",
    "sigmoid",
    "sigmoid_cross_entropy",
    "size",
    "softmax",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
    "square",
    "squeeze_last",
    "subtract",
    "sum",
    "sum_rows",
    "tanh",
    "tensor",
    "transpose",
    "unbroadcast",
    "uniform",
    "variable",
    "where",
    "zeros",
]
