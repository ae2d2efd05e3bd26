import re
from base64 import b64decode
from html import unescape
from io import BytesIO

import pandas as pd

from hfsr.report import answers, claims, judged, registration

READ, FOUND = registration.read(), claims.claims()


FULL = answers.full(FOUND, READ)


def test_every_claim_is_in_the_table_of_its_question_with_its_verdict():
    tables = FULL.split('<details class="folded"><summary>')[1:]
    assert len(tables) == len(answers.by_question(FOUND, READ))
    for text, (question, own) in zip(tables, answers.by_question(FOUND, READ).items(), strict=True):
        assert unescape(text).startswith(f"{question} <em>{answers.counted(own)}</em>")
        rows = [row for row in re.findall(r"<tr>(.*?)</tr>", text, re.S) if "<td" in row]
        for row, answer in zip(rows, own, strict=True):
            assert answer.claim.claim in unescape(row)
            assert judged.verdict(answer.verdict) in row
    assert sum(len(own) for own in answers.by_question(FOUND, READ).values()) == len(FOUND)


def test_every_table_can_be_had_as_csv():
    data = re.findall(r'download="[^"]+\.csv" href="data:text/csv;base64,([^"]+)"', FULL)
    read = [pd.read_csv(BytesIO(b64decode(each)), index_col=0, keep_default_na=False) for each in data]
    assert [list(table.index) for table in read] == [
        [answer.claim.claim for answer in own] for own in answers.by_question(FOUND, READ).values()
    ]
    row = pd.concat(read).loc["The loss as printed, averaged image by image, costs no PSNR either."]
    assert (row["verdict"], row["paper"], row["stage"]) == ("refuted", "+0.010 dB", "confirmatory")
    assert row["here"].startswith("-0.0")


def test_what_is_compared_is_in_words():
    text = unescape(answers.headline(FOUND) + FULL)
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


def test_the_other_claims_of_a_page_are_folded_below():
    first, *rest = [each for each in FOUND if each.shown and each.shown.measured][:3]
    text = answers.headline([first], rest)
    shown, folded = text.split('<details class="others"><summary>2 more registered claims of this page</summary>')
    assert unescape(shown).count("<li>") == 1
    for each in rest:
        assert each.claim.claim.rstrip(".") in unescape(folded)
    assert "details" not in answers.headline([first])


def test_a_page_that_is_named_is_linked():
    assert '<a href="../book/scale.html">a page of this book</a> says how' in FULL


def test_the_full_table_quotes_the_paper_and_names_every_record():
    table = unescape(FULL)
    for answer in FOUND:
        assert answer.claim.words in table
        for line in answer.lines:
            for name in line.measured.records if line.measured else ():
                assert name in table
