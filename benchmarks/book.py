"""Building the book: from nothing, on a quiet machine and beside a busy process on every core, and after a change of words.

The book is that of the last commit, in a clone of its own. ``python benchmarks/book.py`` takes a quarter of an hour; nothing
else should run meanwhile.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from busy import work

from hfsr.cli.console import in_one_line
from hfsr.report import timings

ROOT = Path(__file__).parents[1]
BUILD = ("jupyter-book", "build", ".", "-n", "-W", "--keep-going")  # as `make book` does
PAGE = "book/glossary.md"  # its words are linked to from every page


def seconds(clone: Path, jobs: int) -> float:
    """How long it takes to build the book in a clone beside so many busy processes."""
    program, *options = BUILD
    begun = time.monotonic()
    with work(jobs):
        subprocess.run(
            [Path(sys.executable).with_name(program), *options],
            cwd=clone,
            env=os.environ | {"PYTHONPATH": str(clone)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return time.monotonic() - begun


def main() -> None:
    options = timings.parser(__doc__).parse_args()
    rows: list[dict[str, str | int | float]] = []

    def measure(title: str, clone: Path, jobs: int, quiet: float | None = None) -> float:
        taken = seconds(clone, jobs)
        row = {"build": title, "busy jobs": jobs, "seconds": round(taken)}
        rows.append(row | {"times quiet": round(taken / (quiet or taken), 2)})
        return taken

    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "hfsr"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        quiet = measure("from nothing", clone, 0)
        with (clone / PAGE).open("a", encoding="utf-8") as page:
            page.write("\nOne sentence more.\n")
        measure("after a change of a page's words", clone, 0)
        shutil.rmtree(clone / "_build")
        measure("from nothing", clone, os.cpu_count() or 1, quiet)
    timings.report("book", {"building the book": rows}, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
