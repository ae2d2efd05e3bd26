import pytest

from hfsr.report import accuracies, comparison, reduced
from hfsr.studies import twins


def test_every_panel_is_of_one_set_recipe_and_baseline():
    panels = reduced.gains()
    assert list(panels) == [
        "CIFAR-10, minus Bicubic",
        "CIFAR-10 long, minus Bicubic",
        "CIFAR-10, minus WDSR",
        "CIFAR-10 long, minus WDSR",
        "CIFAR-100, minus Bicubic",
        "CIFAR-100, minus WDSR",
    ]
    assert panels["CIFAR-10 long, minus WDSR"].equals(comparison.gains("cifar10", "WDSR", "long"))


def test_the_figure_has_panels_of_one_set_and_one_length():
    assert list(reduced.drawn()) == ["minus Bicubic", "minus WDSR"]
    assert reduced.drawn()["minus WDSR"].equals(comparison.gains("cifar10", "WDSR", "bench"))


def test_differences_are_the_panels_in_words_and_the_longer_control():
    words = reduced.differences()
    assert (
        words.pop("CIFAR-10, 1/5 minus its controls, all in float32").loc["1/5, random", "points"].startswith("+0.38 (")
    )
    assert set(words) == {*reduced.gains(), "CIFAR-10, minus Original", "CIFAR-10, minus Original of long"}
    for title, table in reduced.gains().items():
        assert list(words[title].index) == list(table.index)
        assert words[title]["points"].str.startswith(tuple(f"{value:+.2f}" for value in table["mean"])).all()
    assert "paper" not in words["CIFAR-10, minus Original of long"]


def test_no_table_says_where_its_records_are():
    assert not any(comparison.RECORDS in table for table in reduced.tables().values())


def test_in_float32_every_seed_of_the_method_is_compared_with_its_own():
    table = reduced.in_float32()
    assert set(table["seeds"]) == {5}
    for row in table.index:
        method, control = (accuracies.summary("bench", "cifar10").loc[each, "mean"] for each in ("1/5", row))
        assert table.loc[row, "mean"] == pytest.approx(method + twins.accuracies().mean() - control)
