"""Fig 1, the framework, drawn of boxes and arrows."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from hfsr.report.figures.style import BLUE, GREY, INK, RED, panels, styled


@styled
def framework() -> Figure:
    """Fig 1: training with the weight map. Solid: as everybody trains; dashed: what the paper adds.

    Examples
    --------
    >>> [text.get_text() for text in framework().axes[0].texts][:2]
    ['LR image $X$', 'SR network']
    """
    figure, axes = panels(1, 1, height=3.2)
    axes.set(xlim=(-0.1, 10.1), ylim=(-0.1, 6.1))
    axes.axis("off")
    box(axes, 0, 4.8, "LR image $X$")
    box(axes, 3.55, 4.8, "SR network", fill="#e6f0f7")
    box(axes, 7.1, 4.8, "SR image $Y'$")
    box(axes, 0, 2.4, "HR image $Y$")
    box(axes, 7.1, 2.4, "L1 loss\nwhere $W = 1$")
    box(axes, 3.55, 0, "weight map\n$W$ (Eqs 4 to 7)", edge=RED, fill="#fbeee5")
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
