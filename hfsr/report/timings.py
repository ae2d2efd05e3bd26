"""Timings as records: printed and kept by the scripts in ``benchmarks/``, read by the book."""

import argparse
import re
import shlex
import sys
from dataclasses import asdict, dataclass

import msgspec
import pandas as pd

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.studies import provenance

RATIO = "times hfsr's"

Tables = dict[str, list[dict[str, str | int | float | bool | None]]]  # title -> rows


@dataclass(frozen=True)
class Timing:
    """The record of a benchmark on one machine; parameters as its file has them.

    Examples
    --------
    >>> records("detail")[0].benchmark
    'detail'
    """

    benchmark: str
    machine: str
    device: str
    versions: dict[str, str]
    commit: str | None
    command: str
    tables: Tables


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


def count(text: str) -> int:
    """How often something is timed, at least once; another number is a ValueError, for argparse to report.

    Examples
    --------
    >>> count("3")
    3
    """
    if (number := int(text)) < 1:
        raise ValueError("nothing is timed less than once")
    return number


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
        command = shlex.join(["python", f"benchmarks/{benchmark}.py", *sys.argv[1:]])
        made = (benchmark, machine, provenance.machine(), provenance.versions(), provenance.commit(), command, tables)
        write_json(target, asdict(Timing(*made)))
        print(f"\nrecord\t{target}")


def records(benchmark: str) -> list[Timing]:
    """The records of a benchmark, one a machine, by the machine's name; a `UserError` if there is none.

    Examples
    --------
    >>> [record.benchmark for record in records("detail")]
    ['detail']
    """
    found = [msgspec.convert(read_json(path), Timing) for path in sorted(paths.timings().glob(f"{benchmark}-*.json"))]
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
        columns[record.device] = ratios[~ratios.index.str.fullmatch(r"hfsr(\.\w+)?")]
    return pd.DataFrame(columns)


def table(record: Timing, title: str) -> pd.DataFrame:
    """One table of a record, its first column as the index.

    Examples
    --------
    >>> table(records("weightmap")[0], "1 thread").index[-1]
    'hfsr.selection_mask'
    """
    rows = pd.DataFrame(record.tables[title])
    return rows.set_index(rows.columns[0]).rename_axis(None)
