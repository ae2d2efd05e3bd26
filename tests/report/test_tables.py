import numpy as np
import pandas as pd
import pytest

from hfsr.analysis.statistics import of_mean
from hfsr.report import curves, paper, tables
from hfsr.studies import recipes
from hfsr.studies.measurement import MeasurementRecord
from hfsr.studies.superres_run import SuperresRecord

ROWS = {
    "bicubic": {"method": "bicubic", "alpha": None, "mask": "all", "reduction": None},
    "wdsr-a0": {"method": "wdsr", "alpha": 0.0, "mask": "all", "reduction": "batch"},
    "wdsr-a1-5": {"method": "wdsr", "alpha": 0.2, "mask": "high", "reduction": "batch"},
    "wdsr-a1-5-low": {"method": "wdsr", "alpha": 0.2, "mask": "low", "reduction": "batch"},
}


@pytest.fixture
def record(filled):
    """The record of a run of `bench` by its row, its seed and what it scored on each picture."""

    def make(row: str, seed: int | None, psnr: list[float], **changes) -> SuperresRecord:
        fields = {
            "seed": seed,
            "recipe": "bench",
            "steps": 0 if row == "bicubic" else recipes.superres("bench").steps,
            "metrics": {"set5/psnr_y_border2": float(np.mean(psnr)), "train/selected_fraction": 0.6},
            "per_image": {"set5": {"psnr_y_border2": psnr}},
            "curve": [
                {"step": 10, "set5/psnr_y_border2": 30.0},
                {"step": 20, "set5/psnr_y_border2": float(np.mean(psnr))},
            ],
        }
        return filled(SuperresRecord, **ROWS[row] | fields | changes)

    return make


@pytest.fixture(autouse=True)
def records(record, published):
    base = [30.0, 32.0, 34.0, 36.0]
    made = [record("bicubic", None, [28.0, 30.0, 32.0, 34.0])]
    made += [record("wdsr-a0", seed, [value + 0.1 * seed for value in base]) for seed in (1, 0)]
    made += [
        record("wdsr-a1-5", seed, [value + 0.1 * seed + 0.05 * (i + 1) for i, value in enumerate(base)])
        for seed in (0, 1)
    ]
    made += [record("wdsr-a1-5-low", 0, [value - 3 for value in base])]
    made += [record("wdsr-a0", 0, base, recipe="quick"), record("wdsr-a0", 7, base, steps=5)]
    published(*made)


def test_records_are_grouped_by_row_in_the_order_of_table_1_and_of_the_seeds():
    found = tables.published("bench")
    assert list(found) == ["bicubic", "wdsr-a0", "wdsr-a1-5", "wdsr-a1-5-low"]
    assert [each.seed for each in found["wdsr-a0"]] == [0, 1]  # neither another recipe's nor a shortened run


def test_scores_have_a_row_a_row_and_a_column_a_seed():
    scores = tables.scores("bench", "set5/psnr_y_border2")
    assert scores.loc["wdsr-a0"].to_list() == pytest.approx([33.0, 33.1])
    assert scores.loc["bicubic", 0] == 31.0
    assert np.isnan(scores.loc["wdsr-a1-5-low", 1])


def test_means_are_printed_with_the_deviation_where_there_are_several_seeds():
    printed = tables.means("bench", ["set5/psnr_y_border2", "absent"])
    assert printed.loc["wdsr-a0", "set5/psnr_y_border2"] == "33.05 ± 0.07"
    assert printed.loc["bicubic", "set5/psnr_y_border2"] == "31.00"
    assert set(printed["absent"]) == {""}


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


def test_printed_differences_carry_a_star_where_zero_is_excluded():
    printed = tables.printed_differences("bench", ["set5"], "psnr_y_border2")["set5"]
    assert printed["wdsr-a1-5"].startswith("+0.125 (+0.0")
    assert printed["wdsr-a1-5"].endswith(") *")
    assert printed["wdsr-a1-5-low"] == "-3.000 (-3.000, -3.000) *"


def test_any_row_may_be_the_one_that_is_subtracted():
    forth = tables.differences("bench", "set5", "psnr_y_border2").loc["wdsr-a1-5", "mean"]
    back = tables.printed_differences("bench", ["set5"], "psnr_y_border2", 4, baseline="wdsr-a1-5")["set5"]
    assert back["wdsr-a0"].startswith(f"{-forth:+.4f} (")
    assert "wdsr-a1-5" not in back


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
    method = ROWS["wdsr-a1-5"] | {"seed": 0, "steps": steps, "per_image": {"set5": {"png_bytes": [90, 190]}}}
    published(filled(MeasurementRecord, **method), filled(MeasurementRecord, **truth))
    assert list(tables.published("bench", "frequency")) == ["truth", "wdsr-a1-5"]
    assert tables.published("bench") == {}
    gaps = tables.differences("bench", "set5", "png_bytes", "truth", "frequency", relative=True)
    assert gaps.loc["wdsr-a1-5", "mean"] == pytest.approx(-7.5)
