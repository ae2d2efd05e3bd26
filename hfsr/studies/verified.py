"""The record of a verification: what was checked where, when, with what outcome; published in ``results/verified/``."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.studies import provenance, published
from hfsr.studies.records import Origin
from hfsr.studies.verify import Check


@dataclass(frozen=True, kw_only=True)
class Verification(Origin):
    """Checks of published records on one machine.

    Parameters
    ----------
    date : str
        Of its end: year-month-day, in UTC.
    checks : list of Check

    Examples
    --------
    >>> [each.date for each in everything().values()][:1]
    ['2026-11-26']
    """

    date: str
    checks: list[Check]

    @property
    def counts(self) -> dict[str, int]:
        """How many records had each outcome of what was computed again, and in how many something differs."""
        outcomes = Counter[str](check.recomputed for check in self.checks)
        outcomes["differs"] = sum(check.differs for check in self.checks)
        return {name: count for name, count in outcomes.items() if count}

    @property
    def largest(self) -> dict[str, float]:
        """The largest difference of each metric, whatever the set; of trainings under "trained"."""
        found: dict[str, float] = {}
        for check in self.checks:
            for name, apart in check.largest.items():
                metric = f"{'trained: ' if check.trained else ''}{name.partition('/')[2]}"
                found[metric] = max(apart, found.get(metric, 0.0))
        return found


def made(checks: list[Check], command: str) -> Verification:
    """The record of checks that were made just now, by this command.

    Examples
    --------
    >>> made([], "hfsr verify").counts
    {}
    """
    return Verification(**vars(provenance.origin(command)), date=datetime.now(UTC).date().isoformat(), checks=checks)


def publish(verification: Verification) -> Path:
    """Write a verification into ``results/verified/``, under its date and a number, and return the file.

    Examples
    --------
    >>> import tempfile
    >>> from unittest.mock import patch
    >>> with tempfile.TemporaryDirectory() as folder, patch.object(paths, "results", lambda: Path(folder)):
    ...     publish(made([], "hfsr verify")).parent.name
    'verified'
    """
    folder, number = paths.results() / published.VERIFIED, 1
    while (target := folder / f"{verification.date}-{number}.json").exists():
        number += 1
    write_json(target, msgspec.to_builtins(verification))
    return target


def everything() -> dict[str, Verification]:
    """Every published verification by the name of its file, oldest first.

    Examples
    --------
    >>> all(each.checks for each in everything().values())
    True
    """
    files = sorted((paths.results() / published.VERIFIED).glob("*.json"))
    return {file.stem: _read(file) for file in files}


def _read(file: Path) -> Verification:
    try:
        return msgspec.convert(read_json(file), Verification)
    except msgspec.ValidationError as error:
        raise UserError(f"{file}: not a verification: {error}; `hfsr verify --publish` makes another") from error
