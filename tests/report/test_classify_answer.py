"""The prose of the classifiers' page is what the records say: in words, so by the rounding that its words mean."""

import numpy as np
import pytest

from hfsr import paths
from hfsr.analysis.change import change
from hfsr.report import accuracies, claims, near_paper, recognitions, reduced, tables
from hfsr.studies import grid, twins

TEXT = " ".join((paths.project() / "notebooks" / "classify.py").read_text().replace("\n# ", " ").split())


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
    assert "whether the method adds to that, three networks of each kind leave open" in TEXT
    assert full["low"] < 0 < 0.2 < full["high"]
    assert full["seeds"] == plain["seeds"] == 3


def test_the_compute_alone_brings_as_much():
    longer = points("compact-long", "Original", "Original", trained="compact")
    assert "in four times as many epochs, three networks gain 1.2 points" in TEXT
    assert (round(longer["mean"], 1), longer["sign"], longer["seeds"]) == (1.2, 1, 3)
    panels = near_paper.gains()
    plain = panels["CIFAR-10, four times, minus Original"].loc["WDSR"]
    assert longer["mean"] > plain["mean"]
    both = panels["CIFAR-10, four times both, minus Original"]
    assert "Beside them no upscaling is ahead, and bicubic's images are 0.8 points behind" in TEXT
    assert (both["mean"] < 0).all()
    assert (round(-both.loc["Bicubic", "mean"], 1), both.loc["Bicubic", "sign"]) == (0.8, -1)
    claims_page = " ".join((paths.project() / "book" / "claims.md").read_text().split())
    assert "brings as much, and beside that no upscaling is ahead" in claims_page


def test_what_the_control_of_four_times_the_compute_is():
    records = accuracies.published("compact-long", "cifar10")["Original"]
    assert "Its three networks were trained in float32" in TEXT
    assert [record.precision for record in records] == ["float32"] * 3
    upscaled = grid.runs("classify", "compact-full")["cifar10-wdsr-a0-compact-full-s0"]
    assert (
        f"with {records[0].run.work.training / upscaled.work.training:.0%}".replace("%", " %") + " of the operations"
        in TEXT
    )


def test_how_often_the_classifiers_are_right():
    assert "right on 91.6 % of CIFAR-10 at the original size and on 62 % of CIFAR-100" in TEXT
    ten, hundred = (accuracies.summary("compact", name).loc["Original", "mean"] for name in ("cifar10", "cifar100"))
    assert (round(ten, 1), round(hundred)) == (91.6, 62)
    longer = accuracies.summary("compact-long", "cifar100").loc["Original"]
    assert "On CIFAR-100 one network was trained as long, to see how far this one gets: it is right on 66 %" in TEXT
    assert (round(longer["mean"]), longer["seeds"]) == (66, 1)


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


def test_the_controls_of_the_method_in_table_3():
    assert (
        "Beside plain WDSR's, their classifiers are right 0.7 points more often, 0.1 less and 1.7 less, all undecided"
        in TEXT
    )
    for row, mean in (("1/5, per image", 0.7), ("1/5, random", -0.1), ("1/5, complement", -1.7)):
        found = points("bench", row, "WDSR")
        assert (round(found["mean"], 1), found["sign"], found["seeds"]) == (mean, 0, 5)
    assert "the complement's lead over bicubic is 0.5 points, undecided too" in TEXT
    found = points("bench", "1/5, complement", "Bicubic")
    assert (round(found["mean"], 1), found["sign"]) == (0.5, 0)
    (answer,) = claims.claims("random-accuracy")
    found = {line.contrast.on: line.measured.estimate for line in answer.lines}
    assert "0.3 points more often than random's" in TEXT
    assert "from 1.7 less to 2.2 more, on CIFAR-100 from 0.2 less to 0.8 more, both undecided" in TEXT
    assert [round(each, 1) for each in (found["cifar10"].mean, found["cifar10"].low, found["cifar10"].high)] == [
        0.3,
        -1.7,
        2.2,
    ]
    assert [round(each, 1) for each in (found["cifar100"].mean, found["cifar100"].low, found["cifar100"].high)] == [
        0.3,
        -0.2,
        0.8,
    ]
    assert [line.verdict.value for line in answer.lines] == ["undecided"] * 2
    assert [line.measured.seeds for line in answer.lines] == [5, 5]


def test_which_rows_of_table_3_are_in_float32():
    assert "These three rows were computed in float32" in TEXT
    precisions = {}
    for dataset in ("cifar10", "cifar100"):
        for row, made in accuracies.published("bench", dataset).items():
            precisions.setdefault(row, set()).update(record.precision for record in made)
    alone = {row for row, found in precisions.items() if "float32" in found}
    assert alone == {"1/5, per image", "1/5, random", "1/5, complement"}
    assert all(precisions[row] == {"float32"} for row in alone)
    assert "the method's five classifiers were made again in float32" in TEXT
    assert "single ones are right 0.6 points less often to 0.9 more, in the mean 0.1 more" in TEXT
    again = twins.accuracies()
    assert [len(again), *(round(each, 1) for each in (again.min(), again.max(), again.mean()))] == [5, -0.6, 0.9, 0.1]
    assert "ahead of random, 0.4 behind per image and 2.0 ahead of the complement, all undecided too" in TEXT
    alike = reduced.in_float32()
    assert alike["mean"].round(1).tolist() == [-0.4, 0.4, 2.0]
    assert not alike["sign"].any()
    deviation = accuracies.summary("bench", "cifar10").loc["1/5", "sd"]
    assert deviation / 2 < again.std() < 2 * deviation


def test_table_3_reduced():
    gain = points("bench", "WDSR", "Original")
    assert "gains about two points on CIFAR-10 from plain WDSR" in TEXT
    assert (round(gain["mean"]), gain["sign"]) == (2, 1)
    sharpened = points("bench", "Sharpened", "WDSR")
    assert "about as much from the fixed filter, though it is undecided whether they are equal" in TEXT
    assert abs(sharpened["mean"]) < 0.2
    assert sharpened["sign"] == 0
    original = points("bench", "Original, sharpened", "Original")
    assert "three points from that filter on the images as they are" in TEXT
    assert (round(original["mean"]), original["sign"]) == (3, 1)
    longer = accuracies.summary("long", "cifar10").loc["Original", "mean"]
    short = accuracies.summary("bench", "cifar10").loc["Original", "mean"]
    assert "17 from training on those as long as the upscaled images cost" in TEXT
    assert round(longer - short) == 17
    cost = reduced.cost()["seconds an epoch"]
    assert 3 < cost.iloc[1] / cost.iloc[0] < 4.5
    after, before = (points(recipe, "WDSR", "Bicubic")["mean"] for recipe in ("long", "bench"))
    assert "1.4 points after 2,000 iterations, and 2.2 after 500" in TEXT
    assert (round(after, 1), round(before, 1)) == (1.4, 2.2)
