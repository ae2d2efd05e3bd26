"""The paper's figures and tables as pictures: one function a figure. Each returns a matplotlib Figure."""

import math
from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, NullLocator
from scipy import stats
from torch import Tensor

from hfsr import drawing, paper
from hfsr.drawing import BLUE, GREY, ORANGE, PALE, RED, WIDTH, arrow, box, grid, show, styled, title
from hfsr.frequency import spectrum
from hfsr.weightmap import Alpha, alpha_label, map_statistics, parse_alpha, selection_mask, weight_map


@styled
def framework() -> Figure:
    """Fig 1: training with the weight map. Solid: as everybody trains; dashed: what the paper adds."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.5), layout="constrained")
    axes.set(xlim=(-0.1, 10.1), ylim=(-0.1, 6.1))
    axes.axis("off")
    box(axes, 0, 4.8, "LR image $X$")
    box(axes, 3.55, 4.8, "SR network", fill="#e6f0f7")
    box(axes, 7.1, 4.8, "SR image $Y'$")
    box(axes, 0, 2.4, "HR image $Y$")
    box(axes, 7.1, 2.4, "L1 loss\nwhere $W = 1$")
    box(axes, 3.55, 0, "weight map $W$\n(Eqs 4 to 7)", edge=RED, fill="#fbeee5")
    arrow(axes, (2.9, 5.4), (3.55, 5.4))
    arrow(axes, (6.45, 5.4), (7.1, 5.4))
    arrow(axes, (8.55, 4.8), (8.55, 3.6))
    arrow(axes, (2.9, 2.75), (7.1, 2.75))
    arrow(axes, (1.45, 3.6), (1.45, 4.8), colour=GREY)
    axes.text(1.65, 4.2, "halved", color=GREY, va="center")
    arrow(axes, (1.45, 2.4), (3.55, 0.6), "angle,angleA=-90,angleB=180,rad=8", RED, "--")
    arrow(axes, (6.45, 0.6), (8.55, 2.4), "angle,angleA=0,angleB=90,rad=8", RED, "--")
    arrow(axes, (7.1, 3.25), (5, 4.8), "angle,angleA=180,angleB=-90,rad=8", BLUE)
    axes.text(5.2, 4.2, "gradient", color=BLUE, va="center")
    return figure


@styled
def map_panels(image: Tensor, alpha: Alpha, window: tuple[int, int, int, int], pixel: tuple[int, int]) -> Figure:
    """Fig 2: a part of an image, a pixel's neighbourhood, the initial weight map and the modified one.

    Parameters
    ----------
    image : Tensor, (3, H, W), uint8
        The whole picture: its mean and deviation decide what is selected.
    alpha : float, int or str
        Eq 7's alpha.
    window : (top, left, height, width)
        The part shown.
    pixel : (row, column)
        Centre of the neighbourhood, two pixels or more from the picture's borders; its green channel is shown.
    """
    top, left, height, width = window
    row, column = pixel
    part = np.s_[:, top : top + height, left : left + width]
    strength = weight_map(image)[part].abs().double()
    strength = (strength / strength.quantile(0.995).clamp(min=1)).clamp(max=1)

    figure, axes = plt.subplots(2, 2, figsize=(WIDTH, WIDTH * height / width + 0.7), layout="constrained")
    show(axes[0, 0], image[part], "(a) ground truth")
    axes[0, 0].add_patch(
        Rectangle((column - left - 2.5, row - top - 2.5), 5, 5, fill=False, edgecolor=drawing.YELLOW, lw=2)
    )
    drawing.neighbourhood(axes[0, 1], image[1, row - 2 : row + 3, column - 2 : column + 3], "(b) a neighbourhood")
    show(axes[1, 0], strength, "(c) initial map, absolute")
    show(axes[1, 1], selection_mask(image, alpha)[part].double(), f"(d) modified, $\\alpha$ = {alpha_label(alpha)}")
    return figure


@styled
def map_histogram(image: Tensor, alpha: Alpha) -> Figure:
    """Fig 3: how often each weight occurs, with the Gaussian and the Laplacian of the same mean and deviation.

    The weights are scaled to [0, 1] by their least and greatest, minus 0.5, as in the paper. Above: the middle, counted
    linearly, with the band that Eq 7 leaves out. Below: the whole range, counted logarithmically, where tails show.

    Parameters
    ----------
    image : Tensor, (C, H, W), uint8
    alpha : float, int or str
        Eq 7's alpha.
    """
    weights = weight_map(image).flatten().int()
    least = int(weights.min())
    span = max(int(weights.max()) - least, 1)
    counts = torch.bincount(weights - least, minlength=span + 1)
    edges = (np.arange(span + 2) - 0.5) / span - 0.5
    mu, sigma = map_statistics(image)
    centre, spread = (mu - least) / span - 0.5, sigma / span
    fits = {
        "Gaussian": (stats.norm(centre, spread), ORANGE, "-"),
        "Laplacian": (stats.laplace(centre, spread / math.sqrt(2)), BLUE, "--"),
    }
    band = parse_alpha(alpha) * spread

    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 6.4), layout="constrained")
    for ax, reach in zip(axes, (4 * spread, 1.0), strict=True):
        low, high = max(-0.5, centre - reach), min(0.5, centre + reach)
        ax.stairs(counts, edges, fill=True, color=GREY, label="weights")
        unselected = f"not selected, $\\alpha$ = {alpha_label(alpha)}"
        ax.axvspan(centre - band, centre + band, color=PALE, lw=0, zorder=0.5, label=unselected)
        x = np.linspace(low, high, 1001)
        for name, (fit, colour, line) in fits.items():
            ax.plot(x, weights.numel() / span * fit.pdf(x), line, color=colour, label=name)
        ax.set(xlim=(low, high), ylabel="elements a grey level")
        ax.grid(axis="x", visible=False)
    axes[0].ticklabel_format(axis="y", style="sci", scilimits=(3, 3), useMathText=True)
    axes[1].set(yscale="log", ylim=(0.5, None), xlabel="weight, scaled to [0, 1], minus 0.5")
    entries = {text: handle for handle, text in zip(*axes[0].get_legend_handles_labels(), strict=True)}
    order = ["weights", unselected, "Gaussian", "Laplacian"]
    figure.legend([entries[text] for text in order], order, loc="outside upper center", ncols=2)
    return figure


@styled
def selected_shares(shares: pd.DataFrame) -> Figure:
    """Share of the elements selected against alpha: photographs, Table I, Gaussian and Laplacian (Section III.C).

    Parameters
    ----------
    shares : DataFrame
        A row an alpha ("1/7", ...), a column a photograph; in [0, 1].
    """
    alphas = [parse_alpha(label) for label in shares.index]
    figure, ax = plt.subplots(figsize=(WIDTH, 4.4), layout="constrained")
    each = ax.plot(alphas, 100 * shares.to_numpy(), color=GREY, alpha=0.45, lw=1.2)
    each[0].set_label("photographs, each")
    ax.plot(alphas, 100 * shares.mean(axis=1), "o-", color=GREY, label="photographs, mean")
    ax.plot(alphas, 100 * paper.table1()["share"][shares.index], "s-", color=RED, label="the paper's Table I")
    for name, share, colour, line in (
        ("Gaussian", paper.gaussian_share, ORANGE, "-"),
        ("Laplacian", paper.laplacian_share, BLUE, "--"),
    ):
        ax.plot(alphas, [100 * share(alpha) for alpha in alphas], line, color=colour, label=name)
    ax.set_xticks(alphas, shares.index)
    ax.set(xlabel="$\\alpha$", ylabel="elements selected (%)", ylim=(0, 100))
    figure.legend(loc="outside upper center", ncols=2)
    return figure


@styled
def spectra(images: Mapping[str, Tensor], centred: bool = False) -> Figure:
    """Fig 4: spectrograms in one colour scale, frequency zero in the corners as in the paper or centred.

    Parameters
    ----------
    images : dict of name -> Tensor, (C, H, W), uint8
        All of one size.
    centred : bool
        As for `hfsr.frequency.spectrum`.
    """
    results = {name: spectrum(image, centred) for name, image in images.items()}
    every = torch.stack(list(results.values()))
    low, high = np.quantile(every.numpy(), [0.001, 0.999])
    figure, axes = grid(len(results), every.shape[1], every.shape[2], columns=3 if len(results) == 3 else 2, below=0.8)
    for ax, (name, result) in zip(axes, results.items(), strict=True):
        drawn = ax.imshow(result.numpy(), vmin=low, vmax=high)
        title(ax, name)
    figure.colorbar(drawn, ax=axes, location="bottom", shrink=0.6, aspect=30, label="log$_{10}$(1 + magnitude)")
    return figure


@styled
def radial_profiles(profiles: Mapping[str, tuple[Tensor, Tensor]], truth: str) -> Figure:
    """Mean power against frequency, and the same relative to the ground truth's.

    Parameters
    ----------
    profiles : dict of name -> (frequency, power)
        From `hfsr.frequency.radial_profile`, all of images of one size.
    truth : str
        The name of the ground truth among them.
    """
    colours = drawing.colours_of(profiles, truth)
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 6.4), sharex=True, layout="constrained")
    for name, (frequency, power) in profiles.items():
        line = {"color": colours[name], "lw": 1.5, "label": name, "ls": "-" if name != truth else "--"}
        axes[0].plot(frequency, power, **line)
        axes[1].plot(frequency, 10 * torch.log10(power / profiles[truth][1]), **line)
    for ax in axes:
        ax.axvline(0.25, color=GREY, lw=1, ls=":")
    axes[0].set(yscale="log", ylabel="power (grey levels²)")
    axes[1].set(xlim=(0, 0.5), xlabel="frequency (cycles a pixel)", ylabel=f"relative to {truth} (dB)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


@styled
def png_sizes(ours: pd.Series, theirs: pd.Series) -> Figure:
    """Table IV as points: PNG bytes of each method relative to bicubic's, ours above the paper's.

    Parameters
    ----------
    ours, theirs : Series
        A row a method, in bytes or megabytes; bicubic's comes first.
    """
    counts = [len(ours) + 0.5, len(theirs) + 0.5]
    size = (WIDTH, 1.4 + 0.36 * sum(counts))
    figure, axes = plt.subplots(2, 1, figsize=size, height_ratios=counts, sharex=True, layout="constrained")
    panels = ((ours, "measured here", BLUE), (theirs, "in the paper", RED))
    for ax, (sizes, text, colour) in zip(axes, panels, strict=True):
        drawing.points(ax, 100 * sizes / sizes.iloc[0], 100, colour)
        title(ax, text)
    axes[1].set_xlabel("bytes as PNG, bicubic = 100")
    return figure


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
    ax.plot(log["step"], log["loss"], color=PALE, lw=1, label="each logged update")
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
        title(ax, name)
    axes[0, 0].set_yticks(places, drawing.method_labels(accuracy.index))
    return figure
