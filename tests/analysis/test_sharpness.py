"""Edges with a known answer: a step, its blurred copy, one that rings, one with noise on it."""

import pytest
import torch
from torch.nn import functional as F

from hfsr.analysis.sharpness import edges, overshoot, steepness
from hfsr.errors import UserError
from hfsr.images import resize_bicubic


def step(low: int = 50, high: int = 200, channels: int = 1) -> torch.Tensor:
    image = torch.full((channels, 40, 40), low, dtype=torch.uint8)
    image[..., 20:] = high
    return image


def blurred(image: torch.Tensor, size: int = 3) -> torch.Tensor:
    padded = F.pad(image[None].double(), (size // 2,) * 4, mode="replicate")
    return F.avg_pool2d(padded, size, stride=1)[0].round().to(torch.uint8)


def test_edges_are_where_the_truth_is_steepest(photograph):
    image = photograph("coffee")
    chosen = edges(image)
    assert chosen.shape == image.shape[1:]
    assert chosen.float().mean() == pytest.approx(0.05, abs=0.001)
    assert edges(step()).nonzero()[:, 1].unique().tolist() == [19, 20]
    assert not edges(torch.full((3, 9, 9), 100, dtype=torch.uint8)).any()


def test_an_image_is_as_steep_as_itself_and_never_leaves_its_own_range(photograph):
    image = photograph("astronaut")
    assert steepness(image, image) == pytest.approx(1)
    assert overshoot(image, image) == 0


@pytest.mark.parametrize("channels", [1, 3])
def test_blur_makes_edges_flat_and_does_not_overshoot(channels):
    """The mean of three columns spreads a step over three pixels: its central differences fall to two thirds."""
    truth = step(channels=channels)
    assert steepness(blurred(truth), truth) == pytest.approx(2 / 3, rel=1e-6)
    assert overshoot(blurred(truth), truth) == 0


def test_ringing_overshoots_by_what_it_leaves_the_range():
    truth, ringing = step(), step()
    ringing[..., 20] += 30  # over the top and under the foot, next to the edge
    ringing[..., 19] -= 20
    near = 6  # columns within two pixels of the edge's two
    assert overshoot(ringing, truth) == pytest.approx((30 + 20) / near)
    # central differences over the step, which are 75 at both columns: 75 + 30 / 2 and 75 + 20 / 2
    assert steepness(ringing, truth) == pytest.approx((90 + 85) / 150)


def test_exaggerated_contrast_is_both():
    truth = step(100, 150)
    assert steepness(step(50, 200), truth) == pytest.approx(3)
    assert overshoot(step(50, 200), truth) > 40


def test_noise_makes_edges_no_steeper(photograph):
    image = photograph("coffee")
    soft = resize_bicubic(resize_bicubic(image, 0.5), 2)
    noisy = (soft + 4 * torch.randn(soft.shape, generator=torch.manual_seed(0))).round().clamp(0, 255).to(torch.uint8)
    assert steepness(noisy, image) == pytest.approx(steepness(soft, image), abs=0.01)
    assert steepness(soft, image) < 0.9


def test_a_flat_truth_has_no_edges_to_judge_by():
    flat = torch.full((1, 9, 9), 100, dtype=torch.uint8)
    assert steepness(flat, flat) != steepness(flat, flat)
    assert overshoot(flat, flat) != overshoot(flat, flat)


@pytest.mark.parametrize("function", [steepness, overshoot])
def test_only_images_of_one_shape_are_compared(function):
    with pytest.raises(UserError, match="only images of one shape"):
        function(step()[:, 1:], step())
