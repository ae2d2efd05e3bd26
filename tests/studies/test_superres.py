import dataclasses
import shutil

import pytest
import torch

from hfsr import images, paths
from hfsr.analysis import evaluation
from hfsr.data import photographs
from hfsr.errors import TakenError, UserError
from hfsr.files import exclusive, read_json, sha256
from hfsr.models import store
from hfsr.studies import recipes, run, superres
from hfsr.studies.records import RECORD, WEIGHTS
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun
from hfsr.training import hardware, loop
from hfsr.training.crops import Crops
from hfsr.training.selection import MASKS, batch_mask
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


def train(out, method="wdsr", alpha=0, mask=None, reduction="batch", recipe="tiny", **settings):
    """A run of a recipe, as the command line has it."""
    return superres.train(SuperresRun(Row(method, alpha, mask, reduction), recipes.superres(recipe), **settings), out)


def test_the_loss_is_taken_on_crops_and_masks_turned_alike(pictures):
    """With a network that repeats pixels, which commutes with turning, the loss is that of the upright batch."""
    batch = Crops(pictures, 8, 6, seed=0)(0)
    assert len(set(batch.orientations.tolist())) > 2
    repeat = torch.nn.Upsample(scale_factor=2)
    upright = batch._replace(orientations=torch.zeros(6, dtype=torch.int64))
    for mask in MASKS:
        row = Row("wdsr", 0.0 if mask == "all" else 0.2, mask, "batch" if mask == "weighted" else "image")
        losses = [superres.batch_loss(repeat, each, row) for each in (batch, upright)]
        torch.testing.assert_close(*losses)


def test_a_weight_outside_is_the_rows(pictures):
    batch = Crops(pictures, 8, 6, seed=0)(0)
    repeat, upright = torch.nn.Upsample(scale_factor=2), batch._replace(orientations=torch.zeros(6, dtype=torch.int64))
    hr, mask = images.to_float(batch.hr[..., 1:-1, 1:-1]), batch_mask(batch, 0.2, "high")
    errors, weights = (repeat(images.to_float(batch.lr)) - hr).abs(), torch.where(mask, 1.0, 0.1)
    loss = superres.batch_loss(repeat, upright, Row("wdsr", "1/5", outside=0.1))
    torch.testing.assert_close(loss, (weights * errors).sum() / weights.sum())


def test_the_weighted_control_weighs_crops_by_what_is_selected_in_them():
    sr, hr = torch.rand(2, 3, 4, 5, 5, generator=torch.manual_seed(0)).unbind()
    errors = [(sr[i] - hr[i]).abs().mean() for i in range(3)]
    loss = superres.weighted_l1(sr, hr, torch.tensor([10, 0, 30]))
    torch.testing.assert_close(loss, (10 * errors[0] + 30 * errors[2]) / 40)
    assert superres.weighted_l1(sr, hr, torch.zeros(3)) == 0


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
    folder = train(tmp_path / "run", seed=1, **row)
    record = read_json(folder / RECORD)
    model = store.load(folder / WEIGHTS)
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
    assert record["weights_sha256"] == sha256(folder / WEIGHTS)
    assert record["precision"] == hardware.precision()
    assert list(run.log(folder)["step"]) == [1, 2, 3, 4, 5, 6]
    assert record["command"].startswith("hfsr train --method")


def test_methods_of_one_seed_see_the_same_crops_and_start_alike(tmp_path, tiny):
    first = [
        run.log(train(tmp_path / mask, alpha=alpha, mask=mask))["loss"][0]
        for alpha, mask in ((0, "all"), ("1/5", "high"), ("1/5", "low"))
    ]
    share = read_json(tmp_path / "high" / RECORD)["metrics"]["train/selected_fraction"]
    assert first[0] != first[1] != first[2]
    assert min(first[1:]) < first[0] < max(first[1:]) or share in (0, 1)


@pytest.mark.parametrize(
    ("steps", "checks"),
    [(None, 4), (20, 4), (10, 2), (4, 0), (40, 4)],  # one longer than the recipe is watched no more often
)
def test_a_short_run_is_watched_less(tiny, pictures, steps, checks):
    run = SuperresRun(Row("wdsr"), dataclasses.replace(tiny, steps=20, checks=4), 0, steps)
    assert superres.training(run, pictures, torch.device("cpu")).checks == checks


def test_a_finished_run_is_read_not_repeated(tmp_path, tiny):
    folder = train(tmp_path, alpha="1/5")
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert train(tmp_path, alpha=0.2) == folder
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_folder_of_another_run_is_refused(tmp_path, tiny):
    train(tmp_path, alpha="1/5")
    with pytest.raises(UserError, match=r"finished run with alpha = 0.2, not 0.25: choose another folder"):
        train(tmp_path, alpha="1/4")


def test_a_folder_of_the_same_name_with_other_pictures_is_another_run(tmp_path, tiny, folder):
    for name in ("a", "b"):
        for seed, path in enumerate(sorted(folder.iterdir())):
            picture = images.read(path)
            images.write(tmp_path / name / "photos" / path.name, 255 - picture if (name, seed) == ("b", 0) else picture)
    train(tmp_path / "run", data=str(tmp_path / "a" / "photos"))
    assert read_json(tmp_path / "run" / RECORD)["data"]["name"] == "photos"
    with pytest.raises(
        UserError, match=r"finished run with data_digest = '\w{64}', not '\w{64}': choose another folder"
    ):
        train(tmp_path / "run", data=str(tmp_path / "b" / "photos"))


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
        train(tmp_path / "run")
    trained = (tmp_path / "run" / loop.CHECKPOINT).read_bytes()
    (tmp_path / "gone").rename(judged)
    monkeypatch.setattr(loop, "fit", fit)
    record = read_json(train(tmp_path / "run") / RECORD)
    assert record["metrics"]["judged/psnr_y_border2"] > 5
    assert (tmp_path / "run" / loop.CHECKPOINT).read_bytes() == trained


