import json
import shutil

import numpy as np
import pytest
import torch

from hfsr import detail, images, paths, rows, runs, study, superres
from hfsr.data import photographs
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.frequency import png_bytes
from hfsr.upscale import upscale


@pytest.fixture
def tiny(tiny_study, monkeypatch):
    """The small pictures have fewer frequencies to tell apart."""
    monkeypatch.setattr(detail, "RINGS", 8)
    return tiny_study


def trained(method="wdsr", seed=0):
    """A finished run of the tiny study where the grid has it."""
    row = rows.settings(method, seed=seed, recipe="tiny")
    return superres.train(method, seed=seed, recipe="tiny", out=runs.folder("superres", rows.run_name(row)))


def noisy(image, deviation=4):
    noise = deviation * torch.randn(image.shape, generator=torch.manual_seed(0))
    return (image + noise).round().clamp(0, 255).to(torch.uint8)


def test_the_truth_has_all_its_detail(photograph):
    image = photograph("coffee")
    own = detail.numbers(image, image)
    assert own["png_bytes"] == png_bytes(image)
    assert own["png_bytes_strongest"] == png_bytes(image, "strongest") < own["png_bytes"]
    assert (own["high_power"], own["recovered"]) == (1, 1)
    assert (own["cutoff_half"], own["cutoff_seventh"]) == (0.5, 0.5)
    assert (own["steepness"], own["overshoot"]) == (pytest.approx(1), 0)


def test_noise_is_power_and_bytes_but_no_detail(photograph):
    image = photograph("coffee")
    soft = upscale("bicubic", images.resize_bicubic(image, 0.5))
    plain, disturbed = detail.numbers(soft, image), detail.numbers(noisy(soft), image)
    for more in ("png_bytes", "png_bytes_strongest", "high_power"):
        assert disturbed[more] > plain[more], more
    for less in ("recovered", "cutoff_half", "cutoff_seventh"):
        assert disturbed[less] < plain[less], less
    assert 0 < plain["recovered"] < 0.5


def test_the_curves_of_the_truth_are_flat(photograph):
    image = photograph("coffee")
    curves = detail.profiles(image, image)
    assert {name: tuple(curve.shape) for name, curve in curves.items()} == dict.fromkeys(curves, (32,))
    assert curves["power"].abs().max() == 0
    assert curves["error"].max() == -12
    torch.testing.assert_close(curves["correlation"], torch.ones(32, dtype=torch.float64))


def test_a_set_is_measured_picture_by_picture(pictures, monkeypatch):
    monkeypatch.setattr(detail, "RINGS", 8)
    measured, curves = detail.of_set("bicubic", pictures)
    for place, (lr, hr) in enumerate(zip(pictures.lr, pictures.hr, strict=True)):
        expected = detail.numbers(upscale("bicubic", lr), hr)
        assert {name: values[place] for name, values in measured.items()} == expected
    single = [
        detail.profiles(upscale("bicubic", lr), hr)["error"] for lr, hr in zip(pictures.lr, pictures.hr, strict=True)
    ]
    np.testing.assert_allclose(curves["error"]["mean"], np.mean(single, axis=0), atol=1e-5)
    np.testing.assert_allclose(curves["error"]["sd"], np.std(single, axis=0, ddof=1), atol=1e-5)


@pytest.mark.parametrize("spoilt", ["flat", "small"])
def test_a_picture_without_detail_is_refused_by_name(spoilt, tmp_path):
    image = torch.full((3, 80, 80), 9, dtype=torch.uint8)
    if spoilt == "small":
        image = torch.randint(256, (3, 80, 62), dtype=torch.uint8)
    images.write(tmp_path / "spoilt.png", image)
    with pytest.raises(UserError, match=r"spoilt\.png: flat, or fewer than 64 pixels a side"):
        detail.of_set("bicubic", photographs.load(str(tmp_path)))


