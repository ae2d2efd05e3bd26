import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from hfsr.analysis.statistics import (
    Estimate,
    half_width,
    holm,
    mcnemar,
    of_mean,
    over_seeds_and_images,
    over_seeds_judges_and_images,
    spread,
)


def test_spread_is_mean_and_sample_deviation():
    assert spread([2.0, 4.0, 9.0]) == pytest.approx((5.0, np.std([2, 4, 9], ddof=1)))
    assert np.isnan(spread([3.0])[1])


def test_one_seed_gives_students_paired_interval():
    rng = np.random.default_rng(0)
    a, b = rng.normal(30, 3, 14), rng.normal(30.1, 3, 14)
    expected = scipy.stats.ttest_rel(a, b).confidence_interval()
    found = over_seeds_and_images([a - b])
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_images_that_all_differ_alike_leave_students_interval_over_seeds():
    shifts = np.array([0.1, 0.3, 0.2])
    expected = scipy.stats.ttest_1samp(shifts, 0).confidence_interval()
    found = over_seeds_and_images(np.repeat(shifts[:, None], 50, axis=1))
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("confidence", [0.95, 1 - 0.05 / 8])
@pytest.mark.parametrize(("of_seeds", "of_images", "of_both"), [(1, 1, 1), (0, 1, 0.3), (2, 0.2, 1), (0.2, 2, 1)])
def test_the_interval_holds_the_truth_as_often_as_it_says(of_seeds, of_images, of_both, confidence, seeds):
    """Studies of twenty images, drawn anew four thousand times; the draw itself is off by three standard errors at most."""
    rng, studies = np.random.default_rng(0), 4000
    held = 0
    for _ in range(studies):
        effects = of_seeds * rng.normal(size=(seeds, 1)) + of_images * rng.normal(size=(1, 20))
        interval = over_seeds_and_images(0.5 + effects + of_both * rng.normal(size=(seeds, 20)), confidence)
        held += interval.low <= 0.5 <= interval.high
    assert held / studies >= confidence - 3 * np.sqrt(confidence * (1 - confidence) / studies)


@pytest.mark.parametrize(("of_seeds", "of_images", "of_both"), [(0, 0, 1), (1, 0, 1), (0, 1, 1), (0.2, 0.2, 1)])
def test_with_many_seeds_the_interval_is_hardly_wider_than_it_need_be(of_seeds, of_images, of_both):
    """Counting what seeds and images share twice would hold the truth in 99 of 100 studies, where 95 are asked for."""
    rng, studies, held = np.random.default_rng(0), 2000, 0
    for _ in range(studies):
        effects = of_seeds * rng.normal(size=(30, 1)) + of_images * rng.normal(size=(1, 30))
        interval = over_seeds_and_images(effects + of_both * rng.normal(size=(30, 30)))
        held += interval.low <= 0 <= interval.high
    assert 0.93 < held / studies < 0.98


@given(st.integers(1, 4), st.integers(2, 6), st.floats(-5, 5), st.integers(0, 2**32 - 1))
def test_a_shift_of_all_differences_moves_the_interval_alone(seeds, images, shift, draw):
    table = np.random.default_rng(draw).normal(size=(seeds, images))
    plain, moved = over_seeds_and_images(table), over_seeds_and_images(table + shift)
    assert moved == pytest.approx([value + shift for value in plain], abs=1e-9)
    assert plain.low <= plain.mean <= plain.high


def test_equal_differences_leave_no_doubt_and_others_are_told_by_the_sign():
    assert over_seeds_and_images(np.full((3, 4), 0.25)) == (0.25, 0.25, 0.25)
    assert [Estimate(1, *ends).sign for ends in ((0.5, 2), (-2, -0.5), (-1, 2), (0, 2))] == [1, -1, 0, 0]


@pytest.mark.parametrize("shape", [(3,), (2, 1), (1, 2, 3)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="differences are"):
        over_seeds_and_images(np.zeros(shape))


def test_the_interval_of_a_mean_is_students():
    values = np.random.default_rng(0).normal(90, 0.3, 5)
    expected = scipy.stats.ttest_1samp(values, 0).confidence_interval(0.9)
    found = of_mean(values, 0.9)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert np.isnan(of_mean([1.0]).low)


def test_mcnemar_counts_the_images_that_one_alone_got_right():
    first = np.array([True] * 30 + [False] * 70)
    second = np.array([True] * 21 + [False] * 9 + [True] * 2 + [False] * 68)
    expected = scipy.stats.binomtest(9, 11).pvalue
    assert mcnemar(first, second) == (9, 2, pytest.approx(expected))
    assert mcnemar(second, first) == (2, 9, pytest.approx(expected))
    assert mcnemar(first, first) == (0, 0, 1.0)


def stepwise(p_values):
    """Holm's procedure as he put it: the ranks at which the smallest p-values are rejected, at any level."""
    corrected, highest = {}, 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, (len(p_values) - rank) * p_values[place])
        corrected[place] = min(highest, 1.0)
    return [corrected[place] for place in range(len(p_values))]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holms_correction_is_his_procedure(p_values):
    assert holm(p_values).tolist() == pytest.approx(stepwise(p_values))


def test_judges_widen_the_interval_of_seeds_and_images():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(4, 1, 60)) + np.zeros((4, 5, 60))  # judges that agree
    assert over_seeds_judges_and_images(table) == pytest.approx(over_seeds_and_images(table[:, 0]))
    apart = table + rng.normal(size=(1, 5, 1))
    assert (
        over_seeds_judges_and_images(apart).high - apart.mean() > over_seeds_and_images(table[:, 0]).high - table.mean()
    )
    with pytest.raises(ValueError, match="at least two of the last two"):
        over_seeds_judges_and_images(table[:, :1])


def test_the_interval_over_judges_holds_as_often_as_it_says():
    rng, held = np.random.default_rng(1), 0
    for _ in range(400):
        table = 0.5 + sum(rng.normal(size=size) for size in ((4, 1, 1), (1, 5, 1), (1, 1, 30), (4, 5, 30)))
        _, low, high = over_seeds_judges_and_images(table)
        held += low <= 0.5 <= high
    assert held >= 0.93 * 400


@pytest.mark.parametrize("confidence", [0.9, 0.99])
def test_judges_and_networks_are_taken_at_the_same_confidence(confidence):
    table = np.random.default_rng(0).normal(size=(4, 5, 60))
    found = over_seeds_judges_and_images(table, confidence)
    networks = over_seeds_and_images(table.mean(axis=1), confidence)
    judges = half_width(table.mean(axis=(0, 2)).std(ddof=1), 5, confidence)
    assert found.high - found.mean == pytest.approx(np.hypot(networks.high - networks.mean, judges))


def test_the_seeds_that_are_planned_make_the_interval_of_those_that_are_there():
    shifts = np.array([0.1, 0.3, 0.2])
    found = over_seeds_and_images(np.repeat(shifts[:, None], 50, axis=1), planned=12)
    assert found.high - found.mean == pytest.approx(half_width(shifts.std(ddof=1), 12))
