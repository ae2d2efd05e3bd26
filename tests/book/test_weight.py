"""How heavy the book is, without what only a click loads: the networks and what runs them in the browser."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from bs4 import BeautifulSoup
from layout import load, pages
from PIL import Image
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.styles import get_style_by_name
from pygments.token import Text

CLICKED = "_static/upscaling"
PAGE = '''<!-- a comment -->
<div>
    <p>See <code><span class="pre">hfsr.l1</span> <span class="pre">alone</span></code>,
       <em>and</em> <b>no</b> more.</p>
    <a href="../_images/photo.png"><img src="../_images/photo.png"/></a> <img src="data:image/png;base64,AAAA"/>
</div>
<pre>
<span class="k">def</span> f():
    <span class="sd">"""One.</span>

<span class="sd">    Two."""</span>
</pre>
<script>
    let text = "<!-- kept -->";
</script>
'''
CHART = """<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg">
 <metadata>who made it</metadata>
 <g transform="translate(166.656643 1242.1) scale(0.015625 -0.12)">
  <!-- 0.5 -->
  <path d="M 175.67875 1225.996 
L -342.193512 49.802595 
z
" style="opacity: 0.123456"/>
  <use x="3.14159" y="40"/>
  <g id="text_1" transform="scale(2)">
   <defs><path id="DejaVuSans-4d" d="M 0 0 z"/><path id="DejaVuSans-Oblique-6d" d="M 1 0 z"/></defs>
   <use xlink:href="#DejaVuSans-4d"/>
   <use xlink:href="#DejaVuSans-Oblique-6d" transform="translate(36.083984 0)"/>
   <use xlink:href="#DejaVuSans-4d" transform="translate(36.083984 2)"/>
  </g>
 </g>
</svg>
"""  # noqa: W291
PICTURE = re.compile(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+")


@pytest.fixture(scope="module")
def extension():
    return load("hfsr_weight")


@pytest.mark.parametrize("theme", ["a11y-high-contrast-light", "a11y-high-contrast-dark"])
def test_marks_that_are_left_out_look_like_text(extension, theme):
    style = get_style_by_name(theme)
    text = style.style_for_token(Text)["color"]
    assert {style.style_for_token(kind)["color"] or text for kind in extension.LIKE_TEXT} == {text}


def test_code_is_lighter_and_says_the_same(extension):
    code = "import hfsr\n\n\ndef loss(sr, hr):\n    return hfsr.l1(sr, hr)  # Eq 1\n"
    plain, marked = (highlight(code, PythonLexer(), form()) for form in (extension.Plain, HtmlFormatter))
    assert re.sub("<.*?>", "", plain) == re.sub("<.*?>", "", marked)
    assert len(plain) < 0.7 * len(marked)
    assert '<span class="k">return</span> hfsr.l1(sr, hr)' in plain


def test_a_page_is_lighter_and_says_the_same(extension):
    lighter = extension.lighter_page(PAGE)
    assert lighter == extension.lighter_page(lighter)
    before, after = (BeautifulSoup(page, "html.parser") for page in (PAGE, lighter))
    for name in ("pre", "script"):
        assert after.find(name).get_text() == before.find(name).get_text()
    assert after.get_text().split() == before.get_text().split()
    assert after.find("p").get_text() == "See hfsr.l1 alone,\nand no more."
    assert "a comment" not in lighter
    assert 'class="pre"' not in lighter
    assert [mark.get_text() for mark in after.select("pre span")] == ["def", '"""One.\n\n    Two."""']


def test_a_page_asks_for_the_pictures_as_they_are_stored(extension):
    images = BeautifulSoup(extension.lighter_page(PAGE), "html.parser")
    assert [image["src"] for image in images.find_all("img")] == ["../_images/photo.webp", "data:image/png;base64,AAAA"]
    assert images.find("a")["href"] == "../_images/photo.webp"


def test_a_chart_is_lighter_and_draws_the_same(extension):
    lighter = extension.lighter_chart(CHART)
    assert lighter == extension.lighter_chart(lighter)
    assert 'd="M175.68 1226L-342.19 49.8z"' in lighter
    assert 'transform="translate(166.66 1242.1) scale(0.015625 -0.12)"' in lighter
    assert '<use x="3.14" y="40"/>' in lighter
    assert "opacity: 0.123456" in lighter
    assert '<path id="g0" d="M0 0 z"/><path id="g1" d="M1 0 z"/>' in lighter
    uses = ['<use href="#g0"/>', '<use href="#g1" x="36.08"/>', '<use href="#g0" transform="translate(36.08 2)"/>']
    assert (
        "\n".join(['<g transform="scale(2)">', lighter.partition('scale(2)">\n')[2].partition("\n")[0], *uses])
        in lighter
    )
    assert not re.search("who made it|0\\.5 ", lighter)


@pytest.mark.parametrize("channels", [3, 4])
def test_a_picture_keeps_its_pixels(extension, tmp_path, channels):
    pixels = np.random.default_rng(0).integers(256, size=(8, 12, channels), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    extension.as_webp(tmp_path / "photo.png")
    assert [path.name for path in tmp_path.iterdir()] == ["photo.webp"]
    assert np.array_equal(Image.open(tmp_path / "photo.webp"), pixels)


def test_only_what_no_page_asks_for_goes(extension, tmp_path):
    fonts = "_static/mathjax/output/chtml/fonts/woff-v2"
    kept = ["_static/a.js", "_static/a.woff2", f"{fonts}/MathJax_Main-Bold.woff"]
    gone = ["_static/x/a.js.map", "_static/a.ttf", "_static/locales/de/a.mo", f"{fonts}/MathJax_Fraktur-Bold.woff"]
    for name in (*kept, *gone, extension.ICONS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("content")
    extension.lighten(SimpleNamespace(outdir=tmp_path), None)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {*kept, extension.ICONS}


def sizes(book):
    """Bytes of every file, by its path in the book."""
    return {
        path.relative_to(book).as_posix(): path.stat().st_size
        for path in book.rglob("*")
        if path.is_file() and not path.is_relative_to(book / CLICKED)
    }


def test_the_site_is_light(book):
    assert sum(sizes(book).values()) < 12_000_000


def test_what_a_click_loads_is_as_heavy_as_the_book_says(book):
    clicked = sum(path.stat().st_size for path in (book / CLICKED).rglob("*") if path.is_file())
    assert 1_000_000 < clicked < 40_000_000


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
