"""Timings are kept as they were printed, and read back by machine."""

import pytest

from hfsr import paths
from hfsr.errors import UserError
from hfsr.report import timings
from hfsr.studies import provenance

TABLES = {"loops": [{"loop": "plain", "ms": 20.0, "n": 9}, {"loop": "hfsr", "ms": 10.0, "n": 9}]}


@pytest.fixture(autouse=True)
def folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "timings", lambda: tmp_path / "records")


def test_report_prints_its_tables_and_keeps_them_only_under_a_name(capsys):
    timings.report("training", TABLES)
    with pytest.raises(UserError, match=r"no record of training in .*: python benchmarks/training.py --record"):
        timings.records("training")
    timings.report("training", TABLES, "two-cores")
    timings.report("training", TABLES, "a-gpu")
    assert [record.machine for record in timings.records("training")] == ["a-gpu", "two-cores"]
    printed = capsys.readouterr().out
    assert "torch" in printed
    assert printed.count("plain 20.0  9") == 3


def test_record_says_what_made_it(monkeypatch):
    monkeypatch.setattr("sys.argv", ["training.py", "--record", "two-cores"])
    timings.report("training", TABLES, "two-cores")
    (record,) = timings.records("training")
    assert record.tables == TABLES
    assert record.command == "python benchmarks/training.py --record two-cores"
    assert record.device == provenance.machine()
    assert {"python", "torch"} <= set(record.versions)


def test_table_is_indexed_by_what_was_timed():
    timings.report("training", TABLES, "two-cores")
    table = timings.table(timings.records("training")[0], "loops")
    assert table.loc["hfsr", "ms"] == 10.0
    assert table.index.name is None


@pytest.mark.parametrize("name", ["../elsewhere", "Two cores", "-", ""])
def test_machine_has_a_plain_name(name):
    with pytest.raises(ValueError, match="machine's name"):
        timings.machine_name(name)
    assert timings.machine_name("avx2-2-cores") == "avx2-2-cores"


def test_ways_stand_beside_hfsr_machine_by_machine(monkeypatch):
    for machine, workers, ratio in (("laptop", 0, 1.5), ("server", 2, 4.0)):
        ways = [(f"plain loop, {workers} workers", ratio), ("hfsr", 1.0), ("hfsr with torch.compile (left off)", 0.9)]
        monkeypatch.setattr(provenance, "machine", lambda machine=machine: machine)
        rows = [{"loop": way, timings.RATIO: ratio} for way, ratio in ways]
        timings.report("training", {"loops": rows}, machine)
    expected = {
        "laptop": {"plain loop": 1.5, "hfsr with torch.compile (left off)": 0.9},
        "server": {"plain loop": 4.0, "hfsr with torch.compile (left off)": 0.9},
    }
    assert timings.times("training", "loops").to_dict() == expected


@pytest.mark.parametrize("text", ["0", "-1", "often"])
def test_nothing_is_timed_less_than_once(text):
    with pytest.raises(ValueError, match=r"less than once|invalid literal"):
        timings.count(text)
