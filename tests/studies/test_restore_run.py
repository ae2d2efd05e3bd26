"""The study that undoes noise and JPEG, from its commands to its records."""

import dataclasses

import pytest
import torch

from hfsr import paths
from hfsr.analysis import evaluation
from hfsr.cli.verbs import trained
from hfsr.data import photographs
from hfsr.errors import UserError
from hfsr.files import read_json
from hfsr.models import store
from hfsr.report import registration
from hfsr.report.claims import claims
from hfsr.report.verdict import Verdict
from hfsr.studies import cost, derived, grid, publish, published, recipes, superres, verify
from hfsr.studies.records import RECORD, WEIGHTS
from hfsr.studies.restore_run import RestoreRecord, RestoreRun
from hfsr.studies.rows import RESTORED, Row
from hfsr.studies.superres_run import SuperresRun

DENOISE = recipes.restore("denoise")


@pytest.fixture
def tiny(tiny_study, monkeypatch):
    """Recipe `tiny` of both studies; here it undoes noise."""
    recipe = dataclasses.replace(tiny_study, degrade="noise25", rows=RESTORED)
    monkeypatch.setitem(recipes.RESTORE, "tiny", recipe)
    return recipe


def test_a_grid_measures_first_and_trains_every_row_and_seed():
    runs = grid.runs("restore", "denoise")
    assert list(runs)[:4] == ["input-denoise", "nlm-denoise", "wdsr-a0-denoise-s0", "wdsr-a1-5-denoise-s0"]
    assert len(runs) == 2 + 6 * 5
    assert len(grid.runs("restore", "dejpeg")) == 2 + 6 * 3
    assert all(run.folder == paths.runs() / "restore" / run.name for run in runs.values())
    assert cost.plan("dejpeg")["jobs"].sum() == 20
    assert cost.plan("dejpeg")["hours"].sum() > 0


@pytest.mark.parametrize("recipe", recipes.RESTORE)
@pytest.mark.parametrize("steps", [None, 7])
def test_a_command_names_the_settings_it_comes_from(recipe, steps):
    for run in grid.runs("restore", recipe, steps).values():
        words = run.command.split()
        read = dict(zip([word.removeprefix("--") for word in words[2::2]], words[3::2], strict=True))
        row = Row(read["method"], read.get("alpha", "0"), read.get("mask"), outside=float(read.get("outside", 0)))
        given = {key: int(read[key]) for key in ("seed", "steps") if key in read}
        assert trained(row, read["recipe"], degrade=read["degrade"], **given) == run


def test_a_degradation_of_ones_own_shows_everywhere():
    run = trained(Row("wdsr", "1/5"), "quick", degrade="jpeg20")
    assert (run.name, run.model) == ("wdsr-a1-5-quick-s0-jpeg20", None)
    assert run.identity()["degrade"] == "jpeg20"
    assert run.command.endswith("--recipe quick --seed 0 --degrade jpeg20")
    assert type(trained(Row("wdsr"), "denoise")) is RestoreRun
    assert type(trained(Row("wdsr"), "quick", degrade="bicubic")) is SuperresRun
    with pytest.raises(UserError, match="no degradation is called 'fog'"):
        trained(Row("wdsr"), "quick", degrade="fog")
    with pytest.raises(UserError, match="no recipe is called 'bench': choose one of quick, denoise, dejpeg"):
        trained(Row("wdsr"), "bench", degrade="noise25")


