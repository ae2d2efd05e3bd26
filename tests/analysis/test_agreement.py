"""Agreement per frequency on pairs whose answer is known: an image with itself, a shifted copy, independent noise, one wave."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import j0

from hfsr.analysis.agreement import cutoff, error_profile, ring_correlation, split_power
from hfsr.analysis.spectrum import radial_profile
from hfsr.errors import UserError
from hfsr.images import resize_bicubic
from hfsr.metrics import luma

SIZES = [(16, 16), (15, 15), (16, 21), (21, 16), (8, 8)]


def noise(height: int, width: int, seed: int = 0, channels: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(256, (channels, height, width), generator=generator, dtype=torch.uint8)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_an_image_agrees_with_itself_everywhere(channels, height, width):
    image = noise(height, width, channels=channels)
    frequency, correlation = ring_correlation(image, image)
    assert len(frequency) == min(height, width) // 2
    torch.testing.assert_close(correlation, torch.ones_like(correlation))
    assert cutoff(frequency, correlation, 1 / 2) == frequency[-1]
    assert error_profile(image, image)[1].max() == 0


@given(st.floats(0.1, 3.0), st.floats(-50, 50))
def test_brightness_and_contrast_do_not_matter(gain, offset):
    image = noise(16, 20).double()
    correlation = ring_correlation(gain * image + offset, image)[1]
    torch.testing.assert_close(correlation, torch.ones_like(correlation))


def test_a_negative_disagrees_everywhere():
    image = noise(16, 20).double()
    correlation = ring_correlation(-image, image)[1]
    torch.testing.assert_close(correlation, -torch.ones_like(correlation))


def test_independent_noise_has_nothing_in_common():
    first, second = noise(400, 300, 0), noise(400, 300, 1)
    frequency, correlation = ring_correlation(first, second)
    assert correlation[20:].abs().max() < 0.2
    assert abs(correlation[20:].mean()) < 0.02
    assert cutoff(frequency, correlation, 1 / 2) < 0.02
    powers = [radial_profile(each)[1] for each in (first, second)]
    torch.testing.assert_close(error_profile(first, second)[1][20:].mean(), sum(powers)[20:].mean(), rtol=0.02, atol=0)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_ring_correlation_equals_the_definition_point_by_point(height, width):
    pair = noise(height, width, 0, 3), noise(height, width, 1, 3)
    window = np.outer(*(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size) for size in (height, width)))
    planes = [luma(image)[0].numpy() for image in pair]
    first, second = (np.fft.fft2((plane - plane.mean()) * window) for plane in planes)
    shorter = min(height, width)
    sums: dict[int, list[complex]] = {}
    for row in range(height):
        for column in range(width):
            down, across = (min(place, size - place) / size for place, size in ((row, height), (column, width)))
            total = sums.setdefault(round(math.hypot(down, across) * shorter), [0, 0, 0])
            a, b = first[row, column], second[row, column]
            for place, value in enumerate((a * b.conjugate(), abs(a) ** 2, abs(b) ** 2)):
                total[place] += value
    expected = [(sums[k][0] / np.sqrt(sums[k][1] * sums[k][2])).real for k in range(1, shorter // 2 + 1)]
    np.testing.assert_allclose(ring_correlation(*pair)[1].numpy(), expected, rtol=1e-9)


def test_a_copy_shifted_by_one_pixel_turns_with_the_frequency():
    """Down one pixel, waves that run down by frequency f turn by 2 pi f: averaged over a ring, a Bessel function."""
    image = noise(402, 402)
    frequency, correlation = ring_correlation(image[:, 1:-1, 1:-1], image[:, 2:, 1:-1])

    np.testing.assert_allclose(correlation[20:], j0(2 * np.pi * frequency[20:].numpy()), atol=0.15)


def test_the_error_of_a_wave_too_weak_is_what_is_missing():
    rows = torch.arange(64).double()[:, None].expand(64, 64)
    wave = torch.cos(2 * math.pi * rows * 12 / 64)[None]
    frequency, error = error_profile(0.75 * wave, wave)
    power = radial_profile(wave)[1]
    torch.testing.assert_close(error, power / 16)
    assert frequency[error.argmax()].item() == pytest.approx(12 / 64)


def test_fewer_rings_are_the_mean_over_the_same_frequencies(photograph):
    image = photograph("coffee")[:, :128, :128]
    blurred = resize_bicubic(resize_bicubic(image, 0.5), 2)
    frequency, correlation = ring_correlation(blurred, image, rings=16)
    torch.testing.assert_close(frequency, torch.arange(1, 17).double() / 32)
    assert (correlation[:6] > 0.9).all()
    assert correlation[-1] < 0.3
    half = cutoff(*ring_correlation(blurred, image), 1 / 2)
    assert cutoff(frequency, correlation, 1 / 2) == pytest.approx(half, abs=0.03)


@pytest.mark.parametrize("rings", [0, -1, 9])
def test_rings_that_an_image_has_not_are_refused(rings):
    with pytest.raises(UserError, match=f"an image of 16 x 18 pixels has 1 to 8 rings, not {rings}"):
        ring_correlation(noise(16, 18), noise(16, 18), rings)


@pytest.mark.parametrize("function", [ring_correlation, error_profile])
def test_only_images_of_one_shape_are_compared(function):
    with pytest.raises(UserError, match="only images of one shape"):
        function(noise(16, 18), noise(18, 16))
    with pytest.raises(UserError, match="8 x 8 pixels at least"):
        function(noise(7, 18), noise(7, 18))


def test_an_image_without_power_agrees_with_nothing():
    flat = torch.full((1, 16, 16), 7, dtype=torch.uint8)
    assert ring_correlation(flat, noise(16, 16))[1].abs().max() == 0


@pytest.mark.parametrize(
    ("correlation", "expected"),
    [([0.9, 0.8, 0.7], 0.3), ([0.4, 0.9, 0.9], 0.1), ([0.9, 0.5, 0.1], 0.2), ([1.0, 0.0, 1.0], 0.15)],
)
def test_the_cutoff_is_where_agreement_first_falls_under_the_threshold(correlation, expected):
    assert cutoff(torch.tensor([0.1, 0.2, 0.3]), torch.tensor(correlation), 0.5) == pytest.approx(expected)


@given(st.floats(0, 1.5), st.floats(0, 2))
def test_power_splits_into_the_references_and_the_rest(gain, noise):
    """Of a multiple of the reference with independent noise on it, whatever the two are."""
    right, wrong = split_power(gain**2 + noise, 1 - (1 - gain) ** 2 - noise)
    assert right == pytest.approx(gain**2, abs=1e-9)
    assert wrong == pytest.approx(noise, abs=1e-9)


def test_power_splits_so_for_images_too():
    truth, noise_ = noise(200, 300).double(), 30 * torch.randn(1, 200, 300, generator=torch.manual_seed(0)).double()
    image = 0.7 * truth + noise_
    own, power, error = (radial_profile(each)[1][20:].sum() for each in (image, truth, image - truth))
    right, wrong = split_power((own / power).item(), (1 - error / power).item())
    assert right == pytest.approx(0.49, abs=0.02)
    assert wrong == pytest.approx(900 / truth.var().item(), abs=0.02)
