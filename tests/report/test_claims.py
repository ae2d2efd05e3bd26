"""The answers are what the registration asks of the published records, and nothing else."""

import re
from dataclasses import replace

import pytest

from hfsr import paths
from hfsr.analysis.statistics import Estimate, over_seeds_and_images
from hfsr.report import claims, registration, tables
from hfsr.report.claims import Answer
from hfsr.report.contrasts import Measured
from hfsr.report.verdict import Verdict

FOUND = {answer.claim.id: answer for answer in claims.claims()}


@pytest.fixture
def measured(monkeypatch):
    """What each stage of a claim measures: (low, high, seeds), or None."""

    def claim(**stages) -> Answer:
        def measure(contrast, confidence):
            found = stages.get(contrast.stage)
            return found and Measured(Estimate(sum(found[:2]) / 2, *found[:2]), found[2], ())

        monkeypatch.setattr(claims, "measure", measure)
        return claims.claims("random")[0]

    return claim


def test_every_registered_claim_is_answered_in_its_order():
    assert [answer.claim for answer in FOUND.values()] == list(registration.read().claims)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("psnr-same", Verdict.SUPPORTED),
        ("random", Verdict.SUPPORTED),
        ("as-printed", Verdict.REFUTED),
        ("longer", Verdict.UNDECIDED),
        ("power", Verdict.SUPPORTED),
        ("recovered", Verdict.NO_DIFFERENCE),
        ("compact-method", Verdict.UNDECIDED),
        ("truth-method", Verdict.SUPPORTED),
    ],
)
@pytest.mark.parametrize("page", ["README.md", "book/intro.md"])
def test_the_first_pages_say_what_the_records_say(page, claim, verdict):
    text = " ".join((paths.results().parent / page).read_text().split())  # wherever its lines end
    answer = FOUND[claim]
    contrast = answer.shown.contrast
    mean, low, high = (f"{value:+.{contrast.digits}f}" for value in answer.shown.measured.estimate[:3])
    assert answer.verdict == verdict, f"{page}'s sentence says otherwise"
    assert f"{mean} {contrast.unit.split()[0]} ({low}, {high})" in text
    level = re.search(r"(\d+ %) right \(paper: (\d+ %)\)", answer.tested_at)
    assert (" against ".join(level.groups()) if level else re.search(r"1/\d+", answer.tested_at)[0]) in text
    if claim == "compact-method":
        assert answer.shown.excludes_paper == ("lies outside" in text)


def test_the_readmes_table_has_claims_as_registered_and_their_verdicts():
    text = (paths.project() / "README.md").read_text()
    rows = re.findall(r"^\| (.+?) \| \*\*(.+?)\*\* \| (.+?) \|$", text, re.MULTILINE)
    answers = {answer.claim.claim: answer for answer in FOUND.values()}
    assert len(rows) == 8
    for claim, verdict, measured in rows:
        shown = answers[claim].shown
        assert answers[claim].verdict.value == verdict
        assert measured.startswith(shown.measured.shown(shown.contrast.digits, "").split(" ")[0])


@pytest.mark.parametrize("claim", ["lossless", "lossless-random"])
def test_the_page_of_the_mask_says_what_photographs_without_block_edges_say(claim):
    answer = FOUND[claim]
    shown = answer.shown.measured.shown(answer.shown.contrast.digits, "")
    text = (paths.project() / "notebooks" / "weight_map.py").read_text().replace("\n# ", " ")
    assert answer.verdict == Verdict.SUPPORTED
    assert shown.replace(" (", " dB (") in text
    assert "with five seeds of each" in text
    assert answer.shown.seeds == "5 of 5 seeds"


def test_the_page_on_frequencies_says_how_large_srcnns_files_are():
    answer = FOUND["bytes-srcnn"]
    text = (paths.project() / "notebooks" / "frequency.py").read_text().replace("\n# ", " ")
    assert (answer.verdict, answer.shown.contrast.on) == (Verdict.REFUTED, "kodak24")
    assert f"{-answer.shown.measured.estimate.mean:.1f} per cent smaller than WDSR's here, on Kodak24" in text


@pytest.mark.parametrize("page", ["README.md", "book/intro.md"])
def test_the_first_pages_say_how_much_of_the_added_power_is_right(page):
    right, wrong = (
        100 * tables.differences("bench", "kodak24", part, study="confirmation").loc["wdsr-a1-5", "mean"]
        for part in ("right_power", "wrong_power")
    )
    text = " ".join((paths.project() / page).read_text().split())
    assert f"of which {right:.1f} agree with the truth and {wrong:.1f} do not" in text


@pytest.mark.parametrize("page", ["README.md", "book/intro.md", "notebooks/superres.py"])
def test_pages_say_what_is_left_of_the_lead_over_random_elements(page):
    """After ten times the training; no claim was registered of it, so an interval that belongs to no family."""
    pair = ("wdsr-a1-5", "wdsr-a1-5-random")
    gaps = tables.gaps("long", "kodak24", "psnr_rgb_border8", *pair, "confirmation")
    mean, low, high = over_seeds_and_images(list(gaps.values()))
    text = " ".join((paths.results().parent / page).read_text().replace("\n# ", " ").split())
    assert len(gaps) == 3
    assert low < 0 < high
    assert f"{mean:+.3f} dB ({low:+.3f}, {high:+.3f})" in text


def test_records_that_are_named_are_there():
    for answer in FOUND.values():
        for line in answer.lines:
            for name in line.measured.records if line.measured else ():
                assert (paths.results() / name).exists(), name


def test_what_has_no_contrast_is_not_tested_and_says_why():
    untested = [answer for answer in FOUND.values() if not answer.lines]
    assert untested
    for answer in untested:
        assert (answer.verdict, answer.stage, answer.shown) == (Verdict.NOT_TESTED, None, None)
        assert answer.claim.untested


def test_confirmatory_lines_decide_once_they_have_two_seeds(measured):
    early = measured(exploratory=(0.1, 0.2, 3), confirmatory=(-0.2, -0.1, 1))
    assert (early.stage, early.verdict) == ("exploratory", Verdict.SUPPORTED)
    late = measured(exploratory=(0.1, 0.2, 3), confirmatory=(-0.2, -0.1, 2))
    assert (late.stage, late.verdict) == ("confirmatory", Verdict.REFUTED)


def test_one_seed_gets_no_verdict(measured):
    answer = measured(exploratory=(0.1, 0.2, 1))
    assert (answer.verdict, answer.shown.seeds) == (Verdict.UNDECIDED, "1 of 10 seeds")


def test_more_seeds_than_are_registered_are_said_to_be_so(measured):
    assert measured(exploratory=(0.1, 0.2, 12)).shown.seeds == "12 seeds (10 registered)"


def test_nothing_published_is_not_measured_yet(measured):
    answer = measured()
    assert (answer.verdict, answer.shown.seeds) == (Verdict.NOT_MEASURED, "0 of 10 seeds")


def test_the_papers_effect_is_excluded_or_not(measured):
    line = FOUND["psnr-same"].lines[0]
    for ends, excluded in (((0.02, 0.03), True), ((0.0, 0.03), False)):
        other = replace(line, measured=Measured(Estimate(0.0, *ends), 2, ()))
        assert other.contrast.paper == 0.01
        assert other.excludes_paper is excluded
    assert measured(exploratory=(0.1, 0.2, 3)).shown.excludes_paper is None  # the paper has no number for it
