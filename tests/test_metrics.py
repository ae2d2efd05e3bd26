import math

import numpy as np
import pytest
import torch
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from hfsr import metrics
from hfsr.analysis import evaluation
from hfsr.data import photographs
from hfsr.errors import UserError
from hfsr.images import resize_bicubic
from hfsr.metrics import luma, psnr, ssim
from hfsr.studies import published
from hfsr.studies.superres_run import SuperresRecord


@pytest.fixture(params=["astronaut", "coffee", "chelsea"])
def pair(request, photograph):
    """A photograph and its upscaling from half the size."""
    image = photograph(request.param)[:, :200, 100:300]
    return resize_bicubic(resize_bicubic(image, 0.5), 2), image


def grey(height, width, value=0):
    return torch.full((1, height, width), value, dtype=torch.uint8)


def colour(*values, size=1):
    return torch.tensor(values, dtype=torch.uint8).view(3, 1, 1).expand(3, size, size).contiguous()


# PSNR


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("difference", [1, 5, 255])
def test_psnr_of_a_constant_difference(channels, difference):
    a = torch.zeros(channels, 6, 7, dtype=torch.uint8)
    for one, other in ((a, a + difference), (a + difference, a)):  # uint8 must not wrap
        assert psnr(one, other, border=0, channel="rgb") == pytest.approx(20 * math.log10(255 / difference), abs=1e-12)


def test_psnr_of_grey_differences_on_luma():
    dark, light = colour(0, 0, 0, size=4), colour(255, 255, 255, size=4)
    assert psnr(dark, light, border=0, channel="rgb") == pytest.approx(0, abs=1e-12)
    assert psnr(dark, light, border=0, channel="y") == pytest.approx(20 * math.log10(255 / 219), abs=1e-9)


def test_psnr_of_equal_images_is_infinite(pair):
    assert psnr(pair[0], pair[0], border=0, channel="rgb") == math.inf
    assert psnr(pair[0], pair[0].clone(), border=8, channel="y") == math.inf


@pytest.mark.parametrize("border", [0, 2, 8])
def test_psnr_equals_scikit_images(pair, border):
    a, b = (image[:, border : 200 - border, border : 200 - border] for image in pair)
    expected = peak_signal_noise_ratio(b.numpy(), a.numpy())
    assert psnr(*pair, border, "rgb") == pytest.approx(expected, abs=1e-9)
    lumas = (rgb2ycbcr(image.permute(1, 2, 0).numpy())[..., 0] for image in (b, a))
    assert psnr(*pair, border, "y") == pytest.approx(peak_signal_noise_ratio(*lumas, data_range=255), abs=1e-9)


@pytest.mark.parametrize("border", [1, 2])
def test_the_border_is_left_out_on_every_side(border):
    a = grey(7, 9)
    for y, x in ((border - 1, 4), (7 - border, 4), (3, border - 1), (3, 9 - border)):
        b = a.clone()
        b[0, y, x] = 100
        assert psnr(a, b, border=border, channel="rgb") == math.inf
        assert psnr(a, b, border=border - 1, channel="rgb") < 40
    inner = a.clone()
    inner[0, border, border] = inner[0, 6 - border, 8 - border] = 51
    pixels = (7 - 2 * border) * (9 - 2 * border)
    assert psnr(a, inner, border=border, channel="rgb") == pytest.approx(10 * math.log10(25 * pixels / 2))


def test_psnr_on_a_mask():
    a, b = colour(10, 20, 30, size=4), colour(10, 21, 33, size=4)
    mask = torch.zeros(3, 4, 4, dtype=torch.bool)
    assert math.isnan(psnr(a, b, border=0, channel="rgb", mask=mask))
    mask[1] = True
    assert psnr(a, b, border=0, channel="rgb", mask=mask) == pytest.approx(20 * math.log10(255))
    mask[2, 0, 0] = True  # in the border
    assert psnr(a, b, border=1, channel="rgb", mask=mask) == pytest.approx(20 * math.log10(255))
    assert psnr(a, b, border=0, channel="rgb", mask=mask) == pytest.approx(10 * math.log10(255**2 * 17 / (16 + 9)))
    everything = torch.ones_like(mask)
    assert psnr(a, b, border=1, channel="rgb", mask=everything) == pytest.approx(psnr(a, b, border=1, channel="rgb"))


