"""Mean and variance over some axes, and the way back: the first half of every normalisation.

    mean     = Σ x / n
    variance = Σ (x - mean)² / n             n numbers for each mean; the axes of the sum stay, with length 1

    dx by the mean     = dmean / n
    dx by the variance = 2 (x - mean) · dvariance / n

The two terms are returned apart, because the layer has a third one, and the order of addition is its business
(`ops.total_by_name`). The mean inside the variance is held fixed: around their own mean the deviations add up to 0,
so its gradient would be 0.

With a mask only the numbers where it is True count: everything else becomes 0 before both sums, and n is the number
of True plus 1e-7. The mean inside the variance is then not held fixed, because with that n it is not quite the mean.
"""

from __future__ import annotations

from collections.abc import Sequence

from naive import ops
from naive.layers.base import Saved
from naive.ops import Tensor

FUZZ = 1e-7
"""Added to the number of unmasked places."""


def moments(x: Tensor, axes: Sequence[int], body: str) -> Saved:
    """x → a dictionary with `mean` and `variance`, each as x with length 1 along `axes`, and what goes back needs."""
    with ops.scope("moments"):
        mean = ops.mean_over(x, axes, body=body)
        squared = ops.squared_deviation(x, mean, body=body)  # x's shape
        variance = ops.mean_over(squared, axes, body=body)
    return {"x": x, "axes": axes, "mean": mean, "squared": squared, "variance": variance}


def moments_backward(dmean: Tensor, dvariance: Tensor, saved: Saved) -> dict[str, Tensor]:
    """dmean, dvariance → the two terms of dx, x's shape, in the order in which they arrive"""
    x, axes = saved["x"], saved["axes"]
    by_mean, _ = ops.mean_over.backward(dmean, None, x, axes)
    dsquared, _ = ops.mean_over.backward(dvariance, None, saved["squared"], axes)
    by_variance, _ = ops.squared_deviation.backward(dsquared, None, x, saved["mean"])
    return {"moments/truediv": by_mean, "moments/mul": by_variance}


def masked_moments(x: Tensor, axes: Sequence[int], mask: Tensor) -> Saved:
    """x, mask (without x's last axis) → as `moments`, of the numbers where the mask is True."""
    mask = ops.mask_like(x, mask)  # x's shape
    total = ops.sum_over(ops.where(mask, x, 0.0), axes)
    count = ops.add(ops.sum_over(ops.cast(mask, x.dtype), axes), FUZZ)
    mean = ops.divide(total, count)
    deviation = ops.subtract(x, mean)  # x's shape
    kept = ops.where(mask, deviation, 0.0)  # x's shape
    squared = ops.square(kept)  # x's shape
    variance = ops.divide(ops.sum_over(squared, axes), count)
    return {
        "x": x, "axes": axes, "mask": mask, "count": count, "kept": kept, "squared": squared, "mean": mean,
        "variance": variance,
    }  # fmt: skip


def masked_moments_backward(dmean: Tensor, dvariance: Tensor, saved: Saved) -> dict[str, Tensor]:
    """dmean, dvariance → the two terms of dx, x's shape, in the order in which they arrive"""
    x, axes, mask, mean, count = (saved[name] for name in ("x", "axes", "mask", "mean", "count"))
    dtotal, _ = ops.divide.backward(dvariance, None, mean, count)
    dsquared, _ = ops.sum_over.backward(dtotal, None, saved["squared"], axes)
    dkept = ops.square.backward(dsquared, None, saved["kept"])
    _, ddeviation, _ = ops.where.backward(dkept, None, mask, x, 0.0)
    by_variance, dmean_by_variance = ops.subtract.backward(ddeviation, None, x, mean)
    dtotal, _ = ops.divide.backward(ops.total([dmean, dmean_by_variance]), None, mean, count)
    dcounted, _ = ops.sum_over.backward(dtotal, None, x, axes)
    _, by_mean, _ = ops.where.backward(dcounted, None, mask, x, 0.0)
    return {"SelectV2": by_variance, "SelectV2_1": by_mean}
