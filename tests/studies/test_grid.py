import dataclasses
import json

import pytest

from hfsr import paths
from hfsr.errors import UserError
from hfsr.studies import grid, recipes, superres
from hfsr.studies.rows import Row
from hfsr.training import loop


def test_the_state_of_a_study_is_read_from_its_runs(tiny_study):
    assert not grid.state("superres", "tiny")["finished"].any()
    runs = grid.runs("superres", "tiny")
    superres.train(runs["bicubic-tiny"])
    superres.train(runs["wdsr-a0-tiny-s0"])
    begun = runs["wdsr-a1-5-tiny-s0"].folder / loop.LOG
    begun.parent.mkdir(parents=True)
    begun.write_text(json.dumps({"step": 3, "loss": 1.0, "seconds": 7200.0}) + "\n")
    state = grid.state("superres", "tiny")
    assert list(state.index) == list(runs)
    assert list(state.index[state["finished"]]) == ["bicubic-tiny", "wdsr-a0-tiny-s0"]
    assert state.loc["wdsr-a1-5-tiny-s0"].to_list() == [False, 3, 4, 2.0, False]
    assert state.loc["wdsr-a1-5-tiny-s1", "step"] == 0


def test_a_published_run_is_called_so_although_it_was_trained_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "runs", lambda: tmp_path)
    state = grid.state("superres", "bench")
    assert not state["finished"].any()
    assert state.loc[["bicubic-bench", "wdsr-a1-5-bench-s0", "wdsr-a1-5-bench-s1"], "published"].all()
    assert not grid.state("superres", "paper")["published"].any()


def test_classifiers_wait_for_the_sets_that_they_read_and_these_for_their_networks():
    planned = grid.runs("classify", "paper")
    assert len(planned) == 18
    assert planned["cifar100-original-paper-s0"].requires == ()
    (upscaled,) = planned["cifar100-wdsr-a1-3-paper-paper-s0"].requires
    assert upscaled.command == "hfsr upscale cifar100 --model wdsr-a1-3-paper"
    assert upscaled.requires == (grid.runs("superres", "paper")["wdsr-a1-3-paper-s0"],)
    everything = grid.with_required(planned.values())
    assert len(everything) == 18 + 16 + 7
    bicubic = everything[paths.runs() / "upscaled" / "cifar10-bicubic"]
    assert bicubic.command == "hfsr upscale cifar10 --model bicubic"
    assert bicubic.requires == ()


def test_what_a_run_requires_comes_before_it():
    places = {folder: place for place, folder in enumerate(grid.with_required(grid.runs("classify", "paper").values()))}
    for run in grid.with_required(grid.runs("classify", "paper").values()).values():
        assert all(places[each.folder] < places[run.folder] for each in run.requires)


def test_a_published_network_is_not_trained_to_upscale(monkeypatch):
    recipe = dataclasses.replace(recipes.classify("quick"), networks="bench")
    monkeypatch.setitem(recipes.CLASSIFY, "quick", recipe)
    (upscaled,) = grid.runs("classify", "quick")["digits-wdsr-a1-5-quick-s0"].requires
    assert upscaled.requires == ()


def test_networks_are_trained_before_they_are_measured_unless_they_are_published():
    planned = grid.runs("frequency", "bench")
    for name in ("truth-bench", "bicubic-bench", "wdsr-a1-5-bench-s0"):
        assert planned[name].requires == ()
    (network,) = planned["wdsr-a1-4-bench-s1"].requires
    assert network == grid.runs("superres", "bench")["wdsr-a1-4-bench-s1"]
    assert network.folder in grid.with_required(planned.values())
    (bicubic,) = grid.runs("frequency", "paper")["bicubic-paper"].requires
    assert bicubic == grid.runs("superres", "paper")["bicubic-paper"]


@pytest.mark.parametrize("study", grid.STUDIES)
def test_runs_are_found_by_their_own_names(study):
    for recipe in recipes.STUDIES[study]:
        assert study in grid.studies(recipe)
        for steps in (None, 7):
            runs = grid.runs(study, recipe, steps)
            assert runs
            assert all(run.name == name and run.study == study for name, run in runs.items())
    assert len({run.folder for run in runs.values()}) == len(runs)


def test_an_unknown_study_or_recipe_is_refused():
    with pytest.raises(UserError, match="no study is called 'detail': choose one of superres, classify, frequency"):
        grid.runs("detail", "bench")
    for study in grid.STUDIES:
        with pytest.raises(UserError, match="no recipe is called 'grand'"):
            grid.runs(study, "grand")
    assert grid.studies("grand") == []


def test_the_table_has_a_row_a_row_with_mean_and_deviation(tiny_study):
    with pytest.raises(UserError, match="no run of superres tiny is finished"):
        grid.table("superres", "tiny")
    planned = grid.runs("superres", "tiny")
    superres.train(planned["bicubic-tiny"])
    for seed in (0, 1):
        superres.train(planned[f"wdsr-a0-tiny-s{seed}"])
    table = grid.table("superres", "tiny")
    assert table["seeds"].to_list() == [1, 2]
    assert list(table.index.get_level_values("method")) == ["bicubic", "wdsr"]
    (metric,) = [name for name in table if str(name).endswith("/psnr_y_border2")]
    values = [planned[f"wdsr-a0-tiny-s{seed}"].record().metrics[metric] for seed in (0, 1)]
    assert values[0] != values[1]
    assert table[metric].iloc[1] == pytest.approx(sum(values) / 2)
    assert table[f"{metric} sd"].iloc[1] == pytest.approx(abs(values[0] - values[1]) / 2**0.5)


def test_a_notebook_shows_what_it_can_be_told_of():
    shown = {name: run.notebook for name, run in grid.runs("superres", "bench").items()}
    assert shown["srcnn-bench-s1-30000-steps"].name == "train"
    assert shown["srcnn-bench-s1-30000-steps"].words == (
        "-p method srcnn -p alpha 0 -p recipe bench -p seed 1 -p steps 30000"
    )
    assert [name for name, notebook in shown.items() if notebook is None and name.endswith(("bench", "s0"))] == [
        "bicubic-bench",
        "wdsr-a1-5-image-bench-s0",
        "wdsr-a1-5-random-bench-s0",
        "wdsr-a1-5-low-bench-s0",
        "wdsr-a1-5-uniform-bench-s0",
        "wdsr-a1-5-weighted-bench-s0",
        "wdsr-a1-5-outside0.1-bench-s0",
    ]
    classified = grid.runs("classify", "quick")["digits-original-quick-s0"].notebook
    assert classified == (
        "classify",
        "-p dataset digits -p method original -p recipe quick -p seed 0 -p steps 400",
    )
    assert grid.runs("frequency", "bench")["truth-bench"].notebook is None


def test_a_row_with_a_weight_outside_is_another_row(tiny_study, monkeypatch):
    rows = Row("wdsr", "1/5"), Row("wdsr", "1/5", outside=0.1)
    monkeypatch.setitem(recipes.SUPERRES, "tiny", dataclasses.replace(tiny_study, rows=rows, seeds=(0,)))
    for run in grid.runs("superres", "tiny").values():
        superres.train(run)
    assert grid.table("superres", "tiny")["seeds"].tolist() == [1, 1]
