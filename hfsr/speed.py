"""Timings as records: printed and kept by the scripts in ``benchmarks/``, read by the book."""

import re
from typing import Any

import pandas as pd

from hfsr import hardware, paths, provenance
from hfsr.errors import UserError
from hfsr.files import read_json, write_json

Tables = dict[str, list[dict[str, Any]]]


def report(benchmark: str, tables: Tables, machine: str | None = None) -> None:
    """Print what a benchmark measured, and keep it as a record where the machine gets a name.

    Parameters
    ----------
    benchmark : str
        Name of the script.
    tables : dict
        Title -> rows, each a dict of column -> value; a column's name holds its unit.
    machine : str, optional
        Name of the machine's kind, such as "avx2-2-cores": the record is ``benchmarks/records/<benchmark>-<machine>.json``.

    Raises
    ------
    UserError
        If the name is no plain one.
    """
    if machine and not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", machine):
        raise UserError(f"{machine!r}: a machine's name is of small letters, digits, points and hyphens")
    print(f"{hardware.describe()}; torch {provenance.versions()['torch']}")
    for title, rows in tables.items():
        print(f"\n{title}\n{pd.DataFrame(rows).to_string(index=False)}")
    if machine:
        target = paths.timings() / f"{benchmark}-{machine}.json"
        made = {
            "benchmark": benchmark,
            "machine": machine,
            "device": hardware.describe(),
            "versions": provenance.versions(),
            "commit": provenance.commit(),
            "command": f"python benchmarks/{benchmark}.py --record {machine}",
        }
        write_json(target, made | {"tables": tables})
        print(f"\nrecord\t{target}")


def records(benchmark: str) -> list[dict[str, Any]]:
    """The records of a benchmark, one a machine, by the machine's name."""
    return [read_json(path) for path in sorted(paths.timings().glob(f"{benchmark}-*.json"))]


def table(record: dict[str, Any], title: str) -> pd.DataFrame:
    """One table of a record, its first column as the index.

    Examples
    --------
    >>> table({"tables": {"loops": [{"loop": "hfsr", "ms": 380.0}]}}, "loops").loc["hfsr", "ms"]
    np.float64(380.0)
    """
    rows = pd.DataFrame(record["tables"][title])
    return rows.set_index(rows.columns[0]).rename_axis(None)
