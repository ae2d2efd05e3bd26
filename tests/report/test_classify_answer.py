"""The prose of the classifiers' page is what the records say: in words, so by the rounding that its words mean."""

import numpy as np
import pytest

from hfsr import paths
from hfsr.analysis.change import change
from hfsr.report import accuracies, claims, near_paper, recognitions, reduced, tables

TEXT = (paths.project() / "notebooks" / "classify.py").read_text().replace("\n# ", " ")


def points(recipe, row, baseline, dataset="cifar10", trained=None):
    return accuracies.differences(recipe, dataset, baseline, trained).loc[row]


def test_near_the_papers_accuracy_only_compute_shows():
    panels = near_paper.gains()
    equal = panels["CIFAR-10, minus Original"]
    assert "no upscaling measurably helps" in TEXT
    assert not (equal["sign"] > 0).any()
    method = panels["CIFAR-10, minus WDSR"].loc["1/5"]
    assert "ten networks of each kind show no difference between the method (row 1/5)" in TEXT
    assert (method["seeds"], method["sign"]) == (10, 0)
    assert method["high"] < 0.43  # even by the wider interval of the figure
    bicubic = panels["CIFAR-10, four times, minus WDSR"].loc["Bicubic"]
    plain = panels["CIFAR-10, four times, minus Original"].loc["WDSR"]
    assert "0.6 points better than bicubic's and 1.0 better than the images as they are, which cost a quarter" in TEXT
    assert (round(-bicubic["mean"], 1), bicubic["sign"], round(plain["mean"], 1), plain["sign"]) == (0.6, -1, 1.0, 1)
    full = panels["CIFAR-10, four times, minus WDSR"].loc["1/5"]
    assert "whether the method adds to that" in TEXT
    assert full["low"] < 0 < 0.2 < full["high"]
    assert full["seeds"] == plain["seeds"] == 3
    assert "whether the compute alone would do" in TEXT
    assert accuracies.summary("compact-long", "cifar10").empty


def test_how_often_the_classifiers_are_right():
    assert "right on 91.6 % of CIFAR-10 at the original size and on 62 % of CIFAR-100" in TEXT
    ten, hundred = (accuracies.summary("compact", name).loc["Original", "mean"] for name in ("cifar10", "cifar100"))
    assert (round(ten, 1), round(hundred)) == (91.6, 62)


def test_where_the_truth_is_known():
    table = recognitions.differences("bench", "cifar100")
    assert "on CIFAR-100 plain WDSR adds 12 points to bicubic, a fixed sharpening filter 10" in TEXT
    plain = -table.loc["bicubic", "mean"]
    assert (round(plain), round(plain + table.loc["sharpened", "mean"])) == (12, 10)
    assert "a third of a point more than WDSR, with five of ten networks" in TEXT
    assert (round(3 * table.loc["wdsr-a1-5", "mean"]), table.loc["wdsr-a1-5", "seeds"]) == (1, 5)
    summaries = [recognitions.summary("bench", name) for name in ("cifar10", "cifar100")]
    for found in summaries:
        assert "two to three points less often, but more often than SRCNN's" in TEXT
        accuracy = found["accuracy"]
        assert 2 < accuracy["WDSR"] - accuracy["Sharpened"] < 3
        assert accuracy["Sharpened"] > accuracy["SRCNN"]
        assert found["png_bytes"]["Sharpened"] > found["png_bytes"]["WDSR"]  # and pressed hardest, below, fewer
        assert abs(found["recovered"]["Sharpened"]) < 0.01
        others = accuracy.drop(["Truth", "Bicubic", "Sharpened", "SRCNN", "1/5, complement"])
        assert (others - accuracy["WDSR"]).abs().max() < 0.6
        assert accuracy["WDSR"] - accuracy["1/5, complement"] == pytest.approx(5, abs=0.6)
        assert set(found["seeds"][["WDSR", "1/5", "1/5, random"]]) == {5}
        assert set(found["seeds"].drop(["WDSR", "1/5", "1/5, random"])) == {1}


@pytest.mark.parametrize("dataset", ["cifar10", "cifar100"])
def test_sharpened_images_take_fewer_bytes_where_png_is_pressed_hardest(dataset):
    rows = tables.published("bench", "recognition")
    sharpened, plain = (
        np.mean([each.metrics[f"{dataset}/png_bytes_strongest"] for each in rows[row]])
        for row in ("sharpened", "wdsr-a0")
    )
    assert "though fewer where PNG is pressed hardest" in TEXT
    assert sharpened < plain


def test_whether_the_lead_shrinks_is_open():
    before, after = (accuracies.gaps(recipe, "cifar10", "WDSR", "Bicubic") for recipe in ("bench", "long"))
    found = change(np.array(list(before.values())), np.array(list(after.values())))
    assert "three seeds do not decide whether it shrinks" in TEXT
    assert (len(after), found.sign) == (3, 0)


def test_table_3_reduced():
    gain = points("bench", "WDSR", "Original")
    assert "gains about two points on CIFAR-10 from plain WDSR" in TEXT
    assert (round(gain["mean"]), gain["sign"]) == (2, 1)
    sharpened = points("bench", "Sharpened", "WDSR")
    assert "about as much from the fixed filter, though it is undecided whether they are equal" in TEXT
    assert abs(sharpened["mean"]) < 0.2
    assert sharpened["sign"] == 0
    original = points("bench", "Original, sharpened", "Original")
    assert "gains three points at a quarter of the cost" in TEXT
    assert (round(original["mean"]), original["sign"]) == (3, 1)
    assert "right about as often as plain WDSR's" in TEXT
    assert abs(points("bench", "1/5, random", "WDSR")["mean"]) < 0.2
    (answer,) = claims.claims("random-accuracy")
    line = answer.lines[0]
    found = line.measured.estimate
    assert "the method's 0.3 points more often, with an interval from 1.7 less to 2.2 more: undecided" in TEXT
    assert [round(each, 1) for each in (found.mean, found.low, found.high)] == [0.3, -1.7, 2.2]
    assert (line.contrast.on, line.measured.seeds, line.verdict.value) == ("cifar10", 5, "undecided")
    of_records = accuracies.published("bench", "cifar10")
    assert "This row alone was computed in float32" in TEXT
    alone = {row for row, made in of_records.items() if "float32" in {record.precision for record in made}}
    assert alone == {"1/5, random"}
    assert {record.precision for record in of_records["1/5, random"]} == {"float32"}
    longer = accuracies.summary("long", "cifar10").loc["Original", "mean"]
    short = accuracies.summary("bench", "cifar10").loc["Original", "mean"]
    assert "training as long as the upscaled images cost, 17" in TEXT
    assert round(longer - short) == 17
    cost = reduced.cost()["seconds an epoch"]
    assert 3 < cost.iloc[1] / cost.iloc[0] < 4.5
    after, before = (points(recipe, "WDSR", "Bicubic")["mean"] for recipe in ("long", "bench"))
    assert "1.4 points after 2,000 iterations, and 2.2 after 500" in TEXT
    assert (round(after, 1), round(before, 1)) == (1.4, 2.2)
