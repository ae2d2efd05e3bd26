"""Upscaling in a browser by the page of the networks, in WebAssembly: seconds of each way, and the memory that the page takes.

Each picture has a new Chromium without a window, which is given no graphics card. ``python benchmarks/browser.py`` takes about
half an hour where one core is left to the page; nothing else should run meanwhile. ``--size 300 200`` tries it on a small
picture.
"""

import re
import shutil
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from opening import CHROMIUM
from playwright.sync_api import Browser, sync_playwright

from hfsr import images
from hfsr.cli.console import in_one_line
from hfsr.data import embedded
from hfsr.report import timings
from hfsr.report.widgets import upscaling

SIZES = ((1000, 750), (2000, 1500), (4000, 3000))  # width and height of the small picture: 0.75, 3 and 12 Mpix
PHOTOGRAPH = upscaling.PICTURES[0]
CACHE = Path(__file__).parents[1] / "_build" / "npm"  # where the book keeps what runs the networks
PNG = "making the PNG files"  # the page's own words
# Keeps when the page says what: it says what it does before it begins.
LISTEN = """widget => {
    const say = widget.say.bind(widget);
    widget.heard = [];
    widget.say = (text, error) => { widget.heard.push([performance.now() / 1000, text, error]); say(text, error); };
}"""


class Silent(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, *_: object) -> None: ...


def photograph(folder: Path, width: int, height: int) -> Path:
    """One of the book's photographs, enlarged to a size: as soft as a camera's, so that its PNG is no larger than one."""
    small = embedded.read(PHOTOGRAPH)
    scale = max(width / small.shape[2], height / small.shape[1])
    path = folder / f"{width}x{height}.png"
    images.write(path, images.resize_bicubic(small, scale)[:, :height, :width])
    return path


def peak(browser: Browser) -> float:
    """Peak of resident memory in MB of the page's process, in which its workers run too."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    status = [Path(f"/proc/{each['id']}/status").read_text() for each in processes if each["type"] == "renderer"]
    return max(int(re.search(r"VmHWM:\s+(\d+) kB", text)[1]) for text in status) / 1024


def measure(browser: Browser, address: str, file: Path) -> dict[str, Any]:
    """Let the page double one picture; what it said becomes seconds."""
    page = browser.new_page()
    page.goto(address)
    before, widget = peak(browser), page.locator("hfsr-upscaling")
    widget.evaluate(LISTEN)
    widget.locator("input[type=file]").set_input_files(file)
    widget.get_by_role("checkbox").uncheck()
    widget.locator(".run").click()
    page.wait_for_function("!document.querySelector('hfsr-upscaling .run').disabled", timeout=0)
    heard = widget.evaluate("widget => widget.heard")
    done, said, error = heard[-1]
    if error:
        raise SystemExit(f"{file.name}: {error}")
    steps = [*(way["label"] for way in widget.evaluate("widget => widget.settings.ways")), PNG]
    begun = [next(time for time, text, _ in heard if text.startswith(step)) for step in steps]
    took = {step: end - start for step, start, end in zip(steps, begun, [*begun[1:], done], strict=True)}
    width, height = map(int, file.stem.split("x"))
    return {
        "small picture": file.stem,
        "Mpix out": round(4 * width * height / 1e6, 1),
        **{f"{'the PNG files' if step == PNG else step}, s": round(seconds, 1) for step, seconds in took.items()},
        "in all, s": round(float(re.search(r"in ([\d.]+) s", said)[1]), 1),
        "where": said.rpartition(", ")[2],
        "memory before, MB": round(before),
        "peak of memory, MB": round(peak(browser)),
        "of these its three results, MB": round(3 * 16 * width * height / 1e6),
    }


def main() -> None:
    parser = timings.parser(__doc__)
    parser.add_argument("--size", type=int, nargs=2, metavar=("WIDTH", "HEIGHT"), help="of the only small picture")
    options = parser.parse_args()
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        raise SystemExit(f"no Chromium here: none of {', '.join(CHROMIUM)} is on the PATH")
    rows = []
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        upscaling.write(folder / "upscaling", CACHE)
        (folder / "page.html").write_text(
            f"<!doctype html><meta charset=utf-8>{upscaling.upscaling('upscaling/').html}"
        )
        with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=folder)) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            for size in [options.size] if options.size else SIZES:
                file = photograph(folder, *size)
                browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
                rows.append(measure(browser, f"http://127.0.0.1:{server.server_port}/page.html", file))
                version = browser.version
                browser.close()
            server.shutdown()
    timings.report("browser", {f"a page in Chromium {version}, tiles of {upscaling.TILE}": rows}, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
