import dataclasses
from collections import Counter

import pytest

from hfsr import paths
from hfsr.data import labelled
from hfsr.errors import UserError
from hfsr.files import sha256
from hfsr.studies import classification, classify, recipes, superres, upscaler
from hfsr.studies.classification import Classification
from hfsr.studies.rows import Cell, Row
from hfsr.studies.superres_run import SuperresRun
from hfsr.studies.upscaled_set import UpscaledSet
from hfsr.studies.upscaler import BICUBIC, ORIGINAL

QUICK = recipes.classify("quick")


def test_every_cell_is_run_once_a_seed_and_seeds_go_first():
    plan = recipes.classify("bench")
    runs = classification.grid(plan)
    assert [run.seed for run in runs] == sorted(run.seed for run in runs)
    counts = Counter((run.dataset, run.upscaler.name) for run in runs)
    assert set(counts.values()) == {len(plan.seeds)}
    assert len(counts) == len(plan.cells)
    for what in ("name", "command", "folder"):
        assert len({getattr(run, what) for run in runs}) == len(runs)


@pytest.mark.parametrize("recipe", recipes.CLASSIFY.values(), ids=lambda recipe: recipe.name)
@pytest.mark.parametrize("steps", [None, 7])
def test_a_command_names_the_settings_it_comes_from(recipe, steps):
    """What the command line would make of a command is the run itself."""
    for run in classification.grid(recipe, steps):
        words = run.command.split()
        read = dict(zip([word.removeprefix("--") for word in words[2::2]], words[3::2], strict=True))
        given = {key: int(read[key]) for key in ("seed", "steps") if key in read}
        made_by = upscaler.called(read["method"])
        assert Classification(read["dataset"], made_by, recipes.classify(read["recipe"]), **given) == run


def test_networks_are_those_of_the_recipe_of_networks():
    names = {run.upscaler.name for run in classification.grid(recipes.classify("paper"))}
    assert "wdsr-a1-5-paper" in names
    assert {run.upscaler.name for run in classification.grid(QUICK)} == {"original", "bicubic", "wdsr-a1-5-quick"}


def test_a_shortened_grid_has_networks_as_short_where_they_are_its_own():
    runs = {run.upscaler.name: run for run in classification.grid(QUICK, steps=2)}
    assert set(runs) == {"original", "bicubic", "wdsr-a1-5-quick-2-steps"}
    assert runs["wdsr-a1-5-quick-2-steps"].upscaler.made_by == SuperresRun(
        Row("wdsr", "1/5"), recipes.superres("quick"), steps=2
    )
    assert all(run.steps == 2 for run in runs.values())
    networks = {run.upscaler.name for run in classification.grid(recipes.classify("long"), steps=2)}
    assert networks == {"original", "bicubic", "wdsr-a0", "wdsr-a1-5"}  # of `bench`, which are there


def test_a_cell_that_its_recipe_of_networks_has_no_row_for_is_refused():
    with pytest.raises(
        UserError, match="recipe quick has no row 'wdsr-a1-3': choose one of bicubic, wdsr-a0, wdsr-a1-5"
    ):
        classification.grid(dataclasses.replace(QUICK, cells=(Cell("digits", "wdsr-a1-3"),)))


def test_other_steps_show_in_name_and_command():
    run = Classification("digits", ORIGINAL, QUICK, seed=1, steps=7)
    assert (run.name, run.title) == ("digits-original-quick-s1-7-steps", "digits-original")
    assert run.command == "hfsr classify --dataset digits --method original --recipe quick --seed 1 --steps 7"
    assert run.folder == paths.runs() / "classify" / run.name
    assert Classification("digits", ORIGINAL, QUICK, steps=QUICK.steps) == Classification("digits", ORIGINAL, QUICK)


def test_a_classifier_waits_for_the_upscaled_set_that_it_reads():
    run = Classification("digits", BICUBIC, QUICK)
    assert run.requires == (run.upscaled,) == (UpscaledSet("digits", BICUBIC),)
    original = Classification("digits", ORIGINAL, QUICK)
    assert original.upscaled is None
    assert original.requires == ()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dataset": "imagenet"}, "no labelled set is called 'imagenet': choose one of digits, cifar10, cifar100"),
        ({"seed": -1}, "a seed is a whole number from 0 to 4,294,967,295, not -1"),
        ({"seed": 2**32}, "a seed is a whole number from 0 to 4,294,967,295, not 4294967296"),
        ({"steps": 0}, "a run has at least 1 iteration, not 0"),
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(UserError, match=message):
        Classification(**({"dataset": "digits", "upscaler": ORIGINAL, "recipe": QUICK} | settings))


def test_a_half_is_for_classifiers_of_its_images_as_they_are():
    with pytest.raises(UserError, match="digits-even: a half is for classifiers of its images as they are"):
        Classification("digits-even", BICUBIC, QUICK)
    assert Classification("digits-even", ORIGINAL, QUICK).upscaled is None


def test_inputs_are_digests_as_far_as_they_are_known(monkeypatch):
    digest = labelled.load("digits").digest
    assert Classification("digits", ORIGINAL, QUICK).inputs() == {"data_digest": digest, "enlarger_sha256": None}
    weights = sha256(paths.weights() / "wdsr-a1-5.safetensors")
    assert Classification("digits", upscaler.called("wdsr-a1-5"), QUICK).inputs() == {
        "data_digest": digest,
        "enlarger_sha256": weights,
    }
    untrained = upscaler.called("wdsr-a1-5-paper")
    monkeypatch.setenv("HFSR_DATA", "/nowhere")
    assert Classification("cifar10", untrained, QUICK).inputs() == {}


@pytest.mark.parametrize("method", ["original", "wdsr-a1-5-tiny"])
def test_a_record_reads_back_into_its_run(tiny_study, monkeypatch, method):
    recipe = dataclasses.replace(QUICK, name="tiny", subset=50, batch=8, steps=3, networks="tiny")
    monkeypatch.setitem(recipes.CLASSIFY, "tiny", recipe)
    superres.train(SuperresRun(Row("wdsr", "1/5"), tiny_study))
    run = Classification("digits", upscaler.called(method), recipe, seed=1, steps=2)
    assert classify.train(run) == run.folder
    record = run.record()
    assert record.run == run
    assert record.command == run.command
    assert (run.identity() | run.inputs()).items() <= record.made_from().items()
    assert record.speed == (pytest.approx(run.work.training / record.seconds) if record.seconds else None)
