import re
from base64 import b64decode
from html import unescape
from io import BytesIO

import pandas as pd

from hfsr.report import answers, claims, registration
from hfsr.report.verdict import Verdict

READ, FOUND = registration.read(), claims.claims()


def test_every_claim_is_in_every_table_with_its_verdict():
    waiting_last = sorted(FOUND, key=lambda answer: answer.verdict == Verdict.NOT_MEASURED)
    for table in (answers.short(FOUND), answers.full(FOUND)):
        rows = [row for row in re.findall(r"<tr>(.*?)</tr>", table, re.S) if "<td" in row]
        assert len(rows) == len(FOUND)
        for row, answer in zip(rows, waiting_last, strict=True):
            assert answer.claim.claim in unescape(row)
            assert answers.verdict(answer.verdict) in row


def test_what_is_not_measured_yet_is_folded():
    for table in (answers.short(FOUND), answers.full(FOUND)):
        shown, folded = table.split('<details class="folded">')
        lines = [row.rpartition("<td>")[2] for row in folded.split("<tr>")[2:]]  # without the head
        assert all(answers.verdict(Verdict.NOT_MEASURED) in line for line in lines)
        assert not any(
            answers.verdict(Verdict.NOT_MEASURED) in row.rpartition("<td>")[2] for row in shown.split("<tr>")
        )


def test_what_is_folded_can_be_had_as_csv():
    waiting = [answer.claim.claim for answer in FOUND if answer.verdict == Verdict.NOT_MEASURED]
    for table in (answers.short(FOUND), answers.full(FOUND)):
        (data,) = re.findall(r'download="[^"]+\.csv" href="data:text/csv;base64,([^"]+)"', table)
        assert pd.read_csv(BytesIO(b64decode(data)), index_col=0).index.tolist() == waiting


def test_what_is_compared_is_in_words():
    text = unescape(answers.headline(FOUND) + answers.full(FOUND))
    assert "1/5 minus a Gaussian's, selected fraction, on the training photographs: " in text
    assert not re.search(r" on [a-z]+\d+\b", text)


def test_more_than_three_intervals_are_drawn_and_fewer_printed():
    measured = [
        each for each in FOUND if each.shown and each.shown.measured and each.shown.contrast.direction != "close"
    ]
    three, four = answers.headline(measured[:3]), answers.headline(measured[:4])
    assert "<svg" not in three
    assert four.count("<svg") == 4
    for each in measured[:4]:
        line = each.shown
        printed = line.measured.shown(line.contrast.digits, line.contrast.unit)
        assert printed in unescape(three) or each == measured[3]
        assert printed not in unescape(four)


def test_a_page_that_is_named_is_linked():
    for table in (answers.short(FOUND), answers.full(FOUND)):
        assert '<a href="../book/scale.html">a page of this book</a> says how' in table


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
