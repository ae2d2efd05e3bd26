"""The widgets in a real browser: the same map and mask as the library's, usable by keyboard, silent towards the network."""

import cv2
import numpy as np
import pytest
import torch
import wild

from hfsr import images, selected_fraction, selection_mask, weight_map
from hfsr.report import widgets
from hfsr.weightmap import parse_alpha

ALPHAS = [0, 0.005, 0.2, 0.335, 0.5]
TRANSPARENT = next(strange for strange in wild.WILD if strange.mask == wild.TRANSPARENT)
ANIMATED = next(
    strange for strange in wild.WILD if "3 frames" in (strange.mask or "") and strange.name.endswith(".gif")
)


@pytest.fixture
def pictures(photograph):
    noise = torch.randint(256, (3, 37, 52), generator=torch.manual_seed(0), dtype=torch.uint8)
    steps = noise // 64 * 20  # many ties
    return {"coffee": photograph("coffee")[:, 100:180, 200:330], "noise": noise, "ties": steps}


@pytest.fixture
def page(page, tmp_path):
    """A page of a file: only those whose origin browsers trust can tell an animation's pictures."""
    (tmp_path / "page.html").touch()
    page.goto((tmp_path / "page.html").as_uri())
    return page


def opened(page, pictures, alpha="1/5"):
    page.set_content(f"<!doctype html><body>{widgets.weight_map(pictures, alpha).html}</body>")
    page.wait_for_function("document.querySelector('hfsr-weight-map').mask")
    return page.locator("hfsr-weight-map")


def in_browser(widget, name, shape):
    """An array of the widget's, (H, W, 3) there, (3, H, W) here."""
    values = np.array(widget.evaluate(f"widget => Array.from(widget.{name})"))
    return torch.from_numpy(values).reshape(*shape[1:], 3).permute(2, 0, 1)


def move(widget, alpha):
    widget.locator("input[type=range]").evaluate(
        "(slider, alpha) => { slider.value = alpha; slider.dispatchEvent(new Event('input')); }", alpha
    )


def test_map_and_mask_are_those_of_the_library(page, pictures):
    widget = opened(page, pictures)
    for place, image in enumerate(pictures.values()):
        widget.locator("select").select_option(str(place))
        page.wait_for_function(
            "count => document.querySelector('hfsr-weight-map').weights.length === count", arg=image.numel()
        )
        assert torch.equal(in_browser(widget, "weights", image.shape), weight_map(image))
        for alpha in ALPHAS:
            move(widget, alpha)
            expected = selection_mask(image, alpha)
            assert torch.equal(in_browser(widget, "mask", image.shape).bool(), expected), alpha
            share = f"{100 * selected_fraction(image, alpha):.1f} % of the elements are selected"
            assert widget.get_by_role("status").inner_text() == share


@pytest.mark.parametrize("alpha", ["1/3", "1/7", 1])
def test_it_begins_with_the_very_alpha_that_is_asked_for(page, pictures, alpha):
    widget = opened(page, {"noise": pictures["noise"]}, alpha)
    expected = selection_mask(pictures["noise"], alpha)
    assert torch.equal(in_browser(widget, "mask", expected.shape).bool(), expected)
    assert widget.locator(".alpha").inner_text() == f"{parse_alpha(alpha):.3f}"


def test_what_is_taken_away_does_not_follow_the_theme_any_more(page, pictures):
    drawn = opened(page, pictures).evaluate("""async widget => {
        const turn = () => { document.documentElement.dataset.theme += "+"; return new Promise(done => setTimeout(done)); };
        let drawn = 0;
        widget.select = () => { drawn++; };
        await turn();
        widget.remove();
        await turn();
        return drawn;
    }""")
    assert drawn == 1


def test_a_picture_from_disk_is_shown_and_what_is_none_is_named(page, pictures, tmp_path):
    widget = opened(page, {"noise": pictures["noise"]})
    images.write(tmp_path / "mine.png", pictures["coffee"])
    (tmp_path / "notes.png").write_text("no picture")
    wild.write(TRANSPARENT, tmp_path)
    wild.write(ANIMATED, tmp_path)
    widget.locator("input[type=file]").set_input_files(tmp_path / "mine.png")
    page.wait_for_function("document.querySelector('hfsr-weight-map .picture').width === 130")
    assert torch.equal(
        in_browser(widget, "mask", pictures["coffee"].shape).bool(), selection_mask(pictures["coffee"], 0.2)
    )
    assert widget.get_by_role("img", name="mine.png, 130 by 80 pixels").count() == 1
    before = widget.get_by_role("status").inner_text()
    for name, said in {
        "notes.png": "notes.png is no picture that this browser can read.",
        TRANSPARENT.name: f"{TRANSPARENT.name} has transparent pixels; flatten it onto a background first.",
        ANIMATED.name: f"{ANIMATED.name} has 3 frames; save the one that you mean by itself.",
    }.items():
        widget.locator("input[type=file]").set_input_files(tmp_path / name)
        widget.get_by_text(said).wait_for()
        assert widget.get_by_role("img", name="mine.png, 130 by 80 pixels").count() == 1
        assert widget.get_by_role("status").inner_text() == before


