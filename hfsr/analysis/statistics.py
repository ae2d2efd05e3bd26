"""What can be concluded from a few seeds and a set of images: means, deviations, intervals of paired differences."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


class Estimate(NamedTuple):
    """A mean with its confidence interval.

    Parameters
    ----------
    mean, low, high : float

    Examples
    --------
    >>> Estimate(0.2, 0.1, 0.3).sign, Estimate(0.2, -0.1, 0.5).sign
    (1, 0)
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


def of_mean(values: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Student's interval for the mean of independent values; of one value it has no ends (NaN).

    Examples
    --------
    >>> [round(value, 2) for value in of_mean([1.0, 2.0, 3.0])]
    [2.0, -0.48, 4.48]
    """
    mean, deviation = spread(values)
    half = half_width(deviation, np.size(values), confidence)
    return Estimate(mean, mean - half, mean + half)


def half_width(deviation: float, count: int, confidence: float = 0.95) -> float:
    """How far Student's interval goes to either side of the mean of so many values.

    Examples
    --------
    >>> round(half_width(1.0, 3), 2), round(half_width(1.0, 12), 2)
    (2.48, 0.64)
    """
    return _quantile(max(count - 1, 1), confidence) * deviation / float(np.sqrt(count))


def over_seeds_and_images(differences: ArrayLike, confidence: float = 0.95, planned: int | None = None) -> Estimate:
    """Mean of paired differences, with an interval for other seeds *and* other images of the same kind.

    Seeds and images are crossed random effects; the two-way table's mean squares estimate the variance of the mean. Each part
    of it counts with Student's quantile for its own degrees of freedom (Cochran), so that with few seeds the interval holds
    the truth at least as often as it says, whichever part is the larger. With one seed it is Student's over the images and
    says nothing about other seeds.

    Parameters
    ----------
    differences : array, (seeds, images)
        One method's score minus another's, same seed, same image.
    confidence : float
        In (0, 1).
    planned : int, optional
        Seeds, where the interval of another number of them is asked for, with the scatter of these.

    Raises
    ------
    ValueError
        If the array is not (seeds, images) with at least two images.

    Examples
    --------
    >>> [round(value, 2) for value in over_seeds_and_images([[0.0, 0.1, 0.2], [0.2, 0.3, 0.4]])]
    [0.2, -1.09, 1.49]
    """
    table = np.asarray(differences, dtype=float)
    if table.ndim != 2 or table.shape[1] < 2:
        raise ValueError(f"differences are (seeds, images) with at least two images, not {table.shape}")
    seeds, images = table.shape
    mean = float(table.mean())
    of_seeds, of_images = table.mean(axis=1), table.mean(axis=0)
    by_images = float(seeds * of_images.var(ddof=1))
    parts = [by_images * _quantile(images - 1, confidence) ** 2]
    if seeds > 1:
        planned = max(planned or seeds, 2)
        by_seeds = float(images * of_seeds.var(ddof=1))
        rest = table - of_seeds[:, None] - of_images + mean
        both = float(np.square(rest).sum() / ((seeds - 1) * (images - 1)))
        # E(by_seeds + by_images - both) is the variance of the mean times seeds times images.
        parts = [
            by_seeds * seeds / planned * _quantile(planned - 1, confidence) ** 2,
            max(by_images - both, 0.0) * _quantile(images - 1, confidence) ** 2,
        ]
    half = float(np.sqrt(sum(parts) / (seeds * images)))
    return Estimate(mean, mean - half, mean + half)


def over_seeds_judges_and_images(
    differences: ArrayLike, confidence: float = 0.95, planned: int | None = None
) -> Estimate:
    """The same where several judges score each image: an interval for other seeds, other judges and other images.

    What the judges add is counted apart, with Student's quantile for their number; an effect that seeds or images share with
    judges counts twice, so the interval is rather too wide.

    Parameters
    ----------
    differences : array, (seeds, judges, images)
    confidence : float
        In (0, 1).

    Raises
    ------
    ValueError
        If the array is not (seeds, judges, images) with at least two judges and two images.

    Examples
    --------
    >>> [round(value, 2) for value in over_seeds_judges_and_images([[[0.0, 0.1], [0.2, 0.3]], [[0.0, 0.1], [0.2, 0.3]]])]
    [0.15, -1.27, 1.57]
    """
    table = np.asarray(differences, dtype=float)
    if table.ndim != 3 or min(table.shape[1:]) < 2:
        raise ValueError(f"differences are (seeds, judges, images), at least two of the last two, not {table.shape}")
    mean, low, _ = over_seeds_and_images(table.mean(axis=1), confidence, planned)
    of_judges = half_width(spread(table.mean(axis=(0, 2)))[1], table.shape[1], confidence)
    half = float(np.hypot(mean - low, of_judges))
    return Estimate(mean, mean - half, mean + half)


@cache
def _quantile(freedom: int, confidence: float) -> float:
    return float(stats.t.ppf((1 + confidence) / 2, freedom))


class McNemar(NamedTuple):
    """Exact McNemar test of two classifiers on the same images.

    Parameters
    ----------
    won, lost : int
        Images that only the first, only the second got right; the others say nothing about a difference.
    p : float
        Probability of so unequal numbers, or more so, where neither is better.

    Examples
    --------
    >>> test = mcnemar(np.array([True, True, True]), np.array([True, False, False]))
    >>> f"{test.won} : {test.lost}, p = {test.p}"
    '2 : 0, p = 0.5'
    """

    won: int
    lost: int
    p: float


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> McNemar:
    """Whether two classifiers differ by more than chance on the images both were asked about.

    Parameters
    ----------
    first, second : array of bool, (images,)
        Which images each got right.

    Examples
    --------
    >>> mcnemar(np.array([True, True, True, False]), np.array([True, False, False, False]))
    McNemar(won=2, lost=0, p=0.5)
    """
    won, lost = int((first & ~second).sum()), int((second & ~first).sum())
    return McNemar(won, lost, float(stats.binomtest(won, won + lost).pvalue) if won + lost else 1.0)


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Holm's correction: p-values that may each be compared with one level, however many comparisons were made.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p_values, dtype=float)
    order = values.argsort()
    corrected = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    result = np.empty_like(values)
    result[order] = corrected.clip(max=1)
    return result
