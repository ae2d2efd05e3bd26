"""The answer of the page on super-resolution says in words what the records say, so by the rounding that its words mean."""

import pytest

from hfsr import paths
from hfsr.report import claims, printed, tables

TEXT = (paths.project() / "notebooks" / "superres.py").read_text().replace("\n# ", " ")
SAID = {
    "psnr-same": ("score 0.02 dB higher on Kodak24 than ten trained on all", "confirmatory", 0.02, "supported"),
    "random": ("score 0.02 to 0.03 dB less, with ten seeds of each", "confirmatory", 0.03, "supported"),
    "uniform": ("as many from the whole batch", "confirmatory", 0.02, "supported"),
    "weighted": ("with each crop weighted by its selected fraction", "confirmatory", 0.02, "supported"),
    "as-printed": ("the method costs 0.07 dB on Kodak24", "confirmatory", -0.07, "refuted"),
    "longer": (
        "0.01 dB behind on Kodak24, each of them, and the interval from -0.05 to +0.03 leaves open",
        "confirmatory",
        -0.01,
        "undecided",
    ),
}


@pytest.mark.parametrize("claim", SAID)
def test_the_answer_is_that_of_the_records(claim):
    words, stage, mean, verdict = SAID[claim]
    (answer,) = claims.claims(claim)
    line = next(line for line in answer.lines if line.contrast.stage == stage)
    assert words in TEXT
    assert round(line.measured.estimate.mean, 2) == mean
    assert answer.verdict == verdict
    registered = line.contrast.seeds
    assert line.seeds == f"{registered} of {registered} seeds"


@pytest.mark.parametrize(
    ("page", "words", "row", "per_cent"),
    [
        ("notebooks/superres.py", "on 62 % of the elements", "wdsr-a1-5", 62),
        ("README.md", "Selected are 62 % of all elements", "wdsr-a1-5", 62),
        ("book/intro.md", "From 62 % of them", "wdsr-a1-5", 62),
        ("book/claims.md", "at 1/3, on 48 % of the elements, it stays as it is", "wdsr-a1-3", 48),
    ],
)
def test_pages_say_how_many_elements_a_row_trains_on(page, words, row, per_cent):
    assert words in " ".join((paths.project() / page).read_text().replace("\n# ", " ").split())
    (share,) = tables.scores("bench", "train/selected_fraction").loc[row].dropna().unique()
    assert round(100 * share) == per_cent


def test_how_many_seeds_each_row_has():
    assert (
        "WDSR, 1/7, 1/5 and its controls random, uniform and weighted have ten seeds each, the other rows three" in TEXT
    )
    seeds = (
        tables.estimates("bench", "bsd100", "psnr_y_border2")["seeds"].drop("bicubic").rename(tables.labels("bench"))
    )
    ten = {"WDSR", "1/7", "1/5", "1/5, random", "1/5, uniform", "1/5, weighted"}
    assert {row: 10 if row in ten else 3 for row in seeds.index} == seeds.to_dict()


def test_the_sets_that_decide_are_in_the_tables():
    table = printed.on_sets("bench", "psnr_rgb_border8")
    assert list(table) == ["Set5", "Set14", "BSD100", "camera", "Kodak24", "McMaster", "paper"]
    gap = tables.differences("bench", "kodak24", "psnr_y_border2", study="confirmation").loc["wdsr-a1-5", "mean"]
    assert (
        printed.differences("bench", printed.sets("bench"), "psnr_y_border2")
        .loc["1/5", "Kodak24"]
        .startswith(f"{gap:+.3f}")
    )
    parts = printed.split("bench")
    assert list(parts.index) == list(table.index)
    assert parts.notna().all(axis=None)


def test_the_claims_page_says_what_the_smooth_elements_lose():
    assert "though half a decibel on the smooth elements" in " ".join(
        (paths.project() / "book" / "claims.md").read_text().split()
    )
    lost = tables.differences("bench", "kodak24", "psnr_rgb_border8_others", study="confirmation").loc["wdsr-a1-5"]
    assert lost["high"] < 0
    assert lost["mean"] == pytest.approx(-0.5, abs=0.1)
