"""Check published records: what follows from the rest of each, and what can be computed again here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from hfsr.errors import UserError
from hfsr.studies import derived, published, recompute, tolerance
from hfsr.studies.publish import KINDS
from hfsr.studies.recompute import SHORT
from hfsr.studies.rerun import Again
from hfsr.studies.retrained import again as again_from_nothing

Outcome = Literal["identical", "within tolerance", "differs", "cannot be checked here", "not asked"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """What became of one record.

    Parameters
    ----------
    record : str
        Its folder and name, such as "superres/wdsr-a1-5".
    derived : Outcome
        Whether what follows from the rest of the record does: "identical" or "differs".
    recomputed : Outcome
        Of what was computed again; "not asked" where it was left out.
    largest : dict of str -> float
        Of the metrics that differ the largest difference, see `hfsr.studies.tolerance.difference`.
    numbers : int
        How many were computed again.
    trained : bool
        Whether a network was trained for it.
    notes : list of str
        What is wrong, and what could not be computed here and why.

    Examples
    --------
    >>> check = Check(
    ...     record="superres/a", derived="identical", recomputed="differs", largest={}, numbers=1, trained=False, notes=[]
    ... )
    >>> check.differs
    True
    """

    record: str
    derived: Outcome
    recomputed: Outcome
    largest: dict[str, float]
    numbers: int
    trained: bool
    notes: list[str]

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        return "differs" in (self.derived, self.recomputed)


def verify(names: Sequence[str] = (), quick: bool = False, retrained: bool = False) -> Iterator[Check]:
    """Check records one after the other, those that say the same of the same pictures against each other.

    Parameters
    ----------
    names : sequence of str
        Records, such as "wdsr-a1-5" (of every study) or "superres/wdsr-a1-5"; an upscaled set that is named is made as a
        whole. By default every published record, of upscaled sets a thousand images.
    quick : bool
        Compute again only what recipe ``quick`` made: minutes, and no data is needed.
    retrained : bool
        Only the runs that were trained again here, see `hfsr.studies.retrained`.

    Yields
    ------
    Check

    Raises
    ------
    UserError
        If no record of a name is published, or none was trained again where that is asked.

    Examples
    --------
    >>> next(verify(["vdsr"]))
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: no published record is called 'vdsr': `hfsr verify --records superres/wdsr-a1-5`
    """
    every = {
        f"{kind.folder}/{name}": each for kind in KINDS.values() for name, each in published.stale_or_not(kind).items()
    }
    for name in names:
        if not any(_is_called(name, place) for place in every):
            raise UserError(f"no published record is called {name!r}: `hfsr verify --records superres/wdsr-a1-5`")
    problems = derived.problems(every)
    others = 0
    for place, record in every.items():
        if names and not any(_is_called(name, place) for name in names):
            continue
        if retrained:
            if found := again_from_nothing(record):
                others += 1
                yield check(place, problems[place], found)
            continue
        asked = not quick or getattr(record, "recipe", None) == SHORT or record.data.name == "digits"
        yield check(place, problems[place], recompute.again(record, whole=bool(names)) if asked else None)
    if retrained and not others:
        raise UserError(
            "no published run was trained again here: train one first, such as `hfsr train --method wdsr --recipe bench`"
        )


def check(place: str, problems: list[str], found: Again | None) -> Check:
    """What became of one record, of which `problems` are known.

    Parameters
    ----------
    place : str
        Its folder and name.
    problems : list of str
        What does not fit in it, see `hfsr.studies.derived.problems`.
    found : Again, optional
        Its numbers once more; None where they were not asked for.

    Examples
    --------
    >>> check("superres/wdsr-a1-5", problems=[], found=None).recomputed
    'not asked'
    """
    found, asked = found or Again(), found is not None
    outcome, largest, wrong = judge(found)
    return Check(
        record=place,
        derived="differs" if problems else "identical",
        recomputed=outcome if asked else "not asked",
        largest=largest,
        numbers=sum(len(computed) for _, computed in found.pairs.values()),
        trained=found.trained,
        notes=[*problems, *wrong, *(f"not checked: {reason}" for reason in dict.fromkeys(found.missing))],
    )


def judge(found: Again) -> tuple[Outcome, dict[str, float], list[str]]:
    """The outcome of what was computed again, each differing metric's largest difference, and what to say of it.

    That is what lies beyond its limit, and digests and answers that are others.

    Examples
    --------
    >>> judge(Again(pairs={"set5/psnr_y_border2": ([30.0], [30.0])}))
    ('identical', {}, [])
    """
    largest: dict[str, float] = {}
    wrong = []
    for name, (recorded, computed) in found.pairs.items():
        if len(recorded) != len(computed):
            wrong.append(f"{name} has {len(recorded)} values, {len(computed)} came out")
        for place, (said, here) in enumerate(zip(recorded, computed, strict=False)):
            apart, limit = tolerance.difference(name, said, here), tolerance.limit(name, found.trained, found.briefly)
            if apart:
                largest[name] = max(apart, largest.get(name, 0.0))
            if not apart <= limit:
                wrong.append(f"{name}, number {place + 1}, is {said}; {here} came out, {limit:g} is allowed")
    other = [
        f"{name} is {said[:16]}, {here[:16]} came out" for name, (said, here) in found.texts.items() if said != here
    ]
    if other and not largest and not found.trained:
        wrong += other  # equal sizes of all images and another digest
    if wrong:
        return "differs", largest, wrong
    if not found.pairs:
        return "cannot be checked here", largest, []
    return ("within tolerance" if largest or other else "identical"), largest, other


def _is_called(name: str, place: str) -> bool:
    return name in (place, place.partition("/")[2])
