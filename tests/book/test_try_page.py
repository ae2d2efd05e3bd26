"""The networks in a real browser: the pictures of `hfsr upscale`, fetched when asked for, stopped and worked by keyboard."""

import base64
import io
import re
import warnings

import numpy as np
import pytest
import torch
import wild
from PIL import Image

from hfsr import images, metrics, selection_mask
from hfsr.images.convert import to_8_bits
from hfsr.images.picture import load
from hfsr.models.upscaling import upscale
from hfsr.report.widgets import upscaling

SERVER = "python -m http.server -d _build/html"
WAYS = {"bicubic": "bicubic"} | upscaling.NETWORKS
# A page is told of a graphics card; what its workers find is the browser's own.
TOLD_OF_A_CARD = "Object.defineProperty(navigator, 'gpu', {value: {requestAdapter: async () => ({info: {}})}})"
COMPUTED_CARD = ("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader")
ON_CORES = {"ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"}
ON_A_CARD = {"ort.jspi.min.js", "ort-wasm-simd-threaded.jspi.mjs", "ort-wasm-simd-threaded.jspi.wasm"}


@pytest.fixture
def page(page):
    page.set_default_timeout(120_000)  # networks take their time on a busy machine
    return page


@pytest.fixture
def small_tiles(monkeypatch):
    monkeypatch.setattr(upscaling, "TILE", 48)  # a small picture has several


@pytest.fixture
def opened(site, page, small_tiles):
    """The widget in a page from the server, and the addresses that it has asked for."""
    return visit(site, page)


@pytest.fixture
def mine(tmp_path, photograph):
    """A picture of several tiles, as a file; its sides are odd."""
    picture = photograph("coffee")[:, 100:231, 160:341]
    images.write(tmp_path / "mine.png", picture)
    return tmp_path / "mine.png", picture


@pytest.fixture
def little(tmp_path, mine):
    """A picture that is soon upscaled."""
    picture = mine[1][:, :32, :40]
    images.write(tmp_path / "little.png", picture)
    return tmp_path / "little.png", picture


def visit(site, page):
    folder, address = site
    (folder / "page.html").write_text(f"<!doctype html><meta charset=utf-8>{widget().html}")
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(address)))
    page.goto(f"{address}/page.html")
    return page.locator("hfsr-upscaling"), asked


def widget(missing=None):
    return upscaling.upscaling("upscaling/", missing)


def run(page, opened, file, halve):
    opened.locator("input[type=file]").set_input_files(file)
    opened.get_by_role("checkbox").set_checked(halve)
    opened.get_by_role("button", name="Upscale").click()
    page.wait_for_function("!document.querySelector('hfsr-upscaling .run').disabled")


def pixels(file):
    return torch.from_numpy(np.array(file.convert("RGB"))).permute(2, 0, 1)


def in_browser(opened, name):
    content = opened.evaluate("(widget, name) => widget.comparison.results[name].toDataURL().split(',')[1]", name)
    return pixels(Image.open(io.BytesIO(base64.b64decode(content))))


def check(opened, small):
    """What the browser made of a small picture is what the library makes of it."""
    assert torch.equal(in_browser(opened, "bicubic"), upscale(small, "bicubic"))
    for name, label in upscaling.NETWORKS.items():
        apart = (in_browser(opened, label).int() - upscale(small, name).int()).abs()
        assert (apart <= 1).float().mean() >= 0.999, name
        assert (apart > 0).float().mean() < 0.02, name


def test_the_pictures_and_numbers_are_those_of_the_library(page, opened, mine):
    opened, _ = opened
    file, picture = mine
    truth = images.crop_to_multiple(picture, 2)
    run(page, opened, file, halve=True)
    assert opened.get_by_role("status").inner_text().startswith("90 by 65 pixels became 180 by 130")
    assert torch.equal(in_browser(opened, "truth"), truth)
    check(opened, images.resize_bicubic(truth, 0.5))
    rows = [row.split("\t") for row in opened.locator("table").inner_text().splitlines()[1:]]
    mask = selection_mask(truth, upscaling.ALPHA)
    for (name, _, *psnr), label in zip(rows, WAYS.values(), strict=True):
        assert name == label
        expected = [metrics.psnr(in_browser(opened, name), truth, 8, "rgb", where) for where in (mask, ~mask)]
        assert psnr == [f"{value:.2f} dB" for value in expected]


