import dataclasses
import json
import shutil

import pytest
import torch

from hfsr import images
from hfsr.analysis import evaluation
from hfsr.errors import UserError
from hfsr.models import WDSR, store
from hfsr.studies import recipes, runs, superres
from hfsr.training import loop
from hfsr.training.crops import Crops
from hfsr.weightmap import selection_mask

TINY = dataclasses.replace(
    recipes.superres("quick"),
    name="tiny",
    data="",
    watch="",
    evaluation=(),
    crop=8,
    batch=3,
    steps=6,
    blocks=1,
    checks=2,
)


@pytest.fixture
def tiny(monkeypatch, folder):
    """A recipe of seconds on the small pictures."""
    recipe = dataclasses.replace(TINY, data=str(folder), watch=str(folder), evaluation=(str(folder),))
    monkeypatch.setitem(recipes.SUPERRES, "tiny", recipe)
    return recipe


def test_the_loss_is_taken_on_crops_and_masks_turned_alike(pictures):
    """With a network that repeats pixels, which commutes with turning, the loss is that of the upright batch."""
    batch = Crops(pictures, 8, 6, seed=0)(0)
    assert len(set(batch.turns)) > 2
    repeat = torch.nn.Upsample(scale_factor=2)
    upright = batch._replace(turns=(0,) * 6)
    for mask, alpha in (("all", 0.0), ("high", 0.2), ("low", 0.2), ("random", 0.2)):
        losses = [superres.batch_loss(repeat, each, alpha, mask, "image") for each in (batch, upright)]
        torch.testing.assert_close(*losses)


@pytest.mark.parametrize(
    ("row", "share"),
    [
        ({"alpha": 0}, 1.0),
        ({"alpha": "1/5"}, None),
        ({"alpha": "1/5", "mask": "low"}, None),
        ({"alpha": "1/5", "mask": "random", "reduction": "image"}, None),
        ({"method": "srcnn"}, 1.0),
    ],
    ids=str,
)
def test_a_run_leaves_weights_log_and_a_record_measured_on_them(tmp_path, tiny, pictures, row, share):
    folder = superres.train(recipe="tiny", seed=1, out=tmp_path / "run", **row)
    record = runs.read(folder)
    model = store.load(folder / "weights.safetensors")
    name = pictures.name
    assert record["per_image"][name] == evaluation.evaluate(model, pictures)
    assert record["metrics"][f"{name}/psnr_y_border2"] == pytest.approx(
        sum(record["per_image"][name]["psnr_y_border2"]) / 3
    )
    high = sum(int(selection_mask(hr, 0.2).sum()) for hr in pictures.hr) / sum(hr.numel() for hr in pictures.hr)
    expected = share or (1 - high if row.get("mask") == "low" else high)
    assert record["metrics"]["train/selected_fraction"] == pytest.approx(expected)
    assert record["data"] == {"name": pictures.name, "images": 3, "digest": pictures.digest}
    assert [entry["step"] for entry in record["curve"]] == [3, 6]
    assert record["weights_sha256"] == runs.sha256(folder / "weights.safetensors")
    assert list(runs.log(folder)["step"]) == [1, 2, 3, 4, 5, 6]
    assert record["command"].startswith("hfsr train --method")


def test_methods_of_one_seed_see_the_same_crops_and_start_alike(tmp_path, tiny):
    first = [
        runs.log(superres.train(alpha=alpha, mask=mask, recipe="tiny", out=tmp_path / f"{mask}"))["loss"][0]
        for alpha, mask in ((0, "all"), ("1/5", "high"), ("1/5", "low"))
    ]
    share = runs.read(tmp_path / "high")["metrics"]["train/selected_fraction"]
    assert first[0] != first[1] != first[2]
    assert min(first[1:]) < first[0] < max(first[1:]) or share in (0, 1)


def test_a_finished_run_is_read_not_repeated(tmp_path, tiny):
    folder = superres.train(alpha="1/5", recipe="tiny", out=tmp_path)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert superres.train(alpha=0.2, recipe="tiny", out=tmp_path) == folder
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_folder_of_another_run_is_refused(tmp_path, tiny):
    superres.train(alpha="1/5", recipe="tiny", out=tmp_path)
    with pytest.raises(UserError, match=r"finished run with alpha = 0.2, not 0.25: choose another folder"):
        superres.train(alpha="1/4", recipe="tiny", out=tmp_path)


def test_a_folder_of_the_same_name_with_other_pictures_is_another_run(tmp_path, tiny, folder):
    for name in ("a", "b"):
        for seed, path in enumerate(sorted(folder.iterdir())):
            picture = images.read(path)
            images.write(tmp_path / name / "photos" / path.name, 255 - picture if (name, seed) == ("b", 0) else picture)
    superres.train(recipe="tiny", data=str(tmp_path / "a" / "photos"), out=tmp_path / "run")
    with pytest.raises(UserError, match=r"finished run with other pictures in 'photos': choose another folder"):
        superres.train(recipe="tiny", data=str(tmp_path / "b" / "photos"), out=tmp_path / "run")


