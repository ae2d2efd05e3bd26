"""Figs 2 and 3: the weight map, and what it selects."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter
from scipy import stats
from torch import Tensor

from hfsr.report import paper
from hfsr.report.figures import style
from hfsr.report.figures.style import GREY, INK, PALE, WIDTH, panels, show, styled
from hfsr.weightmap import Alpha, alpha_label, map_statistics, parse_alpha, selection_mask, weight_map

GAUSSIAN, LAPLACIAN = "-", "--"  # lines, both black: colours are for methods


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

    Examples
    --------
    >>> image = torch.randint(256, (3, 32, 32), dtype=torch.uint8)
    >>> figure = map_panels(image, "1/5", window=(0, 0, 16, 16), pixel=(8, 8))
    >>> [ax.get_title("left") for ax in figure.axes][:3]
    ['(a) ground truth', '(b) a neighbourhood', '(c) initial map, absolute']
    """
    top, left, height, width = window
    row, column = pixel
    part = np.s_[:, top : top + height, left : left + width]
    strength = weight_map(image)[part].abs().double()
    strength = (strength / strength.quantile(0.995).clamp(min=1)).clamp(max=1)

    figure, axes = plt.subplots(2, 2, figsize=(WIDTH, WIDTH * height / width + 0.7), layout="constrained")
    show(axes[0, 0], image[part], "(a) ground truth")
    axes[0, 0].add_patch(
        Rectangle((column - left - 2.5, row - top - 2.5), 5, 5, fill=False, edgecolor=style.YELLOW, lw=2)
    )
    neighbourhood(axes[0, 1], image[1, row - 2 : row + 3, column - 2 : column + 3], "(b) a neighbourhood")
    for ax in axes[0]:
        ax.set_anchor("N")  # one is taller than the other; their titles are on one line
    show(axes[1, 0], strength, "(c) initial map, absolute")
    show(axes[1, 1], selection_mask(image, alpha)[part].double(), f"(d) modified, $\\alpha$ = {alpha_label(alpha)}")
    return figure


def neighbourhood(ax: Axes, values: Tensor, text: str) -> None:
    """A 5 x 5 part of one channel, (5, 5) uint8, its centre and the four neighbours named as in Eq 4.

    Examples
    --------
    >>> ax = Figure().subplots()
    >>> neighbourhood(ax, Tensor(range(25)).byte().view(5, 5), "a neighbourhood")
    >>> [text.get_text().split()[1] for text in ax.texts]  # the centre, up, down, left and right
    ['12', '7', '17', '11', '13']
    """
    ax.imshow(values.cpu().numpy(), cmap="gray", vmin=0, vmax=255)
    for name, row, column in (("c", 2, 2), ("u", 1, 2), ("d", 3, 2), ("l", 2, 1), ("r", 2, 3)):
        value = int(values[row, column])
        colour = "white" if value < 128 else "black"
        ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=style.YELLOW, lw=2))
        ax.text(column, row, f"$p_{name}$\n{value}", color=colour, ha="center", va="center")
    ax.axis("off")
    style.caption(ax, text)


