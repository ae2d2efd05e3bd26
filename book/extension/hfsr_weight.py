"""What keeps the book light: nothing in it that no page asks for, and code without marks that look like none."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from pygments.formatters import HtmlFormatter
from pygments.token import Name, Punctuation, Text, Whitespace
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge

LIKE_TEXT = (Name, Name.Namespace, Name.Other, Punctuation, Whitespace)  # of text's own colour in both themes
UNUSED = (
    "_static/**/*.map",  # for whoever looks for mistakes in the theme's scripts
    "_static/**/*.ttf",  # for browsers without woff2
    "_static/locales",  # the theme's words in other languages, which are in the pages already
    "_static/mathjax/input/tex/extensions/all-packages.js",
)
ICONS = "_static/scripts/fontawesome.js"  # every icon there is; those of the pages the style sheet's fonts have too


class Plain(HtmlFormatter):
    """Highlighted code: a third lighter, as what looks like text is text."""

    def format_unencoded(self, tokensource: Iterable[tuple[Any, str]], outfile: IO[str]) -> None:
        super().format_unencoded(((Text if kind in LIKE_TEXT else kind, text) for kind, text in tokensource), outfile)


def lighten(app: Sphinx, error: Exception | None) -> None:
    """Remove what no page asks for, and the outputs from the notebooks that can be downloaded: they are in the pages."""
    book = Path(app.outdir)
    for path in [path for pattern in UNUSED for path in book.glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (book / ICONS).write_text("// The icons come from the style sheet's fonts.\n")
    for path in book.glob("_sources/**/*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            cell |= {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}
        path.write_text(json.dumps(notebook), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the above to the build."""
    PygmentsBridge.html_formatter = Plain
    app.connect("build-finished", lighten, priority=900)  # after what others put there
    return {"parallel_read_safe": True, "parallel_write_safe": True}
