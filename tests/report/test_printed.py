import pytest

from hfsr.analysis import evaluation
from hfsr.data.photographs import Photographs
from hfsr.report import paper, printed, tables
from hfsr.studies import recipes

pytestmark = pytest.mark.usefixtures("table_1")


def test_every_metric_of_a_picture_has_its_words(photograph):
    picture = photograph("coffee")[:, :64, :64]
    pair = Photographs("one", ("coffee",), (picture,), (picture,), "", degrade="noise25")
    assert set(evaluation.evaluate("input", pair)) == set(printed.METRICS)


def test_means_have_their_deviation_where_there_are_several_seeds():
    means = printed.means("bench", ["set5/psnr_y_border2", "absent"])
    assert means.loc["WDSR", "set5/psnr_y_border2"] == "33.05 ± 0.07"
    assert means.loc["Bicubic", "set5/psnr_y_border2"] == "31.00"
    assert set(means["absent"]) == {""}


def test_differences_carry_a_star_where_zero_is_excluded():
    differences = printed.differences("bench", ["set5"], "psnr_y_border2")["Set5"]
    assert differences["1/5"].startswith("+0.125 (+0.0")
    assert differences["1/5"].endswith(") *")
    assert differences["1/5, complement"] == "-3.000 (-3.000, -3.000) *"


def test_any_row_may_be_the_one_that_is_subtracted():
    forth = tables.differences("bench", "set5", "psnr_y_border2").loc["wdsr-a1-5", "mean"]
    back = printed.differences("bench", ["set5"], "psnr_y_border2", 4, baseline="wdsr-a1-5")["Set5"]
    assert back["WDSR"].startswith(f"{-forth:+.4f} (")
    assert "1/5" not in back


def test_the_papers_figures_stand_beside_those_on_rgb():
    table = printed.on_sets("bench", "psnr_rgb_border8")
    assert list(table)[-1] == "paper"
    assert table.loc["WDSR", "paper"] == f"{paper.table1().loc['WDSR', 'psnr']:.2f}"
    assert "paper" not in printed.on_sets("bench", "psnr_y_border2")


def test_what_single_seeds_say_is_between_the_least_and_the_most():
    table = printed.agreement("bench", "set5", "psnr_y_border2")
    assert table.loc["1/5", ["seeds", "least", "most", "ahead"]].to_list() == [2, 0.125, 0.125, "100%"]
    assert table.loc["1/5, complement", ["seeds", "ahead"]].to_list() == [1, "0%"]


def test_every_set_of_a_recipe_has_a_name_for_readers():
    for recipe in recipes.SUPERRES.values():
        assert {name for name in recipe.evaluation if not name.startswith(("embedded", "div2k"))} <= set(printed.SHORT)


def test_nothing_is_compared_with_random_elements_that_are_not_published():
    assert printed.against_random("bench").empty


def test_sets_that_nothing_was_confirmed_on_are_left_out():
    assert set(printed.sets("bench").values()) == {"superres"}
