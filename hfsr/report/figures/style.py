"""What all figures share: one palette, one style, and the small parts they are put together from."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from torch import Tensor

from hfsr.images import to_rgb

WIDTH = 5.8  # inches: with writing of 12 points it is 10 pixels high on a telephone's 340
INK, GREY, PALE = "#262626", "#8c8c8c", "#d9d9d9"
BLUE, ORANGE, GREEN, RED, PURPLE, BROWN, PINK, _, YELLOW, SKY = sns.color_palette("colorblind").as_hex()
STYLE = sns.axes_style("whitegrid") | {
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 12,
    "figure.dpi": 150,
    "font.size": 12,
    "grid.color": "#ececec",
    "image.cmap": "magma",
    "legend.fontsize": 11,
    "legend.frameon": False,
    "text.color": INK,
}
P = ParamSpec("P")


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw in the common style, and close the figure so that a notebook shows it once: as the cell's value.

    Examples
    --------
    >>> @styled
    ... def empty() -> Figure:
    ...     return plt.figure()
    >>> plt.fignum_exists(empty().number)
    False
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with plt.rc_context(STYLE):
            figure = draw(*args, **kwargs)
        plt.close(figure)
        return figure

    return drawn


def colours_of(methods: Iterable[str], truth: str) -> dict[str, str]:
    """A colour a method: the ground truth in ink, bicubic in grey, the others in the palette's order.

    Examples
    --------
    >>> colours_of(["truth", "bicubic", "1/5"], "truth") == {"truth": INK, "bicubic": GREY, "1/5": BLUE}
    True
    """
    palette = iter((BLUE, ORANGE, GREEN, RED, PURPLE, SKY, BROWN, PINK, YELLOW) * 2)
    fixed = {truth.lower(): INK, "bicubic": GREY}
    return {method: fixed.get(method.lower()) or next(palette) for method in methods}


def grid(count: int, height: int, width: int, columns: int, below: float = 0) -> tuple[Figure, list[Axes]]:
    """Axes for `count` pictures of one size, with room for titles above each and `below` them all, in inches.

    Examples
    --------
    >>> figure, axes = grid(count=3, height=32, width=32, columns=2)
    >>> plt.close(figure)
    >>> len(figure.axes), len(axes)  # two by two, of which three are for pictures
    (4, 3)
    """
    columns = min(columns, count)
    rows = -(-count // columns)
    size = (WIDTH, rows * (WIDTH / columns * height / width + 0.35) + below)
    figure, axes = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    return figure, list(axes.flat)[:count]


def title(ax: Axes, text: str) -> None:
    """A panel's name above its left edge.

    Examples
    --------
    >>> ax = Figure().subplots()
    >>> title(ax, "(a) ground truth")
    >>> ax.get_title(loc="left")
    '(a) ground truth'
    """
    ax.set_title(text, loc="left")


def show(ax: Axes, image: Tensor, text: str) -> None:
    """A picture (C, H, W), uint8 in [0, 255] or float in [0, 1], pixel by pixel.

    Examples
    --------
    >>> import torch
    >>> ax = Figure().subplots()
    >>> show(ax, torch.zeros(1, 4, 6, dtype=torch.uint8), "grey")
    >>> ax.images[0].get_array().shape
    (4, 6, 3)
    """
    ax.imshow(to_rgb(image).permute(1, 2, 0).cpu().numpy(), interpolation="nearest")
    ax.axis("off")
    title(ax, text)


def neighbourhood(ax: Axes, values: Tensor, text: str) -> None:
    """A 5 x 5 part of one channel, (5, 5) uint8, its centre and the four neighbours named as in Eq 4.

    Examples
    --------
    >>> import torch
    >>> ax = Figure().subplots()
    >>> neighbourhood(ax, torch.arange(25, dtype=torch.uint8).view(5, 5), "a neighbourhood")
    >>> [text.get_text().split()[1] for text in ax.texts]  # the centre, up, down, left and right
    ['12', '7', '17', '11', '13']
    """
    ax.imshow(values.cpu().numpy(), cmap="gray", vmin=0, vmax=255)
    for name, row, column in (("c", 2, 2), ("u", 1, 2), ("d", 3, 2), ("l", 2, 1), ("r", 2, 3)):
        value = int(values[row, column])
        colour = "white" if value < 128 else "black"
        ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=YELLOW, lw=2))
        ax.text(column, row, f"$p_{name}$\n{value}", color=colour, ha="center", va="center", fontsize=11)
    ax.axis("off")
    title(ax, text)


def method_labels(names: Iterable[str]) -> list[str]:
    r"""Rows' names as they are written beside an axis: "1/5" is an alpha.

    Examples
    --------
    >>> method_labels(["bicubic", "1/5"])
    ['bicubic', '$\\alpha$ = 1/5']
    """
    return [f"$\\alpha$ = {name}" if "/" in name else name for name in names]


def box(ax: Axes, left: float, bottom: float, text: str, edge: str = GREY, fill: str = "white") -> tuple[float, float]:
    """A labelled box, 2.9 x 1.2 in the axes' units; its centre.

    Examples
    --------
    >>> box(Figure().subplots(), 0, 0, "LR image $X$")
    (1.45, 0.6)
    """
    ax.add_patch(
        FancyBboxPatch((left, bottom), 2.9, 1.2, boxstyle="round,pad=0,rounding_size=0.15", ec=edge, fc=fill, lw=1.5)
    )
    ax.text(left + 1.45, bottom + 0.6, text, ha="center", va="center", linespacing=1.3)
    return left + 1.45, bottom + 0.6


def arrow(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    bend: str = "arc3",
    colour: str = INK,
    line: str = "-",
) -> None:
    """An arrow between two points, straight or bent by matplotlib's connection style.

    Examples
    --------
    >>> ax = Figure().subplots()
    >>> arrow(ax, (0, 0), (1, 1))
    >>> ax.texts[0].xy  # it ends there
    (1, 1)
    """
    style = {
        "arrowstyle": "-|>",
        "color": colour,
        "ls": line,
        "lw": 1.8,
        "shrinkA": 0,
        "shrinkB": 0,
        "mutation_scale": 16,
    }
    ax.annotate("", end, start, arrowprops=style | {"connectionstyle": bend})
