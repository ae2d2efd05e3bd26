"""How heavy the book is, without what only a click loads: the networks and what runs them in the browser."""

import json
import re

import pytest
from layout import pages

CLICKED = "_static/upscaling"
PICTURE = re.compile(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+")


def sizes(book):
    """Bytes of every file, by its path in the book."""
    return {
        path.relative_to(book).as_posix(): path.stat().st_size
        for path in book.rglob("*")
        if path.is_file() and not path.is_relative_to(book / CLICKED)
    }


def test_the_site_is_light(book):
    assert sum(sizes(book).values()) < 12_000_000


@pytest.mark.parametrize("name", pages())
def test_a_page_without_its_pictures_is_light(name, book):
    assert len(PICTURE.sub("", (book / f"{name}.html").read_text())) < 1_000_000


def test_what_every_page_loads_is_light(book):
    """Scripts and styles, without MathJax, which pages with equations load."""
    text = (book / "book" / "intro.html").read_text()
    loaded = {
        name.partition("?")[0]
        for name in re.findall(r'<(?:script|link)[^>]* (?:src|href)="\.\./(_static/[^"]*)"', text)
    }
    assert len(loaded) > 10
    assert sum((book / name).stat().st_size for name in loaded if "mathjax" not in name) < 700_000


def test_downloads_hold_no_outputs(book):
    notebooks = list(book.glob("_sources/**/*.ipynb"))
    assert len(notebooks) > 6
    for path in notebooks:
        assert not any(cell.get("outputs") for cell in json.loads(path.read_text())["cells"]), path.name


def test_the_icons_are_in_the_fonts_of_the_style_sheet(book, page):
    """The theme's script of all icons is left out."""
    page.goto((book / "book" / "intro.html").as_uri())
    content = "icon => getComputedStyle(icon, '::before').content"
    icons = page.locator("i.fa-solid").evaluate_all(f"icons => icons.map({content})")
    assert icons
    assert "none" not in icons
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('900 16px \"Font Awesome 6 Free\"'))")
