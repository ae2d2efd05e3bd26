"""Timings as records: printed and kept by the scripts in ``benchmarks/``, read by the book."""

import argparse
import re
import shlex
import sys
from typing import Any

import pandas as pd

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.studies import provenance

RATIO = "times hfsr's"

Tables = dict[str, list[dict[str, Any]]]


def machine_name(name: str) -> str:
    """A machine's name as a record's file may carry it; another one is a ValueError, for argparse to report.

    Examples
    --------
    >>> machine_name("avx2-2-cores")
    'avx2-2-cores'
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", name):
        raise ValueError(f"{name!r}: a machine's name is of small letters, digits, points and hyphens")
    return name


def parser(about: str) -> argparse.ArgumentParser:
    """Command line of a benchmark: the first line of its docstring, and ``--record MACHINE``.

    Examples
    --------
    >>> parser("How long an iteration takes.").parse_args(["--record", "laptop"]).record
    'laptop'
    """
    words = argparse.ArgumentParser(description=about.splitlines()[0])
    text = "keep the tables in benchmarks/records/, under this name"
    words.add_argument("--record", type=machine_name, metavar="MACHINE", help=text)
    return words


def report(benchmark: str, tables: Tables, machine: str | None = None) -> None:
    """Print what a benchmark measured, and keep it as a record where the machine gets a name.

    Parameters
    ----------
    benchmark : str
        Name of the script.
    tables : dict
        Title -> rows, each a dict of column -> value; a column's name holds its unit.
    machine : str, optional
        Name of the machine's kind, see `machine_name`: the record is ``benchmarks/records/<benchmark>-<machine>.json``.

    Examples
    --------
    >>> from contextlib import redirect_stdout
    >>> from io import StringIO
    >>> with redirect_stdout(StringIO()) as printed:  # its first line names the machine
    ...     report("training", {"one iteration": [{"loop": "hfsr", "ms": 380.0}]})
    >>> printed.getvalue().splitlines()[2:]
    ['one iteration', 'loop    ms', 'hfsr 380.0']
    """
    print(f"{provenance.machine()}; torch {provenance.versions()['torch']}")
    for title, rows in tables.items():
        print(f"\n{title}\n{pd.DataFrame(rows).to_string(index=False)}")
    if machine:
        target = paths.timings() / f"{benchmark}-{machine}.json"
        made = {
            "benchmark": benchmark,
            "machine": machine,
            "device": provenance.machine(),
            "versions": provenance.versions(),
            "commit": provenance.commit(),
            "command": shlex.join(["python", f"benchmarks/{benchmark}.py", *sys.argv[1:]]),
        }
        write_json(target, made | {"tables": tables})
        print(f"\nrecord\t{target}")


def records(benchmark: str) -> list[dict[str, Any]]:
    """The records of a benchmark, one a machine, by the machine's name; a `UserError` if there is none.

    Examples
    --------
    >>> [record["benchmark"] for record in records("detail")]
    ['detail']
    """
    found = [read_json(path) for path in sorted(paths.timings().glob(f"{benchmark}-*.json"))]
    if not found:
        raise UserError(
            f"no record of {benchmark} in {paths.timings()}: python benchmarks/{benchmark}.py --record MACHINE"
        )
    return found


def times(benchmark: str, title: str) -> pd.DataFrame:
    """What each way takes beside hfsr, on every machine that measured it.

    Parameters
    ----------
    benchmark, title : str
        A table that has the column ``times hfsr's``.

    Returns
    -------
    DataFrame
        A row a way other than hfsr itself, without its number of workers; a column a machine, by its description.

    Examples
    --------
    >>> times("weightmap", "1 thread").index.tolist()
    ["authors' algorithm, Python loop over pixels", 'the same without the loop, NumPy float32']
    """
    columns = {}
    for record in records(benchmark):
        ratios = table(record, title)[RATIO]
        ratios.index = ratios.index.str.replace(r", \d+ workers?$", "", regex=True)
        columns[record["device"]] = ratios[~ratios.index.str.fullmatch(r"hfsr(\.\w+)?")]
    return pd.DataFrame(columns)


def table(record: dict[str, Any], title: str) -> pd.DataFrame:
    """One table of a record, its first column as the index.

    Examples
    --------
    >>> table({"tables": {"loops": [{"loop": "hfsr", "ms": 380.0}]}}, "loops").loc["hfsr", "ms"]
    np.float64(380.0)
    """
    rows = pd.DataFrame(record["tables"][title])
    return rows.set_index(rows.columns[0]).rename_axis(None)
