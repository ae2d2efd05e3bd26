"""Noise and JPEG: what they do to a picture, always alike, on every device."""

import hashlib
import io

import numpy as np
import pytest
import torch
from devices import NoHost, OneDevice, on_another
from PIL import Image
from scipy import stats

from hfsr import images
from hfsr.data import degradation, photographs
from hfsr.data.degradation import JPEG, NAMES, NOISE, degraded, noisy
from hfsr.errors import UserError
from hfsr.images import resize_bicubic
from hfsr.kernels.hashes import random_numbers


def test_the_names_are_those_of_the_study():
    assert NAMES == ("bicubic", "noise15", "noise25", "noise50", "jpeg10", "jpeg20", "jpeg40")
    assert [degradation.scale(name) for name in NAMES] == [2, 1, 1, 1, 1, 1, 1]
    with pytest.raises(UserError, match="no degradation is called 'noise5': choose one of bicubic, noise15"):
        photographs.load("embedded-held-out", degrade="noise5")


@pytest.mark.parametrize(("name", "sigma"), NOISE.items())
def test_noise_is_gaussian_of_its_deviation(name, sigma):
    flat = torch.full((1, 400, 400), 128, dtype=torch.uint8)
    noise = degraded(flat, name, "flat").double().flatten() - 128
    assert noise.mean().abs() < 4 * sigma / 400
    inside = noise.abs() < 100  # of the strongest, one value in a hundred is clipped
    expected = sigma * stats.truncnorm(-99.5 / sigma, 99.5 / sigma).std()
    assert noise[inside].std().item() == pytest.approx(expected, rel=0.01)
    spread = torch.randn(noise.shape, generator=torch.manual_seed(0)).mul(sigma).round().clamp(-128, 127)
    assert stats.ks_2samp(noise.numpy(), spread.numpy()).pvalue > 0.001


def test_noise_is_a_quantile_of_a_hash():
    """An element at a time, with SciPy's quantiles."""
    flat = torch.full((2, 1, 3, 4), 100, dtype=torch.uint8)
    seeds = torch.tensor([7, 2**61 + 3])
    numbers = random_numbers(seeds ^ degradation.STREAM, 12)
    expected = [
        [100 + round(25 * stats.norm.ppf(((n >> 16) + 0.5) / 2**16)) for n in each] for each in numbers.tolist()
    ]
    assert noisy(flat, 25, seeds).flatten(1).tolist() == np.clip(expected, 0, 255).tolist()


def test_noise_is_not_what_the_random_control_draws():
    seeds = torch.arange(100)
    noise = noisy(torch.full((100, 8, 8), 128, dtype=torch.uint8), 25, seeds).double().flatten()
    drawn = random_numbers(seeds, 64).double().flatten()
    assert abs(np.corrcoef(noise, drawn)[0, 1]) < 4 / noise.numel() ** 0.5


def test_noise_depends_on_the_picture_and_the_channel_alone():
    flat = torch.full((3, 20, 20), 128, dtype=torch.uint8)
    one = degraded(flat, "noise25", "a.png")
    assert torch.equal(one, degraded(flat, "noise25", "a.png"))
    assert not torch.equal(one, degraded(flat, "noise25", "b.png"))
    assert not torch.equal(one[0], one[1])


def test_black_and_white_stay_in_range():
    ends = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1).expand(2, 50, 50)
    black, white = noisy(ends, 50, torch.tensor([1, 2]))
    assert (black.min(), white.max()) == (0, 255)
    assert black.max() > 60
    assert white.min() < 195


def test_noise_is_made_on_its_own_device_and_reads_nothing_back():
    black, seeds = torch.zeros(1, 3, 4, 4, dtype=torch.uint8), torch.tensor([1])
    noisy(black, 25, seeds)  # its values are made once
    with NoHost():
        noisy(black, 25, seeds)
    with OneDevice():
        found = noisy(on_another((2, 3, 4, 4)), 25, on_another((2,), torch.int64))
    assert found.is_meta


@pytest.mark.gpu
def test_a_gpu_draws_the_cpus_noise():
    flat, seeds = torch.full((4, 3, 64, 64), 128, dtype=torch.uint8), torch.arange(4)
    assert torch.equal(noisy(flat.cuda(), 25, seeds.cuda()).cpu(), noisy(flat, 25, seeds))


@pytest.mark.parametrize(("name", "quality"), JPEG.items())
def test_jpeg_is_a_file_written_and_read(name, quality, photograph):
    picture = photograph("coffee")[:, :46, :70]
    file = io.BytesIO()
    Image.fromarray(picture.permute(1, 2, 0).numpy()).save(file, "JPEG", quality=quality)
    expected = torch.from_numpy(np.array(Image.open(file))).permute(2, 0, 1)
    found = degraded(picture, name, "coffee")
    assert torch.equal(found, expected)
    assert found.is_contiguous()
    assert not torch.equal(found, picture)


def test_a_grey_picture_stays_grey(photograph):
    grey = photograph("coffee")[:1, :40, :40]
    for name in NAMES:
        assert degraded(grey, name, "grey").shape == ((1, 20, 20) if name == "bicubic" else (1, 40, 40))


@pytest.mark.parametrize("name", ["noise25", "jpeg10"])
def test_a_set_is_loaded_with_what_degrades_it(name, folder, pictures):
    loaded = photographs.load(str(folder), degrade=name)
    assert (loaded.degrade, loaded.scale, pictures.scale) == (name, 1, 2)
    assert all(torch.equal(a, b) for a, b in zip(loaded.hr, pictures.hr, strict=True))
    for title, hr, lr in zip(loaded.names, loaded.hr, loaded.lr, strict=True):
        assert torch.equal(lr, degraded(hr, name, title))
    assert loaded.digest != pictures.digest == photographs.load(str(folder)).digest


def test_a_halved_set_is_the_half_of_its_pictures():
    whole, half = (photographs.load(name, grey=True) for name in ("embedded-held-out", "embedded-held-out-halved"))
    assert half.name == "embedded-held-out-halved"
    assert half.names == whole.names
    for small, hr, lr in zip(whole.lr, half.hr, half.lr, strict=True):
        assert torch.equal(hr, images.crop_to_multiple(small, 2))
        assert torch.equal(lr, resize_bicubic(hr, 0.5))
    with pytest.raises(UserError, match="no photographs called 'gone-halved'"):
        photographs.load("gone-halved")


def test_block_edges_are_gone_in_halves(photograph):
    """Of a JPEG file the differences across block edges stand out; of its half those of the 4x4 grid hardly do."""

    def contrast(picture, period):
        steps = picture.double().diff(dim=-1).abs().mean(dim=(0, 1))
        edges = torch.arange(len(steps)) % period == period - 1
        return (steps[edges].mean() / steps[~edges].mean()).item()

    file = degraded(photograph("astronaut"), "jpeg40", "")
    assert contrast(file, 8) > 1.1
    assert contrast(resize_bicubic(file, 0.5), 4) < 1 + (contrast(file, 8) - 1) / 2


def test_the_seed_of_a_pictures_noise_is_of_its_name():
    flat = torch.full((2, 4, 4), 128, dtype=torch.uint8)
    seed = int(hashlib.sha256(b"a.png").hexdigest()[:14], 16)
    assert torch.equal(degraded(flat, "noise25", "a.png"), noisy(flat, 25, torch.tensor([seed, seed + 1])))
