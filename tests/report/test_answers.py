import re
from html import unescape

from hfsr.report import answers, claims, registration

READ, FOUND = registration.read(), claims.claims()


def test_every_claim_is_in_every_table_with_its_verdict():
    for table in (answers.short(FOUND), answers.full(FOUND)):
        rows = re.findall(r"<tr>(.*?)</tr>", table.split("<tbody>")[1], re.S)
        assert len(rows) == len(FOUND)
        for row, answer in zip(rows, FOUND, strict=True):
            assert answer.claim.claim in unescape(row)
            assert answers.verdict(answer.verdict) in row


def test_the_full_table_quotes_the_paper_and_names_every_record():
    table = unescape(answers.full(FOUND))
    for answer in FOUND:
        assert answer.claim.words in table
        for line in answer.lines:
            for name in line.measured.records if line.measured else ():
                assert name in table


def test_the_list_holds_every_claim_once():
    text = unescape(answers.parts(FOUND, READ))
    for answer in FOUND:
        assert text.count(answer.claim.claim.rstrip(".")) == 1, answer.claim.id


def test_a_registered_contrast_is_the_same_on_its_own_set():
    table = answers.on_every_set(FOUND, READ)
    line = next(answer for answer in FOUND if answer.claim.id == "psnr-same").lines[0]
    assert table.loc[answers.difference(line.contrast), "bsd100"] == line.measured.shown(3, "")


def test_every_contrast_is_listed_with_its_margin_and_reason():
    table = answers.registered_contrasts(FOUND, READ)
    listed = list(registration.contrasts(READ))
    assert len(table) == len(listed)
    assert list(table["reason"]) == [contrast.reason for contrast in listed]
    assert (table["expected"] != "").any()
