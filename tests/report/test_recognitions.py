import numpy as np
import pytest

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
    for table in recognitions.beside_bytes("bench").values():
        assert table["accuracy"].idxmax() == "Truth"
        assert table.index[table["psnr"].isna()].tolist() == ["Truth"]


def test_differences_in_words_have_their_intervals():
    table = recognitions.differences("bench", "cifar100")
    words = recognitions.beside_plain("bench")["CIFAR-100"]["minus WDSR, points"]
    own = table.loc["wdsr-a1-5"]
    assert words["1/5"] == f"{own['mean']:+.2f} ({own['low']:+.2f}, {own['high']:+.2f})"