@pytest.mark.parametrize("row", [RESTORED[0], RESTORED[1], RESTORED[3], RESTORED[-1]], ids=lambda row: row.name)
def test_a_run_leaves_a_record_that_reads_back_and_is_computed_again(tiny, pictures, row):
    run = RestoreRun(row, tiny, seed=1)
    assert superres.train(run) == run.folder
    record = run.record()
    assert isinstance(record, RestoreRecord)
    assert record.run == run
    content = read_json(run.folder / RECORD)
    assert (content["degrade"], content.get("outside")) == ("noise25", row.outside or None)
    assert (run.identity() | run.inputs()).items() <= record.made_from().items()
    judged = photographs.load(pictures.name, grey=True, degrade="noise25")
    method = store.load(run.folder / WEIGHTS) if run.is_trained else row.method
    assert not run.is_trained or method.scale == 1
    assert record.per_image == {pictures.name: evaluation.evaluate(method, judged)}
    assert "recovered" in record.per_image[pictures.name]
    published_as = publish.publish(run.folder, "mine" if run.is_trained else None)
    assert published_as.parent == paths.results() / "restore"


def test_published_runs_are_checked_and_tabulated(tiny):
    for seed in (0, 1):
        for row in (RESTORED[0], RESTORED[2]):
            superres.train(RestoreRun(row, tiny, seed))
    targets = publish.publish_all("restore", "tiny")
    assert [path.name for path in targets] == ["input-tiny.json", "wdsr-a0-tiny.json", "wdsr-a0-tiny-s1.json"]
    every = {f"restore/{name}": each for name, each in published.stale_or_not(RestoreRecord).items()}
    assert derived.problems(every) == {name: [] for name in every}
    outcomes = {check.record: check.recomputed for check in verify.verify()}
    assert outcomes["restore/input-tiny"] == outcomes["restore/wdsr-a0-tiny"] == "identical"
    assert grid.table("restore", "tiny")["seeds"].to_list() == [1, 2]


def test_super_resolutions_digest_of_a_set_is_another_than_that_of_its_noise(tiny, tiny_study):
    """Both may be published, and neither contradicts the other."""
    for run in (SuperresRun(Row("wdsr"), tiny_study), RestoreRun(Row("wdsr"), tiny)):
        publish.publish(superres.train(run), run.model if run.study == "superres" else "noisy")
    every = {}
    for study in ("superres", "restore"):
        every |= {f"{study}/{name}": each for name, each in published.stale_or_not(publish.KINDS[study]).items()}
    assert len(every) == 2
    assert not any("digest" in problem for problems in derived.problems(every).values() for problem in problems)


def test_a_folder_of_another_weight_outside_or_degradation_is_refused(tiny, tmp_path):
    superres.train(RestoreRun(RESTORED[3], tiny), tmp_path / "run")
    with pytest.raises(UserError, match=r"outside = None, not 0.1"):
        superres.train(RestoreRun(RESTORED[-1], tiny), tmp_path / "run")
    with pytest.raises(UserError, match="degrade = 'noise25', not 'jpeg10'"):
        superres.train(RestoreRun(RESTORED[3], tiny, degrade="jpeg10"), tmp_path / "run")


def test_rows_of_a_seed_see_the_same_noise(tiny, pictures):
    noisy = photographs.load(pictures.name, degrade="noise25")
    tasks = [superres.training(RestoreRun(row, tiny), noisy, torch.device("cpu")) for row in RESTORED[2:]]
    batches = [task.batch(5) for task in tasks]
    assert all(torch.equal(batch.lr, batches[0].lr) for batch in batches)
    assert len({task.loss(task.model, batch).item() for task, batch in zip(tasks, batches, strict=True)}) == len(tasks)


def test_what_is_registered_is_not_measured_until_it_is_published():
    own = [claim for claim in registration.read().claims if claim.page == "/notebooks/restore" and claim.contrasts]
    assert len(own) == 5
    found = {answer.claim.id: answer for answer in claims(*(claim.id for claim in own))}
    for claim in own:
        seen = claim.id == "soft"  # the method's own network in super-resolution
        assert {contrast.stage for contrast in claim.contrasts} == {"exploratory" if seen else "confirmatory"}
        assert {contrast.family for contrast in claim.contrasts} == {"restoration"}
        for line in found[claim.id].lines:
            assert (line.verdict is Verdict.NOT_MEASURED) == (line.measured is None)
