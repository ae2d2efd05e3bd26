"""Two groups of runs on the same images: the interval of how an effect changed."""

import numpy as np
import pytest

from hfsr.analysis.change import change
from hfsr.analysis.statistics import over_seeds_and_images


def drawn(rng, seeds, of_image, images=20):
    return rng.normal(0, 0.02, (seeds, 1)) + of_image + rng.normal(0, 0.03, (seeds, images))


def test_the_interval_holds_the_truth_as_often_as_it_says_or_more():
    rng, held = np.random.default_rng(0), 0
    for _ in range(1500):
        shared = rng.normal(0, 0.1, 20)  # drops out
        groups = [drawn(rng, seeds, shared + rng.normal(0, 0.02, 20)) for seeds in (10, 3)]
        found = change(*groups)
        held += found.low <= 0 <= found.high
    assert 0.94 < held / 1500 < 0.995


def test_what_an_image_adds_to_both_drops_out():
    rng = np.random.default_rng(1)
    before, after = drawn(rng, 5, 0.0), drawn(rng, 4, 0.1)
    moved = [each + np.arange(20.0) for each in (before, after)]
    assert change(*moved) == pytest.approx(change(before, after))
    assert change(before, after).mean == pytest.approx(after.mean() - before.mean())


def test_many_certain_seeds_before_leave_the_interval_of_those_after():
    rng = np.random.default_rng(2)
    after = drawn(rng, 4, rng.normal(0, 0.02, 20))
    certain = np.zeros((50, 20))
    assert change(certain, after) == pytest.approx(over_seeds_and_images(after))


@pytest.mark.parametrize("shapes", [((1, 5), (3, 5)), ((3, 5), (3, 6)), ((3, 1), (3, 1)), ((5,), (5,))])
def test_a_group_of_another_shape_is_refused(shapes):
    with pytest.raises(ValueError, match="both groups are"):
        change(*map(np.zeros, shapes))
