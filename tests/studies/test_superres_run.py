import dataclasses

import pytest

from hfsr import paths
from hfsr.data import photographs
from hfsr.errors import UserError
from hfsr.studies import recipes, superres, superres_run
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun

BENCH, QUICK = recipes.superres("bench"), recipes.superres("quick")


def test_names_and_commands_tell_every_row_of_the_measured_study_apart():
    grid = superres_run.grid(BENCH)
    assert [run.name for run in grid if run.seed in (None, 0)] == [
        "bicubic-bench",
        "srcnn-bench-s0-30000-steps",
        "wdsr-a0-bench-s0",
        "wdsr-a1-7-bench-s0",
        "wdsr-a1-6-bench-s0",
        "wdsr-a1-5-bench-s0",
        "wdsr-a1-4-bench-s0",
        "wdsr-a1-3-bench-s0",
        "wdsr-a1-5-image-bench-s0",
        "wdsr-a1-5-random-bench-s0",
        "wdsr-a1-5-low-bench-s0",
        "wdsr-a1-5-uniform-bench-s0",
        "wdsr-a1-5-weighted-bench-s0",
        "wdsr-a1-5-outside0.1-bench-s0",
    ]
    for what in ("name", "command", "folder"):
        assert len({getattr(run, what) for run in grid}) == len(grid) == 1 + 7 * 3 + 6 * 10
    assert all(run.folder == paths.runs() / "superres" / run.name for run in grid)
    assert all(run.requires == () for run in grid)


def test_other_steps_and_data_show_in_name_and_command():
    run = SuperresRun(Row("wdsr"), QUICK, steps=7, data="t91")
    assert run.name == "wdsr-a0-quick-s0-7-steps-t91"
    assert run.command.endswith("--steps 7 --data t91")
    assert SuperresRun(Row("wdsr"), QUICK, data="my pictures").command.endswith("--data 'my pictures'")


@pytest.mark.parametrize(
    "recipe", [recipe for recipe in recipes.SUPERRES.values() if recipe.rows], ids=lambda r: r.name
)
@pytest.mark.parametrize("steps", [None, 7])
def test_a_command_names_the_settings_it_comes_from(recipe, steps):
    """What the command line would make of a command is the run itself."""
    for run in superres_run.grid(recipe, steps):
        words = run.command.split()
        read = dict(zip([word.removeprefix("--") for word in words[2::2]], words[3::2], strict=True))
        settings = (read.get("alpha", "0"), read.get("mask"), read.get("reduction", "batch"))
        row = Row(read["method"], *settings, outside=float(read.get("outside", 0)))
        given = {key: int(read[key]) for key in ("seed", "steps") if key in read}
        assert SuperresRun(row, recipes.superres(read["recipe"]), data=read.get("data"), **given) == run


def test_models_of_the_measured_study_are_named_by_their_rows():
    assert SuperresRun(Row("wdsr", "1/5"), BENCH).model == "wdsr-a1-5"
    assert SuperresRun(Row("srcnn"), BENCH, steps=30_000).model == "srcnn"
    assert SuperresRun(Row("srcnn"), BENCH, steps=10_000).model == "srcnn-10000-steps"
    assert SuperresRun(Row("wdsr"), QUICK).model == "wdsr-a0-quick"
    assert SuperresRun(Row("wdsr"), recipes.superres("paper"), steps=3).model == "wdsr-a0-paper-3-steps"


def test_a_model_is_of_the_first_seed_and_the_recipes_data():
    assert SuperresRun(Row("wdsr"), BENCH, seed=1).model is None
    assert SuperresRun(Row("wdsr"), BENCH, data="t91").model is None
    assert SuperresRun(Row("bicubic"), BENCH).model is None
    assert SuperresRun(Row("wdsr"), dataclasses.replace(BENCH, seeds=(4, 5)), seed=4).model == "wdsr-a0"


def test_bicubic_has_no_alpha_and_no_seed():
    run = SuperresRun(Row("bicubic"), BENCH, seed=3, steps=9, data="t91")
    assert run == SuperresRun(Row("bicubic"), BENCH)
    identity = run.identity()
    assert all(identity[key] is None for key in ("alpha", "reduction", "seed", "data"))
    assert identity["steps"] == 0
    assert run.inputs() == {"data_digest": None}


def test_a_rows_own_updates_are_the_runs():
    row = Row("srcnn", steps=30_000)
    assert SuperresRun(row, BENCH) == SuperresRun(Row("srcnn"), BENCH, steps=30_000)
    assert SuperresRun(row, BENCH, steps=5).steps == 5
    assert SuperresRun(Row("srcnn"), BENCH).steps == BENCH.steps


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"seed": -1}, "a seed is a whole number from 0 to 4,294,967,295, not -1"),
        ({"seed": 2**32}, "a seed is a whole number from 0 to 4,294,967,295, not 4294967296"),
        ({"steps": 0}, "a run has at least 1 iteration, not 0"),
        ({"steps": -2}, "a run has at least 1 iteration, not -2"),
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(UserError, match=message):
        SuperresRun(Row("wdsr"), QUICK, **settings)


def test_a_run_knows_what_it_reads_as_far_as_that_is_here(monkeypatch):
    pictures = photographs.load("embedded")
    assert SuperresRun(Row("wdsr"), QUICK).inputs() == {"data": "embedded", "data_digest": pictures.digest}
    monkeypatch.setenv("HFSR_DATA", "/nowhere")
    assert SuperresRun(Row("wdsr"), QUICK, data="nowhere-at-all").inputs() == {}


@pytest.mark.parametrize(
    "row", [Row("bicubic"), Row("srcnn"), Row("wdsr", "1/5", "random", "image")], ids=lambda r: r.name
)
def test_a_record_reads_back_into_its_run(tiny_study, row):
    run = SuperresRun(row, tiny_study, seed=1, steps=2)
    assert not run.is_finished
    with pytest.raises(UserError, match="no finished run lies here"):
        run.record()
    assert superres.train(run) == run.folder
    assert run.is_finished
    record = run.record()
    assert record.run == run
    assert record.command == run.command
    assert (run.identity() | run.inputs()).items() <= record.made_from().items()
    assert (record.speed is None) == (row.method == "bicubic" or not record.seconds)  # of an instant nothing is known


def test_a_record_of_a_recipe_that_is_gone_has_no_run(tiny_study, monkeypatch):
    run = SuperresRun(Row("bicubic"), tiny_study)
    superres.train(run)
    monkeypatch.delitem(recipes.SUPERRES, "tiny")
    assert run.record().problems() == ["recipe tiny has changed"]
    with pytest.raises(UserError, match="no recipe is called 'tiny'"):
        _ = run.record().run
