"""Verdicts as a page shows them: in their colours, with what weakens them beside them."""

from hfsr.report.claims import Answer
from hfsr.report.verdict import Verdict


def verdict(found: Verdict) -> str:
    """A verdict in its colour.

    Examples
    --------
    >>> verdict(Verdict.REFUTED)
    '<strong class="verdict-refuted">refuted</strong>'
    """
    return f'<strong class="verdict-{found.name.lower()}">{found}</strong>'


def judged(answer: Answer) -> str:
    """A claim's verdict, and whether it is exploratory, or supported by less than what was registered to matter.

    Examples
    --------
    >>> from hfsr.report import claims
    >>> judged(claims.claims("denoise-smooth")[0])
    '<strong class="verdict-supported">supported</strong> (by less than its margin)'
    >>> judged(claims.claims("gaussian")[0])
    '<strong class="verdict-refuted">refuted</strong> (exploratory)'
    """
    marks = []
    if answer.stage == "exploratory":
        marks.append("exploratory")
    line = answer.shown
    if (
        answer.verdict == Verdict.SUPPORTED
        and line
        and line.measured
        and line.contrast.direction in ("more", "less")
        and abs(line.measured.estimate.mean) < line.contrast.margin
    ):
        marks.append("by less than its margin")
    return verdict(answer.verdict) + (f" ({', '.join(marks)})" if marks else "")
