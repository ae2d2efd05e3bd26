"""The registration: what was to be decided, and by which rule, written before the runs it speaks of.

It is ``results/registration.json``, by hand. Claims, sets, margins and what each verdict means live there and nowhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json

Direction = Literal["more", "less", "not less", "not more", "close"]
Stage = Literal["exploratory", "confirmatory"]


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """Two rows of a study compared on one set by one number.

    Parameters
    ----------
    study, recipe : str
        Whose records.
    row, baseline : str
        The second is subtracted from the first. Where fractions of elements are compared, with "gaussian", what a Gaussian
        would give, or with "paper".
    on, metric : str
        The set, and what is measured on it, as in the records.
    unit, digits
        How it is printed.
    direction : {"more", "less", "not less", "not more", "close"}
        What the claim says of the difference.
    paper : float or None
        The paper's own difference, where it has one.
    margin, reason
        The size below which a difference does not matter, in the unit, and why that one.
    family : str
        Of the correction, see `Registration.confidence`.
    seeds : int
        How many there are to be.
    stage : {"exploratory", "confirmatory"}
        Whether any of its results had been seen.
    scale : float
        What the records' numbers are multiplied by.
    relative : bool
        Whether differences are in per cent of the baseline.

    Examples
    --------
    >>> contrast = read().claims[2].contrasts[0]
    >>> contrast.row, contrast.baseline, contrast.direction, contrast.margin
    ('wdsr-a1-5', 'wdsr-a0', 'not less', 0.02)
    """

    study: str
    recipe: str
    row: str
    baseline: str
    on: str
    metric: str
    unit: str
    digits: int
    direction: Direction
    paper: float | None
    margin: float
    reason: str
    family: str
    seeds: int
    stage: Stage
    scale: float = 1.0
    relative: bool = False

    @property
    def compared(self) -> tuple[str, str, str]:
        """What is compared, whatever the set."""
        return self.row, self.baseline, self.metric


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim of the paper, and the contrasts that must all hold for it.

    Parameters
    ----------
    id : str
    place, words : str
        Where the paper makes it, and how.
    claim : str
        The same in plain words.
    page : str
        Of the book.
    contrasts : tuple of Contrast
    untested : str, optional
        Why nothing here can decide it; there are no contrasts then.

    Examples
    --------
    >>> read().claims[2].claim
    'Training on the selected elements alone costs no PSNR.'
    """

    id: str
    place: str
    words: str
    claim: str
    page: str
    contrasts: tuple[Contrast, ...]
    untested: str | None = None


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """What was changed after the registration, when, and why.

    Examples
    --------
    >>> Deviation(date="2026-12-01", what="Seed 9 of 1/7 was not trained: no machine.").date
    '2026-12-01'
    """

    date: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The whole file.

    Parameters
    ----------
    registered : str
        The day.
    seen : str
        What was known by then.
    outcomes : dict of str -> str
        The words of a verdict, and what each means.
    rule, interval : str
        How contrasts make a verdict, and what their intervals are.
    families : dict of str -> str
    deviations : tuple of Deviation
    claims : tuple of Claim
        In the paper's order.

    Examples
    --------
    >>> sorted(read().outcomes)
    ['no difference that matters', 'not measured yet', 'not tested', 'refuted', 'supported', 'undecided']
    """

    registered: str
    seen: str
    outcomes: dict[str, str]
    rule: str
    interval: str
    families: dict[str, str]
    deviations: tuple[Deviation, ...]
    claims: tuple[Claim, ...]

    def confidence(self, family: str) -> float:
        """Of each interval, so that 95 % of such families hold all their true values (Bonferroni over the claims).

        Examples
        --------
        >>> 0.95 < read().confidence("classification") < 1
        True
        """
        return 1 - 0.05 / sum(any(each.family == family for each in claim.contrasts) for claim in self.claims)


def read() -> Registration:
    """The registration of this checkout.

    Raises
    ------
    UserError
        If the file is missing or a field does not fit: the line names it.

    Examples
    --------
    >>> read().claims[0].place
    'III.C, Fig. 3'
    """
    path = paths.results() / "registration.json"
    if not path.exists():
        raise UserError(f"{path}: no such file; the registration is part of a checkout")
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, _: int) -> Registration:
    try:
        found = msgspec.convert(read_json(path), Registration)
    except msgspec.ValidationError as error:
        raise UserError(f"{path}: not a registration: {error}") from error
    if unknown := {each.family for each in contrasts(found)} - found.families.keys():
        raise UserError(f"{path}: family {', '.join(sorted(unknown))} is not among its families")
    return found


def contrasts(registration: Registration) -> Iterator[Contrast]:
    """Every contrast of every claim.

    Examples
    --------
    >>> len(list(contrasts(read()))) > len(read().claims)
    True
    """
    return (contrast for claim in registration.claims for contrast in claim.contrasts)
