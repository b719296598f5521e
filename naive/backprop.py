"""Gradients of a model, by two roads that must meet.

    loss, gradients = backprop_gradients(model, loss, x, y)     the backward pass written by hand
    loss, gradients = tape_gradients(model, loss, x, y)         TensorFlow records, then differentiates

Both go forward the same way; both answers are aligned with `model.trainable_weights`. By hand, the loss says what
its gradient is for (the output, or the logits behind a final softmax), and each layer passes it on:

    dy, wrt        ← loss.backward
    dy, gradients  ← layer.backward(dy)      from the last layer to the first
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from naive import checks, losses, ops
from naive.layers.base import Saved
from naive.losses import NaiveLoss
from naive.models import NaiveModel
from naive.nodes import flatten
from naive.ops import Tensor

GRADIENTS = ("backprop", "tape")

Losses = NaiveLoss | Sequence[NaiveLoss]
Answer = tuple[Tensor, Tensor, list[Any]]


def forward_and_backprop(model: NaiveModel, loss: Losses, x: Any, y: Any) -> Answer:
    """x (batch, …), y (batch, …) → loss (scalar), predictions (batch, …), gradients; by hand."""
    y_pred, saved = model.forward(x, training=True)
    dys, targets, rounds = [], [], []
    value, saved_by_losses = _total_loss(model, loss, y, y_pred, saved)
    for number, (one, saved_by_loss) in enumerate(saved_by_losses):
        dy, wrt = one.backward(saved_by_loss)
        dys.append(dy)
        targets.append(wrt)
        # The losses were added from the first to the last, so the last one leaves the sum first.
        rounds.append(one.tape_depth + min(len(saved_by_losses) - number, len(saved_by_losses) - 1))
    _, gradients = model.backward(dys if not model.one_output else dys[0], saved, wrt=targets, rounds=rounds)
    return value, y_pred, list(gradients.values())


def forward_and_tape(model: NaiveModel, loss: Losses, x: Any, y: Any) -> Answer:
    """The same answer from `tf.GradientTape`."""
    with tf.GradientTape() as tape:
        y_pred, saved = model.forward(x, training=True)
        value, _ = _total_loss(model, loss, y, y_pred, saved)
    return value, y_pred, tape.gradient(value, model.trainable_weights)


def _total_loss(
    model: NaiveModel, loss: Losses, y: Any, y_pred: Any, saved: Saved
) -> tuple[Tensor, list[tuple[NaiveLoss, Saved]]]:
    """The sum of the losses of all outputs, first to last; and what each saved.

    Raises:
        ValueError: not as many losses or labels as outputs.
    """
    outputs, labels = flatten(y_pred), [y] if model.one_output else flatten(y)
    several = [loss] * len(outputs) if isinstance(loss, NaiveLoss) else list(loss)
    if not len(outputs) == len(labels) == len(several):
        raise ValueError(
            f"The model {model.name} has {len(outputs)} outputs. Expected as many labels and losses. "
            f"Received: {len(labels)} labels and {len(several)} losses"
        )
    kept: list[tuple[NaiveLoss, Saved]] = []
    total = None
    for number, (one, label, output) in enumerate(zip(several, labels, outputs, strict=True)):
        logits, mask = model.logits(saved, one.belongs_to, number), model.mask(saved, number)
        value, saved_by_loss = one.forward(label, output, logits, mask)
        total = value if total is None else ops.add(total, value)
        kept.append((one, saved_by_loss))
    return total, kept


def forward_and_gradients(model: NaiveModel, loss: Losses, x: Any, y: Any, gradients: str) -> Answer:
    """One of the two, by name.

    Raises:
        ValueError: `gradients` is neither `"backprop"` nor `"tape"`.
    """
    checks.one_of("gradients", gradients, GRADIENTS)
    road = forward_and_backprop if gradients == "backprop" else forward_and_tape
    return road(model, loss, x, y)


def backprop_gradients(model: NaiveModel, loss: Any, x: Any, y: Any) -> tuple[Tensor, list[Any]]:
    """The loss, and its gradient for each trainable weight, by the hand-written backward pass.

    Args:
        loss: a Keras name or a naive loss; for a model of several outputs one for all, or a list.
        x: the inputs (batch, …), or a list; y: the labels, or a list of them, one for each output.
    """
    value, _, gradients = forward_and_backprop(model, _losses(loss), x, y)
    return value, gradients


def tape_gradients(model: NaiveModel, loss: Any, x: Any, y: Any) -> tuple[Tensor, list[Any]]:
    """The loss, and its gradient for each trainable weight, by TensorFlow's tape.

    Args: as in `backprop_gradients`.
    """
    value, _, gradients = forward_and_tape(model, _losses(loss), x, y)
    return value, gradients


def _losses(loss: Any) -> Losses:
    return [losses.get(one) for one in loss] if isinstance(loss, (list, tuple)) else losses.get(loss)
