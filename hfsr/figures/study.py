"""What a run or a study shows: its loss, pictures side by side, Table III."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator
from torch import Tensor

from hfsr import drawing
from hfsr.drawing import BLUE, GREY, PALE, RED, WIDTH, grid, show, styled, title


@styled
def curve(log: pd.DataFrame) -> Figure:
    """A training's loss against its updates, with the median of every 2 % of them.

    Parameters
    ----------
    log : DataFrame
        Columns ``step`` and ``loss`` (positive).
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.2), layout="constrained")
    smooth = log["loss"].rolling(max(1, len(log) // 50), center=True, min_periods=1).median()
    ax.plot(log["step"], log["loss"], color=PALE, lw=1, label="as logged")
    ax.plot(log["step"], smooth, color=BLUE, lw=2, label="running median")
    ax.set(xlabel="updates", ylabel="loss", yscale="log", xlim=(0, log["step"].max()))
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_locator(NullLocator())
    ax.legend()
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
    """
    height, width = next(iter(images.values())).shape[-2:]
    figure, axes = grid(len(images), height, width, columns)
    for ax, (name, image) in zip(axes, images.items(), strict=True):
        show(ax, image, name)
    return figure


@styled
def accuracies(accuracy: pd.DataFrame, error: pd.DataFrame) -> Figure:
    """Table III as points with 95 % intervals, a panel a labelled set.

    Parameters
    ----------
    accuracy, error : DataFrame
        A row a method, a column a set: test accuracy and its standard error, in per cent.
    """
    size = (WIDTH, 1 + 0.32 * len(accuracy))
    figure, axes = plt.subplots(1, accuracy.shape[1], figsize=size, sharey=True, squeeze=False, layout="constrained")
    places = range(len(accuracy))
    for ax, name in zip(axes.flat, accuracy, strict=True):
        ax.errorbar(accuracy[name], places, xerr=1.96 * error[name], fmt="o", color=RED, ecolor=GREY, capsize=3)
        ax.set(xlabel="accuracy (%)", ylim=(len(accuracy) - 0.5, -0.5))
        ax.grid(axis="y", visible=False)
        title(ax, str(name))
    axes[0, 0].set_yticks(places, drawing.method_labels(accuracy.index))
    return figure