@styled
def map_histogram(image: Tensor, alpha: Alpha) -> Figure:
    """Fig 3: how often each weight occurs, with the Gaussian and the Laplacian of the same mean and deviation.

    In grey levels; the paper scales them to [0, 1] by their least and greatest, minus 0.5. Above: the middle, counted
    linearly, with the band that Eq 7 leaves out. Below: the whole range, counted logarithmically, where tails show.

    Parameters
    ----------
    image : Tensor, (C, H, W), uint8
    alpha : float, int or str
        Eq 7's alpha.

    Examples
    --------
    >>> figure = map_histogram(torch.randint(256, (3, 32, 32), dtype=torch.uint8), "1/5")
    >>> [ax.get_yscale() for ax in figure.axes]
    ['linear', 'log']
    """
    weights = weight_map(image).flatten().int()
    least, greatest = int(weights.min()), int(weights.max())
    counts = torch.bincount(weights - least)
    edges = np.arange(least, greatest + 2) - 0.5
    mu, sigma = (value.item() for value in map_statistics(image))
    fits = {
        "Gaussian": (stats.norm(mu, sigma), GAUSSIAN),
        "Laplacian": (stats.laplace(mu, sigma / math.sqrt(2)), LAPLACIAN),
    }
    band = parse_alpha(alpha) * sigma

    figure, axes = panels(2, 1, height=6.2)
    for ax, half_width in zip(axes, (4 * sigma, math.inf), strict=True):
        low, high = max(edges[0], mu - half_width), min(edges[-1], mu + half_width)
        ax.stairs(counts, edges, fill=True, color=GREY, label="weights")
        unselected = f"not selected, $\\alpha$ = {alpha_label(alpha)}"
        ax.axvspan(mu - band, mu + band, color=PALE, lw=0, zorder=0.5, label=unselected)
        x = np.linspace(low, high, 1001)
        for name, (fit, line) in fits.items():
            ax.plot(x, weights.numel() * fit.pdf(x), line, color=INK, label=name)
        ax.set(xlim=(low, high), xlabel="weight (grey levels)", ylabel="elements a grey level")
        ax.grid(axis="x", visible=False)
    axes[0].ticklabel_format(axis="y", style="sci", scilimits=(3, 3), useMathText=True)
    axes[1].set(yscale="log", ylim=(0.5, None))
    entries = {text: handle for handle, text in zip(*axes[0].get_legend_handles_labels(), strict=True)}
    order = ["weights", unselected, "Gaussian", "Laplacian"]
    figure.legend([entries[text] for text in order], order, loc="outside upper center", ncols=2)
    return figure


@styled
def crop_fractions(fractions: Tensor) -> Figure:
    """How the fraction of selected elements scatters from crop to crop.

    Parameters
    ----------
    fractions : Tensor, (N,)
        Of each crop's elements, in [0, 1].

    Examples
    --------
    >>> import torch
    >>> len(crop_fractions(torch.rand(100)).axes)
    1
    """
    figure, ax = panels(1, 1, height=2.5)
    ax.hist(fractions.numpy(), bins=25, range=(0, 1), color=GREY, edgecolor="white")
    ax.set(xlim=(0, 1), xlabel="fraction of a crop's elements that count", ylabel="crops")
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    return figure


@styled
def selected_fractions(fractions: pd.DataFrame) -> Figure:
    """Fraction of the elements selected against alpha: photographs, Table I, Gaussian and Laplacian (Section III.C).

    Parameters
    ----------
    fractions : DataFrame
        A row an alpha ("1/7", ...), a column a photograph; in [0, 1].

    Examples
    --------
    >>> figure = selected_fractions(pd.DataFrame({"coffee": [0.7, 0.5]}, ["1/7", "1/3"]))
    >>> [line.get_label() for line in figure.axes[0].lines][-3:]
    ["the paper's Table I", 'Gaussian', 'Laplacian']
    """
    alphas = [parse_alpha(label) for label in fractions.index]
    figure, ax = panels(1, 1, height=4)
    each = ax.plot(alphas, 100 * fractions.to_numpy(), color=GREY, alpha=0.45, lw=1.2)
    each[0].set_label("photographs, each")
    ax.plot(alphas, 100 * fractions.mean(axis=1), "o-", color=GREY, label="photographs, mean")
    printed = 100 * paper.table1()["fraction"][fractions.index]
    ax.plot(alphas, printed, "D:", color=INK, mfc="none", mew=1.3, label="the paper's Table I")
    fits = {"Gaussian": (paper.gaussian_fraction, GAUSSIAN), "Laplacian": (paper.laplacian_fraction, LAPLACIAN)}
    for name, (fraction, line) in fits.items():
        ax.plot(alphas, [100 * fraction(alpha) for alpha in alphas], line, color=INK, label=name)
    ax.set_xticks(alphas, fractions.index)
    ax.set(xlabel="$\\alpha$", ylabel="elements selected (%)", ylim=(0, 100))
    figure.legend(loc="outside upper center", ncols=2)
    return figure
