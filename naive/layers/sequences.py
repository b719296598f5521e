"""What attention layers are handed: sequences, and the masks that come with them. Checked here, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from naive import ops
from naive.ops import Tensor

PARTS = ("query", "value", "key")


def sequences_of(x: Any, dtype: str, layer: str) -> list[Tensor]:
    """[query (batch, T, …), value (batch, S, …)] or with key (batch, S, …), as tensors.

    Raises:
        ValueError: not a list of two or three, a rank other than 3, or lengths that do not belong together.
    """
    if not isinstance(x, (list, tuple)) or len(x) not in (2, 3):
        got = f"a list of {len(x)}" if isinstance(x, (list, tuple)) else f"an input of type {type(x).__name__}"
        raise ValueError(
            f"{layer} is called on several sequences. Expected [query, value] or [query, value, key]. Received: {got}"
        )
    sequences = [ops.tensor(one, dtype) for one in x]
    for part, one in zip(PARTS, sequences, strict=False):
        if ops.rank(one) != 3:
            raise ValueError(
                f"The {part} does not fit {layer}. Expected shape (batch, steps, features). "
                f"Received: {part} of shape {tuple(one.shape)}"
            )
    value, key = sequences[1], sequences[-1]
    if _differ(value.shape[1], key.shape[1]):
        raise ValueError(
            f"{layer} needs a key for each value. Expected {value.shape[1]} keys. Received: {key.shape[1]} keys"
        )
    if _differ(sequences[0].shape[0], value.shape[0]) or _differ(value.shape[0], key.shape[0]):
        raise ValueError(
            f"The inputs of {layer} must be of one batch. Expected {sequences[0].shape[0]} examples in each. "
            f"Received: {', '.join(str(one.shape[0]) for one in sequences)} examples"
        )
    return sequences


def widths_agree(query: Tensor, key: Tensor, layer: str) -> None:
    """A query and a key can be compared number by number.

    Raises:
        ValueError: they are of different length.
    """
    if _differ(query.shape[-1], key.shape[-1]):
        raise ValueError(
            f"A query of {layer} is compared with keys of its own size. "
            f"Expected keys with {query.shape[-1]} features. Received: {key.shape[-1]} features"
        )


def masks_of(mask: Any, sequences: Sequence[Tensor], layer: str) -> list[Any]:
    """One mask (batch, steps) or None for query, value and key, from what a layer is given as `mask`.

    Raises:
        ValueError: not a list of two or three, or a mask that does not fit its sequence.
    """
    if mask is None:
        return [None, None, None]
    if not isinstance(mask, (list, tuple)) or len(mask) not in (2, 3):
        got = f"a list of {len(mask)}" if isinstance(mask, (list, tuple)) else f"a mask of type {type(mask).__name__}"
        raise ValueError(
            f"{layer} takes one mask for each sequence. "
            f"Expected mask=[query mask, value mask], each a mask or None. Received: {got}"
        )
    masks = [None if one is None else ops.cast(one, "bool") for one in mask]
    for part, one, sequence in zip(PARTS, masks, [*sequences, sequences[-1]], strict=False):
        if one is None:
            continue
        steps = sequence.shape[1]
        if ops.rank(one) != 2 or _differ(one.shape[1], steps) or _differ(one.shape[0], sequence.shape[0]):
            raise ValueError(
                f"The mask of the {part} does not fit {layer}. "
                f"Expected shape ({sequence.shape[0]}, {steps}). Received: shape={tuple(one.shape)}"
            )
    return [*masks, None][:3]


def fits_scores(mask: Tensor, query: Tensor, value: Tensor, layer: str) -> None:
    """A mask that says of each query which values it may see.

    Raises:
        ValueError: its shape is another than (batch, T, S).
    """
    expected = (query.shape[0], query.shape[1], value.shape[1])
    shape = tuple(mask.shape)
    if len(shape) != 3 or any(_differ(a, b) and a != 1 for a, b in zip(shape, expected, strict=True)):
        raise ValueError(
            f"The mask among the inputs does not fit {layer}. Expected shape {expected}. Received: shape={shape}"
        )


def _differ(a: int | None, b: int | None) -> bool:
    """Two lengths that are both known, and different."""
    return a is not None and b is not None and a != b
