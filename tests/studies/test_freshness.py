import dataclasses
import json

import pytest

from hfsr import paths
from hfsr.files import read_json, write_json
from hfsr.studies import frequency, freshness, recipes, runs, study, superres
from hfsr.studies.study import Job
from hfsr.training import loop


@pytest.fixture
def jobs(tiny_study) -> dict[str, Job]:
    return study.jobs("superres", "tiny")


@pytest.fixture
def trained(jobs) -> Job:
    job = jobs["wdsr-a1-5-tiny-s0"]
    superres.train(alpha="1/5", recipe="tiny", out=job.folder)
    return job


@pytest.fixture
def measured(trained, monkeypatch) -> Job:
    """The measurement of a run, of pictures too small to measure anything on."""
    monkeypatch.setattr(frequency, "of_set", lambda method, pictures: ({"png_bytes": [1.0]}, {}))
    job = study.jobs("frequency", "tiny")[trained.folder.name]
    frequency.measure(trained.folder.name, job.folder)
    return job


def edit(job: Job, **values: object) -> None:
    write_json(job.folder / runs.RECORD, read_json(job.folder / runs.RECORD) | values)


def test_what_is_not_there_is_not_outdated(jobs):
    assert [freshness.outdated(job) for job in jobs.values()] == [[]] * 5


def test_a_finished_run_stays_fresh(trained, jobs):
    superres.train("bicubic", recipe="tiny", out=jobs["bicubic-tiny"].folder)
    assert freshness.outdated(trained) == freshness.outdated(jobs["bicubic-tiny"]) == []


def test_a_changed_recipe_outdates_its_runs_finished_or_not(trained, tiny_study, monkeypatch):
    monkeypatch.setitem(recipes.SUPERRES, "tiny", dataclasses.replace(tiny_study, crop=6))
    job = study.jobs("superres", "tiny")[trained.folder.name]
    (reason,) = freshness.outdated(job)
    assert reason.startswith("recipe_digest = ")
    (job.folder / runs.RECORD).unlink()
    assert freshness.outdated(job) == [reason]  # read from the checkpoint
    assert freshness.outdated(trained) == []


def test_a_damaged_checkpoint_is_left_to_the_run(trained):
    (trained.folder / runs.RECORD).unlink()
    (trained.folder / loop.CHECKPOINT).write_bytes(b"half")
    assert freshness.outdated(trained) == []


def test_other_data_outdates(trained, monkeypatch):
    record = read_json(trained.folder / runs.RECORD)
    edit(trained, data=record["data"] | {"digest": "other"})
    (reason,) = freshness.outdated(trained)
    assert reason.startswith("data_digest = 'other', not ")


def test_data_that_is_not_here_is_not_held_against_a_run(trained, monkeypatch):
    freshness._photographs.cache_clear()
    monkeypatch.setenv("HFSR_DATA", "/nowhere")
    made = {**trained.settings, "data": "t91"}
    edit(trained, data={"name": "t91", "images": 91, "digest": "whatever"})
    assert freshness.outdated(trained._replace(settings=made)) == []


def test_a_network_trained_anew_outdates_what_was_measured_on_it(trained, measured):
    assert measured.before == (trained,)
    assert freshness.outdated(measured) == []
    edit(measured, network_sha256="other")
    (reason,) = freshness.outdated(measured)
    assert reason.startswith("network_sha256 = 'other', not ")


def test_what_waits_for_something_outdated_is_outdated_too(trained, measured):
    edit(trained, seed=5)
    assert freshness.outdated(trained) == ["seed = 5, not 0"]
    assert freshness.outdated(measured) == [f"{trained.folder.name} is outdated"]


def test_an_enlarged_set_is_compared_with_the_network(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "runs", lambda: tmp_path)
    job = study.jobs("classify", "quick")["digits-bicubic-quick-s0"]
    (enlarged,) = job.before
    digest = freshness._labelled("digits")["data_digest"]
    data = {"name": "digits", "digest": digest}
    write_json(
        enlarged.folder / runs.RECORD, {"study": "enlarged", "method": "bicubic", "enlarger_sha256": None, "data": data}
    )
    assert freshness.outdated(enlarged) == []
    write_json(job.folder / runs.RECORD, json.loads(json.dumps(job.settings)) | {"enlarger_sha256": None, "data": data})
    assert freshness.outdated(job) == []
    edit(enlarged, enlarger_sha256="of a network")
    assert freshness.outdated(enlarged) == ["enlarger_sha256 = 'of a network', not None"]
    assert freshness.outdated(job) == ["digits-bicubic is outdated"]
    (enlarged.folder / runs.RECORD).unlink()
    assert freshness.outdated(job) == []  # it may be deleted when it has served
