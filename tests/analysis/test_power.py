import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from hfsr.analysis.power import runs_needed, smallest_difference


def test_the_smallest_difference_is_found_as_often_as_it_says():
    """Rows of four runs each, drawn ten thousand times: a z test finds the difference in eight of ten."""
    rng, deviation, runs = np.random.default_rng(0), 0.2, 4
    difference = smallest_difference(deviation, runs)
    rows = rng.normal([[0], [difference]], deviation, (10_000, 2, runs)).mean(axis=2)
    z = (rows[:, 1] - rows[:, 0]) / (deviation * np.sqrt(2 / runs))
    assert (abs(z) > 1.96).mean() == pytest.approx(0.8, abs=0.015)


@pytest.mark.parametrize(("difference", "needed"), [(0.2, 17), (0.43, 5), (1.0, 3)])
def test_students_test_finds_the_difference_after_the_runs_needed_and_not_before(difference, needed):
    assert runs_needed(difference, 0.2) == needed
    rng = np.random.default_rng(0)
    for runs, enough in ((needed, True), (needed - 1, False)):
        rows = rng.normal([[0], [difference]], 0.2, (20_000, 2, runs))
        found = (scipy.stats.ttest_ind(rows[:, 0], rows[:, 1], axis=1).pvalue < 0.05).mean()
        assert (found > 0.79) == enough


@given(st.integers(2, 200), st.floats(0.05, 2))
def test_runs_needed_are_a_few_more_than_if_the_scatter_were_known(runs, deviation):
    needed = runs_needed(smallest_difference(deviation, runs), deviation)
    assert runs < needed <= runs + 3
