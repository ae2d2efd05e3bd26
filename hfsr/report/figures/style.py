"""What all figures share: one look a method, one style for both themes, and the small parts they are put together from."""

import io
import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, NamedTuple, ParamSpec

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from torch import Tensor

from hfsr.images import to_rgb

WIDTH, TEXT = 4.9, 13  # inches; points, which are 9 on a telephone, where a figure is drawn 342 pixels wide
INK, GREY, PALE = "#262626", "#767676", "#d9d9d9"
PLATE = "#595959"  # under white writing beside pictures, which reads on a light and on a dark page
BLUE, ORANGE, GREEN, RED = "#0173b2", "#b36b00", "#02805d", "#d55e00"
PURPLE, BROWN, WINE, TEAL, YELLOW = "#aa4499", "#7a5c1e", "#882255", "#23827a", "#ece133"
INDIGO, OLIVE = "#4b3fa0", "#6f7300"
STYLE = sns.axes_style("whitegrid") | {
    "axes.edgecolor": GREY,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.dpi": 150,
    "figure.facecolor": "none",
    "grid.color": "#ececec",
    "image.cmap": "magma",
    "legend.borderpad": 0.2,
    "legend.columnspacing": 1,
    "legend.frameon": False,
    "legend.handletextpad": 0.5,
    "savefig.facecolor": "none",
    "svg.fonttype": "path",
    "svg.hashsalt": "hfsr",  # the same chart is the same file
    "text.color": INK,
}
SIZES = ("axes.titlesize", "figure.labelsize", "font.size", "legend.fontsize", "xtick.labelsize", "ytick.labelsize")
STYLE |= dict.fromkeys(SIZES, TEXT)
P = ParamSpec("P")


class Look(NamedTuple):
    """How a method is drawn, in every figure: the line and the marker tell it from others in grey print.

    Examples
    --------
    >>> Look("#0173b2", "--", "s").line
    '--'
    """

    colour: str
    line: Any
    marker: str


# By what a method's name, in lower case, holds; the first that fits.
LOOKS = {
    "original.*sharpened": Look(INK, (0, (4, 1)), ">"),
    "truth|original|^photographs$": Look(INK, (0, (1, 1)), "*"),
    "noise": Look(TEAL, "-.", "P"),
    "bicubic|^squares": Look(GREY, "-.", "^"),
    "nearest": Look(GREY, (0, (1, 2)), "<"),
    "sharpened": Look(GREY, (0, (4, 1)), ">"),
    "srcnn": Look(GREEN, ":", "v"),
    "random": Look(PURPLE, (0, (3, 1, 1, 1, 1, 1)), "d"),
    "complement|low": Look(BROWN, (0, (5, 1)), "X"),
    "image": Look(WINE, (0, (1, 2)), "h"),
    "uniform": Look(TEAL, (0, (2, 2)), "p"),
    "weighted": Look(INDIGO, (0, (4, 2, 1, 2)), "<"),
    "outside": Look(OLIVE, (0, (1, 1, 4, 1)), "H"),
    "cifar-100": Look(ORANGE, ":", "v"),
    "cifar-10": Look(ORANGE, "-", "d"),
    "^wdsr(-a0)?$": Look(BLUE, "--", "s"),
    "1[/-]7": Look(RED, (0, (1, 3)), "o"),
    "1[/-]6": Look(RED, (0, (3, 3)), "o"),
    "1[/-]4": Look(RED, (0, (6, 2, 1, 2)), "o"),
    "1[/-]3": Look(RED, (0, (6, 3)), "o"),
}
METHOD = Look(RED, "-", "o")  # the paper's, alpha = 1/5


def look(method: str) -> Look:
    """How a method or a row of a study is drawn.

    Examples
    --------
    >>> look("WDSR"), look("1/5") == look("wdsr-a1-5") == METHOD
    (Look(colour='#0173b2', line='--', marker='s'), True)
    """
    return next((each for name, each in LOOKS.items() if re.search(name, method.lower())), METHOD)


class Chart(Figure):
    """A figure of lines and points: a notebook shows it as SVG with a transparent ground, which the book's dark theme inverts.

    Examples
    --------
    >>> bundle, _ = Chart()._repr_mimebundle_()
    >>> list(bundle)
    ['image/svg+xml']
    """

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        file = io.StringIO()
        with plt.rc_context(STYLE):
            self.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
        return {"image/svg+xml": file.getvalue()}, {"image/svg+xml": {"needs_background": "light"}}


def panels(rows: int, columns: int, height: float, **shared: Any) -> tuple[Chart, Any]:
    """A chart as wide as the page with so many panels, and these as from ``plt.subplots``, which `shared` goes to.

    Examples
    --------
    >>> chart, ax = panels(1, 1, height=3)
    >>> plt.close(chart)
    >>> type(chart).__name__, type(ax).__name__
    ('Chart', 'Axes')
    """
    size = (WIDTH, height)
    return plt.subplots(rows, columns, figsize=size, layout="constrained", FigureClass=Chart, **shared)


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


def grid(
    count: int, height: int, width: int, columns: int, below: float = 0, dpi: int = 150
) -> tuple[Figure, list[Axes]]:
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
    figure, axes = plt.subplots(rows, columns, figsize=size, dpi=dpi, layout="constrained", squeeze=False)
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


def plate(text: Text) -> None:
    """Put a dark plate under writing, which is white then: it stands on whatever ground the page has.

    Examples
    --------
    >>> text = Figure().text(0, 0, "(a) ground truth")
    >>> plate(text)
    >>> text.get_color()
    'white'
    """
    text.set(color="white", bbox={"boxstyle": "square,pad=0.15", "facecolor": PLATE, "linewidth": 0})


def caption(ax: Axes, text: str) -> None:
    """A picture's name above its left edge, on a plate.

    Examples
    --------
    >>> ax = Figure().subplots()
    >>> caption(ax, "(a) ground truth")
    >>> ax.get_title(loc="left")
    '(a) ground truth'
    """
    plate(ax.set_title(text, loc="left"))


def show(ax: Axes, image: Tensor, text: str) -> None:
    """A picture (C, H, W), uint8 in [0, 255] or float in [0, 1], pixel by pixel.

    Examples
    --------
    >>> ax = Figure().subplots()
    >>> show(ax, Tensor(1, 4, 6).zero_(), "grey")
    >>> ax.images[0].get_array().shape
    (4, 6, 3)
    """
    ax.imshow(to_rgb(image).permute(1, 2, 0).cpu().numpy(), interpolation="nearest")
    ax.axis("off")
    caption(ax, text)


def method_labels(names: Iterable[str]) -> list[str]:
    r"""Rows' names as they are written beside an axis: "1/5" is an alpha.

    Examples
    --------
    >>> method_labels(["bicubic", "1/5"])
    ['bicubic', '$\\alpha$ = 1/5']
    """
    return [f"$\\alpha$ = {name}" if "/" in name else name for name in names]
