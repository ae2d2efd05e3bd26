"""A claim of the paper, and by which rule it is called supported, undecided or not supported.

A claim that something is gained is supported where the whole 95 % interval of the gain lies above zero, and not supported where
it lies below. A claim that nothing is lost is supported where the interval lies above a margin under zero, and not supported
where it lies below that. In all other cases it is undecided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hfsr.analysis.statistics import Estimate

RECIPE, SET = "bench", "bsd100"  # what is judged by: the recipe with several seeds, the set with a hundred images


class Verdict(StrEnum):
    """What the records say of a claim; of several parts the last in this order decides.

    Examples
    --------
    >>> print(max(Verdict.SUPPORTED, Verdict.UNDECIDED, key=list(Verdict).index))
    undecided
    """

    SUPPORTED = "supported"
    UNDECIDED = "undecided"
    NOT_SUPPORTED = "not supported"


@dataclass(frozen=True)
class Claim:
    """One claim of the paper and what became of it.

    Parameters
    ----------
    place : str
        Section, table or figure of the paper.
    claim, theirs, ours : str
        What it says, the paper's numbers for it, and ours.
    verdict : {"supported", "not supported", "undecided"}
    study : str
        That ours is from.
    records : tuple of str
        Files below ``results/`` that ours is made from.
    page : str
        Of the book.

    Examples
    --------
    >>> ours = Estimate(0.01, -0.02, 0.04)
    >>> claim = Claim("Table I", "No PSNR is lost.", "+0.01 dB", "+0.01 dB", gained(ours, 0.05), "superres", (), "/claims")
    >>> print(claim.verdict, "by", claim.command)
    supported by make study STUDY=superres RECIPE=bench
    """

    place: str
    claim: str
    theirs: str
    ours: str
    verdict: Verdict
    study: str
    records: tuple[str, ...]
    page: str

    @property
    def command(self) -> str:
        """What makes the records."""
        return f"make study STUDY={self.study} RECIPE={RECIPE}"


def gained(estimate: Estimate, margin: float = 0) -> Verdict:
    """Verdict on a gain, or with a margin on the absence of a loss.

    Examples
    --------
    >>> print(gained(Estimate(0.2, 0.1, 0.3)), gained(Estimate(0, -0.1, 0.1)), gained(Estimate(0, -0.1, 0.1), margin=0.2))
    supported undecided supported
    """
    if estimate.low > -margin:
        return Verdict.SUPPORTED
    return Verdict.NOT_SUPPORTED if estimate.high < -margin else Verdict.UNDECIDED


def near(ours: Sequence[float], theirs: Sequence[float], reach: float) -> Verdict:
    """Verdict on fractions of elements: all within `reach` of the paper's, or not.

    They are of millions of elements, but of the few kinds of picture that there are: an interval would say too much.

    Examples
    --------
    >>> print(near([0.60], [0.63], reach=0.05), "-", near([0.60], [0.63], reach=0.01))
    supported - not supported
    """
    close = all(abs(own - other) < reach for own, other in zip(ours, theirs, strict=True))
    return Verdict.SUPPORTED if close else Verdict.NOT_SUPPORTED
