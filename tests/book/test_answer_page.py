"""The answer page: nothing of the paper is without a counterpart, and what it says comes from the records."""

import re
from pathlib import Path

import pytest

from hfsr.report import registration

ROOT = Path(__file__).parents[2]
PAPER = [*(f"Fig. {number}" for number in range(1, 5)), *(f"Table {number}" for number in ("I", "II", "III", "IV"))]
ROWS = dict(
    re.findall(r"^\| ((?:Fig\.|Table) \S+), .*\| \{doc\}`(\S+)` \|$", (ROOT / "book/claims.md").read_text(), re.M)
)


def test_every_figure_and_table_of_the_paper_is_named():
    assert list(ROWS) == PAPER


@pytest.mark.parametrize("name", PAPER)
def test_its_counterpart_is_a_page_of_the_book_that_speaks_of_it(name):
    page = ROWS[name].removeprefix("/")
    assert f"file: {page}\n" in (ROOT / "_toc.yml").read_text()
    source = (ROOT / f"{page}.py").read_text()
    assert re.search(rf"\b{name.replace('. ', '[. ]+')}\b", source)


def test_the_claims_link_to_pages_that_there_are():
    for claim in registration.read().claims:
        assert (ROOT / f"{claim.page.removeprefix('/')}.py").exists()
