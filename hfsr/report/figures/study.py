"""What a run or a study shows: its loss, learning curves, differences with intervals, pictures side by side, Table III."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray
from torch import Tensor

from hfsr.report import paper
from hfsr.report.figures import style
from hfsr.report.figures.style import GREY, Look, grid, look, show, styled, title


@styled
def curve(log: pd.DataFrame) -> Figure:
    """A training's loss against its iterations, with the median of every 2 % of them.

    Parameters
    ----------
    log : DataFrame
        Columns ``step`` and ``loss`` (positive).

    Examples
    --------
    >>> curve(pd.DataFrame({"step": [50, 100], "loss": [0.2, 0.1]})).axes[0].get_xlim()
    (np.float64(0.0), np.float64(100.0))
    """
    figure, ax = style.panels(1, 1, height=3)
    smooth = log["loss"].rolling(max(1, len(log) // 50), center=True, min_periods=1).median()
    ax.plot(log["step"], log["loss"], color=GREY, alpha=0.5, lw=1, label="as logged")
    ax.plot(log["step"], smooth, color=style.INK, lw=2, label="running median")
    ax.set(xlabel="iterations", ylabel="loss", yscale="log", xlim=(0, log["step"].max()))
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_locator(NullLocator())
    ax.legend()
    return figure


@styled
def learning_curves(curves: pd.DataFrame, metric: str, ylabel: str) -> Figure:
    """Every row's curve, the mean of its seeds between their least and most: the whole training, then its last half.

    Parameters
    ----------
    curves : DataFrame
        From `hfsr.report.curves.of_recipe`: columns ``row``, ``seed``, ``step`` and `metric`.
    metric, ylabel : str

    Examples
    --------
    >>> table = pd.DataFrame({"row": "1/5", "seed": 0, "step": [50, 75, 100], "psnr": [30.0, 31.0, 31.5]})
    >>> [ax.get_title("left") for ax in learning_curves(table, "psnr", "PSNR (dB)").axes]
    ['the whole training', 'its last half']
    """
    figure, axes = style.panels(2, 1, height=7)
    done = (
        100 * curves["step"] / curves.groupby("row")["step"].transform("max")
    )  # rows may have iterations of their own
    for name in curves["row"].unique():
        colour, line, _ = look(name)
        seeds = curves[curves["row"] == name].groupby(done)[metric]
        mean, low, high = seeds.mean(), seeds.min(), seeds.max()
        for ax in axes:
            ax.fill_between(mean.index, low, high, color=colour, alpha=0.2, lw=0)
            ax.plot(mean.index, mean, color=colour, ls=line, lw=1.8, label=name)
    late = curves[done >= 50][metric]
    for ax, text in zip(axes, ("the whole training", "its last half"), strict=True):
        ax.set(xlabel="iterations done (%)", ylabel=ylabel)
        title(ax, text)
    axes[0].set(xlim=(0, 100), ylim=(max(curves[metric].min(), late.max() - 8), late.max() + 0.3))
    # Rows far below the others leave the second panel.
    axes[1].set(xlim=(50, 100), ylim=(late.quantile(0.25) - 0.2, late.max() + 0.1))
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, style.method_labels(names), loc="outside lower center", ncols=2)
    return figure


@styled
def differences(tables: Mapping[str, pd.DataFrame], xlabel: str) -> Figure:
    """Rows' differences to a baseline, a panel a set: the mean with its 95 % interval, filled where it excludes zero.

    Parameters
    ----------
    tables : dict of set -> DataFrame
        From `hfsr.report.tables.differences`, rows by their labels.
    xlabel : str
        What the differences are of, with the unit.

    Examples
    --------
    >>> table = pd.DataFrame({"mean": [0.1], "low": [0.05], "high": [0.15], "sign": [1]}, ["1/5"])
    >>> figure = differences({"set5": table, "bsd100": table}, "PSNR (dB)")
    >>> [ax.get_title("left") for ax in figure.axes]
    ['set5', 'bsd100']
    """
    height = 0.9 + 0.3 * max(len(table) for table in tables.values())
    figure, axes = _two_a_line(tables, [height] * -(-len(tables) // 2))
    for ax, table in zip(axes, tables.values(), strict=True):
        for place, (method, row) in enumerate(table.iterrows()):
            _interval(ax, place, row, look(str(method)), clear=bool(row["sign"]))
        ax.axvline(0, color=style.INK, lw=1)
        ax.set_yticks(range(len(table)), style.method_labels(table.index))
        ax.set(ylim=(len(table) - 0.5, -0.5))
        ax.xaxis.set_major_locator(MaxNLocator(2))  # more labels than that run into each other
        ax.grid(axis="y", visible=False)
    figure.supxlabel(xlabel)
    return figure


@styled
def side_by_side(images: Mapping[str, Tensor], columns: int = 3) -> Figure:
    """Pictures beside each other, pixel by pixel, each with its caption.

    Parameters
    ----------
    images : dict of caption -> Tensor, (3, H, W) or (1, H, W), uint8
        Of one size.
    columns : int
        Pictures in a row.

    Examples
    --------
    >>> import torch
    >>> image = torch.zeros(3, 8, 8, dtype=torch.uint8)
    >>> [ax.get_title("left") for ax in side_by_side({"bicubic": image, "1/5": image}).axes]
    ['bicubic', '1/5']
    """
    height, width = next(iter(images.values())).shape[-2:]
    figure, axes = grid(len(images), height, width, columns)
    for ax, (name, image) in zip(axes, images.items(), strict=True):
        show(ax, image, name)
    return figure


@styled
def gains(panels: Mapping[str, pd.DataFrame]) -> Figure:
    """Differences of accuracy to a baseline, two panels a line: ours with intervals, the paper's as open points.

    Parameters
    ----------
    panels : dict of title -> DataFrame
        From `hfsr.report.comparison.gains`.

    Examples
    --------
    >>> table = pd.DataFrame({"mean": [0.3], "low": [0.1], "high": [0.5], "sign": [1], "paper": [0.43]}, ["1/5"])
    >>> [ax.get_title("left") for ax in gains({"CIFAR-10": table, "CIFAR-100": table}).axes]
    ['CIFAR-10', 'CIFAR-100']
    """
    pairs = [list(panels)[first : first + 2] for first in range(0, len(panels), 2)]
    rows = {name: _in_order(panels[each] for each in pair) for pair in pairs for name in pair}
    figure, axes = _two_a_line(panels, [1.5 + 0.3 * len(rows[pair[0]]) for pair in pairs])
    for ax, (name, table) in zip(axes, panels.items(), strict=True):
        every, places = table.reindex(rows[name]), np.arange(len(rows[name]))
        for place, (method, row) in enumerate(every.iterrows()):
            _interval(ax, place, row, look(str(method)), clear=row["sign"] in (-1, 1))
        ax.plot(every["paper"], places + 0.25, "D", color=style.INK, mfc="none", ms=5, label="paper, one run")
        ax.axvline(0, color=style.INK, lw=1)
        ax.set_yticks(places, style.method_labels(rows[name]))
        ax.set(ylim=(len(places) - 0.5, -0.5))
        ax.xaxis.set_major_locator(MaxNLocator(3))
        ax.grid(axis="y", visible=False)
    ours = Line2D([], [], color=style.INK, marker="o", lw=2, label="here, with its interval")
    marks, _ = axes[0].get_legend_handles_labels()
    figure.legend(handles=[ours, *marks], loc="outside upper right", ncols=1)
    figure.supxlabel("difference of accuracy (points)")
    return figure


def _in_order(tables: Iterable[pd.DataFrame]) -> list[str]:
    """The rows that any of them has: the paper's as in its Table III, ours alone last. None has the one that it subtracts."""
    found = list(dict.fromkeys(row for table in tables for row in table.index))
    theirs = [row for row in paper.table3().index if row in found]
    return [*theirs, *(row for row in found if row not in theirs)]


def _interval(ax: Axes, place: float, row: pd.Series, drawn: Look, clear: bool = True) -> None:
    """A mean with its ends, in the method's colour; filled where it is clear, else hollow."""
    ax.plot([row["low"], row["high"]], [place, place], color=drawn.colour, lw=2)
    ax.plot(row["mean"], place, drawn.marker, color=drawn.colour, mfc=drawn.colour if clear else "white", ms=7)


def _two_a_line(names: Iterable[str], heights: Sequence[float]) -> tuple[Figure, NDArray[np.object_]]:
    """A figure with panels of these titles and the panels, whose lines have these heights and rows of their own.

    An odd one stands alone in the last line.
    """
    titles = [textwrap.fill(name, 15) for name in names]  # a longer line runs into the next panel's
    columns = min(2, len(titles))
    ratios = {"gridspec_kw": {"height_ratios": heights}, "sharey": "row"}
    figure, axes = style.panels(len(heights), columns, sum(heights), squeeze=False, **ratios)
    for spare in axes.flat[len(titles) :]:
        spare.remove()
    for ax, text in zip(axes.flat, titles, strict=False):
        title(ax, text)
    return figure, axes.flat[: len(titles)]