def test_a_record_holds_what_was_measured_of_which_network(tiny, pictures):
    folder = detail.measure(trained().name)
    record = read_json(folder / "record.json")
    assert folder == runs.folder("frequency", "wdsr-a0-tiny-s0")
    assert (record["study"], record["method"], record["alpha"], record["seed"]) == ("frequency", "wdsr", 0.0, 0)
    assert record["network_sha256"] == runs.read(trained())["weights_sha256"]
    assert record["of"] == "wdsr-a0-tiny"
    assert record["command"] == "hfsr frequency wdsr-a0-tiny-s0"
    assert record["data"]["pixels"] == {pictures.name: [hr[0].numel() for hr in pictures.hr]}
    values = record["per_image"][pictures.name]["recovered"]
    assert record["metrics"][f"{pictures.name}/recovered"] == pytest.approx(np.mean(values), abs=1e-5)
    assert len(record["curves"][pictures.name]["correlation"]["mean"]) == 8
    assert record["encoders"]["default"] == []
    before = (folder / "record.json").stat().st_mtime_ns
    assert detail.measure("wdsr-a0-tiny-s0") == folder
    assert (folder / "record.json").stat().st_mtime_ns == before


def test_truth_and_bicubic_need_no_network(tiny):
    trained("bicubic")
    for name in ("truth-tiny", "bicubic-tiny"):
        record = runs.read(detail.measure(name))
        assert record["network_sha256"] is None
    assert runs.read(runs.folder("frequency", "truth-tiny"))["metrics"][f"{record['data']['name']}/recovered"] == 1


def test_published_networks_are_measured_where_their_run_is_gone(tiny):
    run = trained()
    study.publish("superres", "tiny")
    digest = runs.read(run)["weights_sha256"]
    shutil.rmtree(run)
    assert detail.is_published("wdsr-a0-tiny-s0")
    assert not detail.is_published("wdsr-a1-5-tiny-s0")
    for name in ("wdsr-a0-tiny", "wdsr-a0-tiny-s0"):
        folder = detail.measure(name)
        assert folder.name == "wdsr-a0-tiny-s0"
        assert runs.read(folder)["network_sha256"] == digest


def test_a_seed_whose_weights_are_gone_cannot_be_measured(tiny):
    runs_folder = trained(seed=1)
    study.publish("superres", "tiny")
    shutil.rmtree(runs_folder)
    assert not detail.is_published("wdsr-a0-tiny-s1")
    with pytest.raises(UserError, match=r"its weights are not published; run `hfsr train .*--seed 1 .*first"):
        detail.measure("wdsr-a0-tiny-s1")
    with pytest.raises(
        UserError, match=r"nothing: no finished run of that name below .*superres, and no published record"
    ):
        detail.measure("nothing")


def test_another_networks_record_is_not_written_over(tiny):
    folder = detail.measure(trained().name)
    write_json(folder / "record.json", read_json(folder / "record.json") | {"network_sha256": "0" * 64})
    with pytest.raises(UserError, match="holds another measurement: choose another folder, or delete it"):
        detail.measure(trained().name)


def test_the_study_is_a_grid_and_is_published(tiny):
    planned = study.jobs("frequency", "tiny")
    assert list(planned) == ["truth-tiny", "bicubic-tiny"] + [
        f"wdsr-{alpha}-tiny-s{seed}" for seed in (0, 1) for alpha in ("a0", "a1-5")
    ]
    assert planned["wdsr-a0-tiny-s1"].command == "hfsr frequency wdsr-a0-tiny-s1"
    for seed in (0, 1):
        detail.measure(trained(seed=seed).name)
    detail.measure("truth-tiny")
    assert study.state("frequency", "tiny")["finished"].sum() == 3
    study.publish("superres", "tiny")
    published = study.publish("frequency", "tiny")
    assert [path.name for path in published] == ["truth-tiny.json", "wdsr-a0-tiny-s0.json", "wdsr-a0-tiny-s1.json"]
    assert all(runs.check(json.loads(path.read_text())) == [] for path in published)


def test_a_measurement_of_a_network_that_was_replaced_is_stale(tiny):
    detail.measure(trained().name)
    study.publish("superres", "tiny")
    (record,) = study.publish("frequency", "tiny")
    run = paths.results() / "superres" / "wdsr-a0-tiny.json"
    write_json(run, read_json(run) | {"weights_sha256": "0" * 64})
    with pytest.raises(UserError, match="stale, run wdsr-a0-tiny, which it measured, has changed or is not published"):
        runs.record(record.stem, "frequency")
    run.unlink()
    assert runs.check(read_json(record))
