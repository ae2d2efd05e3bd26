"""Spectra whose result is known in closed form, Parseval's identity, and PNG files read back."""

import math

import cv2
import numpy as np
import pytest
import torch

from hfsr.analysis.spectrum import ENCODERS, png_bytes, png_total, radial_profile, spectrum
from hfsr.errors import UserError
from hfsr.metrics import luma

SIZES = [(16, 16), (15, 15), (16, 21), (21, 16), (8, 8)]


def picture(channels: int, height: int, width: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(height * 1000 + width)
    return torch.randint(256, (channels, height, width), generator=generator, dtype=torch.uint8)


def wave(height: int, width: int, down: int, across: int) -> torch.Tensor:
    """A cosine of amplitude 1 with whole numbers of periods down and across."""
    rows, columns = torch.arange(height).double()[:, None] / height, torch.arange(width).double() / width
    return torch.cos(2 * math.pi * (down * rows + across * columns))[None]


@pytest.mark.parametrize("channels", [1, 3])
def test_png_bytes_is_the_size_of_a_file_that_holds_the_picture(channels, tmp_path):
    image = picture(channels, 19, 23)
    file = tmp_path / "image.png"
    pixels = image.permute(1, 2, 0).numpy()
    assert cv2.imwrite(str(file), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if channels == 3 else pixels)
    assert png_bytes(image) == file.stat().st_size


def test_png_bytes_encodes_rgb_not_bgr(monkeypatch):
    files = []
    encode = cv2.imencode
    monkeypatch.setattr(cv2, "imencode", lambda *given: files.append(encode(*given)) or files[-1])
    image = picture(3, 9, 7)
    png_bytes(image)
    read = cv2.cvtColor(cv2.imdecode(files[0][1], cv2.IMREAD_UNCHANGED), cv2.COLOR_BGR2RGB)
    assert np.array_equal(read, image.permute(1, 2, 0).numpy())


def test_the_strongest_encoder_uses_the_best_filter_of_each_line_and_packs_well(photograph):
    image = photograph("coffee")
    assert png_bytes(image, "strongest") < png_bytes(image)
    assert ENCODERS["default"] == ()


def test_png_total_is_the_sum_over_single_files():
    images = torch.stack([picture(3, 9, 7), picture(3, 9, 7) // 64])
    for encoder in ENCODERS:
        assert png_total(images, encoder) == sum(png_bytes(image, encoder) for image in images)


def test_png_bytes_grow_with_detail():
    noise = picture(1, 64, 64)
    assert png_bytes(torch.zeros_like(noise)) < png_bytes(noise // 64) < png_bytes(noise)


@pytest.mark.parametrize(
    "image", [torch.zeros(3, 8, 8), torch.zeros(2, 8, 8, dtype=torch.uint8), torch.zeros(3, 0, 8, dtype=torch.uint8)]
)
def test_png_bytes_refuses_what_is_no_picture(image):
    with pytest.raises(UserError, match="PNG"):
        png_bytes(image)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_spectrum_of_a_constant_is_one_point(height, width):
    flat = spectrum(torch.full((1, height, width), 5.0))
    assert flat[0, 0] == pytest.approx(math.log10(1 + 5 * height * width))
    flat[0, 0] = 0
    assert flat.abs().max() < 1e-9


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("centred", [False, True])
def test_spectrum_of_a_cosine_is_two_points(height, width, centred):
    down, across = 2, 3
    result = spectrum(wave(height, width, down, across), centred)
    origin = (height // 2, width // 2) if centred else (0, 0)
    expected = torch.zeros(height, width, dtype=torch.float64)
    for sign in (1, -1):
        row, column = (origin[0] + sign * down) % height, (origin[1] + sign * across) % width
        expected[row, column] = math.log10(1 + height * width / 2)
    torch.testing.assert_close(result, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_spectrum_keeps_the_energy(height, width):
    """Parseval: the squared magnitudes sum to the squared pixels times their number."""
    image = picture(3, height, width)
    energy = (10 ** spectrum(image) - 1).square().sum() / (height * width)
    assert energy.item() == pytest.approx(luma(image).square().sum().item())


def test_spectrum_does_not_see_a_cyclic_shift():
    image = picture(3, 20, 30)
    torch.testing.assert_close(spectrum(image.roll((3, -7), (1, 2))), spectrum(image))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_radial_profile_equals_the_definition_point_by_point(channels, height, width):
    image = picture(channels, height, width)
    frequency, power = radial_profile(image)

    plane = luma(image)[0].numpy()
    # Hann, periodic: the window's next value after the last is its first
    window = np.outer(*(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size) for size in (height, width)))
    transform = np.fft.fft2((plane - plane.mean()) * window)
    shorter = min(height, width)
    rings: dict[int, list[float]] = {}
    for row in range(height):
        for column in range(width):
            down, across = (min(place, size - place) / size for place, size in ((row, height), (column, width)))
            rings.setdefault(round(math.hypot(down, across) * shorter), []).append(abs(transform[row, column]) ** 2)
    expected = [np.mean(rings[k]) / (window**2).sum() for k in range(1, shorter // 2 + 1)]

    np.testing.assert_allclose(frequency.numpy(), np.arange(1, shorter // 2 + 1) / shorter)
    np.testing.assert_allclose(power.numpy(), expected, rtol=1e-9)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (65, 65), (64, 80)])
@pytest.mark.parametrize("periods", [5, 20])
def test_radial_profile_of_a_cosine_peaks_at_its_frequency(height, width, periods):
    frequency, power = radial_profile(wave(height, width, periods, 0))
    assert frequency[power.argmax()].item() == pytest.approx(periods / height, abs=0.5 / height)
    elsewhere = (frequency - periods / height).abs() > 2.5 / min(height, width)
    assert power[elsewhere].max() < 1e-9 * power.max()


def test_radial_profile_of_white_noise_is_its_variance():
    noise = torch.randn(1, 512, 300, generator=torch.Generator().manual_seed(0)) * 3
    frequency, power = radial_profile(noise)
    assert frequency[-1] == 0.5
    torch.testing.assert_close(power[10:].mean(), torch.tensor(9.0, dtype=torch.float64), rtol=0.02, atol=0)
    slope = np.polyfit(frequency[10:], power[10:] / 9, 1)[0]
    assert abs(slope) < 0.2


def test_radial_profile_of_a_constant_is_nothing():
    assert radial_profile(torch.full((3, 9, 12), 200, dtype=torch.uint8))[1].max() < 1e-20


@pytest.mark.parametrize("function", [spectrum, radial_profile])
@pytest.mark.parametrize("shape", [(3, 7, 8), (3, 8, 7), (1, 1, 1)])
def test_less_than_eight_pixels_are_refused(function, shape):
    with pytest.raises(UserError, match=f"8 x 8 pixels at least, this image has {shape[1]} x {shape[2]}"):
        function(torch.zeros(shape, dtype=torch.uint8))


@pytest.mark.parametrize("function", [spectrum, radial_profile])
@pytest.mark.parametrize("image", [torch.zeros(3, 9, 9), torch.zeros(9, 9, dtype=torch.uint8), torch.zeros(2, 9, 9)])
def test_what_is_no_image_is_refused(function, image):
    with pytest.raises(UserError, match="a spectrum is that of an image"):
        function(image)
