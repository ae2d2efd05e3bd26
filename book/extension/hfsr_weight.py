"""What keeps the book light: nothing in it that no page asks for, and code, pages and charts without what nobody sees."""

import json
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

from PIL import Image
from pygments.formatters import HtmlFormatter
from pygments.token import Name, Punctuation, Text, Whitespace
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge

LIKE_TEXT = (Name, Name.Namespace, Name.Other, Punctuation, Whitespace)  # of text's own colour in both themes
STOP = "."  # whose colour nobody sees
KINDS = ("Calligraphic-Bold", "Fraktur", "SansSerif", "Script", "Typewriter")  # of letters, of which no formula has any
UNUSED = (
    "_static/**/*.map",  # for whoever looks for mistakes in the theme's scripts
    "_static/**/*.ttf",  # for browsers without woff2
    "_static/locales",  # the theme's words in other languages, which are in the pages already
    "_static/vendor/fontawesome/webfonts/fa-brands-400.woff2",  # all icons are of the solid kind
    "_static/vendor/fontawesome/webfonts/fa-regular-400.woff2",
    *(f"_static/mathjax/output/chtml/fonts/woff-v2/MathJax_{kind}*.woff" for kind in KINDS),
)
ICONS = "_static/scripts/fontawesome.js"  # every icon there is; those of the pages the style sheet's fonts have too
LETTER = re.compile(r"\bDejaVu[\w-]+(?=\")")  # matplotlib's name of a letter's shape in a chart
ALIKE = re.compile(r'<span class="(\w{1,2})">[^<]*</span>(?:\s*<span class="\1">[^<]*</span>)+')  # one mark would do


class Plain(HtmlFormatter):
    """Highlighted code: a third lighter, as what looks like text is text."""

    def format_unencoded(self, tokensource: Iterable[tuple[Any, str]], outfile: IO[str]) -> None:
        plain = ((Text if kind in LIKE_TEXT or text == STOP else kind, text) for kind, text in tokensource)
        super().format_unencoded(plain, outfile)


def lighter_page(html: str) -> str:
    """The same page without comments, indentation and marks that change nothing; its pictures are WebP."""
    html = outside_texts("<!--.*?-->", "", html)
    html = outside_texts(r"(?<=>)\s*\n\s*|\s*\n\s*(?=<)", "\n", html)
    html = re.sub(r'<span class="pre">([^<]*)</span>', r"\1", html)  # words in code, which the style sheet lets break
    html = ALIKE.sub(lambda marks: f'<span class="{marks[1]}">{re.sub("</?span.*?>", "", marks[0])}</span>', html)
    return re.sub(r'="([^"]*_images/[^"/]*)\.png"', r'="\1.webp"', html)


def outside_texts(pattern: str, new: str, html: str) -> str:
    """Put `new` for what fits a pattern, except where each sign counts."""
    texts = r"(<(pre|script|style|textarea)\b.*?</\2>)"
    return re.sub(rf"{texts}|{pattern}", lambda found: found[1] or new, html, flags=re.DOTALL)


def lighter_chart(svg: str) -> str:
    """The same drawing, placed to a hundredth of a point, without what matplotlib writes for people who read the file."""
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\b(d|x|y)="[^"]*"|translate\([^)]*\)', lambda place: rounded(place[0]), svg)
    svg = re.sub(r'\bd="[^"]*"', lambda path: re.sub(r"\s*([A-Za-z])\s+", r"\1", path[0]), svg)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg).replace('xlink:href="', 'href="')  # nothing asks for a group by its name
    letters = {name: f"g{place}" for place, name in enumerate(dict.fromkeys(LETTER.findall(svg)))}
    svg = LETTER.sub(lambda name: letters[name[0]], svg)
    svg = re.sub(r'(<use href="#\w+") transform="translate\((\S+) 0\)"/>', r'\1 x="\2"/>', svg)
    return re.sub(r"\s*\n\s*", "\n", svg)


def rounded(text: str) -> str:
    """A text with its numbers to two decimal places."""
    return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), text)


def without_outputs(ipynb: str) -> str:
    """The notebook alone."""
    notebook = json.loads(ipynb)
    for cell in notebook["cells"]:
        cell |= {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}
    return json.dumps(notebook)


LIGHTER: dict[str, Callable[[str], str]] = {
    "**/*.html": lighter_page,
    "_images/*.svg": lighter_chart,
    "_sources/**/*.ipynb": without_outputs,  # the notebooks that can be downloaded; their outputs are in the pages
}


def as_webp(png: Path) -> None:
    """Keep a picture as WebP, which has the same pixels in two thirds of the bytes."""
    with Image.open(png) as picture:
        picture.save(png.with_suffix(".webp"), lossless=True, exact=True)
    png.unlink()


def lighten(app: Sphinx, error: Exception | None) -> None:
    """Remove what no page asks for, and from each file what nobody sees."""
    book = Path(app.outdir)
    for path in [path for pattern in UNUSED for path in book.glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (book / ICONS).write_text("// The icons come from the style sheet's fonts.\n")
    for path in book.glob("_images/*.png"):
        as_webp(path)
    for pattern, lighter in LIGHTER.items():
        for path in book.glob(pattern):
            text = path.read_text(encoding="utf-8")
            if (light := lighter(text)) != text:
                path.write_text(light, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the above to the build."""
    PygmentsBridge.html_formatter = Plain
    app.connect("build-finished", lighten, priority=900)  # after what others put there
    return {"parallel_read_safe": True, "parallel_write_safe": True}