def test_without_halving_the_picture_itself_is_doubled_and_there_is_no_truth(page, opened, tmp_path, mine):
    opened, _ = opened
    small = mine[1][:, :50, :60]
    images.write(tmp_path / "small.png", small)
    run(page, opened, tmp_path / "small.png", halve=False)
    assert opened.evaluate("widget => Object.keys(widget.comparison.results)") == list(WAYS.values())
    check(opened, small)
    assert "PSNR" not in opened.locator("table").inner_text()
    link = opened.get_by_role("link", name="Download the picture of the method")
    assert link.get_attribute("download") == "small-the-method.png"
    content = page.evaluate(
        "async url => btoa(String.fromCharCode(...new Uint8Array(await (await fetch(url)).arrayBuffer())))",
        link.get_attribute("href"),
    )
    (tmp_path / "back.png").write_bytes(base64.b64decode(content))
    assert torch.equal(images.read(tmp_path / "back.png"), in_browser(opened, "the method"))
    assert f"{len(base64.b64decode(content)):,}" == link.inner_text()


@pytest.mark.slow
def test_a_picture_of_many_tiles_is_doubled_as_a_whole(site, page, photograph, tmp_path):
    large = photograph("coffee")[:, :200, :530]
    images.write(tmp_path / "large.png", large)
    opened, _ = visit(site, page)
    run(page, opened, tmp_path / "large.png", halve=False)
    assert opened.get_by_role("status").inner_text().startswith("530 by 200 pixels became 1060 by 400")
    check(opened, large)


def test_of_a_large_picture_that_is_halved_the_middle_is_taken(opened, tmp_path):
    opened, _ = opened
    large = torch.arange(1101).expand(3, 70, -1).to(torch.uint8)
    images.write(tmp_path / "large.png", large)
    opened.locator("input[type=file]").set_input_files(tmp_path / "large.png")
    read = """async widget => {
        const picture = await widget.read(true);
        return [picture.width, picture.height, picture.getContext("2d").getImageData(0, 0, 1, 1).data[0], widget.cut];
    }"""
    assert opened.evaluate(read) == [1024, 70, 38, "of large.png the middle, "]


def files(asked):
    return {url.removeprefix("/upscaling/") for url in asked[1:] if not url.startswith("blob:")}


def test_nothing_is_fetched_until_the_reader_asks(page, opened, little):
    opened, asked = opened
    assert asked == ["/page.html"]
    run(page, opened, little[0], halve=False)
    assert files(asked) == {*upscaling.WORKER, *ON_CORES, *(f"{name}.onnx" for name in upscaling.NETWORKS)}
    assert re.search(r", on (one core|\d cores)$", opened.get_by_role("status").inner_text())


def test_where_the_graphics_card_fails_the_cores_take_over(page, site, little):
    page.add_init_script(TOLD_OF_A_CARD)
    opened, asked = visit(site, page)
    run(page, opened, little[0], halve=False)
    assert files(asked) > {*ON_A_CARD, *ON_CORES}
    assert "core" in opened.get_by_role("status").inner_text()
    check(opened, little[1])


@pytest.mark.slow
def test_the_graphics_card_gives_the_same_pictures(launch, site, little):
    browser = launch(*COMPUTED_CARD)
    page = browser.new_page()
    page.set_default_timeout(600_000)  # it is a core that plays the card
    page.add_init_script(TOLD_OF_A_CARD)
    opened, asked = visit(site, page)
    run(page, opened, little[0], halve=False)
    assert opened.get_by_role("status").inner_text().endswith(", on the graphics card")
    assert files(asked) == {*upscaling.WORKER, *ON_A_CARD, *(f"{name}.onnx" for name in upscaling.NETWORKS)}
    check(opened, little[1])
    browser.close()


