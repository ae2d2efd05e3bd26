r"""A notebook's plain links become the book's references, and its captions those of the book's figures.

JupyterLab knows Markdown and TeX, not the book's roles. So a notebook cites by ``([Zhou 2020](../book/bibliography.md#key))``,
numbers an equation by ``\tag{7}`` and names it by ``[Eq 7](weight_map.ipynb#eq-7)``: JupyterLab shows names and numbers, and
opens the file. Here they become ``{cite}``, a label and ``{eq}``, which lead to the entry and to the equation themselves.

A figure's caption is a paragraph that begins with ``**Figure.**``, the first after the cell that draws it or the last before;
that cell has the figure's name. Here the caption goes to it, and the book numbers the figure.
"""

import re

import nbformat
from nbformat import NotebookNode
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


CAPTION = "**Figure.** "


def captioned(cells: list[NotebookNode]) -> list[NotebookNode]:
    """The cells, each figure with its caption; text that was no more than a caption is gone."""
    for place, cell in enumerate(cells):
        figure = cell.metadata.get("mystnb", {}).get("figure")
        if figure is not None:
            before, after = cells[max(place - 1, 0) : place], cells[place + 1 : place + 2]
            figure["caption"] = "".join(_taken(cell, 0) for cell in after) or "".join(
                _taken(cell, -1) for cell in before
            )
    return [cell for cell in cells if cell.source]


def _taken(cell: NotebookNode, paragraph: int) -> str:
    """Take a paragraph out of a cell of text, if it is a caption; else nothing."""
    paragraphs = cell.source.split("\n\n")
    if cell.cell_type != "markdown" or not paragraphs[paragraph].startswith(CAPTION):
        return ""
    caption = paragraphs.pop(paragraph)
    cell.source = "\n\n".join(paragraphs)
    return caption.removeprefix(CAPTION)


def refer(app: Sphinx, page: str, source: list[str]) -> None:
    """Do so in every cell of text, before a notebook is read."""
    if not app.env.doc2path(page).endswith(".ipynb"):
        return
    notebook = nbformat.reads(source[0], as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = referring(cell.source)
    notebook.cells = captioned(notebook.cells)
    source[0] = nbformat.writes(notebook)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect it to the build."""
    app.connect("source-read", refer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
