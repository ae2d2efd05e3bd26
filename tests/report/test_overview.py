import re
from html import unescape

from hfsr.report import claims, judged, overview, registration, strip
from hfsr.report.verdict import Verdict

READ, FOUND = registration.read(), claims.claims()
TABLE = overview.overview(FOUND, READ)
GROUPS = [re.findall(r"<tr>(.*?)</tr>", body, re.S) for body in re.findall("<tbody>(.*?)</tbody>", TABLE, re.S)]


def test_every_claim_is_there_once_with_its_verdict():
    rows = [unescape(row) for _, *rows in GROUPS for row in rows]
    for answer in FOUND:
        (row,) = (row for row in rows if answer.claim.claim in row)
        assert judged.verdict(answer.verdict) in row


def test_the_questions_are_headings_and_count_what_stands_below():
    heads = [unescape(head) for head, *_ in GROUPS]
    assert [head.partition("<em>")[0].rpartition(">")[2].strip() for head in heads] == [
        *READ.families.values(),
        "Not tested",
    ]
    counted = {
        outcome: sum(int(n) for head in heads for n in re.findall(rf"(\d+) {outcome}", head)) for outcome in Verdict
    }
    assert counted == {outcome: sum(each.verdict == outcome for each in FOUND) for outcome in Verdict}


def test_every_measured_difference_is_drawn_and_nothing_else():
    for answer in FOUND:
        line = answer.shown
        if line and line.measured and line.contrast.direction != "close":
            assert strip.drawn(line) in TABLE
    differences = [each.shown for each in FOUND if each.shown and each.shown.measured]
    compared = sum(line.contrast.direction != "close" for line in differences)
    assert TABLE.count("<svg") == compared + 1  # and the axis


def test_where_a_claim_was_tested_stands_in_its_row():
    rows = [unescape(row) for _, *rows in GROUPS for row in rows]
    for answer in FOUND:
        if answer.tested_at and answer.verdict != Verdict.NOT_MEASURED:
            (row,) = (row for row in rows if answer.claim.claim in row)
            assert answer.tested_at in row


def test_a_page_that_is_named_is_linked():
    assert '<a href="../book/scale.html">a page of this book</a> says how' in TABLE
