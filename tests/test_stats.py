import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from hfsr.stats import Estimate, over_seeds_and_images, spread


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


@pytest.mark.parametrize(("of_seeds", "of_images", "of_both"), [(1, 1, 1), (0, 1, 0.3), (2, 0.2, 1), (0.2, 2, 1)])
def test_the_interval_holds_the_truth_in_95_of_100_studies(of_seeds, of_images, of_both):
    """Three seeds, twenty images, drawn anew a thousand times; at least 93 % is asked for, with room for the draw."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(1000):
        effects = of_seeds * rng.normal(size=(3, 1)) + of_images * rng.normal(size=(1, 20))
        interval = over_seeds_and_images(0.5 + effects + of_both * rng.normal(size=(3, 20)))
        held += interval.low <= 0.5 <= interval.high
    assert held >= 930


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
