"""What can be concluded from a few seeds and a set of images: means, deviations, intervals of paired differences."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


class Estimate(NamedTuple):
    """A mean with its confidence interval.

    Parameters
    ----------
    mean, low, high : float
    """

    mean: float
    low: float
    high: float

    @property
    def sign(self) -> int:
        """1 or -1 where the whole interval lies above or below zero, else 0: no difference was found."""
        return int(np.sign(self.low)) if self.low * self.high > 0 else 0


def spread(values: ArrayLike) -> tuple[float, float]:
    """Mean and sample standard deviation; of one value the deviation is NaN.

    Examples
    --------
    >>> spread([1.0, 2.0, 3.0])
    (2.0, 1.0)
    """
    numbers = np.asarray(values, dtype=float)
    return float(numbers.mean()), float(numbers.std(ddof=1)) if numbers.size > 1 else float("nan")


def over_seeds_and_images(differences: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Mean of paired differences, with an interval for other seeds *and* other images of the same kind.

    Seeds and images are crossed random effects: the variance of the mean is estimated from the mean squares of the two-way
    table, its degrees of freedom by Satterthwaite's formula. With one seed the interval is Student's over the images and
    says nothing about other seeds.

    Parameters
    ----------
    differences : array, (seeds, images)
        One method's score minus another's, same seed, same image.
    confidence : float
        In (0, 1).

    Returns
    -------
    Estimate

    Raises
    ------
    ValueError
        If the array is not (seeds, images) with at least two images.

    Examples
    --------
    >>> [round(value, 2) for value in over_seeds_and_images([[0.0, 0.1, 0.2], [0.2, 0.3, 0.4]])]
    [0.2, -0.4, 0.8]
    """
    table = np.asarray(differences, dtype=float)
    if table.ndim != 2 or table.shape[1] < 2:
        raise ValueError(f"differences are (seeds, images) with at least two images, not {table.shape}")
    seeds, images = table.shape
    mean = float(table.mean())
    of_seeds, of_images = table.mean(axis=1), table.mean(axis=0)
    squares = [seeds * of_images.var(ddof=1)]  # mean squares: images, then seeds, then what is left
    freedom = [images - 1]
    if seeds > 1:
        rest = table - of_seeds[:, None] - of_images + mean
        squares += [images * of_seeds.var(ddof=1), np.square(rest).sum() / ((seeds - 1) * (images - 1))]
        freedom += [seeds - 1, (seeds - 1) * (images - 1)]
    # E(images + seeds - rest) is the variance of the mean times seeds times images; an estimate under either is too small.
    total = max(squares[0], *squares[1:2], sum(squares[:2]) - sum(squares[2:]))
    if total == 0:
        return Estimate(mean, mean, mean)
    degrees = total**2 / sum(square**2 / degree for square, degree in zip(squares, freedom, strict=True))
    reach = float(stats.t.ppf((1 + confidence) / 2, max(degrees, 1)) * np.sqrt(total / (seeds * images)))
    return Estimate(mean, mean - reach, mean + reach)
