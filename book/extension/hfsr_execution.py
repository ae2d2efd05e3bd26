"""Pages that hold code are executed while the others are read: as many at once as there are cores, with a thread each."""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from traitlets.config import Config

LOGGER = logging.getLogger(__name__)
WIDGET = "application/vnd.jupyter.widget-view+json"
LONGEST = "notebooks/train"  # begun among the last, it would end alone
# What is said to a kernel goes over a port of this machine. Unencrypted, each kernel warns of that in the build's output.
KERNEL = Config(KernelManager={"transport_encryption": "auto"})


def notebooks(app: Sphinx, env: BuildEnvironment, names: list[str]) -> dict[str, NotebookNode]:
    """Those of the named pages that hold code, as myst_nb reads them; those that take longest come first."""
    found = {}
    for name in sorted(names, key=lambda name: (name != LONGEST, Path(env.doc2path(name)).suffix)):
        path = env.doc2path(name)
        text = [Path(path).read_text(encoding="utf-8")]
        # Extensions change a page before it is read. Outputs of another text would not be found, and it would run twice.
        app.emit("source-read", name, text)
        if reader := create_nb_reader(path, env.myst_config, env.mystnb_config, text[0]):
            found[name] = reader.read(text[0])
    return found


class Executions:
    """The pages of one build that are executed in the background, until Sphinx wants to read them."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(os.cpu_count())
        self.running: dict[str, Future[ExecutionResult]] = {}

    def begin(self, app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
        """Execute what the cache lacks of these pages, and have the others read meanwhile."""
        # Threads of torch that wait for each other, on cores that other work takes too, make a page many times slower.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        cache, timeout = get_cache(env.mystnb_config.execution_cache_path), env.mystnb_config.execution_timeout
        for name, notebook in notebooks(app, env, names).items():
            try:
                cache.match_cache_notebook(notebook)
            except KeyError:
                folder = str(Path(env.doc2path(name)).parent)
                self.running[name] = self.pool.submit(
                    single_nb_execution, notebook, cwd=folder, timeout=timeout, allow_errors=False, config=KERNEL
                )
        # In the order in which they are executed.
        names.sort(key=lambda name: [*self.running].index(name) if name in self.running else -1)

    def finish(self, app: Sphinx, name: str, text: list[str]) -> None:
        """Before a page is read: put its outputs into the cache. One that fails stays out, and fails with a message."""
        if name not in self.running:
            return
        result = self.running.pop(name).result()
        LOGGER.info("executed %s in %.0f s", name, result.time)
        if result.err is None:
            data = {"execution_seconds": result.time}
            bundle = CacheBundleIn(without_bars(result.nb), app.env.doc2path(name), data=data)
            cache = get_cache(app.env.mystnb_config.execution_cache_path)
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)

    def end(self, app: Sphinx, error: Exception | None) -> None:
        """Begin no more: the build is over, perhaps before its time."""
        self.pool.shutdown(wait=False, cancel_futures=True)


def without_bars(notebook: NotebookNode) -> NotebookNode:
    """A notebook without progress bars: one that a slow machine shows is no part of a page."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]
    notebook.metadata.pop("widgets", None)
    return notebook


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the above to the build."""
    executions = Executions()
    app.connect("env-before-read-docs", executions.begin)
    app.connect("source-read", executions.finish)
    app.connect("build-finished", executions.end)
    return {"parallel_read_safe": False, "parallel_write_safe": True}  # one process knows what is executed
