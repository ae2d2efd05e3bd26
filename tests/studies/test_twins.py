import numpy as np
import pytest

from hfsr.studies import correctness, twins
from hfsr.studies.classification import ClassifyRecord
from hfsr.studies.superres_run import SuperresRecord


def test_twins_are_the_same_runs_on_other_units():
    found = twins.pairs(SuperresRecord)
    assert {(twin.mask, twin.seed) for _, twin in found.values()} == {
        *((mask, seed) for mask in ("all", "high") for seed in (1, 2, 3)), ("uniform", 3), ("weighted", 3)
    }  # fmt: skip
    for single, twin in found.values():
        for what in ("name", "command", "recipe_digest", "steps", "seed", "alpha"):
            assert getattr(single, what) == getattr(twin, what)
        assert single.data == twin.data
        assert "no bf16 units" in single.device
        assert "no bf16" not in twin.device
        assert single.weights_sha256 != twin.weights_sha256


def test_differences_are_of_the_means_over_each_sets_pictures():
    table = twins.differences()
    single, twin = twins.pairs(SuperresRecord)["wdsr-a1-5-bench-s2"]
    for name in ("set5", "bsd100"):
        expected = single.metrics[f"{name}/psnr_y_border2"] - twin.metrics[f"{name}/psnr_y_border2"]
        assert table.loc["wdsr-a1-5-bench-s2", name] == pytest.approx(expected, abs=1e-9)
    assert np.isfinite(table.to_numpy()).all()


def test_a_row_of_classifiers_was_made_again_as_it_was():
    found = twins.pairs(ClassifyRecord)
    assert {twin.run.upscaler.name for _, twin in found.values()} == {"wdsr-a1-5"}
    for single, twin in found.values():
        for what in ("name", "command", "recipe_digest", "steps", "seed", "enlarger_sha256", "data"):
            assert getattr(single, what) == getattr(twin, what)
        assert single.precision == "float32"
        assert "no bf16" not in twin.device  # older records name the units alone


def test_accuracies_are_of_the_answers_to_single_images():
    for name, points in twins.accuracies().items():
        right = [
            correctness.unpack(made.correct["cifar10"], 10_000).sum() for made in twins.pairs(ClassifyRecord)[name]
        ]
        assert points == pytest.approx((right[0] - right[1]) / 100)
