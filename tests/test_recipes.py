import dataclasses

import pytest

from hfsr import recipes
from hfsr.errors import UserError
from hfsr.recipes import Schedule


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


def test_papers_classifier_drops_at_80_120_160_thousand():
    schedule = recipes.classify("paper").schedule
    rates = {step: schedule.rate(step, 180_000) for step in (0, 79_999, 80_000, 119_999, 120_000, 160_000)}
    assert rates == pytest.approx({0: 0.1, 79_999: 0.1, 80_000: 0.01, 119_999: 0.01, 120_000: 0.001, 160_000: 0.0001})


def test_papers_networks_halve_at_200_thousand():
    schedule = recipes.superres("paper").schedule
    assert [schedule.rate(step, 300_000) for step in (0, 199_999, 200_000)] == [1e-3, 1e-3, 5e-4]


def test_digest_changes_with_any_number():
    recipe = recipes.superres("quick")
    others = [
        dataclasses.replace(recipe, crop=recipe.crop + 1),
        dataclasses.replace(recipe, schedule=dataclasses.replace(recipe.schedule, peak=1e-4)),
    ]
    assert len({recipes.digest(each) for each in [recipe, *others]}) == 3
    assert recipes.digest(recipe) == recipes.digest(dataclasses.replace(recipe))


@pytest.mark.parametrize("study", recipes.STUDIES)
def test_every_recipe_is_listed_under_its_own_name(study):
    assert all(name == recipe.name for name, recipe in recipes.STUDIES[study].items())


def test_unknown_recipe_lists_those_there_are():
    with pytest.raises(UserError, match="choose one of quick, bench, paper"):
        recipes.superres("grand")
    with pytest.raises(UserError, match="no recipe is called 'grand'"):
        recipes.classify("grand")
