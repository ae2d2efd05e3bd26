import re
from dataclasses import replace

import pytest

from hfsr.analysis.statistics import Estimate
from hfsr.report import claims, strip
from hfsr.report.contrasts import Measured
from hfsr.report.verdict import Verdict

LINE = claims.claims("psnr-same")[0].lines[0]
DRAWN = (Verdict.SUPPORTED, Verdict.NO_DIFFERENCE, Verdict.UNDECIDED, Verdict.REFUTED)


def places(low, mean, high, direction="more"):
    """Ends and mean of an interval, in pixels from the middle, where the margin is 1."""
    contrast = replace(LINE.contrast, margin=1.0, direction=direction)
    svg = strip.drawn(replace(LINE, contrast=contrast, measured=Measured(Estimate(mean, low, high), 3, ())))
    left, right = re.search(r"M(-?[0-9.]+) 0H(-?[0-9.]+)", svg).groups()
    return float(left), float(re.search(r'cx="(-?[0-9.]+)"', svg)[1]), float(right)


def test_an_interval_lies_where_its_numbers_say():
    assert places(-1, 0, 1) == pytest.approx((-10.2, 0, 10.2), abs=0.1)  # to scale up to two margins
    assert places(-2, 1, 2) == pytest.approx((-20.3, 10.2, 20.3), abs=0.1)
    assert places(2, 20, 200) == pytest.approx((20.3, 40.7, 61), abs=0.1)  # each ten times as far
    assert places(-1e6, 0, 1e6) == pytest.approx((-61, 0, 61), abs=0.1)  # stays within the drawing


def test_to_the_right_is_what_is_claimed():
    low, mean, high = places(-2, -1, 0)
    assert places(-2, -1, 0, direction="less") == pytest.approx((high, -mean, -low))


def test_the_numbers_are_there_for_who_cannot_see_it():
    low, high = (f"{value:+.{LINE.contrast.digits}f}" for value in LINE.measured.estimate[1:])
    assert f"<title>interval {low} to {high} dB, margin 0.02 dB, the paper +0.010 dB</title>" in strip.drawn(LINE)


def test_the_papers_effect_lies_where_its_number_says_and_is_left_out_where_there_is_none():
    margin = replace(LINE, contrast=replace(LINE.contrast, paper=0.02))
    assert float(re.search(r'class="paper" d="M(-?[0-9.]+) 0l5', strip.drawn(margin))[1]) + 5 == pytest.approx(
        10.2, abs=0.1
    )
    unknown = strip.drawn(replace(LINE, contrast=replace(LINE.contrast, paper=None)))
    assert "paper" not in unknown


def test_the_axis_has_the_scale_of_the_drawings():
    ticks = {int(text): float(x) for x, text in re.findall(r'<text x="(-?[0-9.]+)"[^>]*>([-+]?\d+)', strip.axis())}
    for tick in (-10, 10):
        assert places(tick, tick, tick)[1] == pytest.approx(ticks[tick], abs=0.1)
    assert ticks[0] == 0


def test_verdicts_have_shapes_that_grey_print_tells_apart():
    ours = {
        re.sub(r"[0-9.-]+", "", strip.drawn(replace(LINE, verdict=verdict)).split("stroke-width")[1])
        for verdict in DRAWN
    }
    assert len(ours) == len(DRAWN)
