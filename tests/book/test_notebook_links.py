"""Notebooks write plain Markdown, which JupyterLab shows; the book makes its own references of it."""

import re

import nbformat
import pytest
from layout import ROOT, load

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
BIBLIOGRAPHY = (ROOT / "book/references.bib").read_text()


def text(path):
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@pytest.mark.parametrize(
    ("plain", "reference"),
    [
        (
            "the paper ([Zhou\n2020](../book/bibliography.md#zhou2020improving)) says",
            "the paper {cite}`zhou2020improving` says",
        ),
        ("the mask ([Eq 7](weight_map.ipynb#eq-7)), [Eq\n3](#eq-3)", "the mask ({eq}`eq-7`), {eq}`eq-3`"),
        ("$$ a = b \\tag{4} $$\n\ntext $x$", "$$ a = b $$ (eq-4)\n\ntext $x$"),
        ("[how it was decided](../book/decided.md)", "[how it was decided](../book/decided.md)"),
    ],
)
def test_a_plain_link_becomes_a_reference(plain, reference):
    assert load("hfsr_notebooks").referring(plain) == reference


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_has_nothing_that_only_the_book_understands(path):
    assert re.findall(r"\{[a-z:]+\}`|:::|```\{|\$\$ \(", text(path)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_number_and_citation_becomes_a_reference(path):
    assert not re.search(r"\\tag|bibliography\.md#|#eq-", load("hfsr_notebooks").referring(text(path)))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebooks_links_lead_to_what_is_there(path):
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", text(path)):
        home = (path.parent / target).resolve() if target else path
        assert home.is_file(), target
        if home.name == "bibliography.md":
            assert f"{{{anchor}," in BIBLIOGRAPHY
        elif anchor.startswith("eq-"):
            assert f"\\tag{{{anchor.removeprefix('eq-')}}}" in text(home), anchor


def figure(name):
    return nbformat.v4.new_code_cell("draw()", metadata={"mystnb": {"figure": {"name": name}}})


def test_a_caption_is_taken_from_the_text_after_a_figure_or_before_it():
    text = nbformat.v4.new_markdown_cell
    cells = [
        text("Look.\n\n**Figure.** One,\non two lines."),
        figure("fig-one"),
        figure("fig-two"),
        text("**Figure.** Two.\n\nMore."),
        figure("fig-three"),
        text("**Figure.** Three."),
        text("And\n\n**Figure.** Four."),
        figure("fig-four"),
    ]
    made = load("hfsr_notebooks").captioned(cells)
    assert [cell.source for cell in made] == ["Look.", "draw()", "draw()", "More.", "draw()", "And", "draw()"]
    captions = [cell.metadata["mystnb"]["figure"]["caption"] for cell in made if cell.cell_type == "code"]
    assert captions == ["One,\non two lines.", "Two.", "Three.", "Four."]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_figure_has_its_caption_and_no_caption_is_left_in_the_text(path):
    cells = load("hfsr_notebooks").captioned(nbformat.read(path, as_version=4).cells)
    figures = [cell.metadata.get("mystnb", {}).get("figure") for cell in cells]
    assert all(figure["caption"] for figure in figures if figure)
    assert not any("**Figure.**" in cell.source for cell in cells)
