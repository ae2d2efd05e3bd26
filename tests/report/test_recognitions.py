import numpy as np
import pytest

from hfsr.analysis.statistics import over_seeds_judges_and_images
from hfsr.report import recognitions
from hfsr.studies import published
from hfsr.studies.recognition import RecognitionRecord


def record(name):
    (found,) = [each for each in published.everything(RecognitionRecord) if each.name == name]
    return found.metrics


@pytest.mark.parametrize("dataset", ["cifar10", "cifar100"])
def test_a_difference_is_the_mean_over_the_networks_of_those_of_the_same_seed(dataset):
    table = recognitions.differences("bench", dataset)
    gaps = [
        record(f"wdsr-a1-5-bench-s{seed}")[f"{dataset}/accuracy"]
        - record(f"wdsr-a0-bench-s{seed}")[f"{dataset}/accuracy"]
        for seed in range(5)
    ]
    assert table.loc["wdsr-a1-5", "mean"] == pytest.approx(100 * np.mean(gaps))
    assert table.loc["wdsr-a1-5", "seeds"] >= 5
    assert "wdsr-a0" not in table.index


def test_the_truth_is_a_ceiling_without_a_psnr():
    tables = recognitions.beside_bytes("bench")
    assert list(tables) == ["CIFAR-10", "CIFAR-100"]
    for table in tables.values():
        assert table.loc["Truth", "recovered"] == pytest.approx(100)
        assert table["accuracy"].idxmax() == "Truth"
        assert table.index[table["psnr"].isna()].tolist() == ["Truth"]


def test_differences_in_words_have_their_intervals():
    table = recognitions.differences("bench", "cifar100")
    words = recognitions.beside_plain("bench")["CIFAR-100"]["minus WDSR, points"]
    own = table.loc["wdsr-a1-5"]
    assert words["1/5"] == f"{own['mean']:+.2f} ({own['low']:+.2f}, {own['high']:+.2f})"


def test_intervals_are_as_wide_as_a_table_of_so_many_pairs_needs():
    table = recognitions.differences("bench", "cifar10")
    gaps = recognitions.gaps("bench", "cifar10", "wdsr-a1-5", "wdsr-a0")
    expected = over_seeds_judges_and_images(100 * np.array(list(gaps.values())), 1 - 0.05 / len(table))
    assert table.loc["wdsr-a1-5", ["mean", "low", "high"]].tolist() == pytest.approx(list(expected))
