import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfsr.analysis.statistics import Estimate
from hfsr.report import registration
from hfsr.report.verdict import Verdict, decide, worst

ends = st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(sorted)
margins = st.floats(0, 1)


def between(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2, low, high)


@pytest.mark.parametrize(
    ("direction", "low", "high", "margin", "expected"),
    [
        ("more", 0.1, 0.4, 0.2, "supported"),
        ("more", 0.1, 0.4, 0.5, "no difference that matters"),
        ("more", -0.1, 0.1, 0.2, "no difference that matters"),
        ("more", -0.1, 0.4, 0.2, "undecided"),
        ("more", -0.4, -0.1, 0.2, "refuted"),
        ("more", -0.1, 0.1, 0, "undecided"),
        ("less", -0.4, -0.1, 0.2, "supported"),
        ("less", 0.1, 0.4, 0.2, "refuted"),
        ("not less", -0.1, 0.4, 0.2, "supported"),
        ("not less", -0.3, 0.4, 0.2, "undecided"),
        ("not less", -0.4, -0.3, 0.2, "refuted"),
        ("not more", -0.4, 0.1, 0.2, "supported"),
        ("not more", 0.3, 0.4, 0.2, "refuted"),
        ("close", 0.1, 0.1, 0.2, "supported"),
        ("close", -0.3, -0.3, 0.2, "refuted"),
    ],
)
def test_the_registered_rule(direction, low, high, margin, expected):
    assert decide(direction, between(low, high), margin) == expected


@given(ends, margins)
def test_a_claim_and_its_contrary_never_both_hold(interval, margin):
    there, back = (decide(direction, between(*interval), margin) for direction in ("more", "less"))
    assert {there, back} != {Verdict.SUPPORTED}
    assert (there is Verdict.SUPPORTED) == (back is Verdict.REFUTED)
    assert (there is Verdict.NO_DIFFERENCE) == (back is Verdict.NO_DIFFERENCE)


@given(ends, margins)
def test_turning_the_rows_round_turns_the_claim_round(interval, margin):
    low, high = interval
    for direction, turned in (("more", "less"), ("not less", "not more")):
        assert decide(direction, between(low, high), margin) == decide(turned, between(-high, -low), margin)


@given(ends, margins, margins)
def test_a_wider_interval_never_decides_more(interval, margin, wider):
    low, high = interval
    narrow, wide = (decide("not less", between(*each), margin) for each in (interval, (low - wider, high + wider)))
    assert wide in (narrow, Verdict.UNDECIDED)


def test_the_worst_part_decides():
    assert worst([Verdict.SUPPORTED, Verdict.NO_DIFFERENCE]) is Verdict.NO_DIFFERENCE
    assert worst([Verdict.REFUTED, Verdict.NOT_MEASURED, Verdict.UNDECIDED]) is Verdict.REFUTED
    assert worst([Verdict.SUPPORTED, Verdict.NOT_MEASURED]) is Verdict.NOT_MEASURED


def test_the_words_are_those_of_the_registration():
    assert {str(verdict) for verdict in Verdict} == set(registration.read().outcomes)
