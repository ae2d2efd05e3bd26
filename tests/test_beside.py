import numpy as np
import pandas as pd
import pytest

from hfsr import beside, paper, runs, tables


def test_table_1_has_both_numbers_of_every_row():
    table = beside.table1()
    assert list(table.index) == list(paper.METHODS)
    assert table.loc["1/5", ("PSNR", "paper")] == "34.55"
    psnr = tables.scores("bench", "bsd100/psnr_rgb_border8").loc["wdsr-a1-5"]
    assert table.loc["1/5", ("PSNR", "here")].startswith(f"{psnr.mean():.2f}")
    assert table.loc["Bicubic", ("share", "paper")] == table.loc["Bicubic", ("share", "here")] == ""


def test_table_3_is_empty_where_nothing_was_measured():
    table = beside.table3()
    assert list(table.index) == list(paper.table3().index)
    assert table.loc["1/6", ("cifar100", "paper")] == "78.24"
    assert table.notna().all(axis=None)


def test_table_4_is_in_megabytes(monkeypatch):
    sets = pd.DataFrame(
        {
            "data": ["cifar10", "cifar100"],
            "method": ["wdsr-a1-5", "bicubic"],
            "cifar10/train_png_bytes": [3 * 2**20, np.nan],
            "cifar100/train_png_bytes": [np.nan, 5 * 2**20],
        }
    )
    monkeypatch.setattr(runs, "load_records", lambda study: sets)
    table = beside.table4()
    assert table.loc["1/5", ("cifar10_train", "here")] == "3.00"
    assert table.loc["Bicubic", ("cifar100_train", "here")] == "5.00"
    assert table.loc["WDSR", ("cifar10_train", "here")] == ""
    assert table.loc["Bicubic", ("cifar10_test", "here")] == ""
    records = tables.published("bench", "frequency")
    expected = sum(records["bicubic"][0]["per_image"]["bsd100"]["png_bytes"]) / 2**20
    assert float(table.loc["Bicubic", ("photographs", "here")]) == pytest.approx(expected, abs=0.006)
