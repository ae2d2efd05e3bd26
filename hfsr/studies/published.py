"""The published records in ``results/``: read one, read all of a kind, and as a table."""

from functools import cache, lru_cache
from pathlib import Path

import pandas as pd

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json
from hfsr.studies import records
from hfsr.studies.records import Kind

VERIFIED = "verified"  # the folder whose files are of verifications, not of runs


def path(kind: type[Kind], name: str) -> Path:
    """Where the record of that name lies: ``results/<study>/<name>.json``.

    Examples
    --------
    >>> from hfsr.studies.superres_run import SuperresRecord
    >>> path(SuperresRecord, "wdsr-a1-5").relative_to(paths.results()).as_posix()
    'superres/wdsr-a1-5.json'
    """
    return paths.results() / kind.folder / f"{name}.json"


def read(kind: type[Kind], name: str) -> Kind:
    """One published record; a missing or stale one is a `UserError` that names it.

    Examples
    --------
    >>> from hfsr.studies.superres_run import SuperresRecord
    >>> read(SuperresRecord, "bicubic-bench").command
    'hfsr train --method bicubic --recipe bench'
    """
    if not path(kind, name).exists():
        raise UserError(f"{path(kind, name)}: no such file")
    content = records.read(path(kind, name), kind)
    if problems := content.problems():
        raise UserError(f"{kind.folder}/{name}.json: stale, {'; '.join(problems)}: run `{content.command}` and publish")
    return content


def everything(kind: type[Kind]) -> list[Kind]:
    """Every published record of a kind, by name; a stale one is a `UserError`.

    Examples
    --------
    >>> from hfsr.studies.superres_run import SuperresRecord
    >>> {"bicubic", "srcnn", "wdsr"} <= {record.method for record in everything(SuperresRecord)}
    True
    """
    return list(_everything(paths.results() / kind.folder, kind))


def stale_or_not(kind: type[Kind]) -> dict[str, Kind]:
    """Every published record of a kind by the name of its file, whether or not what made it has changed.

    Examples
    --------
    >>> from hfsr.studies.superres_run import SuperresRecord
    >>> stale_or_not(SuperresRecord)["wdsr-a1-5"].alpha
    0.2
    """
    files = sorted((paths.results() / kind.folder).glob("*.json"))
    return dict(_parsed(tuple((each, each.stat().st_mtime_ns) for each in files), kind))


@lru_cache(maxsize=8)
def _parsed(files: tuple[tuple[Path, int], ...], kind: type[Kind]) -> dict[str, Kind]:
    return {each.stem: records.read(each, kind) for each, _ in files}


def is_fresh(kind: type[Kind], name: str) -> bool:
    """Whether a record of that name is published and nothing that made it has changed.

    Examples
    --------
    >>> from hfsr.studies.superres_run import SuperresRecord
    >>> is_fresh(SuperresRecord, "bicubic-bench"), is_fresh(SuperresRecord, "gone")
    (True, False)
    """
    found = stale_or_not(kind).get(name)
    return found is not None and not found.problems()


@cache
def _everything(folder: Path, kind: type[Kind]) -> tuple[Kind, ...]:
    return tuple(read(kind, each.stem) for each in sorted(folder.glob("*.json")))


def files(study: str = "*") -> list[Path]:
    """The files of all published records of runs, or of one study.

    Examples
    --------
    >>> {each.parent.name for each in files("superres")}
    {'superres'}
    """
    found = sorted(paths.results().glob(f"{study}/*.json"))
    return [each for each in found if each.parent.name != VERIFIED]


def table(study: str | None = None) -> pd.DataFrame:
    """The published records as a table, one row each, metrics as columns.

    Parameters
    ----------
    study : str, optional
        Only this study's records.

    Returns
    -------
    DataFrame
        Indexed by name; ``record`` holds the file's path below ``results/``.

    Examples
    --------
    >>> table("superres").loc["bicubic-bench", ["record", "method", "recipe"]].tolist()
    ['superres/bicubic-bench.json', 'bicubic', 'bench']
    """
    rows = []
    for each in files(study or "*"):
        content = read_json(each)
        flat = {key: value for key, value in content.items() if not isinstance(value, dict | list)}
        place = each.relative_to(paths.results()).as_posix()
        rows.append(
            {"name": each.stem, "record": place} | flat | {"data": content["data"]["name"]} | content["metrics"]
        )
    return pd.DataFrame(rows).set_index("name") if rows else pd.DataFrame()
