import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from jupyter_cache.executors.utils import ExecutionResult
from layout import ROOT, STRICT, load
from nbformat import v4
from sphinx.errors import ExtensionError
from sphinx.project import Project

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
        "results/weights/f.safetensors",
        "results/superres/d.json",
        "constraints.txt",
    ):
        for text in ("one", "two"):
            write(tmp_path / name, text)
            seen.add(extension.inputs_digest(tmp_path))
    assert len(seen) == 13
    write(tmp_path / "README.md", "text")
    assert extension.inputs_digest(tmp_path) in seen


def test_an_environment_of_any_name_is_left_out(extension, tmp_path):
    """Packages bring Markdown of their own; what an environment is called is its user's choice."""
    for name in ("my-python", ".venv"):
        write(tmp_path / name / "pyvenv.cfg", "home = /usr/bin")
        write(tmp_path / name / "lib" / "package" / "readme.md", "# Package")
    for name in ("book/intro", "runs/a"):
        write(tmp_path / f"{name}.md", "# Page")
    config = SimpleNamespace(exclude_patterns=yaml.safe_load((ROOT / "_config.yml").read_text())["exclude_patterns"])
    extension.leave_out_environments(SimpleNamespace(srcdir=str(tmp_path)), config)
    assert Project(tmp_path, {".md": "markdown"}).discover(config.exclude_patterns) == {"book/intro"}


def test_a_progress_bar_is_no_part_of_a_page():
    execution = load("hfsr_execution")
    bar = v4.new_output("display_data", data={execution.WIDGET: {}, "text/plain": "reading: 20%"})
    table = v4.new_output("execute_result", data={"text/html": "<table></table>"})
    cells = [v4.new_markdown_cell("text"), v4.new_code_cell("code", outputs=[bar, table])]
    cleaned = execution.without_bars(v4.new_notebook(cells=cells, metadata={"widgets": {}, "title": "page"}))
    assert cleaned.cells[1].outputs == [table]
    assert cleaned.metadata == {"title": "page"}


class Cache:
    """Holds what was executed before, and takes what is executed now."""

    def __init__(self, *known):
        self.known, self.new = known, []

    def match_cache_notebook(self, notebook):
        if notebook not in self.known:
            raise KeyError(notebook)

    def cache_notebook_bundle(self, bundle, **options):
        self.new.append(bundle.nb)


@pytest.fixture
def build(monkeypatch):
    """A build of four pages: one without code, one whose outputs are known, and two that are executed once `go` is set."""
    execution, go = load("hfsr_execution"), threading.Event()
    pages = {name: v4.new_notebook(metadata={"title": name}) for name in ("long", "short", "known")}

    def executed(notebook, **options):
        go.wait(60)
        failed = ValueError("a cell failed") if notebook.metadata.title == "short" else None
        return ExecutionResult(notebook, options["cwd"], 1.0, failed)

    cache = Cache(pages["known"])
    monkeypatch.setattr(execution, "notebooks", lambda app, env, names: pages)
    monkeypatch.setattr(execution, "get_cache", lambda path: cache)
    monkeypatch.setattr(execution, "single_nb_execution", executed)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    settings = SimpleNamespace(execution_cache_path="", execution_timeout=60)
    env = SimpleNamespace(doc2path=lambda name: f"/book/{name}.md", mystnb_config=settings)
    executions, names = execution.Executions(), ["short", "long", "text", "known"]
    executions.begin(None, env, names)
    yield SimpleNamespace(executions=executions, app=SimpleNamespace(env=env), names=names, cache=cache, go=go)
    go.set()
    executions.end(None, None)


def test_pages_are_read_while_others_are_executed(build):
    assert build.names == ["text", "known", "long", "short"]
    for name in ("text", "known"):
        build.executions.finish(build.app, name, [])  # waits for nothing
    assert not build.cache.new
    assert not build.executions.running["long"].done()


def test_outputs_are_cached_before_a_page_is_read_but_for_those_of_a_failure(build):
    build.go.set()
    for name in ("long", "short"):
        build.executions.finish(build.app, name, [])
    assert [notebook.metadata.title for notebook in build.cache.new] == ["long"]


def test_a_build_that_ends_early_begins_no_more(build):
    build.executions.end(build.app, ValueError("a record is stale"))
    with pytest.raises(RuntimeError, match="shutdown"):
        build.executions.pool.submit(print)


def test_outputs_of_former_inputs_are_removed(extension, tmp_path):
    app, config = SimpleNamespace(outdir=tmp_path / "_build" / "html", srcdir=tmp_path), SimpleNamespace()
    write(tmp_path / "_build/.jupyter_cache/0123456789abcdef/global.db", "")
    write(tmp_path / "_build/.jupyter_cache/global.db", "")
    extension.fresh_outputs(app, config)
    kept = Path(config.nb_execution_cache_path)
    write(kept / "global.db", "")
    extension.fresh_outputs(app, config)
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_figures_of_former_inputs_are_removed_when_all_pages_are_read_again(extension, tmp_path):
    app = SimpleNamespace(outdir=tmp_path / "html", doctreedir=tmp_path / "doctrees", srcdir=tmp_path, _warncount=0)
    env = SimpleNamespace(found_docs={"page"})
    app.doctreedir.mkdir()
    write(app.outdir / "_images" / "before.svg", "<svg/>")
    assert extension.pages_to_read(app, env) == {"page"}
    assert not (app.outdir / "_images").exists()
    write(app.outdir / "_images" / "now.svg", "<svg/>")
    extension.note_a_clean_build(app, None)
    assert extension.pages_to_read(app, env) == set()
    assert (app.outdir / "_images" / "now.svg").exists()


def test_an_equation_has_the_number_in_its_label(extension):
    numbers = {"displaymath": {"equation-eq-7": (1,), "equation-eq-4": (2,)}}
    extension.number_equations(None, SimpleNamespace(toc_fignumbers={"a": numbers, "b": {}}))
    assert numbers["displaymath"] == {"equation-eq-7": (7,), "equation-eq-4": (4,)}


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
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Page\n\n**Figure.** What the library says."},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {"mystnb": {"figure": {"name": "fig-library"}}},
            "outputs": [],
            "execution_count": None,
            "source": (
                "from pathlib import Path\nfrom IPython.display import SVG\n"
                "with Path('runs').open('a') as runs:\n    runs.write('once ')\n"
                "print(Path('hfsr/library.py').read_text())\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')"
            ),
        },
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    write(tmp_path / "page.ipynb", json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
    for word in ("first", "second"):
        write(tmp_path / "hfsr" / "library.py", f"# {word} answer")
        command = [Path(sys.executable).with_name("jupyter-book"), *STRICT]
        built = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
        assert f"# {word} answer" in (tmp_path / "_build" / "html" / "page.html").read_text()
        assert "WARNING" not in built.stdout + built.stderr
    # The caption is moved before the page is read; outputs that were kept by the text before would not be found.
    assert (tmp_path / "runs").read_text() == "once once "
