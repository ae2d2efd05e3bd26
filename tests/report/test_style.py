"""Colours that tell methods apart, and figures that leave nothing behind."""

import matplotlib.pyplot as plt
import pytest
import torch

from hfsr.report.figures.style import GREY, INK, colours_of, grid, show, styled


def test_colours_tell_ten_methods_apart():
    methods = ["ground truth", "bicubic", "srcnn", "wdsr", *(f"alpha 1/{n}" for n in (7, 6, 5, 4, 3))]
    colours = colours_of(methods, "ground truth")
    assert list(colours) == methods
    assert (colours["ground truth"], colours["bicubic"]) == (INK, GREY)
    assert len(set(colours.values())) == len(methods)


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