# SSIM


def scikit_ssim(a, b, border):
    """Per-channel map from scikit-image, its mean over the windows that lie wholly inside what the border leaves."""
    a, b = (image[border : image.shape[0] - border, border : image.shape[1] - border] for image in (a, b))
    return structural_similarity(a, b, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)


@pytest.mark.parametrize("border", [0, 2, 8])
def test_ssim_equals_scikit_images(pair, border):
    a, b = (image.permute(1, 2, 0).numpy().astype(np.float64) for image in pair)
    channels = [scikit_ssim(a[..., c], b[..., c], border) for c in range(3)]
    assert ssim(*pair, border, "rgb") == pytest.approx(np.mean(channels), abs=1e-9)
    y_a, y_b = (rgb2ycbcr(image.permute(1, 2, 0).numpy())[..., 0] for image in pair)
    assert ssim(*pair, border, "y") == pytest.approx(scikit_ssim(y_a, y_b, border), abs=1e-9)


def test_ssim_knows_its_ends(pair):
    assert ssim(pair[0], pair[0], border=0, channel="rgb") == pytest.approx(1, abs=1e-12)
    assert ssim(pair[0], 255 - pair[0], border=0, channel="y") < 0.2
    flat, brighter = grey(11, 11, 100), grey(11, 11, 110)
    c1 = (0.01 * 255) ** 2
    expected = (2 * 100 * 110 + c1) / (100**2 + 110**2 + c1)  # no variance: the luminance term alone
    assert ssim(flat, brighter, border=0, channel="y") == pytest.approx(expected, abs=1e-9)


def test_ssim_of_one_window_is_the_formula(photograph):
    a = photograph("chelsea")[:1, 100:111, 100:111]
    b = photograph("chelsea")[1:2, 100:111, 102:113]
    place = np.arange(-5, 6)
    window = np.exp(-(place[:, None] ** 2 + place**2) / (2 * 1.5**2))
    window /= window.sum()
    x, y = (image[0].numpy().astype(float) for image in (a, b))
    mean_x, mean_y = (window * x).sum(), (window * y).sum()
    variance_x, variance_y = (window * (x - mean_x) ** 2).sum(), (window * (y - mean_y) ** 2).sum()
    covariance = (window * (x - mean_x) * (y - mean_y)).sum()
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    expected = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    expected /= (mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)
    assert ssim(a, b, border=0, channel="y") == pytest.approx(expected, abs=1e-9)
    assert expected < 0.999


@pytest.mark.parametrize("strip", [1, 7, 1000])
def test_the_strips_of_ssim_leave_no_trace(pair, strip, monkeypatch):
    before = ssim(*pair, 2, "rgb")
    monkeypatch.setattr(metrics, "STRIP", strip)
    assert ssim(*pair, 2, "rgb") == before


def test_published_values_of_ssim_are_made_again(shared_data):
    shared_data("set5")
    again = evaluation.evaluate("bicubic", photographs.load("set5", grey=True))
    once = published.read(SuperresRecord, "bicubic-bench").per_image["set5"]
    for name in ("ssim_rgb_border8", "ssim_y_border2"):
        assert again[name] == pytest.approx(once[name], abs=1e-12)


@pytest.mark.parametrize(("size", "border"), [((10, 20), 0), ((20, 10), 0), ((14, 14), 2)])
def test_ssim_needs_a_window(size, border):
    with pytest.raises(UserError, match="SSIM needs 11 x 11 pixels inside the border"):
        ssim(grey(*size), grey(*size), border, "y")
    assert ssim(grey(11 + 2 * border, 11 + 2 * border), grey(11 + 2 * border, 11 + 2 * border), border, "y") == 1


