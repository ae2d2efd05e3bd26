import dataclasses

import pytest

from hfsr.analysis.statistics import Estimate
from hfsr.report import claims, compared, contrasts, registration
from hfsr.report.verdict import Verdict

READ, FOUND = registration.read(), claims.claims()


def test_a_registered_contrast_is_the_same_on_its_own_set():
    table = compared.on_every_set(FOUND, READ)
    line = next(answer for answer in FOUND if answer.claim.id == "psnr-same").lines[0]
    assert table.loc[compared.difference(line.contrast), "bsd100"] == line.measured.shown(3, "")


def test_every_contrast_is_listed_with_its_margin_and_reason():
    table = compared.registered_contrasts(FOUND, READ)
    listed = list(registration.contrasts(READ))
    assert len(table) == len(listed)
    assert list(table["reason"]) == [contrast.reason for contrast in listed]
    assert (table["expected"] != "").any()


def test_the_expected_width_of_a_finished_contrast_is_that_of_its_interval():
    """Whatever was measured: PSNR and bytes of photographs, a classifier's accuracy; at the family's confidence."""
    finished = 0
    for answer in FOUND:
        table = compared.registered_contrasts([answer], READ)
        for expected, line in zip(table["expected"] if answer.lines else (), answer.lines, strict=True):
            if line.measured and line.measured.seeds == line.contrast.seeds > 1:
                mean, low, _ = line.measured.estimate
                assert expected == f"± {mean - low:.{line.contrast.digits}f}"
                finished += 1
    assert finished > 20


def test_a_refutation_by_one_of_several_contrasts_is_told_where_it_hangs_on_that(monkeypatch):
    """Beyond the claim's own interval, but not beyond one widened for its two contrasts."""
    registered, answer = READ, next(each for each in FOUND if each.claim.id == "psnr-same")
    first, second, *_ = answer.lines
    lines = (first, dataclasses.replace(second, verdict=Verdict.REFUTED))
    refuted = dataclasses.replace(answer, lines=lines, deciding=lines, verdict=Verdict.REFUTED)

    def told(low, needed):
        def measured(contrast, confidence):
            assert confidence == pytest.approx(1 - (1 - registered.confidence(contrast.family)) / 2)
            return contrasts.Measured(Estimate(low - 1, low - 2, low), needed, ())

        monkeypatch.setattr(compared, "measure", measured)
        return compared.uncorrected([refuted], registered)

    assert told(low=-second.contrast.margin - 0.1, needed=2) == []
    assert told(low=0.5, needed=2) == [answer.claim.claim]
    assert compared.uncorrected([answer], registered) == []  # not refuted
