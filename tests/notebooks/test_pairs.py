import ast
import importlib.util
import re
import tomllib
from pathlib import Path

import IPython
import jupytext
import nbformat
import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = ("weight_map", "train", "superres", "classify", "frequency", "restore")
KEPT = ("tags", "mystnb", "nbmake")  # cell metadata that means something to papermill, the book or the tests


@pytest.fixture(params=NAMES)
def notebook(request):
    return nbformat.read(FOLDER / f"{request.param}.ipynb", as_version=4), request.param


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def cells(notebook):
    return [
        (cell.cell_type, cell.source.strip(), {key: cell.metadata[key] for key in KEPT if key in cell.metadata})
        for cell in notebook.cells
    ]


def test_every_notebook_has_its_pair_and_no_other_lies_here():
    kinds = ("py", "ipynb")
    found = {path.name for kind in kinds for path in FOLDER.glob(f"*.{kind}")}
    assert found == {f"{name}.{kind}" for name in NAMES for kind in kinds}


def test_pairs_hold_the_same_cells(notebook):
    notebook, name = notebook
    assert cells(notebook) == cells(jupytext.read(FOLDER / f"{name}.py")), f"run: jupytext --sync notebooks/{name}.py"


def test_there_are_no_outputs(notebook):
    notebook, _ = notebook
    nbformat.validate(notebook)
    assert not any(cell.outputs or cell.execution_count for cell in code(notebook))


def test_the_kernel_is_the_one_that_every_environment_has(notebook):
    notebook, _ = notebook
    assert notebook.metadata.kernelspec.name == "python3"


def test_exactly_one_cell_holds_the_parameters(notebook):
    notebook, _ = notebook
    (parameters,) = [cell for cell in code(notebook) if "parameters" in cell.metadata.get("tags", [])]
    assert all(isinstance(line, ast.Assign | ast.AnnAssign) for line in ast.parse(parameters.source).body)


def test_a_notebook_that_stands_alone_brings_the_project_and_else_nothing_happens(notebook, monkeypatch):
    notebook, _ = notebook
    cell, done = code(notebook)[0], []
    assert cell.metadata.tags == ["remove-cell"]  # a page of the book does without
    shell = type("Shell", (), {"system": done.append, "run_line_magic": lambda *words: done.append(words)})
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    exec(cell.source, {})
    assert done == []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    exec(cell.source, {})
    fetched, folder = done
    project = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text())["project"]
    extras = re.fullmatch(
        rf"git clone --depth 1 {project['urls']['Repository']} && pip install -q './hfsr\[(.*)\]'", fetched
    )
    assert set(extras[1].split(",")) <= set(project["optional-dependencies"])
    assert folder == ("cd", "hfsr")


def test_it_opens_with_a_heading_and_stays_short(notebook):
    notebook, _ = notebook
    assert notebook.cells[0].source.startswith("# ")
    assert len(notebook.cells) <= 25


def test_no_function_is_longer_than_fifteen_lines(notebook):
    notebook, _ = notebook
    for cell in code(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
                assert node.end_lineno - node.lineno < 15, cell.source


def test_no_figure_lacks_a_description(notebook):
    notebook, _ = notebook
    for cell in code(notebook):
        if "figures." in ast.unparse(ast.parse(cell.source).body[-1]):
            assert cell.metadata.get("mystnb", {}).get("image", {}).get("alt"), cell.source
