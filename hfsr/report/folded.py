"""Tables that a page holds without showing: under a line that says what is in them, each to be had as CSV."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import pandas as pd

LONG = 70  # letters; a table with a longer cell is of text, and wraps: numbers stay on a line


@dataclass(frozen=True)
class Folded:
    """Tables under a line that opens; what a notebook's cell shows when it is its value.

    Parameters
    ----------
    summary : str
        The line: what the tables hold.
    tables : dict of title -> DataFrame
        Shown as they are printed; the CSV holds the same. A title names the file.

    Examples
    --------
    >>> table = pd.DataFrame({"PSNR": ["37.22"]}, index=["WDSR"])
    >>> Folded("PSNR of every row", {"PSNR, dB": table})._repr_html_()
    '<details class="folded"><summary>PSNR of every row</summary>...'
    """

    summary: str
    tables: Mapping[str, pd.DataFrame]

    def _repr_html_(self) -> str:
        inside = "\n".join(_titled(title, table) for title, table in self.tables.items())
        return f'<details class="folded"><summary>{escape(self.summary)}</summary>\n{inside}\n</details>'


def csv_link(title: str, table: pd.DataFrame) -> str:
    """A title, and a link beside it that gives the table as CSV; the title names the file.

    Examples
    --------
    >>> csv_link("PSNR, dB", pd.DataFrame({"PSNR": ["37.22"]}, index=["WDSR"]))
    '<p><strong>PSNR, dB</strong> (<a download="psnr-db.csv" href="data:text/csv;base64,...">CSV</a>)</p>'
    """
    name = "-".join("".join(letter if letter.isalnum() else " " for letter in title.lower()).split())
    data = b64encode(table.to_csv().encode()).decode()
    return (
        f'<p><strong>{escape(title)}</strong> (<a download="{name}.csv" href="data:text/csv;base64,{data}">CSV</a>)</p>'
    )


def _titled(title: str, table: pd.DataFrame) -> str:
    is_long = table.map(lambda cell: len(str(cell)) > LONG).any(axis=None)
    with pd.option_context("display.max_colwidth", None):  # nothing is cut short
        return f"{csv_link(title, table)}\n{table.to_html(border=0, classes='long' if is_long else None)}"
