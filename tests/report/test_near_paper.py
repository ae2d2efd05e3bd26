import numpy as np

from hfsr.report import accuracies, near_paper, timings
from hfsr.studies import recipes


def test_the_panels_subtract_what_their_titles_say():
    panels = near_paper.gains()
    assert list(panels) == [
        "CIFAR-10, minus Original",
        "CIFAR-100, minus Original",
        "CIFAR-10, minus WDSR",
        "CIFAR-100, minus WDSR",
        "CIFAR-10, four times, minus Original",
        "CIFAR-10, four times both, minus Original",
        "CIFAR-10, four times, minus WDSR",
    ]
    for title, table in panels.items():
        assert title.rpartition("minus ")[2] not in table.index
        assert table["paper"].isna().all() == ("both" in title)  # with as much compute for both the paper has nothing
    mean = accuracies.summary("compact", "cifar10")["mean"]
    gap = panels["CIFAR-10, minus Original"].loc["Bicubic", "mean"]
    assert abs(gap - (mean["Bicubic"] - mean["Original"])) < 1e-9  # of the same five seeds
    original = [accuracies.accuracy(record) for record in accuracies.published("compact", "cifar10")["Original"][:3]]
    upscaled = [accuracies.accuracy(record) for record in accuracies.published("compact-full", "cifar10")["WDSR"]]
    gap = panels["CIFAR-10, four times, minus Original"].loc["WDSR", "mean"]
    assert abs(gap - (np.mean(upscaled) - np.mean(original))) < 1e-9  # of three, as the paper compares them
    longer = [accuracies.accuracy(record) for record in accuracies.published("compact-long", "cifar10")["Original"]]
    gap = panels["CIFAR-10, four times both, minus Original"].loc["WDSR", "mean"]
    assert abs(gap - (np.mean(upscaled) - np.mean(longer))) < 1e-9


def test_a_table_a_set_and_compute_with_records():
    tables = near_paper.tables()
    assert {"CIFAR-10, equal compute", "CIFAR-100, equal compute"} <= set(tables)
    mean = accuracies.summary("compact", "cifar10")["mean"]
    assert tables["CIFAR-10, equal compute"]["accuracy (%)"].to_dict() == {
        row: f"{each:.2f}" for row, each in mean.items()
    }


def test_seconds_are_iterations_by_what_was_measured_a_second():
    rates = timings.table(timings.records("card")[0], "iterations")["iterations/s"]
    plan = recipes.classify("compact")
    assert near_paper.seconds("compact", "Original") == plan.steps / rates["cifar10-original-compact-s0"]
    assert near_paper.seconds("compact-full", "1/5") == plan.steps / rates["cifar10-bicubic-compact-full-s0"]
    assert near_paper.seconds("compact-long", "Original") == 4 * near_paper.seconds("compact", "Original")


def test_a_gain_stands_beside_its_cost():
    table = near_paper.tables()["CIFAR-10, equal compute"]
    gap = near_paper.gains()["CIFAR-10, minus Original"]["mean"]
    assert table.loc["WDSR", "minus Original, points"] == f"{gap['WDSR']:+.2f}"
    assert table.loc["Original", "minus Original, points"] == ""
    assert table.loc["WDSR", "seconds"] == f"{near_paper.seconds('compact', 'WDSR'):.1f}"
    longer = near_paper.tables()["CIFAR-10, four times the epochs"].loc["Original"]
    brief, long = (accuracies.published(recipe, "cifar10")["Original"] for recipe in ("compact", "compact-long"))
    pairs = zip(long, brief[: len(long)], strict=True)
    brought = np.mean([accuracies.accuracy(own) - accuracies.accuracy(base) for own, base in pairs])
    assert longer["minus Original of compact, points"] == f"{brought:+.2f}"