# Luma and grey


@pytest.mark.parametrize(
    ("pixel", "expected"),
    [
        ((0, 0, 0), 16),
        ((255, 255, 255), 235),
        ((255, 0, 0), 81.481),
        ((0, 255, 0), 144.553),
        ((0, 0, 255), 40.966),
        ((1, 2, 3), 16 + (65.481 + 2 * 128.553 + 3 * 24.966) / 255),
    ],
)
def test_luma_of_known_colours(pixel, expected):
    value = luma(colour(*pixel))
    assert (value.shape, value.dtype) == ((1, 1, 1), torch.float64)
    assert value.item() == pytest.approx(expected, abs=1e-12)


def test_luma_is_scikit_images_and_takes_batches(photograph):
    image = photograph("coffee")[:, :50, :60]
    expected = rgb2ycbcr(image.permute(1, 2, 0).numpy())[..., 0]
    np.testing.assert_allclose(luma(image)[0].numpy(), expected, atol=1e-9)
    batch = torch.stack([image, image.flip(-1)])
    assert torch.equal(luma(batch), torch.stack([luma(one) for one in batch]))


def test_a_grey_picture_is_scored_on_its_grey_values(pair):
    a, b = (image[1:2] for image in pair)
    assert torch.equal(luma(a), a.double())
    for metric in (psnr, ssim):
        assert metric(a, b, 2, "y") == metric(a, b, 2, "rgb")
        assert metric(a, b, 2, "rgb") == pytest.approx(metric(a.expand(3, -1, -1), b.expand(3, -1, -1), 2, "rgb"))
    # as colour, its luma has 219/255 of the contrast: a higher PSNR from the same pixels
    as_colour = psnr(a.expand(3, -1, -1), b.expand(3, -1, -1), 2, "y")
    assert as_colour == pytest.approx(psnr(a, b, 2, "y") + 20 * math.log10(255 / 219))


# Errors


@pytest.mark.parametrize("metric", [psnr, ssim])
@pytest.mark.parametrize(
    ("a", "b"),
    [
        (grey(12, 12), grey(12, 13)),
        (grey(12, 12), grey(12, 12).expand(3, -1, -1)),
        (grey(12, 12), grey(12, 12).float()),
        (grey(12, 12).float(), grey(12, 12).float()),
        (grey(12, 12)[0], grey(12, 12)[0]),
        (grey(12, 12)[None], grey(12, 12)[None]),
    ],
)
def test_only_like_is_compared_with_like(metric, a, b):
    with pytest.raises(UserError, match=r"images to compare are uint8 \(C, H, W\) of one size"):
        metric(a, b, 0, "rgb")


@pytest.mark.parametrize("metric", [psnr, ssim])
@pytest.mark.parametrize("border", [-1, 6, 100])
def test_a_border_leaves_something(metric, border):
    with pytest.raises(UserError, match=f"a border of {border} leaves nothing of"):
        metric(grey(12, 30), grey(12, 30), border, "y")


@pytest.mark.parametrize("metric", [psnr, ssim])
def test_a_channel_has_one_of_two_names(metric):
    with pytest.raises(ValueError, match='channel is "rgb" or "y", not \'Y\''):
        metric(grey(12, 12), grey(12, 12), 0, "Y")


def test_a_mask_goes_with_all_channels_and_its_own_shape():
    image = torch.zeros(3, 8, 8, dtype=torch.uint8)
    for mask, channel in ((torch.ones(3, 8, 8, dtype=torch.bool), "y"), (torch.ones(1, 8, 8, dtype=torch.bool), "rgb")):
        with pytest.raises(ValueError, match="a mask goes with channel"):
            psnr(image, image, 0, channel, mask)
