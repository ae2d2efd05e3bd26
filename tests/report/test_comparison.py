import pytest

from hfsr import paths
from hfsr.files import read_json
from hfsr.report import accuracies, comparison, paper, png_sizes, tables
from hfsr.studies.records import Data
from hfsr.studies.upscaled_set import UpscaledRecord


def test_table_1_has_both_numbers_of_every_row():
    table = comparison.table1()
    assert list(table.index) == list(paper.METHODS)
    assert table.loc["1/5", ("PSNR", "paper")] == "34.55"
    psnr = tables.scores("bench", "bsd100/psnr_rgb_border8").loc["wdsr-a1-5"]
    assert table.loc["1/5", ("PSNR", "here")].startswith(f"{psnr.mean():.2f}")
    assert table.loc["Bicubic", ("fraction", "paper")] == table.loc["Bicubic", ("fraction", "here")] == ""
    assert table.loc["Bicubic", ("seeds", "")] == ""
    assert table.loc["1/5", ("seeds", "")] == str(psnr.count())


def test_every_number_has_its_record_and_its_command():
    for table in (comparison.table1(), comparison.table3(), comparison.table4()):
        for _, row in table.iterrows():
            ours = "".join(text for (_, whose), text in row.items() if whose == "here")
            assert bool(ours) == bool(row[comparison.RECORDS])
            for file, command in row[comparison.RECORDS]:
                assert read_json(paths.results() / file)["command"] == command
    first, *_ = comparison.table1().loc["1/5", comparison.RECORDS]
    assert first == ("superres/wdsr-a1-5.json", "hfsr train --method wdsr --alpha 1/5 --recipe bench --seed 0")


def test_table_3_is_empty_where_nothing_was_measured():
    table = comparison.table3()
    assert list(table.index) == list(paper.table3().index)
    assert table.loc["1/6", ("cifar100", "paper")] == "78.24"
    assert table.loc["1/6", ("cifar100", "here")] == table.loc["1/6", ("cifar100", "seeds")] == ""
    assert table.loc["1/6", ("cifar10", "seeds")] == str(len(accuracies.published("bench", "cifar10")["1/6"]))
    assert table.loc["1/6", ("cifar10", "sd")] == f"{accuracies.summary('bench', 'cifar10').loc['1/6', 'sd']:.2f}"
    assert table.notna().all(axis=None)


def test_table_4_is_in_megabytes_with_intervals_over_thousands(monkeypatch, filled):
    thousands = {"cifar10/train_png_bytes": [2**20, 2**21], "cifar10/test_png_bytes": [2**20, 2**20]}
    data = Data(name="cifar10", images=2000, digest=None, test_images=2000)
    about = {"name": "cifar10-wdsr-a1-5", "method": "wdsr-a1-5", "command": "make it"}
    made = filled(UpscaledRecord, **about, data=data, thousands=thousands)
    found = {"cifar10": {"wdsr-a1-5": made}, "cifar100": {}}
    monkeypatch.setattr(png_sizes, "published", found.get)
    table = comparison.table4()
    assert table.loc["1/5", ("cifar10_train", "here")] == "3.00 (-9.71, 15.71)"  # Student's of two: 12.71 deviations
    assert table.loc["1/5", ("cifar10_test", "here")] == "2.00 (2.00, 2.00)"
    assert table.loc["1/5", comparison.RECORDS][-1] == ("upscaled/cifar10-wdsr-a1-5.json", "make it")
    assert table.loc["WDSR", ("cifar10_train", "here")] == table.loc["1/5", ("cifar100_train", "here")] == ""
    photographs = tables.published("bench", "frequency")["bicubic"][0].per_image["bsd100"]
    printed, _, _ = table.loc["Bicubic", ("photographs", "here")].partition(" ")
    assert float(printed) == pytest.approx(sum(photographs["png_bytes"]) / 2**20, abs=0.006)


def test_table_3_of_a_recipe_has_its_own_rows():
    assert list(comparison.table3("long").index) == ["Original", "Bicubic", "WDSR", "1/5"]


def test_gains_stand_beside_the_papers():
    table = comparison.gains("cifar10", "WDSR")
    assert table.loc["1/5", "paper"] == pytest.approx(95.23 - 94.80)
    assert table.loc["1/5", "low"] < table.loc["1/5", "mean"] < table.loc["1/5", "high"]
