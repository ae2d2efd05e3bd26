"""The paper's claims and what became of them: the registration, measured and decided."""

from dataclasses import dataclass

from hfsr.report import registration
from hfsr.report.contrasts import Measured, measure
from hfsr.report.regime import tested_at
from hfsr.report.registration import Claim, Contrast, Registration, Stage
from hfsr.report.verdict import Verdict, decide, worst


@dataclass(frozen=True)
class Line:
    """One contrast and its outcome.

    Parameters
    ----------
    contrast : Contrast
    measured : Measured or None
        None where nothing is published.
    verdict : Verdict

    Examples
    --------
    >>> line = claims("matters")[0].lines[0]
    >>> str(line.verdict), line.seeds
    ('supported', '3 of 3 seeds')
    """

    contrast: Contrast
    measured: Measured | None
    verdict: Verdict

    @property
    def excludes_paper(self) -> bool | None:
        """Whether the interval excludes the paper's own difference; None where there is no interval, or no difference."""
        if self.contrast.paper is None or self.contrast.direction == "close" or self.measured is None:
            return None
        return not self.measured.estimate.low <= self.contrast.paper <= self.measured.estimate.high

    @property
    def seeds(self) -> str:
        """How many of the registered seeds there are; more, where the rows have them for another claim."""
        count = self.measured.seeds if self.measured else 0
        more = count > self.contrast.seeds
        return (
            f"{count} seeds ({self.contrast.seeds} registered)" if more else f"{count} of {self.contrast.seeds} seeds"
        )


@dataclass(frozen=True)
class Answer:
    """A claim, its lines, and the verdict.

    Parameters
    ----------
    claim : Claim
    lines : tuple of Line
    deciding : tuple of Line
        Those that the verdict is made from.
    verdict : Verdict

    Examples
    --------
    >>> claims("matters")[0].tested_at
    "1/540 of the paper's training"
    """

    claim: Claim
    lines: tuple[Line, ...]
    deciding: tuple[Line, ...]
    verdict: Verdict

    @property
    def stage(self) -> Stage | None:
        """Confirmatory where every line that decides is; None where none does."""
        stages: set[Stage] = {line.contrast.stage for line in self.deciding}
        return "exploratory" if "exploratory" in stages else min(stages, default=None)

    @property
    def shown(self) -> Line | None:
        """The line to show where there is room for one: the first of those with the worst outcome."""
        return next((line for line in self.deciding if line.verdict == self.verdict), None)

    @property
    def tested_at(self) -> str:
        """Under which conditions, see `hfsr.report.regime`."""
        return tested_at(self.shown.contrast) if self.shown else ""


def claims(*ids: str) -> list[Answer]:
    """All claims, in the registration's order, which is the paper's; or those of these ids, in their order.

    Raises
    ------
    UserError
        If the registration does not read, or a record is stale.
    KeyError
        If no claim has such an id.

    Examples
    --------
    >>> claims("div2k")[0].verdict.value
    'not tested'
    """
    registered = registration.read()
    by_id = {claim.id: claim for claim in registered.claims}
    return [_answer(by_id[each], registered) for each in ids or by_id]


def others(page: str, *shown: str) -> list[Answer]:
    """The claims of a page but those of these ids.

    Examples
    --------
    >>> [answer.claim.id for answer in others("/notebooks/weight_map")]
    ['gaussian']
    """
    return [answer for answer in claims() if answer.claim.page == page and answer.claim.id not in shown]


def _answer(claim: Claim, registered: Registration) -> Answer:
    lines = tuple(_line(contrast, registered) for contrast in claim.contrasts)
    if not lines:
        return Answer(claim, (), (), Verdict.NOT_TESTED)
    deciding = _deciding(lines)
    return Answer(claim, lines, deciding, worst(line.verdict for line in deciding))


def _deciding(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The confirmatory lines, and exploratory ones of what no other confirms; the exploratory ones until these have seeds."""
    confirming = [line for line in lines if line.contrast.stage == "confirmatory"]
    exploring = [line for line in lines if line.contrast.stage == "exploratory"]
    if exploring and not (confirming and all(line.measured and line.measured.seeds > 1 for line in confirming)):
        return tuple(exploring)
    confirmed = {line.contrast.compared for line in confirming}
    return (*confirming, *(line for line in exploring if line.contrast.compared not in confirmed))


def _line(contrast: Contrast, registered: Registration) -> Line:
    measured = measure(contrast, registered.confidence(contrast.family))
    if measured is None:
        return Line(contrast, None, Verdict.NOT_MEASURED)
    if measured.seeds < 2 and contrast.direction != "close":
        return Line(contrast, measured, Verdict.UNDECIDED)
    return Line(contrast, measured, decide(contrast.direction, measured.estimate, contrast.margin))
