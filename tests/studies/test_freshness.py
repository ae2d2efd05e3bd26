import dataclasses
import shutil

import pytest

from hfsr import paths
from hfsr.analysis import detail
from hfsr.data import labelled
from hfsr.files import read_json, write_json
from hfsr.studies import classify, digests, frequency, freshness, grid, recipes, superres, upscaled
from hfsr.studies.records import RECORD
from hfsr.studies.run import Run
from hfsr.training import loop


@pytest.fixture
def runs(tiny_study) -> dict[str, Run]:
    return grid.runs("superres", "tiny")


@pytest.fixture
def trained(runs) -> Run:
    run = runs["wdsr-a1-5-tiny-s0"]
    superres.train(run)
    return run


@pytest.fixture
def measured(trained, monkeypatch) -> Run:
    """The measurement of a run; the small pictures have fewer frequencies to tell apart."""
    monkeypatch.setattr(detail, "RINGS", 8)
    frequency.measure(trained.name)
    return grid.runs("frequency", "tiny")[trained.name]


def edit(run: Run, **values: object) -> None:
    write_json(run.folder / RECORD, read_json(run.folder / RECORD) | values)


def test_what_is_not_there_is_not_outdated(runs):
    assert [freshness.outdated(run) for run in runs.values()] == [[]] * 5


def test_a_finished_run_stays_fresh(trained, runs):
    superres.train(runs["bicubic-tiny"])
    assert freshness.outdated(trained) == freshness.outdated(runs["bicubic-tiny"]) == []


def test_a_changed_recipe_outdates_its_runs_finished_or_not(trained, tiny_study, monkeypatch):
    monkeypatch.setitem(recipes.SUPERRES, "tiny", dataclasses.replace(tiny_study, crop=6))
    run = grid.runs("superres", "tiny")[trained.name]
    (reason,) = freshness.outdated(run)
    assert reason.startswith("recipe_digest = ")
    (run.folder / RECORD).unlink()
    assert freshness.outdated(run) == [reason]  # read from the checkpoint
    assert freshness.outdated(trained) == []


def test_a_damaged_checkpoint_is_left_to_the_run(trained):
    (trained.folder / RECORD).unlink()
    (trained.folder / loop.CHECKPOINT).write_bytes(b"half")
    assert freshness.outdated(trained) == []


def test_other_data_outdates(trained):
    record = read_json(trained.folder / RECORD)
    edit(trained, data=record["data"] | {"digest": "other"})
    (reason,) = freshness.outdated(trained)
    assert reason.startswith("data_digest = 'other', not ")


def test_data_that_is_not_here_is_not_held_against_a_run(trained, monkeypatch):
    digests._photographs.cache_clear()
    monkeypatch.setenv("HFSR_DATA", "/nowhere")
    run = dataclasses.replace(trained, data="t91")
    shutil.copytree(trained.folder, run.folder)
    edit(run, data={"name": "t91", "images": 91, "digest": "whatever"})
    assert freshness.outdated(run) == []
    edit(run, data={"name": "t92", "images": 91, "digest": "whatever"})
    assert freshness.outdated(run) == ["data = 't92', not 't91'"]


def test_a_network_trained_anew_outdates_what_was_measured_on_it(trained, measured):
    assert measured.requires == (trained,)
    assert freshness.outdated(measured) == []
    edit(measured, network_sha256="other")
    (reason,) = freshness.outdated(measured)
    assert reason.startswith("network_sha256 = 'other', not ")


def test_what_waits_for_something_outdated_is_outdated_too(trained, measured):
    edit(trained, seed=5)
    assert freshness.outdated(trained) == ["seed = 5, not 0"]
    assert freshness.outdated(measured) == [f"{trained.name} is outdated"]


def test_an_upscaled_set_is_compared_with_the_network(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "runs", lambda: tmp_path)
    run = grid.runs("classify", "quick", steps=1)["digits-bicubic-quick-s0-1-steps"]
    (upscaled_set,) = run.requires
    upscaled.make(labelled.load("digits"), upscaled_set.upscaler)
    assert freshness.outdated(upscaled_set) == []
    classify.train(run)
    assert freshness.outdated(run) == []
    edit(upscaled_set, enlarger_sha256="of a network")
    assert freshness.outdated(upscaled_set) == ["enlarger_sha256 = 'of a network', not None"]
    assert freshness.outdated(run) == ["digits-bicubic is outdated"]
    (upscaled_set.folder / RECORD).unlink()
    assert freshness.outdated(run) == []  # it may be deleted when it has served


def test_a_record_that_cannot_be_read_outdates_its_run(trained):
    (trained.folder / RECORD).write_text("{")
    (reason,) = freshness.outdated(trained)
    assert "no JSON" in reason
