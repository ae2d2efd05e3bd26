"""What is mended in each page before it is written: names and roles for those who hear it, tables that scroll one by one."""

import re
from typing import Any

from sphinx.application import Sphinx

MENDED = {
    ' aria-label="Toggle hidden content"': "",  # a folded cell is called what its line says
    'role="doc-biblioentry"': 'role="listitem"',  # ARIA deprecates the first; the entries' parent is a list
}
BOX = r'<div class="pst-scrollable-table-container">\g<0></div>'  # the theme's
FOLDED = re.compile(r'<details class="folded">.*?</details>', re.DOTALL)
TABLE = re.compile(r'<table [^>]*class="dataframe\b.*?</table>', re.DOTALL)  # other tables have a box already


def mend(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Replace what `MENDED` lists, put each folded table into a box, and name what unfolds chapters in the list of them.

    Buttons that open a page elsewhere stay on notebooks alone: Colab cannot run another page's source.
    """
    if not str(context.get("page_source_suffix")).endswith("ipynb"):
        context["header_buttons"] = [
            button for button in context.get("header_buttons", []) if button.get("label") != "launch-buttons"
        ]
    body = context.get("body", "")
    for wrong, right in MENDED.items():
        body = body.replace(wrong, right)
    context["body"] = FOLDED.sub(lambda folded: TABLE.sub(BOX, folded[0]), body)
    listed = context["generate_toctree_html"]

    def named(*args: Any, **kwargs: Any) -> str:
        return str(listed(*args, **kwargs)).replace("<summary>", '<summary aria-label="Its chapters">')

    context["generate_toctree_html"] = named


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the above to the build."""
    app.connect("html-page-context", mend, priority=900)  # after the theme
    return {"parallel_read_safe": True, "parallel_write_safe": True}
