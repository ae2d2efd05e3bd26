"""The networks in a real browser: the pictures of `hfsr upscale`, fetched when asked for, stopped and worked by keyboard."""

import base64
import re

import numpy as np
import pytest
import torch

from hfsr import images, load_model, metrics, selection_mask
from hfsr.models.upscaling import upscale
from hfsr.report import widgets
from hfsr.report.widgets import upscaling

SERVER = "python -m http.server -d _build/html"
PIXELS = "(widget, name) => Array.from(widget.comparison.results[name].data)"


@pytest.fixture
def page(page):
    page.set_default_timeout(120_000)  # networks take their time on a busy machine
    return page


@pytest.fixture
def opened(site, page):
    """The widget in a page from the server, and the addresses that it has asked for."""
    folder, address = site
    (folder / "page.html").write_text(f"<!doctype html><meta charset=utf-8>{widget().html}")
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(address)))
    page.goto(f"{address}/page.html")
    return page.locator("hfsr-upscaling"), asked


@pytest.fixture
def mine(tmp_path, photograph):
    """A picture of several tiles, as a file; its sides are odd."""
    picture = photograph("coffee")[:, 100:231, 160:421]
    images.write(tmp_path / "mine.png", picture)
    return tmp_path / "mine.png", picture


def widget(missing=None):
    return upscaling.upscaling("upscaling/", missing)


def run(page, opened, file, halve):
    opened.locator("input[type=file]").set_input_files(file)
    opened.get_by_role("checkbox").set_checked(halve)
    opened.get_by_role("button", name="Upscale").click()
    page.wait_for_function("!document.querySelector('hfsr-upscaling .run').disabled")


def in_browser(opened, name, shape):
    values = np.array(opened.evaluate(PIXELS, name), np.uint8)
    return torch.from_numpy(values).reshape(*shape[1:], 4)[..., :3].permute(2, 0, 1)


def test_the_pictures_and_numbers_are_those_of_the_library(page, opened, mine):
    opened, _ = opened
    file, picture = mine
    truth = images.crop_to_multiple(picture, 2)
    run(page, opened, file, halve=True)
    small = images.resize_bicubic(truth, 0.5)
    assert opened.get_by_role("status").inner_text().startswith("130 by 65 pixels became 260 by 130")
    assert torch.equal(in_browser(opened, "truth", truth.shape), truth)
    assert torch.equal(in_browser(opened, "bicubic", truth.shape), images.resize_bicubic(small, 2))
    rows = [row.split("\t") for row in opened.locator("table").inner_text().splitlines()[1:]]
    mask = selection_mask(truth, upscaling.ALPHA)
    for (name, _, *psnr), label in zip(rows, ["bicubic", *upscaling.NETWORKS.values()], strict=True):
        assert name == label
        result = in_browser(opened, name, truth.shape)
        expected = [metrics.psnr(result, truth, 8, "rgb", where) for where in (mask, ~mask)]
        assert psnr == [f"{value:.2f} dB" for value in expected]
    for name, label in upscaling.NETWORKS.items():
        apart = (in_browser(opened, label, truth.shape).int() - upscale(small, load_model(name)).int()).abs()
        assert (apart <= 1).float().mean() >= 0.999, name
        assert (apart > 0).float().mean() < 0.02, name


def test_without_halving_the_picture_itself_is_doubled_and_there_is_no_truth(page, opened, tmp_path, mine):
    opened, _ = opened
    small = mine[1][:, :50, :60]
    images.write(tmp_path / "small.png", small)
    run(page, opened, tmp_path / "small.png", halve=False)
    assert opened.evaluate("widget => Object.keys(widget.comparison.results)") == [
        "bicubic",
        *upscaling.NETWORKS.values(),
    ]
    assert "PSNR" not in opened.locator("table").inner_text()
    link = opened.get_by_role("link", name="Download the picture of the method")
    assert link.get_attribute("download") == "small-the-method.png"
    content = page.evaluate(
        "async url => btoa(String.fromCharCode(...new Uint8Array(await (await fetch(url)).arrayBuffer())))",
        link.get_attribute("href"),
    )
    (tmp_path / "back.png").write_bytes(base64.b64decode(content))
    back = images.read(tmp_path / "back.png")
    assert torch.equal(back, in_browser(opened, "the method", back.shape))
    assert f"{len(base64.b64decode(content)):,}" == link.inner_text()


