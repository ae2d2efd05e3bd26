import math

import pytest
import torch
from noise import smooth_noise

from hfsr.analysis.small_images import brought_down, squares, variance_profiles
from hfsr.analysis.spectrum import radial_profile
from hfsr.images import resize_bicubic


def test_squares_are_the_picture_cut_row_by_row():
    picture = smooth_noise(21, 35, seed=0)
    cut = squares(picture, 8)
    expected = [
        picture[:, 8 * row : 8 * row + 8, 8 * column : 8 * column + 8] for row in range(2) for column in range(4)
    ]
    assert torch.equal(cut, torch.stack(expected))


@pytest.mark.parametrize(("height", "width"), [(33, 50), (50, 33), (49, 49), (51, 70)])
def test_the_middle_square_is_brought_down(height, width):
    picture = smooth_noise(height, width, seed=1)
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    small = brought_down(picture, 16)
    assert small.shape == (3, 16, 16)
    assert torch.equal(small, resize_bicubic(picture[:, top : top + side, left : left + side], 16 / side)[:, :16, :16])


def test_a_halved_square_is_brought_down_to_the_half():
    picture = smooth_noise(32, 32, seed=2)
    assert torch.equal(brought_down(picture, 16), resize_bicubic(picture, 0.5))


def test_a_weak_contrast_counts_as_much_as_a_strong_one():
    strong = torch.randint(128, (1, 3, 32, 32), dtype=torch.uint8) * 2
    both = variance_profiles(torch.cat([strong, strong // 2]))
    assert torch.allclose(both[0], both[1], rtol=1e-3)


def test_shares_are_those_of_the_power():
    image = smooth_noise(32, 32, seed=3)
    frequency, power = radial_profile(image)
    (found,) = variance_profiles(image[None])
    assert torch.allclose(found, power / (frequency * power).sum())
    assert math.isclose(float((frequency * found).sum()), 1)


def test_an_image_without_contrast_is_left_out():
    flat, image = torch.full((3, 16, 16), 7, dtype=torch.uint8), smooth_noise(16, 16, seed=4)
    assert len(variance_profiles(torch.stack([flat, image]))) == 1
