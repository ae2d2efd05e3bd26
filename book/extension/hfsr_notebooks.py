r"""A notebook's plain links become the book's references.

JupyterLab knows Markdown and TeX, not the book's roles. So a notebook cites by ``([Zhou 2020](../book/bibliography.md#key))``,
numbers an equation by ``\tag{7}`` and names it by ``[Eq 7](weight_map.ipynb#eq-7)``: JupyterLab shows names and numbers, and
opens the file. Here they become ``{cite}``, a label and ``{eq}``, which lead to the entry and to the equation themselves.
"""

import re

import nbformat
from sphinx.application import Sphinx

REFERENCES = (
    (re.compile(r"\(\[[^\]]+\]\(\.\./book/bibliography\.md#(\w+)\)\)"), r"{cite}`\1`"),
    (re.compile(r"\[Eq\s(\d+)\]\([\w.]*#eq-\1\)"), r"{eq}`eq-\1`"),
    (re.compile(r" \\tag\{(\d+)\} \$\$$", re.MULTILINE), r" $$ (eq-\1)"),
)


def referring(markdown: str) -> str:
    """What a cell says, with the book's references in place of plain links and numbers."""
    for pattern, reference in REFERENCES:
        markdown = pattern.sub(reference, markdown)
    return markdown


def refer(app: Sphinx, page: str, source: list[str]) -> None:
    """Do so in every cell of text, before a notebook is read."""
    if not app.env.doc2path(page).endswith(".ipynb"):
        return
    notebook = nbformat.reads(source[0], as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = referring(cell.source)
    source[0] = nbformat.writes(notebook)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect it to the build."""
    app.connect("source-read", refer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
