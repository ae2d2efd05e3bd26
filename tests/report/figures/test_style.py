"""Looks that tell methods apart in both themes and in grey print, and figures that leave nothing behind."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb

from hfsr.report.figures.style import METHOD, PLATE, grid, look, panels, plate, show, styled
from hfsr.studies import recipes

PAGES = {"light": "#ffffff", "dark": "#121212"}


def luminance(colour):
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in to_rgb(colour)]
    return np.dot(linear, [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def inverted(colour):
    """A chart's colour in the dark theme: ``filter: invert(1) hue-rotate(180deg)``, by the standard's matrix."""
    grey = np.array([0.213, 0.715, 0.072])
    return np.clip((2 * np.tile(grey, (3, 1)) - np.eye(3)) @ (1 - np.array(to_rgb(colour))), 0, 1)


def test_a_method_looks_the_same_by_each_of_its_names():
    names = {"Bicubic": "bicubic", "SRCNN": "srcnn", "WDSR": "wdsr-a0", "Ground truth": "ground truth"}
    names |= {f"1/{n}": f"wdsr-a1-{n}" for n in (7, 6, 5, 4, 3)} | {"1/5, complement": "wdsr-a1-5-low"}
    assert all(look(one) == look(other) for one, other in names.items())
    assert look("1/5") == METHOD


def test_looks_tell_the_rows_of_the_study_apart():
    rows = [row.label for row in recipes.superres("bench").rows[:11]]
    assert rows[-1] == "1/5, complement"  # the others are not of the main comparison
    assert len({look(row)[:2] for row in rows}) == len(rows)
    # one colour a method: that of the paper at whichever alpha, and of no other row
    assert [row for row in rows if look(row).colour == METHOD.colour] == ["1/7", "1/6", "1/5", "1/4", "1/3"]
    controls = [row.label for row in recipes.superres("bench").rows if row.is_compared or row.outside]
    assert len({look(row).colour for row in controls}) == len(controls) == 6


def test_wdsr_and_the_method_differ_in_grey_print():
    assert len({look("WDSR").line, METHOD.line}) == len({look("WDSR").marker, METHOD.marker}) == 2


@pytest.mark.parametrize(
    "name",
    [
        "truth",
        "bicubic",
        "noise",
        "SRCNN",
        "WDSR",
        "1/5",
        "random",
        "low",
        "per image",
        "uniform",
        "weighted",
        "outside",
    ],
)
def test_lines_stand_out_on_both_pages(name):
    colour = look(name).colour
    assert contrast(colour, PAGES["light"]) >= 3
    assert contrast(inverted(colour), PAGES["dark"]) >= 3


def test_writing_beside_pictures_reads_on_its_plate():
    text = plt.Figure().text(0, 0, "name")
    plate(text)
    assert contrast(text.get_color(), PLATE) >= 4.5
    assert to_rgb(text.get_bbox_patch().get_facecolor()) == to_rgb(PLATE)


def test_a_chart_is_the_same_small_file_each_time_and_asks_for_nothing():
    def drawn():
        figure, ax = styled(lambda: panels(1, 1, height=3)[0])(), None
        ax = figure.add_subplot(label="second")
        ax.plot(range(1000), np.sin(np.arange(1000)), label="line")
        ax.legend()
        bundle, metadata = figure._repr_mimebundle_()
        assert metadata == {"image/svg+xml": {"needs_background": "light"}}
        return bundle["image/svg+xml"]

    text = drawn()
    assert text == drawn()
    assert "<dc:date>" not in text
    assert len(text) < 60_000
    assert set(re.findall(r'(?:href|src)="([^#][^"]*)"', text)) == set()
    assert "<text" not in text  # writing is outlines: it looks the same without the font


@pytest.mark.parametrize(
    ("count", "columns", "shape"), [(1, 3, (1, 1)), (3, 3, (1, 3)), (4, 2, (2, 2)), (5, 2, (3, 2))]
)
def test_grid_has_room_for_every_picture(count, columns, shape):
    figure, axes = grid(count, 50, 100, columns)
    assert len(axes) == count
    assert axes[0].get_gridspec().get_geometry() == shape
    plt.close(figure)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float64])
def test_show_takes_grey_and_colour(channels, dtype):
    image = (torch.arange(channels * 6) % 2).reshape(channels, 2, 3).to(dtype)
    figure, ax = plt.subplots()
    show(ax, image, "name")
    drawn = torch.as_tensor(ax.get_images()[0].get_array()).permute(2, 0, 1)
    assert torch.equal(drawn, image.expand(3, -1, -1))
    plt.close(figure)


def test_styled_figures_are_closed():
    figure = styled(lambda: plt.figure())()
    assert figure.get_dpi() == 150
    assert not plt.get_fignums()
