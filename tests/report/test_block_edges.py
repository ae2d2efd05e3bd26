import numpy as np
import pytest

from hfsr.report import block_edges
from hfsr.studies import published
from hfsr.studies.confirmation import ConfirmationRecord


def test_a_set_is_a_row_of_means_over_its_pictures():
    table = block_edges.selected()
    assert set(table.index) == {"set5", "set14", "bsd100", "realsr-held-out", "kodak24", "mcmaster"}
    measured = published.read(ConfirmationRecord, "truth-bench").per_image["kodak24"]
    row = table.loc["kodak24"]
    assert row["pictures"] == len(measured["selected_inside"]) == 24
    gaps = 100 * (np.array(measured["selected_at_edges"]) - np.array(measured["selected_inside"]))
    assert row["mean"] == pytest.approx(gaps.mean())
    assert row["low"] < row["mean"] < row["high"]


def test_what_the_page_says_holds():
    """Selected more often where there are JPEG files, and not on photographs that never were one."""
    table = block_edges.selected()
    assert table.loc["bsd100", "low"] > 0
    assert table.loc["bsd100", "sign"] == 1
    for lossless in ("kodak24", "mcmaster"):
        assert table.loc[lossless, "low"] < 0 < table.loc[lossless, "high"]
        assert table.loc[lossless, "sign"] == 0
