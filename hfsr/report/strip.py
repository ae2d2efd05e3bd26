"""An interval as a drawing at the right end of a line of text: where several stand together, they are seen sooner than read."""

import math
from html import escape

from hfsr.report.claims import Line
from hfsr.report.figures.forest import LINEAR

HALF, HEIGHT = 66, 14  # pixels, of the half width and of the whole height
FURTHEST = 200  # margins at the ends


def drawn(line: Line) -> str:
    """A measured line's interval, its mean a dot, on the grey band of what does not matter.

    Parameters
    ----------
    line : Line
        With an interval. The scale is `hfsr.report.figures.forest`'s: margins, logarithmic beyond two; to the right is what
        is claimed.

    Examples
    --------
    >>> from hfsr.report import claims
    >>> "margin 0.02 dB" in drawn(claims.claims("psnr-same")[0].lines[0])
    True
    """
    contrast, measured = line.contrast, line.measured
    assert measured is not None  # a line without an interval is not drawn
    unit = contrast.margin * (-1 if contrast.direction in ("less", "not more") else 1)
    mean, *ends = (_place(value / unit) for value in measured.estimate)
    low, high = sorted(ends)
    said = " to ".join(f"{value:+.{contrast.digits}f}" for value in measured.estimate[1:])
    with_unit = [f"{words} {contrast.unit}".strip() for words in (said, f"{contrast.margin:g}")]
    label = escape("interval {}, margin {}".format(*with_unit))
    band, top = _place(1), HEIGHT / 2
    return (
        f'<svg role="img" style="float:right;margin:0.3em 0 0 0.6em" width="{2 * HALF}" height="{HEIGHT}" '
        f'viewBox="{-HALF} {-top:g} {2 * HALF} {HEIGHT}"><title>{label}</title>'
        f'<rect x="{-band:.1f}" y="{-top:g}" width="{2 * band:.1f}" height="{HEIGHT}" fill="#767676" opacity="0.3"/>'
        f'<path d="M0 {-top:g}V{top:g}" stroke="#767676"/>'
        f'<path d="M{low:.1f} 0H{high:.1f}" stroke="currentColor" stroke-width="2.5"/>'
        f'<circle cx="{mean:.1f}" r="4" fill="currentColor"/></svg>'
    )


def _place(margins: float) -> float:
    """Pixels from the middle."""
    size = abs(margins)
    reach = size / LINEAR if size <= LINEAR else 1 + math.log10(min(size, FURTHEST) / LINEAR)
    return math.copysign(reach, margins) * (HALF - 5) / (1 + math.log10(FURTHEST / LINEAR))
