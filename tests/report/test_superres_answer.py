"""The answer of the page on super-resolution says in words what the records say, so by the rounding that its words mean."""

import pytest

from hfsr import paths
from hfsr.report import claims

TEXT = (paths.project() / "notebooks" / "superres.py").read_text().replace("\n# ", " ")
SAID = {
    "psnr-same": ("score 0.02 dB higher on Kodak24 than ten trained on all", "confirmatory", 0.02, "supported"),
    "random": ("score 0.02 to 0.03 dB less, with ten seeds of each", "confirmatory", 0.03, "supported"),
    "uniform": ("as many from the whole batch", "confirmatory", 0.02, "supported"),
    "weighted": ("with each crop weighted by its selected fraction", "confirmatory", 0.02, "supported"),
    "as-printed": ("the method costs 0.07 dB on Kodak24", "confirmatory", -0.07, "refuted"),
    "longer": (
        "0.01 dB behind on Kodak24, and the interval reaches from -0.05 to +0.03",
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