def test_pictures_that_vanish_during_training_are_named_and_nothing_trained_is_lost(
    tmp_path, tiny, folder, monkeypatch
):
    judged = tmp_path / "judged"
    shutil.copytree(folder, judged)
    monkeypatch.setitem(recipes.SUPERRES, "tiny", dataclasses.replace(tiny, evaluation=(str(judged),)))
    fit = loop.fit

    def vanishing(*arguments):
        progress = fit(*arguments)
        judged.rename(tmp_path / "gone")
        return progress

    monkeypatch.setattr(loop, "fit", vanishing)
    with pytest.raises(UserError, match=r"no photographs called '.*judged'"):
        superres.train(recipe="tiny", out=tmp_path / "run")
    trained = (tmp_path / "run" / loop.CHECKPOINT).read_bytes()
    (tmp_path / "gone").rename(judged)
    monkeypatch.setattr(loop, "fit", fit)
    record = runs.read(superres.train(recipe="tiny", out=tmp_path / "run"))
    assert record["metrics"]["judged/psnr_y_border2"] > 5
    assert (tmp_path / "run" / loop.CHECKPOINT).read_bytes() == trained


def test_a_half_written_record_is_named(tmp_path, tiny):
    folder = superres.train(recipe="tiny", out=tmp_path)
    (folder / "record.json").write_text((folder / "record.json").read_text()[:50])
    with pytest.raises(UserError, match=r"record.json: not readable as JSON"):
        superres.train(recipe="tiny", out=tmp_path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"method": "edsr"}, "method 'edsr' is not known: choose one of wdsr, srcnn, bicubic"),
        ({"alpha": -1}, "must be finite and at least 0"),
        ({"mask": "odd", "alpha": 1}, "mask 'odd' is not known"),
        ({"mask": "high"}, '"high" does not go with alpha = 0'),
        ({"mask": "all", "alpha": 1}, '"all" does not go with alpha = 1'),
        ({"reduction": "sum"}, "reduction 'sum' is not known"),
        ({"seed": -1}, "a seed is a whole number"),
        ({"steps": 0}, "at least 1 update"),
        ({"recipe": "grand"}, "no recipe is called 'grand'"),
        ({"data": "nowhere"}, "nowhere"),
    ],
    ids=str,
)
def test_a_mistake_is_named_before_anything_is_written(tmp_path, row, message):
    with pytest.raises(UserError, match=message):
        superres.train(out=tmp_path / "run", **row)
    assert not (tmp_path / "run").exists()


def test_a_picture_smaller_than_the_crop_is_named(tmp_path, tiny, monkeypatch):
    monkeypatch.setitem(recipes.SUPERRES, "tiny", dataclasses.replace(tiny, crop=16))
    with pytest.raises(UserError, match=r"1\.png"):
        superres.train(recipe="tiny", out=tmp_path / "run")


def test_runs_of_one_seed_are_equal_and_seeds_differ(tmp_path, tiny):
    digests = [
        runs.read(superres.train(alpha="1/5", recipe="tiny", seed=seed, out=tmp_path / str(i)))["weights_sha256"]
        for i, seed in enumerate((0, 0, 1))
    ]
    assert digests[0] == digests[1] != digests[2]


def test_publishing_copies_weights_and_record_and_the_check_sees_every_change(tmp_path, tiny, monkeypatch):
    monkeypatch.setattr(runs.paths, "weights", lambda: tmp_path / "weights")
    monkeypatch.setattr(runs.paths, "results", lambda: tmp_path / "results")
    folder = superres.train(alpha="1/5", recipe="tiny", out=tmp_path / "run")
    target = runs.publish(folder, "wdsr-tiny")
    assert target == tmp_path / "results" / "superres" / "wdsr-tiny.json"
    record = runs.record("wdsr-tiny")
    assert isinstance(store.load_model("wdsr-tiny"), WDSR)
    table = runs.load_records("superres")
    assert list(table.index) == ["wdsr-tiny"]
    assert table.loc["wdsr-tiny", "alpha"] == 0.2

    monkeypatch.setitem(recipes.SUPERRES, "tiny", dataclasses.replace(tiny, batch=4))
    assert runs.check(record) == ["recipe tiny has changed"]
    monkeypatch.setitem(recipes.SUPERRES, "tiny", tiny)
    store.save(tmp_path / "weights" / "wdsr-tiny.safetensors", WDSR(blocks=1))
    with pytest.raises(
        UserError, match=r"superres/wdsr-tiny.json: stale, weights wdsr-tiny have changed .*: run `hfsr train"
    ):
        runs.record("wdsr-tiny")


def test_publishing_what_is_not_finished_or_not_measured_is_refused(tmp_path, tiny):
    with pytest.raises(UserError, match="no finished run lies here"):
        runs.publish(tmp_path, "x")
    with pytest.raises(UserError, match="a name is of small letters"):
        runs.publish(tmp_path, "../x")
    folder = superres.train(recipe="tiny", out=tmp_path / "run")
    store.save(folder / "weights.safetensors", WDSR(blocks=1))
    with pytest.raises(UserError, match="not the weights that the record was measured on"):
        runs.publish(folder, "x")


def test_a_missing_record_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(runs.paths, "results", lambda: tmp_path)
    with pytest.raises(UserError, match=r"superres/absent.json: no such file"):
        runs.record("absent")
    assert runs.load_records().empty


WHOLE = {
    "superres": "alpha mask seed recipe steps seconds weights_sha256",
    "classify": "alpha mask seed recipe steps seconds weights_sha256 enlarger_sha256 correct",
    "frequency": "alpha mask seed recipe steps seconds network_sha256 of encoders curves",
    "enlarged": "sha256 enlarger_sha256 precision encoders thousands",
}


def test_every_published_record_is_whole_and_fresh():
    table = runs.load_records()
    assert "wdsr-a1-5" in table.index
    for path in table["record"]:
        content = json.loads((runs.paths.results() / path).read_text())
        assert runs.check(content) == []
        fields = f"study method data metrics device versions commit command {WHOLE[content['study']]}"
        assert set(fields.split()) <= content.keys(), path
