"""An interval as a drawing that stands in a line of text: where several stand together, they are seen sooner than read."""

import math
from html import escape

from hfsr.report.claims import Line
from hfsr.report.verdict import Verdict

HALF, HEIGHT = 66, 14  # pixels, of the half width and of the whole height
LINEAR = 2  # margins to either side that are drawn to scale; beyond them the scale is logarithmic
FURTHEST = 200  # margins at the ends
TICKS = (-10, 0, 10)


def drawn(line: Line) -> str:
    """A line's interval with its mean, the paper's effect as an open diamond, and the band of what does not matter.

    Parameters
    ----------
    line : Line
        With an interval. The unit is the line's margin, logarithmic beyond two; to the right is what is claimed.

    Examples
    --------
    >>> from hfsr.report import claims
    >>> svg = drawn(claims.claims("psnr-same")[0].lines[0])
    >>> "margin 0.02 dB" in svg, "the paper +0.010 dB" in svg
    (True, True)
    """
    contrast, measured = line.contrast, line.measured
    assert measured is not None  # a line without an interval is not drawn
    unit = contrast.margin * (-1 if contrast.direction in ("less", "not more") else 1)
    mean, *ends = (_place(value / unit) for value in measured.estimate)
    low, high = sorted(ends)
    said = " to ".join(f"{value:+.{contrast.digits}f}" for value in measured.estimate[1:])
    words = [f"interval {said} {contrast.unit}", f"margin {contrast.margin:g} {contrast.unit}"]
    theirs = ""
    if contrast.paper is not None:
        words.append(f"the paper {contrast.paper:+.{contrast.digits}f} {contrast.unit}")
        theirs = _diamond(_place(contrast.paper / unit))
    label = escape(", ".join(each.strip() for each in words))
    band, top = _place(1), HEIGHT / 2
    return _svg(
        f"<title>{label}</title>"
        f'<rect x="{-band:.1f}" y="{-top:g}" width="{2 * band:.1f}" height="{HEIGHT}" fill="#767676" opacity="0.3"/>'
        f'<path d="M0 {-top:g}V{top:g}" stroke="#767676"/>'
        f'<path d="M{low:.1f} 0H{high:.1f}" stroke="currentColor" stroke-width="2.5"/>'
        f"{_mark(line.verdict, mean)}{theirs}"
    )


def axis() -> str:
    """The scale of these drawings, in margins, as wide as they are.

    Examples
    --------
    >>> axis().count("<text")
    3
    """
    marks = (
        f'<path d="M{_place(tick):.1f} 3V7" stroke="currentColor"/>'
        f'<text x="{_place(tick):.1f}" y="0" text-anchor="middle" font-size="10" fill="currentColor">'
        f"{f'{tick:+d}' if tick else 0}</text>"
        for tick in TICKS
    )
    return _svg(f"<title>from {TICKS[0]} to {TICKS[-1]:+d} margins</title>{''.join(marks)}")


def _svg(inside: str) -> str:
    box = f'width="{2 * HALF}" height="{HEIGHT}" viewBox="{-HALF} {-HEIGHT / 2:g} {2 * HALF} {HEIGHT}"'
    return f'<svg role="img" {box}>{inside}</svg>'


def _mark(verdict: Verdict, x: float) -> str:
    """Our mean, in a shape that tells verdicts apart in grey print."""
    if verdict == Verdict.SUPPORTED:
        return f'<circle cx="{x:.1f}" r="4" fill="currentColor"/>'
    if verdict == Verdict.REFUTED:
        return f'<path d="M{x - 4:.1f} -4l8 8m0 -8l-8 8" stroke="currentColor" stroke-width="2.5"/>'
    if verdict == Verdict.NO_DIFFERENCE:
        return f'<rect x="{x - 3.5:.1f}" y="-3.5" width="7" height="7" fill="currentColor"/>'
    return f'<path d="M{x - 4.5:.1f} 3.5h9l-4.5 -8z" fill="currentColor"/>'


def _diamond(x: float) -> str:
    return f'<path class="paper" d="M{x - 5:.1f} 0l5 -5l5 5l-5 5z" fill="none" stroke="#767676" stroke-width="1.5"/>'


def _place(margins: float) -> float:
    """Pixels from the middle."""
    size = abs(margins)
    reach = size / LINEAR if size <= LINEAR else 1 + math.log10(min(size, FURTHEST) / LINEAR)
    return math.copysign(reach, margins) * (HALF - 5) / (1 + math.log10(FURTHEST / LINEAR))
