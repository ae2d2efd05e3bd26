"""The answer page's claims are what the published records say, and nothing else."""

import re
import shutil

import numpy as np
import pytest

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json
from hfsr.report import accuracies, claims, paper, tables
from hfsr.report.verdict import Verdict
from hfsr.studies import recipes

FOUND = {(claim.place, claim.claim): claim for claim in claims.claims()}


def about(words):
    (claim,) = [claim for (_, text), claim in FOUND.items() if words in text]
    return claim


def test_each_claim_has_a_verdict_a_study_and_records_that_there_are():
    for claim in FOUND.values():
        assert isinstance(claim.verdict, Verdict)
        assert claim.study in recipes.STUDIES
        assert claim.command == f"make study STUDY={claim.study} RECIPE=bench"
        assert claim.records or claim.ours == "not measured yet"
        for name in claim.records:
            assert (paths.results() / name).exists(), name


@pytest.mark.parametrize(
    ("words", "study", "metric", "digits", "scale"),
    [
        ("costs no PSNR", "superres", "psnr_rgb_border8", 3, 1),
        ("costs no SSIM", "superres", "ssim_rgb_border8", 4, 1),
        ("More power", "frequency", "high_power", 2, 100),
    ],
)
def test_differences_are_the_means_over_the_records_they_name(words, study, metric, digits, scale):
    claim = about(words)
    means = {"wdsr-a0": {}, "wdsr-a1-5": {}}
    for name in claim.records:
        record = read_json(paths.results() / name)
        row = "wdsr-a0" if record["alpha"] == 0 else "wdsr-a1-5"
        means[row][record["seed"]] = np.mean(record["per_image"]["bsd100"][metric])
    seeds = set(means["wdsr-a0"]) & set(means["wdsr-a1-5"])
    expected = scale * np.mean([means["wdsr-a1-5"][seed] - means["wdsr-a0"][seed] for seed in seeds])
    assert claim.ours.startswith(f"{expected:+.{digits}f} (")
    assert f", {len(seeds)} seed" in claim.ours
    assert claim.study == study


def test_bytes_grow_only_if_every_step_does():
    claim = about("Bytes as PNG grow")
    steps = [
        tables.differences("bench", "bsd100", "png_bytes", less, "frequency", relative=True).loc[more, "mean"]
        for less, more in zip(
            ["wdsr-a0", "wdsr-a1-7", "wdsr-a1-6", "wdsr-a1-5", "wdsr-a1-4"],
            ["wdsr-a1-7", "wdsr-a1-6", "wdsr-a1-5", "wdsr-a1-4", "wdsr-a1-3"],
            strict=True,
        )
    ]
    assert f"smallest step {min(steps):+.2f}" in claim.ours
    assert (claim.verdict is Verdict.SUPPORTED) <= (min(steps) > 0)


def test_the_papers_numbers_are_the_papers():
    theirs = paper.table4()["div2k_valid"]
    assert about("Bytes as PNG grow").theirs.startswith(f"{100 * (theirs['1/3'] / theirs['WDSR'] - 1):+.1f}%")
    assert about("CIFAR-10 upscaled by the method").theirs == "+0.43 points, one run each"
    assert "63.1%" in about("Gaussian").theirs


def test_one_seed_gets_no_verdict(monkeypatch):
    """Its interval is over images alone, and excludes zero here."""
    every = accuracies.published
    monkeypatch.setattr(
        accuracies, "published", lambda *given: {row: found[:1] for row, found in every(*given).items()}
    )
    claim = next(each for each in claims.claims() if "CIFAR-10 upscaled by plain WDSR" in each.claim)
    assert claim.ours.endswith(", 1 seed")
    assert accuracies.differences("bench", "cifar10", "Original").loc["WDSR", "sign"] == 1
    assert claim.verdict is Verdict.UNDECIDED


def test_a_missing_record_is_named(monkeypatch, tmp_path):
    shutil.copytree(paths.results() / "superres", tmp_path / "superres")
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    with pytest.raises(
        UserError, match=r"no records of .* in results/frequency: `make study STUDY=frequency`, then publish"
    ):
        claims.claims()


def test_added_power_is_split_into_right_and_wrong():
    claim = about("recovered detail")
    parts = re.match(r"([+-][\d.]+) % right, ([+-][\d.]+) % wrong; right less wrong ([+-][\d.]+) ", claim.ours)
    right, wrong, net = map(float, parts.groups())
    assert right - wrong == pytest.approx(net, abs=0.011)
    assert float(about("More power").ours.split()[0]) == pytest.approx(right + wrong, abs=0.011)
