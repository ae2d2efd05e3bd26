import numpy as np
import pandas as pd
import pytest

from hfsr.analysis.statistics import of_mean
from hfsr.report import curves, paper, tables
from hfsr.studies import recipes
from hfsr.studies.measurement import MeasurementRecord

pytestmark = pytest.mark.usefixtures("table_1")


def test_records_are_grouped_by_row_in_the_order_of_table_1_and_of_the_seeds():
    found = tables.published("bench")
    assert list(found) == ["bicubic", "wdsr-a0", "wdsr-a1-5", "wdsr-a1-5-low"]
    assert [each.seed for each in found["wdsr-a0"]] == [0, 1]  # neither another recipe's nor a shortened run


def test_scores_have_a_row_a_row_and_a_column_a_seed():
    scores = tables.scores("bench", "set5/psnr_y_border2")
    assert scores.loc["wdsr-a0"].to_list() == pytest.approx([33.0, 33.1])
    assert scores.loc["bicubic", 0] == 31.0
    assert np.isnan(scores.loc["wdsr-a1-5-low", 1])


def test_estimates_are_means_over_seeds_and_pictures():
    estimates = tables.estimates("bench", "set5", "psnr_y_border2")
    assert estimates.loc["bicubic"].to_list() == pytest.approx([31.0, *of_mean([28.0, 30.0, 32.0, 34.0])[1:], 0])
    assert estimates.loc["wdsr-a0", ["mean", "seeds"]].to_list() == pytest.approx([33.05, 2])
    assert estimates.loc["wdsr-a0", "low"] < 33.05 - 4.1 < 33.05 + 4.1 < estimates.loc["wdsr-a0", "high"]


def test_differences_are_paired_by_seed_and_picture():
    table = tables.differences("bench", "set5", "psnr_y_border2")
    assert list(table.index) == ["bicubic", "wdsr-a1-5", "wdsr-a1-5-low"]
    high = table.loc["wdsr-a1-5"]
    assert high["mean"] == pytest.approx(0.125)
    assert (high["seeds"], high["sign"], high["better"]) == (2, 1, 1)
    assert (high["least"], high["most"]) == pytest.approx((0.125, 0.125))
    assert table.loc["bicubic", "seeds"] == 2
    assert table.loc["bicubic", "least"] == pytest.approx(-2.1)
    assert table.loc["wdsr-a1-5-low", "seeds"] == 1
    other = tables.differences("bench", "set5", "psnr_y_border2", baseline="wdsr-a1-5")
    assert other.loc["wdsr-a0", "mean"] == pytest.approx(-0.125)


def test_labels_are_the_papers_where_it_has_the_row():
    named = tables.labels("bench")
    assert list(named.values())[: len(paper.METHODS)] == list(paper.METHODS)
    assert named["wdsr-a1-5-image"] == "1/5, per image"
    assert len(set(named.values())) == len(named)


def test_curves_have_every_runs_every_point():
    found = curves.of_recipe("bench")
    assert isinstance(found, pd.DataFrame)
    assert len(found) == 2 * 6
    assert found[found["row"] == "1/5"]["set5/psnr_y_border2"].to_list()[:2] == [30.0, 33.125]


def test_published_records_of_the_study_are_read(monkeypatch):
    monkeypatch.undo()
    found = tables.published("bench")
    assert {"bicubic", "srcnn", "wdsr-a0", "wdsr-a1-5", "wdsr-a1-5-random", "wdsr-a1-5-low"} <= set(found)
    assert all(record.recipe == "bench" for records in found.values() for record in records)


def test_bicubic_can_be_what_is_subtracted_from_every_seed():
    gaps = tables.differences("bench", "set5", "psnr_y_border2", baseline="bicubic")
    assert gaps.loc["wdsr-a0", ["mean", "seeds"]].to_list() == pytest.approx([2.05, 2])
    assert gaps.loc["wdsr-a1-5-low", ["mean", "seeds"]].to_list() == pytest.approx([-1, 1])


def test_relative_differences_are_in_per_cent_image_by_image():
    gaps = tables.differences("bench", "set5", "psnr_y_border2", baseline="bicubic", relative=True)
    expected = np.mean([100 * (own / base - 1) for own, base in ((27, 28), (29, 30), (31, 32), (33, 34))])
    assert gaps.loc["wdsr-a1-5-low", "mean"] == pytest.approx(expected)


def test_the_ground_truth_is_a_row_of_the_study_of_frequencies(filled, published):
    steps = recipes.superres("bench").steps
    truth = {"method": "truth", "per_image": {"set5": {"png_bytes": [100, 200]}}}
    method = {"method": "wdsr", "alpha": 0.2, "mask": "high", "reduction": "batch", "seed": 0, "steps": steps}
    method |= {"per_image": {"set5": {"png_bytes": [90, 190]}}}
    published(filled(MeasurementRecord, **method), filled(MeasurementRecord, **truth))
    assert list(tables.published("bench", "frequency")) == ["truth", "wdsr-a1-5"]
    assert tables.published("bench") == {}
    gaps = tables.differences("bench", "set5", "png_bytes", "truth", "frequency", relative=True)
    assert gaps.loc["wdsr-a1-5", "mean"] == pytest.approx(-7.5)
