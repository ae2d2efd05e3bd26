import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfsr.analysis.statistics import Estimate
from hfsr.report.verdict import Verdict, gained, near


@pytest.mark.parametrize(
    ("low", "high", "margin", "expected"),
    [
        (0.1, 0.3, 0, "supported"),
        (-0.3, -0.1, 0, "not supported"),
        (-0.1, 0.3, 0, "undecided"),
        (-0.1, 0.3, 0.2, "supported"),  # nothing is lost
        (-0.3, -0.1, 0.2, "undecided"),
        (-0.3, -0.25, 0.2, "not supported"),
        (0.0, 0.3, 0, "undecided"),
    ],
)
def test_the_whole_interval_decides(low, high, margin, expected):
    assert gained(Estimate((low + high) / 2, low, high), margin) == expected


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_claim_and_its_contrary_are_never_both_supported(mean, reach, margin):
    there = gained(Estimate(mean, mean - reach, mean + reach))
    back = gained(Estimate(-mean, -mean - reach, -mean + reach))
    assert {there, back} != {Verdict.SUPPORTED}
    if there is Verdict.SUPPORTED:
        assert back is Verdict.NOT_SUPPORTED


def test_shares_are_near_or_not():
    assert near([0.5, 0.7], [0.48, 0.72], 0.05) is Verdict.SUPPORTED
    assert near([0.5, 0.7], [0.48, 0.60], 0.05) is Verdict.NOT_SUPPORTED
