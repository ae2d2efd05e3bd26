"""Opening the book's first page from disk: how long until its text is seen, and until all of it is there.

``make book`` comes before. Every opening is a new browser's first, so nothing is kept from the one before; nothing else
should run meanwhile.
"""

import shutil
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from hfsr.cli.console import in_one_line
from hfsr.report import timings

PAGE = Path(__file__).parents[1] / "_build" / "html" / "book" / "intro.html"
WIDTHS = {"desktop": 1280, "phone": 390}
OPENINGS = 9
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
TIMES = """() => ({
    seen: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    loaded: performance.getEntriesByType("navigation")[0].loadEventEnd,
})"""


def opened(program: str, width: int) -> dict[str, float]:
    """Milliseconds of one opening."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(PAGE.as_uri())
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        page.wait_for_function("performance.getEntriesByType('navigation')[0].loadEventEnd > 0")
        times: dict[str, float] = page.evaluate(TIMES)
        browser.close()
    return times


def main() -> None:
    options = timings.parser(__doc__).parse_args()
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        raise SystemExit(f"no Chromium here: none of {', '.join(CHROMIUM)} is on the PATH")
    rows = []
    for name, width in WIDTHS.items():
        times = [opened(program, width) for _ in range(OPENINGS)]
        seen, loaded = ([each[kind] for each in times] for kind in ("seen", "loaded"))
        rows.append(
            {
                "screen": name,
                "openings": OPENINGS,
                "text seen, ms": round(median(seen)),
                "slowest, ms": round(max(seen)),
                "all loaded, ms": round(median(loaded)),
            }
        )
    timings.report("opening", {"opening the first page": rows}, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
