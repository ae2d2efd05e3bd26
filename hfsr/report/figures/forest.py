"""The claims in one figure: the paper's effect and ours, each in units of what matters."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hfsr.report.figures.style import INK, PALE, panels, styled
from hfsr.report.verdict import Verdict

COLOURS = {  # none of a method's
    Verdict.SUPPORTED: "#332288",
    Verdict.NO_DIFFERENCE: "#9a8a00",
    Verdict.UNDECIDED: "#7d8fa8",
    Verdict.REFUTED: "#b3261e",
}
MARKERS = {Verdict.SUPPORTED: "o", Verdict.NO_DIFFERENCE: "s", Verdict.UNDECIDED: "^", Verdict.REFUTED: "X"}
LINEAR = 2  # margins to either side that are drawn to scale; beyond them the axis is logarithmic


@styled
def forest(table: pd.DataFrame) -> Figure:
    """Every measured claim: the paper's effect as an open diamond, ours as a point with its interval.

    Parameters
    ----------
    table : DataFrame
        As from `hfsr.report.claims.forest`.

    Examples
    --------
    >>> table = pd.DataFrame({"mean": [1.0], "low": [0.5], "high": [1.5], "paper": [2.0], "verdict": ["supported"]}, ["More"])
    >>> len(forest(table).axes)
    1
    """
    names = [textwrap.fill(str(name), 24) for name in table.index]
    heights = np.array([0.2 + 0.22 * (name.count("\n") + 1) for name in names])
    places = np.cumsum(heights) - heights / 2
    figure, ax = panels(1, 1, height=float(heights.sum()) + 1.7)
    ax.axvspan(-1, 1, color=PALE, alpha=0.5, lw=0)
    ax.axvline(0, color=INK, lw=1)
    for place, (_, row) in zip(places, table.iterrows(), strict=True):
        verdict = Verdict(row["verdict"])
        ax.plot([row["low"], row["high"]], [place, place], color=COLOURS[verdict], lw=2.5, solid_capstyle="butt")
        ax.plot(row["mean"], place, MARKERS[verdict], color=COLOURS[verdict], ms=8)
        ax.plot(row["paper"], place, "D", mfc="none", mec=INK, ms=7, mew=1.3)
    ax.set_xscale("symlog", linthresh=LINEAR, linscale=1)
    furthest = max(3.0, float(np.nanmax(table[["low", "high", "paper"]].abs().to_numpy()))) * 1.5
    ax.set_xlim(-furthest, furthest)
    ticks = [1, 100] if furthest > 100 else [1, 10] if furthest > 10 else [0, 1]  # the line says where 0 is
    ax.set_xticks(sorted({*(-tick for tick in ticks), *ticks}), minor=False)
    ax.xaxis.set_minor_locator(plt.NullLocator())
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:+.0f}" if value else "0")
    ax.set_yticks(places, names)
    ax.set_ylim(float(heights.sum()), 0)
    ax.grid(axis="y", visible=False)
    figure.supxlabel("difference in margins, logarithmic beyond ±2;\nto the right is what the paper claims")
    seen = [verdict for verdict in COLOURS if verdict in set(table["verdict"])]
    marks = [
        Line2D([], [], color=COLOURS[verdict], marker=MARKERS[verdict], lw=2.5, ms=8, label=str(verdict))
        for verdict in seen
    ]
    theirs = Line2D([], [], color=INK, marker="D", mfc="none", lw=0, ms=7, label="the paper")
    figure.legend(handles=[*marks, theirs], loc="outside upper left", ncols=2)
    return figure
