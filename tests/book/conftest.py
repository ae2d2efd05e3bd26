import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock
from layout import ROOT, STRICT

from hfsr.errors import UserError
from hfsr.report.widgets import upscaling

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def book(tmp_path_factory, worker_id):
    """Folder of the built book: the one that HFSR_BOOK names, or built here by the command that `make book` uses.

    Once for all the processes that test it: a second build would write files anew, the scripts among them, under the pages
    that the first process looks at.
    """
    if built := os.environ.get("HFSR_BOOK"):
        return Path(built)
    command = [Path(sys.executable).with_name("jupyter-book"), *STRICT]
    own = tmp_path_factory.getbasetemp()
    said = (own if worker_id == "master" else own.parent) / "book.txt"  # above its own lies the folder of all processes
    with FileLock(said.with_suffix(".lock")):
        if not said.exists():
            built = subprocess.run(
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
            )
            said.write_text("" if built.returncode == 0 else f"exit code {built.returncode}\n{built.stdout}")
    assert not said.read_text(), f"jupyter-book build failed:\n{said.read_text()[-8000:]}"
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def launch():
    """Start a Chromium without a network but this machine's own.

    A machine without one skips, unless HFSR_REQUIRE_CHROMIUM is set.
    """
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        reason = f"no Chromium here: none of {', '.join(CHROMIUM)} is on the PATH"
        if os.environ.get("HFSR_REQUIRE_CHROMIUM"):
            pytest.fail(reason)
        pytest.skip(reason)
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ]
    with sync_playwright() as playwright:
        yield lambda *more: playwright.chromium.launch(executable_path=program, args=[*flags, *more])


@pytest.fixture(scope="session")
def browser(launch):
    browser = launch()
    yield browser
    browser.close()


@contextmanager
def serving(folder):
    """A server of this machine for a folder; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def served(book):
    """Address of the built book on a server."""
    with serving(book) as address:
        yield address


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A folder with what the widget of the networks fetches in `upscaling/`, and its address on a server of this machine."""
    folder = tmp_path_factory.mktemp("site")
    if (built := Path(os.environ.get("HFSR_BOOK", "")) / "_static" / "upscaling").is_dir():
        shutil.copytree(built, folder / "upscaling")
    else:
        try:
            upscaling.write(folder / "upscaling", ROOT / "_build" / "npm")  # where the book keeps the package too
        except UserError as error:
            pytest.skip(str(error))
    with serving(folder) as address:
        yield folder, address


@pytest.fixture
def page(browser):
    """A page as wide as a telephone."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()
