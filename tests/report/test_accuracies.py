"""Tables of accuracy, from records whose numbers are known beforehand."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import t as student

from hfsr.analysis.statistics import holm, mcnemar, over_seeds_and_images
from hfsr.errors import UserError
from hfsr.report import accuracies
from hfsr.studies import recipes
from hfsr.studies.classification import ClassifyRecord
from hfsr.studies.correctness import pack
from hfsr.studies.records import Data
from hfsr.studies.rows import Cell

IMAGES = 200
PLAN = dataclasses.replace(
    recipes.classify("quick"),
    name="small",
    steps=100,
    batch=10,
    networks="bench",
    cells=(
        Cell("digits", "original"),
        Cell("digits", "bicubic"),
        Cell("digits", "wdsr-a1-5"),
    ),
    seeds=(0, 1),
)


@pytest.fixture
def record(filled):
    """The record of a run by its method, its seed and which test images it got wrong."""

    def make(method: str, seed: int, wrong: range, dataset: str = "digits", **changes) -> ClassifyRecord:
        correct = ~np.isin(np.arange(IMAGES), wrong)
        fields = {
            "recipe": "small",
            "method": method,
            "seed": seed,
            "steps": 100,
            "data": Data(name=dataset, images=50, digest=None, test_images=IMAGES),
            "metrics": {f"{dataset}/test_accuracy": float(correct.mean())},
            "correct": {dataset: pack(correct)},
            "seconds": 60.0 + seed,
        }
        return filled(ClassifyRecord, **fields | changes)

    return make


@pytest.fixture(autouse=True)
def records(monkeypatch, record, published):
    monkeypatch.setitem(recipes.CLASSIFY, "small", PLAN)
    monkeypatch.setitem(recipes.CLASSIFY, "longer", dataclasses.replace(PLAN, name="longer", steps=400))
    published(
        record("wdsr-a1-5", 1, range(0, 20)),
        record("wdsr-a1-5", 0, range(0, 30)),
        record("bicubic", 0, range(10, 50)),
        record("bicubic", 1, range(10, 50)),
        record("original", 0, range(0, 60), seconds=15.0),
        record("original", 0, range(0, 50), steps=400, recipe="longer"),
        record("bicubic", 0, range(0, 40), steps=400, recipe="longer"),
        record("original", 0, range(0, 10), recipe="quick"),
        record("original", 0, range(0, 10), steps=7),
        record("original", 0, range(0, 10), dataset="cifar10"),
    )


def pairs_of(row: str, baseline: str) -> list[tuple[ClassifyRecord, ClassifyRecord]]:
    found = accuracies.published("small", "digits")
    return list(zip(found[row], found[baseline], strict=True))


def test_rows_stand_in_the_tables_order_and_their_seeds_too():
    found = accuracies.published("small", "digits")
    assert list(found) == ["Original", "Bicubic", "1/5"]
    assert [record.seed for record in found["1/5"]] == [0, 1]
    assert [len(records) for records in found.values()] == [1, 2, 2]
    assert accuracies.published("small", "cifar10") == {}


def test_the_summary_has_mean_deviation_and_interval():
    table = accuracies.summary("small", "digits")
    assert table.loc["1/5", "mean"] == pytest.approx((85 + 90) / 2)
    assert table.loc["1/5", "sd"] == pytest.approx(np.std([85, 90], ddof=1))
    assert table.loc["1/5", "low"] < 85
    assert table.loc["Original", ["mean", "seeds"]].to_list() == [70, 1]
    assert np.isnan(table.loc["Original", "low"])


def test_without_a_record_of_the_baseline_there_is_no_difference(monkeypatch):
    every = accuracies.published("small", "digits")
    monkeypatch.setattr(accuracies, "published", lambda recipe, dataset: {"1/5": every["1/5"]})
    table = accuracies.differences("small", "digits", "Bicubic")
    assert table.empty
    assert {"mean", "sign", "p"} <= set(table.columns)


def test_differences_are_paired_by_seed_and_image():
    table = accuracies.differences("small", "digits", "Bicubic")
    assert list(table.index) == ["Original", "1/5"]
    assert table.loc["1/5", "mean"] == pytest.approx((5 + 10) / 2)
    assert table.loc["1/5", "alone"] == "20 : 10, 30 : 10"
    assert table.loc["Original", "mean"] == pytest.approx(-10)
    assert table["seeds"].to_list() == [1, 2]


def test_p_values_are_corrected_over_the_whole_table():
    table = accuracies.differences("small", "digits", "Bicubic")
    wrong = {
        "base": range(10, 50),
        "1/5, 0": range(30),
        "1/5, 1": range(20),
        "original": range(60),
    }
    answers = {name: ~np.isin(np.arange(IMAGES), images) for name, images in wrong.items()}
    plain = [mcnemar(answers[name], answers["base"]).p for name in ("original", "1/5, 0", "1/5, 1")]
    assert [p for row in table["p"] for p in row] == pytest.approx(holm(plain).tolist())


def test_intervals_are_wider_for_more_rows(monkeypatch):
    wide = accuracies.differences("small", "digits", "Bicubic").loc["1/5"]
    monkeypatch.setitem(recipes.CLASSIFY, "small", dataclasses.replace(PLAN, cells=PLAN.cells[1:]))
    narrow = accuracies.differences("small", "digits", "Bicubic").loc["1/5"]
    assert wide["mean"] == narrow["mean"]
    assert wide["low"] < narrow["low"] < narrow["high"] < wide["high"]
    gaps = [accuracies.right(own) * 100.0 - accuracies.right(base) * 100.0 for own, base in pairs_of("1/5", "Bicubic")]
    assert tuple(wide[["mean", "low", "high"]]) == pytest.approx(over_seeds_and_images(gaps, 1 - 0.05 / 2))
    assert tuple(narrow[["mean", "low", "high"]]) == pytest.approx(over_seeds_and_images(gaps, 1 - 0.05))


@pytest.mark.parametrize("method", ["original", "bicubic", "srcnn", "wdsr-a0", "wdsr-a1-7", "wdsr-a1-3"])
def test_rows_are_called_as_in_the_paper(method):
    from hfsr.report import paper

    assert accuracies.label(method) in paper.table3().index


def test_an_unknown_baseline_is_refused():
    with pytest.raises(
        UserError, match="no row of small on digits is called 'WDSR': choose one of Original, Bicubic, 1/5"
    ):
        accuracies.differences("small", "digits", "WDSR")


def test_rows_can_be_compared_with_a_longer_control():
    table = accuracies.differences("small", "digits", "Original", "longer")
    assert table["mean"].to_dict() == {"Original": -5.0, "Bicubic": 5.0, "1/5": 10.0}
    assert table["seeds"].to_list() == [1, 1, 1]  # the longer control has one


def test_what_length_buys():
    table = accuracies.lengths("digits", ["small", "longer"], [("1/5", "Bicubic"), ("Bicubic", "Original")])
    assert table.index.to_list() == [  # of 1/5 the longer recipe has no record
        ("1/5 minus Bicubic", 100),
        ("Bicubic minus Original", 100),
        ("Bicubic minus Original", 400),
    ]
    short, sd = table.loc[("1/5 minus Bicubic", 100)], np.std([5, 10], ddof=1)
    assert short[["mean", "sd", "seeds", "runs"]].to_list() == pytest.approx([7.5, sd, 2, 12])
    assert short["half-width"] == pytest.approx(student.ppf(0.975, 11) * sd / np.sqrt(12))
    assert table.loc[("Bicubic minus Original", 400)].dropna().to_dict() == {"mean": 5.0, "seeds": 1, "runs": 3}
