import dataclasses

import pytest

from hfsr.errors import UserError
from hfsr.studies import recipes


def test_papers_classifier_drops_at_80_120_160_thousand():
    schedule = recipes.classify("paper").schedule
    rates = {step: schedule.rate(step, 180_000) for step in (0, 79_999, 80_000, 119_999, 120_000, 160_000)}
    assert rates == pytest.approx({0: 0.1, 79_999: 0.1, 80_000: 0.01, 119_999: 0.01, 120_000: 0.001, 160_000: 0.0001})


def test_papers_networks_halve_at_200_thousand():
    schedule = recipes.superres("paper").schedule
    assert [schedule.rate(step, 300_000) for step in (0, 199_999, 200_000)] == [1e-3, 1e-3, 5e-4]


def test_public_is_bench_without_the_camera_photographs():
    public, bench = recipes.superres("public"), recipes.superres("bench")
    assert f"{public.data}+realsr-train" == bench.data
    assert (*public.evaluation, "realsr-held-out") == bench.evaluation
    assert [row.name for row in public.rows] == ["wdsr-a0", "wdsr-a1-5"]
    same = dataclasses.replace(bench, name="public", data=public.data, evaluation=public.evaluation)
    assert (same.digest, same.seeds) == (public.digest, public.seeds)


def test_digests_are_those_of_the_published_records():
    """However the digest is made, these have to come out."""
    digests = {name: recipes.superres(name).digest for name in recipes.SUPERRES}
    assert digests["bench"] == "13b22194d9c3fc06"
    assert len(set(digests.values()) | {recipe.digest for recipe in recipes.CLASSIFY.values()}) == len(digests) + len(
        recipes.CLASSIFY
    )


def test_what_is_restored_is_lossless_and_never_trained_on():
    denoise, dejpeg = recipes.restore("denoise"), recipes.restore("dejpeg")
    assert (denoise.degrade, len(denoise.seeds), dejpeg.degrade, len(dejpeg.seeds)) == ("noise25", 5, "jpeg10", 3)
    for recipe in (denoise, dejpeg):
        assert set(recipe.data.split("+")).isdisjoint({*recipe.evaluation, recipe.watch})
        jpeg = {"bsd200", "bsds500-test", "bsd100"}  # as files; their halves are not
        assert jpeg.isdisjoint({*recipe.data.split("+"), *recipe.evaluation})
        assert [row.name for row in recipe.rows][2:4] == ["wdsr-a0", "wdsr-a1-5"]


def test_a_degradation_changes_the_digest_and_halving_does_not():
    bench = recipes.superres("bench")
    assert dataclasses.replace(bench, degrade="bicubic").digest == bench.digest
    assert dataclasses.replace(bench, degrade="noise25").digest != bench.digest


def test_authors_rates_drop_after_40_70_90_and_100_passes():
    schedule, steps = recipes.superres("authors").schedule, recipes.superres("authors").steps
    passes = {done: schedule.rate(done * 3306, steps) for done in (0, 40, 70, 90, 100)}
    assert passes == pytest.approx({0: 1e-3, 40: 5e-4, 70: 1e-4, 90: 5e-5, 100: 1e-5})
    assert schedule.rate(40 * 3306 - 1, steps) == 1e-3


@pytest.mark.parametrize("study", recipes.STUDIES)
def test_every_recipe_is_listed_under_its_own_name(study):
    assert all(name == recipe.name for name, recipe in recipes.STUDIES[study].items())


def test_unknown_recipe_lists_those_there_are():
    with pytest.raises(
        UserError, match="choose one of quick, bench, paper, authors, public, long, flagship, finetuned, lossless"
    ):
        recipes.superres("grand")
    with pytest.raises(UserError, match="no recipe is called 'grand'"):
        recipes.classify("grand")
