"""Tables that a page holds without showing: under a line that says what is in them, each to be had as CSV."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import pandas as pd


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


def _titled(title: str, table: pd.DataFrame) -> str:
    name = "-".join("".join(letter if letter.isalnum() else " " for letter in title.lower()).split())
    link = f'<a download="{name}.csv" href="data:text/csv;base64,{b64encode(table.to_csv().encode()).decode()}">CSV</a>'
    with pd.option_context("display.max_colwidth", None):  # nothing is cut short
        shown = table.to_html(border=0)
    return f"<p><strong>{escape(title)}</strong> ({link})</p>\n{shown}"
