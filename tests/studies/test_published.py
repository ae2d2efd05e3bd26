import pytest

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.studies import published
from hfsr.studies.superres_run import SuperresRecord
from hfsr.studies.upscaled_set import UpscaledRecord

KNOWN = paths.results() / "superres" / "wdsr-a1-5.json"


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Published records of a test's own: one."""
    write_json(tmp_path / "superres" / "wdsr-a1-5.json", read_json(KNOWN))
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    return tmp_path


def test_a_missing_record_is_named(results):
    with pytest.raises(UserError, match=f"{results}/superres/absent.json: no such file"):
        published.read(SuperresRecord, "absent")
    with pytest.raises(UserError, match=f"{results}/upscaled/absent.json: no such file"):
        published.read(UpscaledRecord, "absent")
    assert not published.is_fresh(SuperresRecord, "absent")
    assert published.everything(UpscaledRecord) == []
    assert published.table("upscaled").empty


def test_a_stale_record_is_named_with_its_command(results):
    assert published.is_fresh(SuperresRecord, "wdsr-a1-5")
    assert published.read(SuperresRecord, "wdsr-a1-5").alpha == 0.2
    write_json(results / "superres" / "wdsr-a1-5.json", read_json(KNOWN) | {"recipe_digest": "other"})
    assert not published.is_fresh(SuperresRecord, "wdsr-a1-5")
    command = "hfsr train --method wdsr --alpha 1/5 --recipe bench --seed 0"
    message = f"superres/wdsr-a1-5.json: stale, recipe bench has changed: run `{command}` and publish"
    with pytest.raises(UserError, match=message):
        published.read(SuperresRecord, "wdsr-a1-5")
    with pytest.raises(UserError, match=message):
        published.everything(SuperresRecord)


def test_everything_is_every_record_of_a_kind_and_folder(results):
    assert [record.name for record in published.everything(SuperresRecord)] == ["wdsr-a1-5"]
    assert published.everything(SuperresRecord) == [published.read(SuperresRecord, "wdsr-a1-5")]


def test_the_list_of_everything_may_be_changed(results):
    """It is kept for the next that asks."""
    published.everything(SuperresRecord).clear()
    assert len(published.everything(SuperresRecord)) == 1


def test_the_table_has_a_row_a_record():
    table = published.table()
    assert "wdsr-a1-5" in table.index
    assert len(table) == len(published.files())
    assert all((paths.results() / path).exists() for path in table["record"])
    row, content = published.table("superres").loc["wdsr-a1-5"], read_json(KNOWN)
    assert (row["record"], row["alpha"], row["data"]) == ("superres/wdsr-a1-5.json", 0.2, content["data"]["name"])
    for metric, value in content["metrics"].items():
        assert row[metric] == value


def test_there_may_be_no_records_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    assert published.table().empty
    assert published.everything(SuperresRecord) == []
