"""Timings are kept as they were printed, and read back by machine."""

import pytest

from hfsr import hardware, paths, speed
from hfsr.errors import UserError

TABLES = {"loops": [{"loop": "plain", "ms": 20.0, "n": 9}, {"loop": "hfsr", "ms": 10.0, "n": 9}]}


@pytest.fixture(autouse=True)
def timings(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "timings", lambda: tmp_path / "records")


def test_report_prints_its_tables_and_keeps_them_only_under_a_name(capsys):
    speed.report("training", TABLES)
    with pytest.raises(UserError, match=r"no record of training in .*: python benchmarks/training.py --record"):
        speed.records("training")
    speed.report("training", TABLES, "two-cores")
    speed.report("training", TABLES, "a-gpu")
    assert [record["machine"] for record in speed.records("training")] == ["a-gpu", "two-cores"]
    printed = capsys.readouterr().out
    assert "torch" in printed
    assert printed.count("plain 20.0  9") == 3


def test_record_says_what_made_it(monkeypatch):
    monkeypatch.setattr("sys.argv", ["training.py", "--record", "two-cores"])
    speed.report("training", TABLES, "two-cores")
    (record,) = speed.records("training")
    assert record["tables"] == TABLES
    assert record["command"] == "python benchmarks/training.py --record two-cores"
    assert record["device"] == hardware.describe()
    assert {"python", "torch"} <= set(record["versions"])


def test_table_is_indexed_by_what_was_timed():
    speed.report("training", TABLES, "two-cores")
    table = speed.table(speed.records("training")[0], "loops")
    assert table.loc["hfsr", "ms"] == 10.0
    assert table.index.name is None


@pytest.mark.parametrize("name", ["../elsewhere", "Two cores", "-", ""])
def test_machine_has_a_plain_name(name):
    with pytest.raises(ValueError, match="machine's name"):
        speed.machine_name(name)
    assert speed.machine_name("avx2-2-cores") == "avx2-2-cores"