def test_what_was_chosen_last_is_shown_however_long_another_takes(page, pictures):
    widget = opened(page, pictures)
    widget.evaluate("""widget => {
        window.slow = widget.take("slow.png", () => new Promise(read => { window.read = read; }));
        widget.choose(1);
    }""")
    widget.get_by_role("img", name="noise, 52 by 37 pixels").wait_for()
    widget.evaluate("""async () => {
        window.read(await createImageBitmap(new ImageData(64, 64)));
        await window.slow;
    }""")
    assert widget.get_by_role("img", name="noise, 52 by 37 pixels").count() == 1
    assert not widget.get_by_role("alert").inner_text(), "nor is it said to be transparent"


def test_of_a_large_picture_the_middle_is_taken(page, pictures, tmp_path):
    large = torch.zeros(3, 8, 1100, dtype=torch.uint8)
    large[..., 38:1062] = pictures["noise"][:, :8].repeat(1, 1, 20)[..., :1024]
    widget = opened(page, {"noise": pictures["noise"]})
    images.write(tmp_path / "large.png", large)
    widget.locator("input[type=file]").set_input_files(tmp_path / "large.png")
    widget.get_by_text("large.png is large: its middle, 1024 by 8 pixels, is shown.").wait_for()
    assert torch.equal(in_browser(widget, "weights", (3, 8, 1024)), weight_map(large[..., 38:1062]))


def test_it_is_worked_by_keyboard_and_says_what_it_shows(page, pictures):
    widget = opened(page, pictures)
    slider = widget.get_by_role("slider", name="alpha")
    page.keyboard.press("Tab")
    assert widget.get_by_label("Picture").evaluate("choice => choice === document.activeElement")
    slider.focus()
    before = widget.get_by_role("status").inner_text()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert float(slider.input_value()) == pytest.approx(0.25)
    assert widget.get_by_role("status").inner_text() != before
    for canvas in ("picture", "map", "mask", "histogram"):
        assert len(widget.locator(f"canvas.{canvas}").get_attribute("aria-label")) > 15
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_histogram_is_written_in_the_colour_of_the_pages_text(page, pictures):
    widget = opened(page, {"noise": pictures["noise"]})
    page.add_style_tag(content="html[data-theme=dark] { color: rgb(250, 0, 0) }")
    foot = """canvas => {
        const { data } = canvas.getContext("2d").getImageData(0, 361, 640, 39);
        const opaque = [...Array(640 * 39).keys()].filter(place => data[4 * place + 3] === 255);
        return opaque.map(place => data[4 * place]);
    }"""
    histogram = widget.locator("canvas.histogram")
    light = histogram.evaluate(foot)
    assert 0 < len(light) < 640 * 39 / 4, "letters on no ground of their own"
    assert set(light) == {0}
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(50)  # an observer is told after the change
    assert set(histogram.evaluate(foot)) == {250}


def test_the_slider_shows_more_of_one_picture_or_the_other(page, pictures):
    image = pictures["coffee"]
    page.set_content(
        widgets.before_after(("black", torch.zeros_like(image)), ("white", torch.full_like(image, 255)), zoom=2).html
    )
    slider = page.get_by_role("slider", name="How much is shown of black, in per cent")
    slider.focus()
    for key, bright in (("Home", 1.0), ("End", 0.0)):
        page.keyboard.press(key)
        shot = np.frombuffer(page.locator("figure > div").screenshot(), np.uint8)
        grey = cv2.imdecode(shot, cv2.IMREAD_GRAYSCALE) / 255
        assert grey[:, 4:-4].mean() == pytest.approx(bright, abs=0.02)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", ['<script>alert("x")</script>', "a & b"])
def test_names_are_text_and_nothing_else(page, pictures, name):
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    widget = opened(page, {name: pictures["noise"]})
    assert widget.locator("option").inner_text() == name
