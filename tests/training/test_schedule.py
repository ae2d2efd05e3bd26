import math

import pytest

from hfsr.training.schedule import Schedule


def test_cosine_starts_at_the_peak_and_ends_near_zero():
    schedule = Schedule(peak=1e-3)
    rates = [schedule.rate(step, 100) for step in range(100)]
    assert rates[0] == 1e-3
    assert rates[50] == pytest.approx(5e-4)
    assert rates[-1] < 1e-6
    assert rates == sorted(rates, reverse=True)


def test_warmup_rises_linearly_to_the_peak():
    schedule = Schedule(peak=1.0, warmup=4)
    assert [schedule.rate(step, 100) for step in range(5)] == [0.25, 0.5, 0.75, 1.0, 1.0]


def test_the_cosine_goes_over_what_the_warmup_leaves():
    schedule = Schedule(peak=3.0, warmup=4)
    expected = [1.5 * (1 + math.cos(math.pi * k / 96)) for k in range(96)]
    assert [schedule.rate(step, 100) for step in range(4, 100)] == pytest.approx(expected)


def test_a_drop_holds_from_its_share_of_the_run_on():
    schedule = Schedule(peak=0.2, drops=((1 / 3, 0.5), (2 / 3, 0.1)))
    rates = [schedule.rate(step, 10) for step in range(10)]
    assert rates == pytest.approx(3 * [0.2] + 4 * [0.1] + 3 * [0.02])


def test_a_triangle_goes_up_and_down_in_straight_lines():
    schedule = Schedule(peak=0.4, warmup=4, linear=True)
    rates = [schedule.rate(step, 12) for step in range(12)]
    assert rates == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4, 0.35, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05])
