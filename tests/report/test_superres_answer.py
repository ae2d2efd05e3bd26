"""The answer of the page on super-resolution says in words what the records say, so by the rounding that its words mean."""

import pytest

from hfsr import paths
from hfsr.report import claims, fractions, printed, tables

TEXT = (paths.project() / "notebooks" / "superres.py").read_text().replace("\n# ", " ")
SAID = {
    "psnr-same": (
        "score 0.02 dB higher on Kodak24 (RGB; 0.01 on luma) than ten trained on all",
        "confirmatory",
        0.02,
        "supported",
    ),
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
        ("notebooks/superres.py", "on 69 % of the elements of the crops", "wdsr-a1-5", 69),
        ("notebooks/superres.py", "So in the crops 1/5 selects 69 % of the elements", "wdsr-a1-5", 69),
        (
            "README.md",
            "The loss counts 69 % of the elements (colour values of pixels) of the training crops",
            "wdsr-a1-5",
            69,
        ),
        ("book/intro.md", "From 69 % of those of the training crops", "wdsr-a1-5", 69),
        ("book/claims.md", "at 1/3, on 55 % of the elements, it stays as it is", "wdsr-a1-3", 55),
    ],
)
def test_pages_say_how_many_elements_a_row_trains_on(page, words, row, per_cent):
    assert words in " ".join((paths.project() / page).read_text().replace("\n# ", " ").split())
    assert {round(100 * fractions.drawn(record)) for record in tables.published("bench")[row]} == {per_cent}


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("README.md", "of all training photographs together the mask selects 62 %"),
        ("notebooks/superres.py", "but of all training photographs together 62 %"),
    ],
)
def test_pages_say_how_many_elements_of_the_photographs_are_selected(page, words):
    assert words in " ".join((paths.project() / page).read_text().replace("\n# ", " ").split())
    (share,) = tables.scores("bench", "train/selected_fraction").loc["wdsr-a1-5"].dropna().unique()
    assert round(100 * share) == 62


def test_the_lead_on_kodak24_is_smaller_on_luma_and_undecided_there():
    assert "0.02 dB higher on Kodak24 (RGB; 0.01 on luma)" in TEXT
    luma, rgb = (
        tables.differences("bench", "kodak24", metric, study="confirmation").loc["wdsr-a1-5"]
        for metric in ("psnr_y_border2", "psnr_rgb_border8")
    )
    assert (round(luma["mean"], 2), round(rgb["mean"], 2)) == (0.01, 0.02)
    assert (luma["sign"], rgb["sign"]) == (0, 1)


def test_no_row_leads_on_the_camera_photographs():
    assert (
        "the means of all rows lie below plain WDSR's, lowest at 1/3 and per image; four pictures cannot tell if by chance"
        in TEXT
    )
    found = tables.differences("bench", "realsr-held-out", "psnr_y_border2").drop(["bicubic", "srcnn", "wdsr-a1-5-low"])
    assert (found["mean"] < 0).all()
    assert not found.loc[found.index.str.startswith("wdsr-a1-"), "sign"].any()
    assert set(found["mean"].nsmallest(2).index) == {"wdsr-a1-3", "wdsr-a1-5-image"}


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
