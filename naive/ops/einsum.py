"""Products of tensors with many axes, written as an equation of letters.

    "btnh,bsnh->bnts"     y[b,n,t,s] = Σₕ a[b,t,n,h] · b[b,s,n,h]

Each axis has a letter. Numbers whose letters agree are multiplied; a letter that is missing on the right is added
up. Every such sum of two tensors is one matrix product between two changes of shape: bring the axes into order,
multiply a stack of matrices, bring the axes back.

The derivative is the same sum with the letters exchanged: in `y = Σ a·b`, each number of a met every b that shares
its letters, so da is the sum of dy·b over the letters that a does not have.
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from naive.ops.arithmetic import unbroadcast
from naive.ops.core import operation
from naive.ops.tensors import Tensor


@operation
def expand(x: Tensor, axis: int) -> Tensor:
    """x with one more axis, of length 1, at the place `axis`"""
    return tf.expand_dims(x, axis)


@expand.derivative
def _(dy: Tensor, y: Tensor, x: Tensor, axis: int) -> tuple[Tensor, None]:
    return tf.squeeze(dy, axis), None


@operation
def batch_matmul(a: Tensor, b: Tensor) -> Tensor:
    """a (…, n, k) · b (…, k, m) → (…, n, m): one matrix product for each place of the leading axes"""
    return tf.matmul(a, b)


@batch_matmul.derivative
def _(dy: Tensor, y: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    # A b that all products share (k, m) has a gradient for each product, and these are added: two roundings where
    # `matmul` has one.
    da = tf.matmul(dy, b, transpose_b=True)  # (…, n, k)
    db = tf.matmul(a, dy, transpose_a=True)  # (…, k, m)
    return unbroadcast(da, a), unbroadcast(db, b)


class Plan:
    """How an equation of two tensors becomes one matrix product.

    Attributes:
        a, b, y: the letters of both tensors and of the result.
        left, right, product: the letters in the order in which the matrices need them; letters that stand together
            become one axis.
    """

    def __init__(self, equation: str) -> None:
        factors, self.y = equation.split("->")
        self.a, self.b = factors.split(",")
        shared = [letter for letter in self.a if letter in self.b]
        batch = [letter for letter in shared if letter in self.y]
        self.summed = "".join(letter for letter in shared if letter not in self.y)
        rows = [letter for letter in self.a if letter not in self.b]
        columns = "".join(letter for letter in self.b if letter not in self.a)
        self.left = [*batch, *rows, self.summed]
        self.right = [*batch, self.summed, columns]
        self.product = [*batch, *rows, columns]

    def sizes(self, a: Tensor, b: Tensor) -> dict[str, int | None]:
        """The length of each letter's axis, as far as it is known before the program runs."""
        known: dict[str, int | None] = {}
        for letters, x in ((self.a, a), (self.b, b)):
            for letter, size in zip(letters, x.shape, strict=True):
                known[letter] = known.get(letter) or size
        return known


def _arrange(x: Tensor, letters: str, groups: Sequence[str], sizes: dict[str, int | None]) -> Tensor:
    """Bring the axes of x into the order of `groups`, and make one axis of each group."""
    order = "".join(groups)
    if order != letters:
        x = tf.transpose(x, [letters.index(letter) for letter in order])
    if len(groups) < len(order):
        x = tf.reshape(x, [-1, *(_product(sizes[letter] for letter in group) for group in groups[1:])])
    return x


def _restore(x: Tensor, letters: str, groups: Sequence[str], sizes: dict[str, int | None]) -> Tensor:
    """Undo `_arrange`."""
    order = "".join(groups)
    if len(groups) < len(order):
        x = tf.reshape(x, [-1, *(sizes[letter] for letter in order[1:])])
    if order != letters:
        x = tf.transpose(x, [order.index(letter) for letter in letters])
    return x


def _product(sizes: object) -> int:
    product = 1
    for size in sizes:  # type: ignore[attr-defined]
        product *= size
    return product


def _reshapes(plan: Plan, sizes: dict[str, int | None]) -> bool:
    """True when a group of letters must become one axis, and a length that this needs is not known yet."""
    merges = any(len(group) > 1 for group in (*plan.left, *plan.right, *plan.product))
    return merges and any(size is None for letter, size in sizes.items() if letter != plan.a[0])


@operation
def einsum(a: Tensor, b: Tensor, equation: str, by: str = "einsum") -> Tensor:
    """The sum of products that `equation` describes.

    Every letter of an input stands in the other input or in the result.

    Args:
        by: `"einsum"` calls TensorFlow's operation of that name; `"matmul"` arranges the axes and multiplies matrices,
            as Keras does for the products of its attention layers.
    """
    plan = Plan(equation)
    if by == "einsum" or _reshapes(plan, plan.sizes(a, b)):
        return tf.einsum(equation, a, b)
    sizes = plan.sizes(a, b)
    left, right = _arrange(a, plan.a, plan.left, sizes), _arrange(b, plan.b, plan.right, sizes)
    return _restore(tf.matmul(left, right), plan.y, plan.product, sizes)


@einsum.definition
def _(a: Tensor, b: Tensor, equation: str, by: str = "einsum") -> Tensor:
    plan = Plan(equation)
    everything = plan.y + plan.summed
    products = _beside(a, plan.a, everything) * _beside(b, plan.b, everything)  # one axis for each letter
    return tf.reduce_sum(products, list(range(len(plan.y), len(everything))))


def _beside(x: Tensor, letters: str, everything: str) -> Tensor:
    """The axes of x in the order of `everything`, with an axis of length 1 for each letter that x lacks."""
    present = [letter for letter in everything if letter in letters]
    x = tf.transpose(x, [letters.index(letter) for letter in present])
    for axis, letter in enumerate(everything):
        if letter not in letters:
            x = tf.expand_dims(x, axis)
    return x


@einsum.derivative
def _(dy: Tensor, y: Tensor, a: Tensor, b: Tensor, equation: str, by: str = "einsum") -> tuple[Tensor, Tensor]:
    plan = Plan(equation)
    sizes = plan.sizes(a, b)
    if by == "einsum" or _reshapes(plan, sizes):
        return tf.einsum(f"{plan.y},{plan.b}->{plan.a}", dy, b), tf.einsum(f"{plan.y},{plan.a}->{plan.b}", dy, a)
    left, right = _arrange(a, plan.a, plan.left, sizes), _arrange(b, plan.b, plan.right, sizes)
    dproduct = _arrange(dy, plan.y, plan.product, sizes)
    dleft, dright = batch_matmul.backward(dproduct, None, left, right)
    return _restore(dleft, plan.a, plan.left, sizes), _restore(dright, plan.b, plan.right, sizes)
