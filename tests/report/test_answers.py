import re
from html import unescape

from hfsr.report import answers, claims, registration
from hfsr.report.verdict import Verdict

READ, FOUND = registration.read(), claims.claims()


def test_every_claim_is_in_every_table_with_its_verdict():
    waiting_last = sorted(FOUND, key=lambda answer: answer.verdict == Verdict.NOT_MEASURED)
    for table, expected in ((answers.short(FOUND), waiting_last), (answers.full(FOUND), FOUND)):
        rows = [row for row in re.findall(r"<tr>(.*?)</tr>", table, re.S) if "<td" in row]
        assert len(rows) == len(FOUND)
        for row, answer in zip(rows, expected, strict=True):
            assert answer.claim.claim in unescape(row)
            assert answers.verdict(answer.verdict) in row


def test_what_is_not_measured_yet_is_folded():
    shown, folded = answers.short(FOUND).split("<details>")
    assert answers.verdict(Verdict.NOT_MEASURED) not in shown
    assert folded.count(answers.verdict(Verdict.NOT_MEASURED)) == folded.count("<tr>") - 1


def test_the_full_table_quotes_the_paper_and_names_every_record():
    table = unescape(answers.full(FOUND))
    for answer in FOUND:
        assert answer.claim.words in table
        for line in answer.lines:
            for name in line.measured.records if line.measured else ():
                assert name in table


def test_the_list_holds_every_question_and_every_claim_of_those_that_are_asked():
    text = unescape(answers.parts(FOUND, READ))
    asked = {answer.lines[0].contrast.family for answer in FOUND if answer.shown and answer.shown.measured}
    for answer in FOUND:
        listed = not answer.lines or answer.lines[0].contrast.family in asked
        assert text.count(answer.claim.claim.rstrip(".")) == listed, answer.claim.id
    assert all(text.count(question) == 1 for question in READ.families.values())
