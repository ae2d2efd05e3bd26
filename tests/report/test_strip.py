import re
from dataclasses import replace

import pytest

from hfsr.analysis.statistics import Estimate
from hfsr.report import claims, strip
from hfsr.report.contrasts import Measured

LINE = claims.claims("psnr-same")[0].lines[0]


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
    assert f"<title>interval {low} to {high} dB, margin 0.02 dB</title>" in strip.drawn(LINE)
