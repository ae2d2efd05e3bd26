import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from layout import ROOT, STRICT

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def book():
    """Folder of the built book, built by the command that `make book` uses."""
    command = [Path(sys.executable).with_name("jupyter-book"), *STRICT]
    (ROOT / "_build").mkdir(exist_ok=True)
    with FileLock(ROOT / "_build" / "lock"):  # one process builds, the others find it built
        built = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    assert built.returncode == 0, f"jupyter-book build failed:\n{built.stdout[-8000:]}"
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def browser():
    """A Chromium without a network; a machine without one skips, unless HFSR_REQUIRE_CHROMIUM is set."""
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
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()
