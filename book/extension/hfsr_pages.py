"""What is mended in each page before it is written: names and roles for those who hear it."""

from typing import Any

from sphinx.application import Sphinx

MENDED = {
    ' aria-label="Toggle hidden content"': "",  # a folded cell is called what its line says
    'role="doc-biblioentry"': 'role="listitem"',  # ARIA deprecates the first; the entries' parent is a list
}


def mend(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Replace in a page's text what `MENDED` lists, and give a name to what unfolds chapters in the list of them."""
    for wrong, right in MENDED.items():
        context["body"] = context.get("body", "").replace(wrong, right)
    listed = context["generate_toctree_html"]

    def named(*args: Any, **kwargs: Any) -> str:
        return str(listed(*args, **kwargs)).replace("<summary>", '<summary aria-label="Its chapters">')

    context["generate_toctree_html"] = named


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the above to the build."""
    app.connect("html-page-context", mend, priority=900)  # after the theme
    return {"parallel_read_safe": True, "parallel_write_safe": True}
