"""How many times as long as hfsr other ways take, on every machine that measured them."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from hfsr.report.figures import style
from hfsr.report.figures.style import styled, title

MARKERS = {"no bf16 units": ("o", style.GREY), "bf16 units": ("s", style.INK)}  # by what the machine's line holds


@styled
def times(panels: Mapping[str, pd.DataFrame]) -> Figure:
    """A panel for each kind of work, a line for each way to do it, a point for each machine: right of 1 is slower than hfsr.

    Parameters
    ----------
    panels : dict of title -> DataFrame
        A row a way, by what it does; a column a machine, by its description; times hfsr's, which is left out.

    Examples
    --------
    >>> ways = pd.DataFrame({"a CPU, bf16 units": [2.5], "a CPU, no bf16 units": [1.2]}, index=["a plain loop"])
    >>> [text.get_text() for text in times({"training": ways}).axes[0].texts]
    ['a plain loop']
    """
    heights = [len(table) + 0.4 for table in panels.values()]
    figure, axes = style.panels(
        len(panels), 1, height=0.55 * sum(heights) + 1.5, squeeze=False, sharex=True, height_ratios=heights
    )
    for ax, (name, table) in zip(axes[:, 0], panels.items(), strict=True):
        title(ax, name)
        rows = [row + 0.15 for row in range(len(table))]
        # The mark at 1 is beside the points alone: a line from top to bottom would go through the words above them.
        for row, way in zip(rows, table.index, strict=True):
            ax.annotate(way, (0.01, row - 0.43), xycoords=("axes fraction", "data"), va="center")
            ax.axhline(row, color=style.PALE, lw=1, zorder=0)
            ax.plot([1, 1], [row - 0.22, row + 0.22], color=style.GREY, lw=1, zorder=1)
        for machine, values in table.items():
            kind = next(each for each in MARKERS if each in str(machine))
            marker, colour = MARKERS[kind]
            ax.plot(values, rows, marker, color=colour, ms=7, label=kind)
        ax.set(xscale="log", ylim=(len(table) - 0.4, -0.7), yticks=[])
        ax.grid(visible=False)
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_major_formatter("{x:g}")
        ax.xaxis.set_minor_formatter(NullFormatter())
    axes[-1, 0].set_xlabel("time relative to hfsr's (times)")
    handles = {
        label: handle for ax in axes[:, 0] for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=2)
    return figure
