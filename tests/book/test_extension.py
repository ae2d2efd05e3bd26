import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from layout import ROOT, STRICT, load
from nbformat import v4
from sphinx.errors import ExtensionError

from hfsr import paths
from hfsr.studies import published


@pytest.fixture(scope="module")
def extension():
    return load("hfsr_book")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_digest_follows_every_input_and_nothing_else(extension, tmp_path):
    seen = {extension.inputs_digest(tmp_path)}
    for name in (
        "hfsr/a.py",
        "hfsr/data/b.py",
        "hfsr/weights/c.safetensors",
        "results/superres/d.json",
        "constraints.txt",
    ):
        for text in ("one", "two"):
            write(tmp_path / name, text)
            seen.add(extension.inputs_digest(tmp_path))
    assert len(seen) == 11
    write(tmp_path / "README.md", "text")
    assert extension.inputs_digest(tmp_path) in seen


def test_a_progress_bar_is_no_part_of_a_page():
    execution = load("hfsr_execution")
    bar = v4.new_output("display_data", data={execution.WIDGET: {}, "text/plain": "reading: 20%"})
    table = v4.new_output("execute_result", data={"text/html": "<table></table>"})
    cells = [v4.new_markdown_cell("text"), v4.new_code_cell("code", outputs=[bar, table])]
    cleaned = execution.without_bars(v4.new_notebook(cells=cells))
    assert cleaned.cells[1].outputs == [table]


def test_outputs_of_former_inputs_are_removed(extension, tmp_path):
    app, config = SimpleNamespace(outdir=tmp_path / "_build" / "html", srcdir=tmp_path), SimpleNamespace()
    write(tmp_path / "_build/.jupyter_cache/0123456789abcdef/global.db", "")
    write(tmp_path / "_build/.jupyter_cache/global.db", "")
    extension.fresh_outputs(app, config)
    kept = Path(config.nb_execution_cache_path)
    write(kept / "global.db", "")
    extension.fresh_outputs(app, config)
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_equations_outside_the_paper_come_after_it(extension):
    first = {"displaymath": {"equation-eq-mask": (1,), "equation-eq-own": (2,)}}
    env = SimpleNamespace(toc_fignumbers={"a": first, "b": {"displaymath": {"equation-eq-l1": (3,)}}, "c": {}})
    extension.number_equations(None, env)
    assert first["displaymath"] == {"equation-eq-mask": (7,), "equation-eq-own": (8,)}
    assert env.toc_fignumbers["b"]["displaymath"] == {"equation-eq-l1": (1,)}


def test_published_results_hold(extension):
    assert published.files()
    extension.check_records(None)


def test_a_stale_record_stops_the_build_with_its_name(extension, tmp_path, monkeypatch):
    source = min(paths.results().glob("superres/*.json"))
    record = json.loads(source.read_text()) | {"recipe_digest": "0" * 16}
    write(tmp_path / "superres" / source.name, json.dumps(record))
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    with pytest.raises(ExtensionError, match=f"{source.name}.*recipe"):
        extension.check_records(None)


def test_a_model_without_a_record_stops_the_build_with_its_name(extension, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    with pytest.raises(ExtensionError, match="wdsr-a1-5"):
        extension.check_records(None)


@pytest.mark.whole
def test_a_changed_library_executes_the_notebook_again(tmp_path):
    shutil.copy(ROOT / "_config.yml", tmp_path)
    for name in ("extension", "static", "references.bib"):
        source, target = ROOT / "book" / name, tmp_path / "book" / name
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    write(tmp_path / "_toc.yml", "format: jb-book\nroot: page\n")
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Page"},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": "from pathlib import Path\nprint(Path('hfsr/library.py').read_text())",
        },
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    write(tmp_path / "page.ipynb", json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
    for word in ("first", "second"):
        write(tmp_path / "hfsr" / "library.py", f"# {word} answer")
        command = [Path(sys.executable).with_name("jupyter-book"), *STRICT]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
        assert f"# {word} answer" in (tmp_path / "_build" / "html" / "page.html").read_text()
