import shutil

import numpy as np
import pytest

from hfsr import paths
from hfsr.analysis import detail
from hfsr.errors import UserError
from hfsr.files import exclusive, read_json, write_json
from hfsr.studies import frequency, publish, recipes, sources, superres
from hfsr.studies.records import RECORD
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun


@pytest.fixture
def tiny(tiny_study, monkeypatch):
    """The small pictures have fewer frequencies to tell apart."""
    monkeypatch.setattr(detail, "RINGS", 8)
    return tiny_study


def trained(method="wdsr", seed=0):
    """A finished run of the tiny study where the grid has it."""
    return superres.train(SuperresRun(Row(method), recipes.superres("tiny"), seed))


def test_a_record_holds_what_was_measured_of_which_network(tiny, pictures):
    folder = frequency.measure(trained().name)
    record = read_json(folder / RECORD)
    assert folder == paths.runs() / "frequency" / "wdsr-a0-tiny-s0"
    assert (record["study"], record["method"], record["alpha"], record["seed"]) == ("frequency", "wdsr", 0.0, 0)
    assert record["network_sha256"] == read_json(trained() / RECORD)["weights_sha256"]
    assert record["of"] == "wdsr-a0-tiny"
    assert record["command"] == "hfsr frequency wdsr-a0-tiny-s0"
    assert record["data"]["pixels"] == {pictures.name: [hr[0].numel() for hr in pictures.hr]}
    values = record["per_image"][pictures.name]["recovered"]
    assert record["metrics"][f"{pictures.name}/recovered"] == pytest.approx(np.mean(values), abs=1e-5)
    assert len(record["curves"][pictures.name]["correlation"]["mean"]) == 8
    assert record["encoders"]["default"] == []
    before = (folder / RECORD).stat().st_mtime_ns
    assert frequency.measure("wdsr-a0-tiny-s0") == folder
    assert (folder / RECORD).stat().st_mtime_ns == before


def test_truth_and_bicubic_need_no_network(tiny):
    trained("bicubic")
    for name in ("truth-tiny", "bicubic-tiny"):
        folder = frequency.measure(name)
        assert folder == paths.runs() / "frequency" / name
        record = read_json(folder / RECORD)
        assert record["network_sha256"] is None
    truth = read_json(paths.runs() / "frequency" / "truth-tiny" / RECORD)
    assert truth["of"] is None
    assert truth["metrics"][f"{record['data']['name']}/recovered"] == 1


def test_published_networks_are_measured_where_their_run_is_gone(tiny):
    run = trained()
    publish.publish_all("superres", "tiny")
    digest = read_json(run / RECORD)["weights_sha256"]
    shutil.rmtree(run)
    assert sources.is_published(SuperresRun(Row("wdsr"), tiny))
    assert not sources.is_published(SuperresRun(Row("wdsr", "1/5"), tiny))
    for name in ("wdsr-a0-tiny", "wdsr-a0-tiny-s0"):
        folder = frequency.measure(name)
        assert folder.name == "wdsr-a0-tiny-s0"
        assert read_json(folder / RECORD)["network_sha256"] == digest


def test_a_seed_whose_weights_are_gone_cannot_be_measured(tiny):
    run = trained(seed=1)
    publish.publish_all("superres", "tiny")
    shutil.rmtree(run)
    assert not sources.is_published(SuperresRun(Row("wdsr"), tiny, seed=1))
    with pytest.raises(UserError, match=r"its weights are not published; run `hfsr train .*--seed 1.* first"):
        frequency.measure("wdsr-a0-tiny-s1")
    with pytest.raises(
        UserError, match=r"nothing: no finished run of that name below .*superres, and no published record"
    ):
        frequency.measure("nothing")


def test_another_networks_record_is_not_written_over(tiny):
    folder = frequency.measure(trained().name)
    write_json(folder / RECORD, read_json(folder / RECORD) | {"network_sha256": "0" * 64})
    before = (folder / RECORD).read_bytes()
    with pytest.raises(
        UserError,
        match=r"holds a finished run with network_sha256 = '0{64}', not '\w{64}': choose another folder, or delete it",
    ):
        frequency.measure(trained().name)
    assert (folder / RECORD).read_bytes() == before


def test_a_measurement_may_lie_elsewhere(tiny, tmp_path):
    folder = frequency.measure("truth-tiny", tmp_path / "mine")
    assert folder == tmp_path / "mine"
    assert read_json(folder / RECORD)["command"] == "hfsr frequency truth-tiny"
    with pytest.raises(UserError, match="holds a finished run with method = 'truth', not 'wdsr'"):
        frequency.measure(trained().name, folder)


def test_a_folder_that_cannot_be_used_is_refused_before_anything_is_read(tiny, tmp_path, monkeypatch):
    def read(*_, **__):
        raise AssertionError("nothing is to be read")

    monkeypatch.setattr(frequency.photographs, "load", read)
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="file: cannot be written"):
        frequency.measure("truth-tiny", tmp_path / "file")
    with exclusive(tmp_path / "taken"), pytest.raises(UserError, match="taken: another process is at work in it"):
        frequency.measure("truth-tiny", tmp_path / "taken")
