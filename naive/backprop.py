"""Gradients of a model, by two roads that must meet.

    loss, gradients = backprop_gradients(model, loss, x, y)     the backward pass written by hand
    loss, gradients = tape_gradients(model, loss, x, y)         TensorFlow records, then differentiates

Both go forward the same way; both answers are aligned with `model.trainable_weights`. By hand, the loss says what
its gradient is for (the output, or the logits behind a final softmax), and each layer passes it on:

    dy, wrt        ← loss.backward
    dy, gradients  ← layer.backward(dy)      from the last layer to the first
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from naive import checks, losses
from naive.losses import NaiveLoss
from naive.models import NaiveModel
from naive.ops import Tensor

GRADIENTS = ("backprop", "tape")

Answer = tuple[Tensor, Tensor, list[Any]]


def forward_and_backprop(model: NaiveModel, loss: NaiveLoss, x: Tensor, y: Tensor) -> Answer:
    """x (batch, …), y (batch, …) → loss (scalar), predictions (batch, …), gradients; by hand."""
    y_pred, saved = model.forward(x, training=True)
    value, saved_by_loss = loss.forward(y, y_pred, model.logits(saved, loss.belongs_to), model.mask(saved))
    dy, wrt = loss.backward(saved_by_loss)
    _, gradients = model.backward(dy, saved, wrt=wrt)
    return value, y_pred, list(gradients.values())


def forward_and_tape(model: NaiveModel, loss: NaiveLoss, x: Tensor, y: Tensor) -> Answer:
    """The same answer from `tf.GradientTape`."""
    with tf.GradientTape() as tape:
        y_pred, saved = model.forward(x, training=True)
        value, _ = loss.forward(y, y_pred, model.logits(saved, loss.belongs_to), model.mask(saved))
    return value, y_pred, tape.gradient(value, model.trainable_weights)


def forward_and_gradients(model: NaiveModel, loss: NaiveLoss, x: Tensor, y: Tensor, gradients: str) -> Answer:
    """One of the two, by name.

    Raises:
        ValueError: `gradients` is neither `"backprop"` nor `"tape"`.
    """
    checks.one_of("gradients", gradients, GRADIENTS)
    road = forward_and_backprop if gradients == "backprop" else forward_and_tape
    return road(model, loss, x, y)


def backprop_gradients(model: NaiveModel, loss: str | NaiveLoss, x: Tensor, y: Tensor) -> tuple[Tensor, list[Any]]:
    """The loss, and its gradient for each trainable weight, by the hand-written backward pass."""
    value, _, gradients = forward_and_backprop(model, losses.get(loss), x, y)
    return value, gradients


def tape_gradients(model: NaiveModel, loss: str | NaiveLoss, x: Tensor, y: Tensor) -> tuple[Tensor, list[Any]]:
    """The loss, and its gradient for each trainable weight, by TensorFlow's tape."""
    value, _, gradients = forward_and_tape(model, losses.get(loss), x, y)
    return value, gradients
