"""How an effect differs between two groups of runs: after other training, say, on the same images."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hfsr.analysis.statistics import Estimate, half_width, spread


def change(before: ArrayLike, after: ArrayLike, confidence: float = 0.95) -> Estimate:
    """How much the mean of paired differences has changed, with an interval for other seeds *and* other images.

    The seeds of the two groups are independent, the images the same: what an image adds to both drops out. Each part of the
    variance, that of either group's seeds and that of the images, counts with Student's quantile for its own degrees of freedom
    (Cochran), as in `hfsr.analysis.statistics.over_seeds_and_images`.

    Parameters
    ----------
    before, after : array, (seeds, images)
        As for `hfsr.analysis.statistics.over_seeds_and_images`, at least two seeds each.
    confidence : float
        In (0, 1).

    Raises
    ------
    ValueError
        If an array has another shape, or the images differ in number.

    Examples
    --------
    >>> [round(value, 2) for value in change([[0.2, 0.3], [0.3, 0.4]], [[0.0, 0.1], [0.1, 0.2]])]
    [-0.2, -1.1, 0.7]
    """
    groups = [np.asarray(each, dtype=float) for each in (before, after)]
    if any(each.ndim != 2 or min(each.shape) < 2 for each in groups) or groups[0].shape[1] != groups[1].shape[1]:
        shapes = " and ".join(str(each.shape) for each in groups)
        raise ValueError(f"both groups are (seeds, images), two at least, with the same images, not {shapes}")
    images = groups[0].shape[1]
    per_image = groups[1].mean(axis=0) - groups[0].mean(axis=0)
    rest = sum(_rest(each) / each.size for each in groups)  # is in the seeds' parts already
    of_images = float(np.sqrt(max(per_image.var(ddof=1) - images * rest, 0.0)))
    parts = [half_width(of_images, images, confidence)]
    parts += [half_width(spread(each.mean(axis=1))[1], len(each), confidence) for each in groups]
    half = float(np.linalg.norm(parts))
    mean = float(per_image.mean())
    return Estimate(mean, mean - half, mean + half)


def _rest(table: NDArray[np.float64]) -> float:
    """Variance of what neither seed nor image explains."""
    left = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    return float(np.square(left).sum() / ((table.shape[0] - 1) * (table.shape[1] - 1)))
