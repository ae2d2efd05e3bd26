import re

import pytest
from bs4 import BeautifulSoup
from layout import ROOT, pages

STYLE = (ROOT / "book/static/book.css").read_text()
STUDIES = ("superres", "classify", "frequency", "restore", "weight_map")
LISTS = ("book/reference", "book/bibliography")  # made to be searched, not read


@pytest.mark.parametrize("name", [name for name in pages() if not name.startswith(LISTS)])
def test_at_most_two_tables_are_in_sight(name, book):
    article = BeautifulSoup((book / f"{name}.html").read_text(), "html.parser").find("article")
    tables = [table for table in article.find_all("table") if not table.find_parent("details")]
    assert len(tables) <= 2


@pytest.mark.parametrize("name", pages())
def test_every_folded_table_says_what_it_holds_and_can_be_had(name, book):
    article = BeautifulSoup((book / f"{name}.html").read_text(), "html.parser").find("article")
    for folded in article.select("details.folded"):
        assert folded.find("summary").get_text().strip()
        links = folded.select("a[download$='.csv']")
        assert len(links) == len(folded.find_all("table")) > 0
        alone = folded.select(".pst-scrollable-table-container > table.dataframe:only-child")
        assert alone == folded.select("table.dataframe")  # each scrolls on its own


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_answers_before_it_explains(name):
    text = (ROOT / f"notebooks/{name}.py").read_text()
    question, _, rest = text.partition("# ## The answer")
    assert re.search(r"^# .*\?", question, re.M)
    assert "# ## " not in question
    answer, _, _ = rest.partition("\n# ## ")
    assert "answers.headline(" in answer


def test_every_block_of_the_style_sheet_is_closed():
    """One that is not takes all that follows it away, without a word."""
    depth = 0
    for sign in re.findall("[{}]", re.sub(r"/\*.*?\*/", "", STYLE, flags=re.S)):
        depth += 1 if sign == "{" else -1
        assert depth in (0, 1, 2)
    assert depth == 0
    assert not re.search(r"^[^@\s}][^{}]*{[^{}]*{", STYLE, re.M), "a rule inside a rule"