def test_wrong_files_are_answered_in_one_line(page, opened, tmp_path):
    opened, _ = opened
    (tmp_path / "notes.png").write_text("no picture")
    images.write(tmp_path / "tiny.png", torch.zeros(3, 40, 90, dtype=torch.uint8))
    clear = torch.full((70, 70, 4), 90, dtype=torch.uint8).numpy()
    Image.fromarray(clear, "RGBA").save(tmp_path / "clear.png")
    for name, answer in {
        "notes.png": "notes.png is no picture that this browser can read.",
        "tiny.png": "tiny.png is too small: 64 pixels a side are needed.",
        "clear.png": "clear.png has transparent pixels; flatten it onto a background first.",
    }.items():
        run(page, opened, tmp_path / name, halve=True)
        assert opened.get_by_role("alert").inner_text() == answer
        assert not opened.locator(".results").is_visible()


def refusal(strange):
    """How the page refuses a strange picture; None where it shows it."""
    if strange.name.endswith(".tif") or strange.upscale in (wild.DAMAGED, wild.UNKNOWN):
        return f"{strange.name} is no picture that this browser can read."
    if "frames" in (strange.upscale or ""):
        return f"{strange.name} has 3 frames; save the one that you mean by itself."
    if strange.mask == wild.TRANSPARENT:
        return f"{strange.name} has transparent pixels; flatten it onto a background first."
    return "one-pixel.png is too small: 32 pixels a side are needed." if strange.name == "one-pixel.png" else None


def test_strange_pictures_are_shown_or_refused_in_one_line(page, opened, tmp_path):
    opened, _ = opened
    opened.evaluate("widget => widget.settings.ways.splice(1)")  # bicubic alone: soon done, and equal to the bit
    for strange in wild.WILD:
        path = wild.write(strange, tmp_path)
        run(page, opened, path, halve=False)
        said = opened.evaluate("widget => widget.find('.error').textContent")
        assert said == (refusal(strange) or ""), strange.name
        assert opened.locator(".results").is_visible() == (not said), strange.name
        if not said:
            with (
                warnings.catch_warnings(action="ignore"),
                Image.open(path) as first,
            ):  # what the decoder thinks of its EXIF
                alone = load(path, path).pixels if strange.upscale is None else pixels(first)
            converted = strange.name.startswith("own-")  # browsers make sRGB of it, as the page says
            expected = upscale(
                images.to_rgb(srgb_of_linear(alone) if converted else to_8_bits(alone)).contiguous(), "bicubic"
            )
            apart = (in_browser(opened, "bicubic").int() - expected.int()).abs()
            assert apart.max() <= (3 if converted else 0), strange.name


def srgb_of_linear(values: torch.Tensor) -> torch.Tensor:
    """8 bits of linear light as 8 bits of sRGB."""
    light = values.double() / 255
    encoded = torch.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return (255 * encoded).round().byte()


def drop(opened, *names):
    """Files of these names are dropped onto the widget."""
    opened.evaluate(
        """(widget, names) => {
            const dataTransfer = new DataTransfer();
            for (const name of names) dataTransfer.items.add(new File(["text"], name));
            widget.find(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
        }""",
        names,
    )


def test_one_picture_is_chosen_and_can_be_chosen_again(opened, mine):
    opened, _ = opened
    own, file = opened.locator(".own"), opened.locator("input[type=file]")
    file.set_input_files(mine[0])
    assert own.evaluate("select => select.selectedIndex") == -1  # so the book's first is a change too
    own.select_option(index=0)
    assert file.input_value() == ""
    assert opened.evaluate("widget => widget.name") == own.input_value()
    for names, said in ((("a.png", "b.png"), "One picture at a time."), ((), "That is no file.")):
        drop(opened, *names)
        assert opened.get_by_role("alert").inner_text() == said
    file.set_input_files(mine[0])
    drop(opened, "a.png")
    assert opened.get_by_role("status").inner_text() == "a.png is chosen"
    assert file.input_value() == ""  # so the one from before is a change too


