"""What the records say of a claim, by the registered rule (``results/registration.json``, "outcomes" and "rule")."""

from collections.abc import Iterable
from enum import StrEnum

from hfsr.analysis.statistics import Estimate
from hfsr.report.registration import Direction


class Verdict(StrEnum):
    """The words of the registration; of several parts the last in this order decides.

    Examples
    --------
    >>> str(Verdict.REFUTED)
    'refuted'
    """

    SUPPORTED = "supported"
    NO_DIFFERENCE = "no difference that matters"
    UNDECIDED = "undecided"
    NOT_MEASURED = "not measured yet"
    REFUTED = "refuted"
    NOT_TESTED = "not tested"


def decide(direction: Direction, estimate: Estimate, margin: float) -> Verdict:
    """Verdict on one contrast.

    Parameters
    ----------
    direction : {"more", "less", "not less", "not more", "close"}
        What is claimed of the difference: that it lies above or below zero; that it is no loss, or no gain, of the margin
        or more; or that its mean lies within the margin.
    estimate : Estimate
        The difference with its interval.
    margin : float
        At least 0.

    Examples
    --------
    >>> for ends in ((0.2, 0.4), (-0.1, 0.4), (-0.4, -0.2), (-0.1, 0.1)):
    ...     print(decide("more", Estimate(sum(ends) / 2, *ends), margin=0.15))
    supported
    undecided
    refuted
    no difference that matters
    >>> print(decide("not less", Estimate(0.0, -0.1, 0.1), margin=0.15))
    supported
    """
    mean, low, high = estimate
    if direction == "close":
        return Verdict.SUPPORTED if abs(mean) < margin else Verdict.REFUTED
    if direction in ("less", "not more"):
        low, high = -high, -low
    if direction in ("not less", "not more"):
        low, high = low + margin, high + margin
    elif -margin < low and high < margin:
        return Verdict.NO_DIFFERENCE
    return Verdict.SUPPORTED if low > 0 else Verdict.REFUTED if high < 0 else Verdict.UNDECIDED


def worst(parts: Iterable[Verdict]) -> Verdict:
    """Verdict on a claim whose parts must all hold.

    Examples
    --------
    >>> print(worst([Verdict.SUPPORTED, Verdict.UNDECIDED]))
    undecided
    """
    return max(parts, key=list(Verdict).index)
