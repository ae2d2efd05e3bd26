import numpy as np
import pytest

from hfsr import paths, selected_fraction
from hfsr.analysis.statistics import of_mean
from hfsr.data import photographs
from hfsr.report import block_edges, tables
from hfsr.studies import published
from hfsr.studies.confirmation import ConfirmationRecord


def test_a_set_is_a_row_of_means_over_its_pictures():
    table = block_edges.selected()
    assert set(table.index) == {"set5", "set14", "bsd100", "realsr-held-out", "kodak24", "mcmaster"}
    measured = published.read(ConfirmationRecord, "truth-bench").per_image["kodak24"]
    row = table.loc["kodak24"]
    assert row["pictures"] == len(measured["selected_inside"]) == 24
    gaps = 100 * (np.array(measured["selected_at_edges"]) - np.array(measured["selected_inside"]))
    assert row[["mean", "low", "high"]].tolist() == pytest.approx(list(of_mean(gaps)))


def test_what_the_page_says_holds():
    """Selected more often where there are JPEG files, and not on photographs that never were one."""
    table = block_edges.selected()
    assert table.loc["bsd100", "low"] > 0
    assert table.loc["bsd100", "sign"] == 1
    for lossless in ("kodak24", "mcmaster"):
        assert table.loc[lossless, "low"] < 0 < table.loc[lossless, "high"]
        assert table.loc[lossless, "sign"] == 0


def test_the_page_of_the_mask_says_how_much_of_a_photograph_is_selected():
    text = (paths.project() / "notebooks" / "weight_map.py").read_text().replace("\n# ", " ")
    assert "about seven tenths of the elements of a typical benchmark photograph, a quarter to nearly all" in text
    measured = tables.published("bench", "frequency")["truth"][0].per_image
    measured = measured | tables.published("bench", "confirmation")["truth"][0].per_image
    at_edges = 28 / 64  # of the elements of a block
    shares = [
        at_edges * np.array(measured[name]["selected_at_edges"])
        + (1 - at_edges) * np.array(measured[name]["selected_inside"])
        for name in ("set5", "set14", "bsd100", "kodak24", "mcmaster")
    ]
    assert [round(np.median(each), 1) for each in shares] == pytest.approx([0.7, 0.8, 0.7, 0.7, 0.7])
    every = np.concatenate(shares)
    assert 0.2 < every.min() < 0.25 < 0.95 < every.max()
    assert "and half of those shown here" in text
    shown = [photograph for name in ("embedded", "embedded-held-out") for photograph in photographs.load(name).hr]
    assert np.mean([selected_fraction(each, "1/5") for each in shown]) == pytest.approx(0.5, abs=0.05)