def test_a_picture_of_the_book_that_cannot_be_fetched_is_named(page, opened):
    opened, _ = opened
    name = opened.locator(".own").input_value()
    page.route(f"**/{name}.webp", lambda route: route.fulfill(status=404))
    for _ in ("not there", "no answer"):
        opened.get_by_role("button", name="Upscale").click()
        opened.get_by_text(f"{name} cannot be fetched; try again, or choose a picture of yours.").wait_for()
        opened.evaluate("widget => widget.say('')")
        page.unroute(f"**/{name}.webp")
        page.route(f"**/{name}.webp", lambda route: route.abort())


def test_pictures_that_are_equal_and_elements_that_there_are_none_have_no_number(page, opened, tmp_path):
    opened, _ = opened
    opened.evaluate("widget => widget.settings.ways.splice(1)")
    images.write(tmp_path / "flat.png", torch.full((3, 64, 80), 99, dtype=torch.uint8))
    run(page, opened, tmp_path / "flat.png", halve=True)
    line = opened.locator(".numbers tbody tr", has_text="bicubic").locator("td").all_inner_texts()
    assert line[-2:] == ["none", "equal"]


def test_what_a_browser_cannot_hold_is_said_in_one_line(page, opened, tmp_path):
    opened, _ = opened
    images.write(tmp_path / "long.png", torch.zeros(3, 32, 33000, dtype=torch.uint8))
    run(page, opened, tmp_path / "long.png", halve=False)
    said = "This browser holds no picture of 66000 by 64 pixels; cut yours into parts."
    assert opened.get_by_role("alert").inner_text() == said


def test_it_can_be_stopped_and_begun_again(page, opened, tmp_path, mine):
    opened, _ = opened
    images.write(tmp_path / "large.png", mine[1].repeat(1, 8, 5))
    opened.locator("input[type=file]").set_input_files(tmp_path / "large.png")
    opened.get_by_role("button", name="Upscale").click()
    opened.get_by_text(re.compile(r"^WDSR, on (one core|\d cores)$")).wait_for()  # said once, not tile by tile
    assert re.fullmatch(r"[1-9]\d* of \d+ tiles", opened.locator(".tiles").inner_text())
    assert (
        opened.locator(".drop :is(select, input):enabled").count() == 0
    )  # else one picture could get the other's name
    drop(opened, "another.png")
    opened.get_by_role("button", name="Cancel").click()
    opened.get_by_text("cancelled").wait_for()
    assert not opened.locator(".results").is_visible()
    assert opened.evaluate("widget => widget.name") == "large.png"
    run(page, opened, mine[0], halve=True)
    assert opened.locator(".results").is_visible()


def test_it_can_be_stopped_while_files_are_made_and_begun_again(page, opened, little):
    opened, _ = opened
    page.evaluate("""() => {
        window.toBlob = HTMLCanvasElement.prototype.toBlob;
        HTMLCanvasElement.prototype.toBlob = made => { window.made = made; };
    }""")
    opened.locator("input[type=file]").set_input_files(little[0])
    opened.get_by_role("checkbox").uncheck()
    opened.get_by_role("button", name="Upscale").click()
    page.wait_for_function("() => 'made' in window")
    opened.get_by_role("button", name="Cancel").click()
    page.evaluate("() => window.made(null)")
    opened.get_by_text("cancelled").wait_for()
    assert not opened.locator(".results").is_visible()
    page.evaluate("() => { HTMLCanvasElement.prototype.toBlob = window.toBlob; }")
    run(page, opened, little[0], halve=False)
    assert opened.locator(".results").is_visible()


def test_it_is_worked_by_keyboard_and_fits_a_telephone(page, opened, mine):
    opened, _ = opened
    opened.locator("input[type=file]").set_input_files(mine[0])
    opened.get_by_role("checkbox").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Cancel"
    page.wait_for_function("!document.querySelector('hfsr-upscaling .results').hidden")
    page.wait_for_function("document.activeElement.textContent.startsWith('Upscale')")
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
    left, right = (in_browser(opened, name)[:, 33:97, 58:122].int() for name in ("bicubic", "the method"))
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
