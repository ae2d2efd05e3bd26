"""What a run or a study shows: its loss, learning curves, differences with intervals, pictures side by side, Table III."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray
from torch import Tensor

from hfsr.report import paper
from hfsr.report.figures import style
from hfsr.report.figures.style import BLUE, GREY, PALE, RED, WIDTH, grid, show, styled, title


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
    figure, ax = plt.subplots(figsize=(WIDTH, 3.2), layout="constrained")
    smooth = log["loss"].rolling(max(1, len(log) // 50), center=True, min_periods=1).median()
    ax.plot(log["step"], log["loss"], color=PALE, lw=1, label="as logged")
    ax.plot(log["step"], smooth, color=BLUE, lw=2, label="running median")
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
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 6.6), layout="constrained")
    done = (
        100 * curves["step"] / curves.groupby("row")["step"].transform("max")
    )  # rows may have iterations of their own
    colours = style.colours_of(curves["row"].unique(), truth="")
    drawn: set[str] = set()
    for name, colour in colours.items():
        seeds = curves[curves["row"] == name].groupby(done)[metric]
        mean, low, high = seeds.mean(), seeds.min(), seeds.max()
        for ax in axes:
            ax.fill_between(mean.index, low, high, color=colour, alpha=0.2, lw=0)
            ax.plot(mean.index, mean, color=colour, lw=1.8, ls="--" if colour in drawn else "-", label=name)
        drawn.add(colour)
    late = curves[done >= 50][metric]
    for ax, text in zip(axes, ("the whole training", "its last half"), strict=True):
        ax.set(xlabel="share of the iterations (%)", ylabel=ylabel)
        title(ax, text)
    axes[0].set(xlim=(0, 100), ylim=(max(curves[metric].min(), late.max() - 8), late.max() + 0.3))
    # Rows far below the others leave the second panel.
    axes[1].set(xlim=(50, 100), ylim=(late.quantile(0.25) - 0.2, late.max() + 0.1))
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, style.method_labels(names), loc="outside lower center", ncols=2)
    return figure


@styled
def differences(tables: Mapping[str, pd.DataFrame], xlabel: str) -> Figure:
    """Rows' differences to a baseline, a panel a set: the mean with its 95 % interval, red where it excludes zero.

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
    figure, axes = _two_a_line(len(tables), 0.9 + 0.3 * max(len(table) for table in tables.values()))
    for ax, (name, table) in zip(axes, tables.items(), strict=True):
        for place, (_, row) in enumerate(table.iterrows()):
            colour = RED if row["sign"] else GREY
            ax.plot([row["low"], row["high"]], [place, place], color=colour, lw=2)
            ax.plot(row["mean"], place, "o", color=colour)
        ax.axvline(0, color=style.INK, lw=1)
        ax.set_yticks(range(len(table)), style.method_labels(table.index))
        ax.set(ylim=(len(table) - 0.5, -0.5))
        ax.xaxis.set_major_locator(MaxNLocator(3))  # more labels than that run into each other
        ax.grid(axis="y", visible=False)
        title(ax, name)
    figure.supxlabel(xlabel, fontsize=12)
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
def accuracies(panels: Mapping[str, pd.DataFrame]) -> Figure:
    """Table III as points with intervals, two panels a line; scales differ, rows are the same.

    Parameters
    ----------
    panels : dict of title -> DataFrame
        A row a method: ``mean``, ``low``, ``high``, in per cent; without ends (NaN) only the point is drawn.

    Examples
    --------
    >>> table = pd.DataFrame({"mean": [70.1, 71.3], "low": [69.8, 71.0], "high": [70.4, 71.6]}, ["Bicubic", "1/5"])
    >>> [ax.get_title("left") for ax in accuracies({"CIFAR-10": table, "CIFAR-100": table}).axes]
    ['CIFAR-10', 'CIFAR-100']
    """
    rows = list(dict.fromkeys(row for table in panels.values() for row in table.index))
    figure, axes = _two_a_line(len(panels), 1 + 0.32 * len(rows))
    places = range(len(rows))
    for ax, (name, table) in zip(axes, panels.items(), strict=True):
        every = table.reindex(rows)
        ax.hlines(places, every["low"], every["high"], color=GREY, lw=2)
        ax.plot(every["mean"], places, "o", color=RED)
        ax.set(xlabel="accuracy (%)", ylim=(len(rows) - 0.5, -0.5))
        ax.grid(axis="y", visible=False)
        title(ax, name)
    axes[0].set_yticks(places, style.method_labels(rows))
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
    found = {row for table in panels.values() for row in table.index}
    rows = [row for row in paper.table3().index if row in found]  # a panel lacks the row that it subtracts
    figure, axes = _two_a_line(len(panels), 1 + 0.3 * len(rows))
    places = np.arange(len(rows))
    for ax, (name, table) in zip(axes, panels.items(), strict=True):
        every = table.reindex(rows)
        colours = [RED if sign in (-1, 1) else GREY for sign in every["sign"]]
        ax.hlines(places, every["low"], every["high"], color=colours, lw=2)
        ax.scatter(every["mean"], places, color=colours, label="here, 95 % interval")
        ax.plot(every["paper"], places + 0.25, "D", color=style.INK, mfc="none", ms=5, label="paper, one run")
        ax.axvline(0, color=style.INK, lw=1)
        ax.set(ylim=(len(rows) - 0.5, -0.5))
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.grid(axis="y", visible=False)
        title(ax, name)
    axes[0].set_yticks(places, style.method_labels(rows))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=2)
    figure.supxlabel("difference of accuracy (points)", fontsize=12)
    return figure


def _two_a_line(panels: int, height: float) -> tuple[Figure, NDArray[np.object_]]:
    """A figure with so many panels of equal rows, and the panels; an odd one stands alone in the last line."""
    columns = min(2, panels)
    lines = -(-panels // columns)
    size = (WIDTH, lines * height)
    figure, axes = plt.subplots(lines, columns, figsize=size, sharey=True, squeeze=False, layout="constrained")
    for spare in axes.flat[panels:]:
        spare.remove()
    return figure, axes.flat[:panels]
