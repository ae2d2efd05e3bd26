"""Words of the glossary: each is linked once a page, in running text alone."""

import re

import pytest
from layout import ROOT
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

GLOSSARY = """# Words

```{glossary}
weight map
  What differs. An element has one.

element
  A colour value.

PSNR
  A ratio.
```
"""
PAGE = """# An element in a heading

- Elements here; an element there; element-wise is another word, and so is elementary.
- `PSNR` in code, [a link of PSNR](words.md), $PSNR$, then PSNR.

| weight map | in a table |
|---|---|
| a | b |

    weight map

The Weight
map of a line that breaks.

```{figure} words.svg
The weight map of a caption.
```
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Both pages as HTML."""
    folder = tmp_path_factory.mktemp("book")
    (folder / "index.md").write_text(f"{PAGE}\n```{{toctree}}\n:hidden:\nwords\n```\n")
    (folder / "words.md").write_text(GLOSSARY)
    (folder / "words.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    settings = {"extensions": ["myst_parser", "hfsr_glossary"], "myst_enable_extensions": ["dollarmath"]}
    with pytest.MonkeyPatch.context() as patch, docutils_namespace():  # which leaves nothing to another test's Sphinx
        patch.syspath_prepend(str(ROOT / "book" / "extension"))
        Sphinx(folder, None, folder / "out", folder / "trees", "html", settings, status=None).build()
    return [(folder / "out" / f"{name}.html").read_text().partition("sphinxsidebar")[0] for name in ("index", "words")]


def linked(page):
    found = re.findall(r'<a class="[^"]*\bterm\b[^"]*" href="([^"]*)">(.*?)</a>', page, re.DOTALL)
    return [(re.sub(r"<.*?>", "", text).split(), target) for target, text in found]


def test_the_first_use_in_running_text_is_linked_and_no_other(built):
    assert linked(built[0]) == [
        (["Elements"], "words.html#term-element"),
        (["PSNR"], "words.html#term-PSNR"),
        (["Weight", "map"], "words.html#term-weight-map"),
    ]


def test_the_text_stays_as_it_was(built):
    assert "Elements</span></a> here; an element there; element-wise is another word" in built[0]


def test_the_glossary_does_not_link_to_itself(built):
    assert linked(built[1]) == []


def test_the_books_glossary_is_short():
    words = re.findall(r"^[A-Za-z]\w.*\n  \S", (ROOT / "book" / "glossary.md").read_text(), re.MULTILINE)
    assert 15 <= len(words) <= 25
