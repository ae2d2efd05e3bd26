import io

import numpy as np
import pytest
import torch
from PIL import Image

from hfsr.analysis import blocks
from hfsr.weightmap import selection_mask


def as_jpeg(image, quality):
    file = io.BytesIO()
    Image.fromarray(image.permute(1, 2, 0).numpy()).save(file, "JPEG", quality=quality, subsampling=0)
    return torch.from_numpy(np.array(Image.open(file))).permute(2, 0, 1)


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (9, 20), (24, 17)])
def test_a_pixel_is_at_an_edge_if_a_neighbour_is_of_another_block(size):
    height, width = size

    def block(y, x):
        return y // 8, x // 8

    def neighbours(y, x):
        around = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
        return [(v, u) for v, u in around if 0 <= v < height and 0 <= u < width]

    expected = [
        [any(block(*each) != block(y, x) for each in neighbours(y, x)) for x in range(width)] for y in range(height)
    ]
    assert blocks.at_edges(height, width).tolist() == expected


def test_the_two_fractions_make_up_that_of_the_picture(photograph):
    image = photograph("chelsea")
    found = blocks.selected_fractions(image, "1/5")
    edges = blocks.at_edges(*image.shape[-2:]).double().mean().item()
    whole = edges * found["selected_at_edges"] + (1 - edges) * found["selected_inside"]
    assert whole == pytest.approx(selection_mask(image, "1/5").double().mean().item())


def test_strong_compression_is_seen_at_its_own_grid_only(photograph):
    image = as_jpeg(photograph("coffee"), 20)
    found = blocks.selected_fractions(image, "1/5")
    assert found["selected_at_edges"] > 1.1 * found["selected_inside"]
    shifted = blocks.selected_fractions(image[:, 4:, 4:], "1/5")
    assert shifted["selected_at_edges"] < shifted["selected_inside"]


def test_a_lossless_photograph_has_no_grid(photograph):
    found = blocks.selected_fractions(photograph("astronaut"), "1/5")
    assert found["selected_at_edges"] == pytest.approx(found["selected_inside"], rel=0.05)


def test_a_picture_of_one_block_has_no_edges():
    found = blocks.selected_fractions(torch.zeros(3, 8, 8, dtype=torch.uint8), 0)
    assert np.isnan(found["selected_at_edges"])
    assert found["selected_inside"] == 1


def test_a_set_is_judged_picture_by_picture_at_the_studys_alpha(pictures):
    found = blocks.of_set(pictures)
    for place, hr in enumerate(pictures.hr):
        assert {name: shares[place] for name, shares in found.items()} == blocks.selected_fractions(hr, "1/5")
