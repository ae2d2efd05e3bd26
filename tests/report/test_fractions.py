import dataclasses

import pytest

from hfsr.report import fractions
from hfsr.studies import published
from hfsr.studies.superres_run import SuperresRecord


@pytest.mark.usefixtures("table_1")
def test_fractions_are_of_the_rows_that_leave_something_out():
    table = fractions.table("bench")
    assert list(table.index) == ["1/5", "1/5, complement"]
    assert table.loc["1/5", ["all training", "paper: DIV2K"]].to_list() == ["60.0%", "63.07%"]


def test_a_photograph_counts_as_often_as_a_crop_comes_from_it():
    record = published.read(SuperresRecord, "wdsr-a1-5")
    metrics = {"t91/selected_fraction": 1.0, "realsr-train/selected_fraction": 0.0, "train/selected_fraction": 0.1}
    two = dataclasses.replace(record, data=dataclasses.replace(record.data, name="t91+realsr-train"), metrics=metrics)
    assert fractions.drawn(two) == pytest.approx(91 / (91 + 12))
    alone = dataclasses.replace(two, data=dataclasses.replace(record.data, name="a folder"))
    assert fractions.drawn(alone) == 0.1


@pytest.mark.parametrize(("name", "fraction"), [("wdsr-a0", 1), ("srcnn", 1)])
def test_where_nothing_is_left_out_it_is_all(name, fraction):
    assert fractions.drawn(published.read(SuperresRecord, name)) == fraction


def test_the_complement_has_the_rest():
    high, low = (published.read(SuperresRecord, name) for name in ("wdsr-a1-5", "wdsr-a1-5-low"))
    assert fractions.drawn(high) + fractions.drawn(low) == pytest.approx(1)
