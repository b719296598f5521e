"""Cross-entropy of logits: softmax (or sigmoid) and logarithm in one operation.

Taken apart, log(softmax(x)) loses all digits where a probability rounds to 0 or 1. Together they simplify to a
difference, and so does the derivative: predicted probability minus true probability.
"""

from __future__ import annotations

import tensorflow as tf

from naive.ops.arithmetic import reciprocal
from naive.ops.core import operation
from naive.ops.mode import current_mode
from naive.ops.tensors import Tensor


def _log_softmax(logits: Tensor) -> Tensor:
    """logits (n, classes) → logarithm of the probabilities"""
    shifted = logits - tf.reduce_max(logits, -1, keepdims=True)
    return shifted - tf.math.log(tf.reduce_sum(tf.exp(shifted), -1, keepdims=True))


@operation
def sparse_softmax_cross_entropy(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """logits (n, classes), integer labels (n,) → values (n,), residual (n, classes)

    value = -log softmax(logits)[label]; residual = softmax(logits) - one_hot(label), which TensorFlow's kernel
    computes on the way and keeps for the backward pass.
    """
    return tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(features=logits, labels=labels)


@sparse_softmax_cross_entropy.definition
def _(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    truth = tf.one_hot(labels, tf.shape(logits)[-1], dtype=logits.dtype)
    log_probability = _log_softmax(logits)
    # where, not a product: 0 · log 0 would be NaN
    values = -tf.reduce_sum(tf.where(truth > 0, log_probability, tf.zeros_like(logits)), -1)
    return values, tf.exp(log_probability) - truth


@sparse_softmax_cross_entropy.derivative
def _(dy: Tensor, y: tuple[Tensor, Tensor], logits: Tensor, labels: Tensor) -> tuple[Tensor, None]:
    residual = y[1]
    return tf.expand_dims(dy, -1) * residual, None


@operation
def softmax_cross_entropy(logits: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """logits (n, classes), probabilities truth (n, classes) → values (n,), residual (n, classes)

    value = -Σ truth · log softmax(logits); residual = softmax(logits) - truth.
    """
    return tf.raw_ops.SoftmaxCrossEntropyWithLogits(features=logits, labels=truth)


@softmax_cross_entropy.definition
def _(logits: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    log_probability = _log_softmax(logits)
    values = -tf.reduce_sum(tf.where(truth > 0, truth * log_probability, tf.zeros_like(logits)), -1)
    return values, tf.exp(log_probability) - truth


@softmax_cross_entropy.derivative
def _(dy: Tensor, y: tuple[Tensor, Tensor], logits: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    residual = y[1]
    dy = tf.expand_dims(dy, -1)
    return dy * residual, -dy * _log_softmax(logits)


@operation
def sigmoid_cross_entropy(logits: Tensor, truth: Tensor) -> Tensor:
    """logits x and truth t of one shape → values of that shape: max(x, 0) - x·t + log(1 + e^(-|x|))"""
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=truth, logits=logits)


@sigmoid_cross_entropy.definition
def _(logits: Tensor, truth: Tensor) -> Tensor:
    positive = logits > 0
    rest = tf.exp(tf.where(positive, -logits, logits))  # e^(-|x|), never above 1
    return tf.where(positive, logits, tf.zeros_like(logits)) - logits * truth + tf.math.log(1 + rest)


@sigmoid_cross_entropy.derivative
def _(dy: Tensor, y: Tensor, logits: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    # sigmoid(x) - t, term by term as the value above is written, and added in the order of the mode.
    positive, zero = logits >= 0, tf.zeros_like(dy)
    power = tf.exp(tf.where(positive, -logits, logits))
    tail = (dy * reciprocal(1 + power)) * power
    from_tail = tf.where(positive, -tail, tail)
    from_maximum = tf.where(positive, dy, zero)
    from_product = -dy * truth
    if current_mode() == "graph":
        return (from_tail + from_maximum) + from_product, -dy * logits
    return (from_product + from_maximum) + from_tail, -dy * logits