def test_nothing_is_fetched_until_the_reader_asks(page, opened, mine):
    opened, asked = opened
    assert asked == ["/page.html"]
    run(page, opened, mine[0], halve=True)
    files = {url.removeprefix("/upscaling/") for url in asked[1:] if not url.startswith("blob:")}
    assert files == {
        "upscaling-worker.js",
        "ort.wasm.min.js",
        "ort-wasm-simd-threaded.mjs",
        "ort-wasm-simd-threaded.wasm",
        *(f"{name}.onnx" for name in upscaling.NETWORKS),
    }


def test_wrong_files_are_answered_in_one_line(page, opened, tmp_path):
    opened, _ = opened
    (tmp_path / "notes.png").write_text("no picture")
    images.write(tmp_path / "tiny.png", torch.zeros(3, 40, 90, dtype=torch.uint8))
    clear = torch.full((70, 70, 4), 90, dtype=torch.uint8).numpy()
    widgets.Image.fromarray(clear, "RGBA").save(tmp_path / "clear.png")
    for name, answer in {
        "notes.png": "notes.png is no picture that this browser can read.",
        "tiny.png": "tiny.png is too small: 64 pixels a side are needed.",
        "clear.png": "clear.png has transparent pixels; flatten it onto a background first.",
    }.items():
        run(page, opened, tmp_path / name, halve=True)
        assert opened.get_by_role("alert").inner_text() == answer
        assert not opened.locator(".results").is_visible()


def test_it_can_be_stopped_and_begun_again(page, opened, tmp_path, mine):
    opened, _ = opened
    images.write(tmp_path / "large.png", mine[1].repeat(1, 8, 5))
    opened.locator("input[type=file]").set_input_files(tmp_path / "large.png")
    opened.get_by_role("button", name="Upscale").click()
    opened.get_by_text(re.compile(r"WDSR: 1 of \d+ tiles")).wait_for()
    opened.get_by_role("button", name="Cancel").click()
    opened.get_by_text("cancelled").wait_for()
    assert not opened.locator(".results").is_visible()
    run(page, opened, mine[0], halve=True)
    assert opened.locator(".results").is_visible()


def test_it_is_worked_by_keyboard_and_fits_a_telephone(page, opened, mine):
    opened, _ = opened
    opened.locator("input[type=file]").set_input_files(mine[0])
    opened.get_by_role("checkbox").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("!document.querySelector('hfsr-upscaling .results').hidden")
    stage, slider = opened.get_by_role("group"), opened.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    assert stage.evaluate("stage => stage.style.getPropertyValue('--at')") == "0%"
    stage.focus()
    before = opened.evaluate("widget => widget.comparison.corner")
    for key in ("ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    assert opened.evaluate("widget => widget.comparison.corner") == {"x": before["x"] + 8, "y": before["y"] - 8}
    for canvas in opened.locator("canvas").all():
        assert len(canvas.get_attribute("aria-label")) > 15
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_difference_is_that_of_the_two_pictures(page, opened, mine):
    opened, _ = opened
    run(page, opened, mine[0], halve=True)
    shown = opened.locator("canvas[data-name=difference]").evaluate(
        "canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, 64, 64).data)"
    )
    shown = torch.tensor(shown).reshape(64, 64, 4)[..., :3].permute(2, 0, 1)
    left, right = (
        in_browser(opened, name, (3, 130, 260))[:, 33:97, 98:162].int() for name in ("bicubic", "the method")
    )
    assert torch.equal(shown, (128 + 8 * (right - left)).clamp(0, 255))


def test_a_page_from_a_file_says_that_it_needs_a_server(page, tmp_path):
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8>{widget().html}")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "page.html").as_uri())
    assert SERVER in page.get_by_role("alert").inner_text()
    assert not page.get_by_role("button").first.is_visible()
    assert asked == [(tmp_path / "page.html").as_uri()]


def test_a_book_built_without_the_registry_says_so(page, site):
    folder, address = site
    (folder / "missing.html").write_text(f"<!doctype html><meta charset=utf-8>{widget('<b>no</b> registry').html}")
    page.goto(f"{address}/missing.html")
    said = "This copy of the book was built without what runs the networks: <b>no</b> registry"
    assert page.get_by_role("alert").inner_text() == said
    assert not page.get_by_role("button").first.is_visible()
