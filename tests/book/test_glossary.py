"""Words of the glossary: each is linked once a page, in running text alone."""

import os
import re

import pytest
from layout import ROOT
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

NAME = "book/glossary"
GLOSSARY = """# Words

```{glossary}
weight map
  What differs. An element has one.

element
  A colour value.

PSNR
  A ratio.

alpha
  How far from the mean.
```
"""
PAGE = """# An element in a heading

- Elements here; an element there; element-wise is another word, and so is elementary.
- `PSNR` in code, [a link of PSNR](book/glossary.md), $PSNR$, then PSNR.

| weight map | in a table |
|---|---|
| a | b |

    weight map

The Weight
map of a line that breaks. An alpha
channel and two alpha channels are not the alpha of Eq 7.

```{figure} words.svg
The weight map of a caption.
```
"""


def build(folder):
    """Both pages as HTML, and the names of those that were read for it."""
    settings = {"extensions": ["myst_parser", "hfsr_glossary"], "myst_enable_extensions": ["dollarmath"]}
    read = []
    with pytest.MonkeyPatch.context() as patch, docutils_namespace():  # which leaves nothing to another test's Sphinx
        patch.syspath_prepend(str(ROOT / "book" / "extension"))
        app = Sphinx(folder, None, folder / "out", folder / "trees", "html", settings, status=None)
        app.connect("source-read", lambda app, name, text: read.append(name))
        app.build()
    pages = [(folder / "out" / f"{name}.html").read_text().partition("sphinxsidebar")[0] for name in ("index", NAME)]
    return pages, read


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The sources of both."""
    folder = tmp_path_factory.mktemp("book")
    (folder / "book").mkdir()
    (folder / "index.md").write_text(f"{PAGE}\n```{{toctree}}\n:hidden:\n{NAME}\n```\n")
    (folder / f"{NAME}.md").write_text(GLOSSARY)
    (folder / "words.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    return folder


@pytest.fixture(scope="module")
def built(folder):
    return build(folder)[0]


def linked(page):
    found = re.findall(r'<a class="[^"]*\bterm\b[^"]*" href="([^"]*)">(.*?)</a>', page, re.DOTALL)
    return [(re.sub(r"<.*?>", "", text).split(), target) for target, text in found]


def test_the_first_use_in_running_text_is_linked_and_no_other(built):
    assert linked(built[0]) == [
        (["Elements"], "book/glossary.html#term-element"),
        (["PSNR"], "book/glossary.html#term-PSNR"),
        (["Weight", "map"], "book/glossary.html#term-weight-map"),
        (["alpha"], "book/glossary.html#term-alpha"),
    ]


def test_a_word_that_is_another_thing_is_not_linked(built):
    assert re.search(r'are not the <a class="[^"]*\bterm\b[^"]*" href="[^"]*#term-alpha"', built[0])


def test_the_text_stays_as_it_was(built):
    assert "Elements</span></a> here; an element there; element-wise is another word" in built[0]


def test_the_glossary_does_not_link_to_itself(built):
    assert linked(built[1]) == []


def test_the_books_glossary_is_short():
    words = re.findall(r"^[A-Za-z]\w.*\n  \S", (ROOT / "book" / "glossary.md").read_text(), re.MULTILINE)
    assert 15 <= len(words) <= 25


def test_a_new_word_is_linked_from_a_page_that_is_not_read_again(folder, built):
    path = folder / f"{NAME}.md"
    path.write_text(GLOSSARY.replace("weight map\n", "another word\n  What is added.\n\nweight map\n"))
    os.utime(path, (0, path.stat().st_mtime + 60))  # later than the build, even on a clock of whole seconds
    (page, _), read = build(folder)
    assert read == [NAME]
    assert (["another", "word"], f"{NAME}.html#term-another-word") in linked(page)
