"""Scores, softmax, mixture: what happens between the projections of multi-head attention, in Keras's two ways.

    scores = q · k / √key_dim      weights = softmax(scores)      mixed = weights · v

A layer without dropout goes one way, a layer with dropout the other, in training and outside. They differ in when
they divide, in how they multiply, and in what they do with hidden scores: see facts 1 and 2 of
`multi_head_attention.py`. q (batch, T, heads, key_dim), k (batch, S, heads, key_dim), v (batch, S, heads, value_dim).
"""

from __future__ import annotations

from naive import ops
from naive.layers.base import Saved
from naive.ops import Tensor
from naive.seeds import NaiveSeedGenerator

LOWEST = 3.38953e38 * -0.7
"""What a hidden score becomes where nothing is dropped."""

LOW = -1e9
"""What it becomes in a layer with dropout."""

SCORES, MIXTURE = "BTNH,BSNH->BNTS", "BNTS,BSNH->BTNH"
SCORES_BY_MATMUL, MIXTURE_BY_MATMUL = "bsnh,btnh->bnts", "bnts,bsnh->btnh"


def attend(q: Tensor, k: Tensor, v: Tensor, visible: Tensor | None, scale: Tensor, body: str) -> tuple[Tensor, Saved]:
    """→ mixed (batch, T, heads, value_dim), without dropout; `scale` is 1 / √key_dim."""
    products = ops.einsum(q, k, SCORES, body=body)  # (batch, heads, T, S)
    scores = ops.multiply(products, scale)  # (batch, heads, T, S)
    shown = scores if visible is None else ops.where(visible, scores, LOWEST)  # (batch, heads, T, S)
    weights = ops.softmax(shown, body=body)  # (batch, heads, T, S)
    mixed = ops.einsum(weights, v, MIXTURE, body=body)  # (batch, T, heads, value_dim)
    return mixed, {"products": products, "scores": scores, "shown": shown, "weights": weights}


def attend_backward(dmixed: Tensor, saved: Saved, scale: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """dmixed (batch, T, heads, value_dim) → dq, dk, dv"""
    weights = saved["weights"]
    dweights, dv = ops.einsum.backward(dmixed, None, weights, saved["v"], MIXTURE)
    dscores = ops.softmax.backward(dweights, weights, saved["shown"])  # (batch, heads, T, S)
    if saved["visible"] is not None:
        _, dscores, _ = ops.where.backward(dscores, None, saved["visible"], saved["scores"], LOWEST)
    dproducts, _ = ops.multiply.backward(dscores, None, saved["products"], scale)  # (batch, heads, T, S)
    dq, dk = ops.einsum.backward(dproducts, None, saved["q"], saved["k"], SCORES)
    return dq, dk, dv


def attend_with_dropout(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    visible: Tensor | None,
    scale: Tensor,
    rate: float,
    chance: NaiveSeedGenerator | None,
    body: str,
) -> tuple[Tensor, Saved]:
    """→ mixed (batch, T, heads, value_dim), in a layer with dropout; `chance` is None outside training."""
    small = ops.multiply(q, scale)  # (batch, T, heads, key_dim)
    scores = ops.einsum(k, small, SCORES_BY_MATMUL, by="matmul", body=body)  # (batch, heads, T, S)
    shown = scores if visible is None else ops.where(visible, scores, LOW)  # (batch, heads, T, S)
    soft = ops.softmax(shown, body=body)  # (batch, heads, T, S)
    weights = soft if visible is None else ops.where(visible, soft, 0.0)  # (batch, heads, T, S)
    saved: Saved = {"small": small, "scores": scores, "shown": shown, "soft": soft, "weights": weights}
    taken = weights  # (batch, heads, T, S)
    if chance is not None:
        saved["kept"] = ops.keep_mask(ops.shape(weights), rate, chance.next(), weights.dtype)  # (batch, heads, T, S)
        taken = ops.drop(weights, saved["kept"], rate)  # (batch, heads, T, S)
    mixed = ops.einsum(taken, v, MIXTURE_BY_MATMUL, by="matmul", body=body)  # (batch, T, heads, value_dim)
    return mixed, saved | {"taken": taken}


def attend_with_dropout_backward(
    dmixed: Tensor, saved: Saved, scale: Tensor, rate: float
) -> tuple[Tensor, Tensor, Tensor]:
    """dmixed (batch, T, heads, value_dim) → dq, dk, dv"""
    visible = saved["visible"]
    dtaken, dv = ops.einsum.backward(dmixed, None, saved["taken"], saved["v"], MIXTURE_BY_MATMUL, by="matmul")
    dweights = dtaken  # (batch, heads, T, S)
    if "kept" in saved:
        dweights, _, _ = ops.drop.backward(dtaken, None, saved["weights"], saved["kept"], rate)
    if visible is not None:
        _, dweights, _ = ops.where.backward(dweights, None, visible, saved["soft"], 0.0)
    dscores = ops.softmax.backward(dweights, saved["soft"], saved["shown"])  # (batch, heads, T, S)
    if visible is not None:
        _, dscores, _ = ops.where.backward(dscores, None, visible, saved["scores"], LOW)
    dk, dsmall = ops.einsum.backward(dscores, None, saved["k"], saved["small"], SCORES_BY_MATMUL, by="matmul")
    dq, _ = ops.multiply.backward(dsmall, None, saved["q"], scale)  # (batch, T, heads, key_dim)
    return dq, dk, dv