def test_a_half_written_record_is_named(tmp_path, tiny):
    folder = train(tmp_path)
    (folder / "record.json").write_text((folder / "record.json").read_text()[:50])
    with pytest.raises(UserError, match=r"record.json: no JSON"):
        train(tmp_path)


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
        ({"steps": 0}, "at least 1 iteration"),
        ({"recipe": "grand"}, "no recipe is called 'grand'"),
        ({"data": "nowhere"}, "nowhere"),
    ],
    ids=str,
)
def test_a_mistake_is_named_before_anything_is_written(tmp_path, row, message):
    with pytest.raises(UserError, match=message):
        train(tmp_path / "run", **({"recipe": "quick"} | row))
    assert not (tmp_path / "run").exists()


def test_a_set_to_measure_on_that_is_not_here_is_named_before_the_training(tmp_path, tiny, monkeypatch):
    monkeypatch.setitem(recipes.SUPERRES, "tiny", dataclasses.replace(tiny, evaluation=(tiny.watch, "realsr-held-out")))
    monkeypatch.setenv("HFSR_DATA", "")
    with pytest.raises(UserError, match="realsr-held-out"):
        train(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_weights_are_saved_before_anything_is_measured(tmp_path, tiny, monkeypatch):
    def failing(run):
        raise OSError("the disk with the pictures is gone")

    monkeypatch.setattr(superres, "_judged", failing)
    with pytest.raises(OSError, match="gone"):
        train(tmp_path / "run")
    assert store.load(tmp_path / "run" / WEIGHTS)


@pytest.mark.parametrize("then", ["_write", "_judged"])
def test_a_folder_is_kept_until_the_record_lies_in_it(tmp_path, tiny, monkeypatch, then):
    asked, work = [], getattr(superres, then)

    def other_run(*given):
        with pytest.raises(TakenError), exclusive(tmp_path / "run"):
            pytest.fail("another was let in")
        asked.append(then)
        return work(*given)

    monkeypatch.setattr(superres, then, other_run)
    train(tmp_path / "run")
    assert asked == [then]


def test_a_picture_smaller_than_the_crop_is_named(tmp_path, tiny, monkeypatch):
    monkeypatch.setitem(recipes.SUPERRES, "tiny", dataclasses.replace(tiny, crop=16))
    with pytest.raises(UserError, match=r"1\.png"):
        train(tmp_path / "run")


def test_runs_of_one_seed_are_equal_and_seeds_differ(tmp_path, tiny):
    digests = [
        read_json(train(tmp_path / str(i), alpha="1/5", seed=seed) / RECORD)["weights_sha256"]
        for i, seed in enumerate((0, 0, 1))
    ]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(("data", "complete"), [(None, True), ("div2k-train", False)])
def test_a_part_of_div2k_is_enough_unless_the_recipe_asks_for_it(tmp_path, tiny, monkeypatch, data, complete):
    asked = []

    def load(name, **options):
        asked.append((name, options))
        raise UserError("looked for")

    monkeypatch.setattr(superres.photographs, "load", load)
    with pytest.raises(UserError, match="looked for"):
        superres.train(SuperresRun(Row("wdsr"), tiny, data=data), tmp_path)
    assert asked == [(data or tiny.data, {"degrade": "bicubic", "whole": complete})]


@pytest.mark.parametrize(("whole", "said"), [(3, ""), (800, "pictures: 3 of its 800 pictures are here")])
def test_how_much_of_a_set_is_here_is_said(tmp_path, tiny, pictures, monkeypatch, capsys, whole, said):
    monkeypatch.setitem(superres.catalogue.SETS, pictures.name, (whole, ""))
    superres.train(SuperresRun(Row("wdsr"), tiny, steps=1), tmp_path)
    err = capsys.readouterr().err
    assert said.replace("pictures:", f"{pictures.name}:") in err
    assert ("are here" in err) == bool(said)


def test_without_a_folder_a_run_lies_below_runs_by_its_name(tmp_path, tiny, folder, monkeypatch):
    monkeypatch.setattr(paths, "runs", lambda: tmp_path)
    assert train(None, data=str(folder)) == tmp_path / "superres" / f"wdsr-a0-tiny-s0-{folder.name}"


def test_bicubic_is_measured_and_leaves_a_record_without_weights(tiny_study, pictures):
    folder = train(None, "bicubic")
    record = read_json(folder / RECORD)
    assert folder == paths.runs() / "superres" / "bicubic-tiny"
    assert record["command"] == "hfsr train --method bicubic --recipe tiny"
    assert record["weights_sha256"] is record["alpha"] is record["seed"] is record["precision"] is None
    assert record["steps"] == 0
    assert record["per_image"][pictures.name]["psnr_y_border2"][0] > 10
    before = (folder / RECORD).stat().st_mtime_ns
    assert train(None, "bicubic") == folder
    assert (folder / RECORD).stat().st_mtime_ns == before
    assert [path.name for path in folder.iterdir()] == [RECORD]


def test_a_recipe_may_start_from_a_published_network(tiny):
    published = store.load_model("wdsr-a1-5-flagship")
    started = SuperresRun(Row("wdsr", "1/5"), dataclasses.replace(tiny, blocks=8, start="wdsr-a1-5-flagship"))
    task = superres.training(started, photographs.load("embedded-held-out"), torch.device("cpu"))
    assert all(map(torch.equal, task.model.parameters(), published.parameters()))
