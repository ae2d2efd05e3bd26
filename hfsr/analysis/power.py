"""How many runs of each of two rows find a difference, or how large one must be for so many to find it."""

import numpy as np
from scipy import stats


def smallest_difference(deviation: float, runs: int = 1, level: float = 0.05, power: float = 0.8) -> float:
    """Difference between two rows that so many independent runs of each would find.

    Parameters
    ----------
    deviation : float
        From run to run of one row, known; the result has its unit.
    runs : int
        Of each of the two rows.
    level, power : float
        Probability of finding a difference where there is none, and of finding this one.

    Examples
    --------
    >>> round(smallest_difference(0.2), 2), round(smallest_difference(0.2, runs=16), 2)
    (0.79, 0.2)
    """
    return float((stats.norm.isf(level / 2) + stats.norm.ppf(power)) * deviation * np.sqrt(2 / runs))


def runs_needed(difference: float, deviation: float, level: float = 0.05, power: float = 0.8) -> int:
    """Runs of each of two rows after which Student's test of their means would find a difference.

    The deviation, from run to run of one row, is not known to whoever makes the runs: so there are two at least.

    Examples
    --------
    >>> runs_needed(0.2, deviation=0.2), runs_needed(1.0, deviation=0.2)
    (17, 3)
    """
    runs = max(2, int(np.ceil((smallest_difference(deviation, 1, level, power) / difference) ** 2)))  # if it were known
    while _student_power(difference / deviation, runs, level) < power:
        runs += 1
    return runs


def _student_power(difference: float, runs: int, level: float) -> float:
    """Probability that a two-sided test of two rows finds a difference, in deviations."""
    degrees = 2 * runs - 2
    bound, centre = stats.t.isf(level / 2, degrees), abs(difference) * np.sqrt(runs / 2)
    return float(stats.nct.sf(bound, degrees, centre) + stats.nct.cdf(-bound, degrees, centre))
