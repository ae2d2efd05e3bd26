"""Pages that hold code are executed before they are read: as many at once as there are cores, with a thread each."""

import os
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
WIDGET = "application/vnd.jupyter.widget-view+json"


def notebooks(env: BuildEnvironment, names: list[str]) -> dict[Path, NotebookNode]:
    """Those of the named pages that hold code, read as myst_nb reads them, notebooks first: they take longest."""
    found = {}
    for name in names:
        path = Path(env.doc2path(name))
        text = path.read_text(encoding="utf-8")
        if reader := create_nb_reader(str(path), env.myst_config, env.mystnb_config, text):
            found[path] = reader.read(text)
    return dict(sorted(found.items(), key=lambda item: item[0].suffix))


def execute(app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
    """Fill the cache with what it lacks of these pages; one that fails stays out, and fails with a message when it is read."""
    cache = get_cache(env.mystnb_config.execution_cache_path)
    todo = {}
    for path, notebook in notebooks(env, names).items():
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            todo[path] = notebook

    def run(path: Path) -> ExecutionResult:
        timeout = env.mystnb_config.execution_timeout
        return single_nb_execution(todo[path], cwd=str(path.parent), timeout=timeout, allow_errors=False)

    # Threads of torch that wait for each other, on cores that other work takes too, make a page many times slower.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(run, path): path for path in todo}
        for done in as_completed(running):
            path, result = running[done], done.result()
            LOGGER.info("executed %s in %.0f s", path.relative_to(app.srcdir), result.time)
            if result.err is None:
                bundle = CacheBundleIn(without_bars(result.nb), str(path), data={"execution_seconds": result.time})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def without_bars(notebook: NotebookNode) -> NotebookNode:
    """A notebook without progress bars: one that a slow machine shows is no part of a page."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]
    return notebook


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the above to the build."""
    app.connect("env-before-read-docs", execute)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
