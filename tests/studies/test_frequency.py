import json
import shutil

import numpy as np
import pytest

from hfsr import paths
from hfsr.analysis import detail
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.studies import frequency, runs, study, superres, superres_runs


@pytest.fixture
def tiny(tiny_study, monkeypatch):
    """The small pictures have fewer frequencies to tell apart."""
    monkeypatch.setattr(detail, "RINGS", 8)
    return tiny_study


def trained(method="wdsr", seed=0):
    """A finished run of the tiny study where the grid has it."""
    row = superres_runs.settings(method, seed=seed, recipe="tiny")
    return superres.train(method, seed=seed, recipe="tiny", out=runs.folder("superres", superres_runs.run_name(row)))


def test_a_record_holds_what_was_measured_of_which_network(tiny, pictures):
    folder = frequency.measure(trained().name)
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
    assert frequency.measure("wdsr-a0-tiny-s0") == folder
    assert (folder / "record.json").stat().st_mtime_ns == before


def test_truth_and_bicubic_need_no_network(tiny):
    trained("bicubic")
    for name in ("truth-tiny", "bicubic-tiny"):
        record = runs.read(frequency.measure(name))
        assert record["network_sha256"] is None
    assert runs.read(runs.folder("frequency", "truth-tiny"))["metrics"][f"{record['data']['name']}/recovered"] == 1


def test_published_networks_are_measured_where_their_run_is_gone(tiny):
    run = trained()
    study.publish("superres", "tiny")
    digest = runs.read(run)["weights_sha256"]
    shutil.rmtree(run)
    assert frequency.is_published("wdsr-a0-tiny-s0")
    assert not frequency.is_published("wdsr-a1-5-tiny-s0")
    for name in ("wdsr-a0-tiny", "wdsr-a0-tiny-s0"):
        folder = frequency.measure(name)
        assert folder.name == "wdsr-a0-tiny-s0"
        assert runs.read(folder)["network_sha256"] == digest


def test_a_seed_whose_weights_are_gone_cannot_be_measured(tiny):
    runs_folder = trained(seed=1)
    study.publish("superres", "tiny")
    shutil.rmtree(runs_folder)
    assert not frequency.is_published("wdsr-a0-tiny-s1")
    with pytest.raises(UserError, match=r"its weights are not published; run `hfsr train .*--seed 1 .*first"):
        frequency.measure("wdsr-a0-tiny-s1")
    with pytest.raises(
        UserError, match=r"nothing: no finished run of that name below .*superres, and no published record"
    ):
        frequency.measure("nothing")


def test_another_networks_record_is_not_written_over(tiny):
    folder = frequency.measure(trained().name)
    write_json(folder / "record.json", read_json(folder / "record.json") | {"network_sha256": "0" * 64})
    with pytest.raises(UserError, match="holds another measurement: choose another folder, or delete it"):
        frequency.measure(trained().name)


def test_the_study_is_a_grid_and_is_published(tiny):
    planned = study.jobs("frequency", "tiny")
    assert list(planned) == ["truth-tiny", "bicubic-tiny"] + [
        f"wdsr-{alpha}-tiny-s{seed}" for seed in (0, 1) for alpha in ("a0", "a1-5")
    ]
    assert planned["wdsr-a0-tiny-s1"].command == "hfsr frequency wdsr-a0-tiny-s1"
    for seed in (0, 1):
        frequency.measure(trained(seed=seed).name)
    frequency.measure("truth-tiny")
    assert study.state("frequency", "tiny")["finished"].sum() == 3
    study.publish("superres", "tiny")
    published = study.publish("frequency", "tiny")
    assert [path.name for path in published] == ["truth-tiny.json", "wdsr-a0-tiny-s0.json", "wdsr-a0-tiny-s1.json"]
    assert all(runs.check(json.loads(path.read_text())) == [] for path in published)


def test_a_measurement_of_a_network_that_was_replaced_is_stale(tiny):
    frequency.measure(trained().name)
    study.publish("superres", "tiny")
    (record,) = study.publish("frequency", "tiny")
    run = paths.results() / "superres" / "wdsr-a0-tiny.json"
    write_json(run, read_json(run) | {"weights_sha256": "0" * 64})
    with pytest.raises(UserError, match="stale, run wdsr-a0-tiny, which it measured, has changed or is not published"):
        runs.record(record.stem, "frequency")
    run.unlink()
    assert runs.check(read_json(record))
