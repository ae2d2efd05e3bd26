import dataclasses

import numpy as np
import pytest
import torch

from hfsr import images
from hfsr.analysis import detail
from hfsr.analysis.spectrum import png_bytes
from hfsr.data import photographs
from hfsr.errors import UserError
from hfsr.models.upscaling import upscale


def noisy(image, deviation=4):
    noise = deviation * torch.randn(image.shape, generator=torch.manual_seed(0))
    return (image + noise).round().clamp(0, 255).to(torch.uint8)


def test_the_truth_has_all_its_detail(photograph):
    image = photograph("coffee")
    own = detail.numbers(image, image)
    assert own["png_bytes"] == png_bytes(image)
    assert own["png_bytes_strongest"] == png_bytes(image, "strongest") < own["png_bytes"]
    assert (own["high_power"], own["recovered"]) == (1, 1)
    assert (own["cutoff_half"], own["cutoff_seventh"]) == (0.5, 0.5)
    assert (own["steepness"], own["overshoot"]) == (pytest.approx(1), 0)


def test_noise_is_power_and_bytes_but_no_detail(photograph):
    image = photograph("coffee")
    soft = upscale(images.resize_bicubic(image, 0.5), "bicubic")
    plain, disturbed = detail.numbers(soft, image), detail.numbers(noisy(soft), image)
    for more in ("png_bytes", "png_bytes_strongest", "high_power"):
        assert disturbed[more] > plain[more], more
    for less in ("recovered", "cutoff_half", "cutoff_seventh"):
        assert disturbed[less] < plain[less], less
    assert 0 < plain["recovered"] < 0.5


def test_the_curves_of_the_truth_are_flat(photograph):
    image = photograph("coffee")
    curves = detail.profiles(image, image)
    assert {name: tuple(curve.shape) for name, curve in curves.items()} == dict.fromkeys(curves, (32,))
    assert curves["power"].abs().max() == 0
    assert curves["error"].max() == -12
    torch.testing.assert_close(curves["correlation"], torch.ones(32, dtype=torch.float64))


def test_a_set_is_measured_picture_by_picture(pictures, monkeypatch):
    monkeypatch.setattr(detail, "RINGS", 8)
    measured, curves = detail.of_set("bicubic", pictures)
    for place, (lr, hr) in enumerate(zip(pictures.lr, pictures.hr, strict=True)):
        expected = detail.numbers(upscale(lr, "bicubic"), hr)
        assert {name: values[place] for name, values in measured.items()} == expected
    single = [
        detail.profiles(upscale(lr, "bicubic"), hr)["error"] for lr, hr in zip(pictures.lr, pictures.hr, strict=True)
    ]
    np.testing.assert_allclose(curves["error"]["mean"], np.mean(single, axis=0), atol=1e-5)
    np.testing.assert_allclose(curves["error"]["sd"], np.std(single, axis=0, ddof=1), atol=1e-5)


def test_one_picture_alone_is_refused_before_it_is_measured(pictures):
    alone = dataclasses.replace(pictures, names=pictures.names[:1], hr=pictures.hr[:1], lr=pictures.lr[:1])
    with pytest.raises(UserError, match=f"{pictures.name}: one picture alone has no deviation"):
        detail.of_set("bicubic", alone)


@pytest.mark.parametrize("spoilt", ["flat", "small"])
def test_a_picture_without_detail_is_refused_by_name(spoilt, tmp_path):
    image = torch.full((3, 80, 80), 9, dtype=torch.uint8)
    if spoilt == "small":
        image = torch.randint(256, (3, 80, 62), dtype=torch.uint8)
    images.write(tmp_path / "spoilt.png", image)
    images.write(tmp_path / "whole.png", torch.randint(256, (3, 80, 80), dtype=torch.uint8))
    with pytest.raises(UserError, match=r"spoilt\.png: flat, or fewer than 64 pixels a side"):
        detail.of_set("bicubic", photographs.load(str(tmp_path)))


def test_what_is_above_the_kept_frequencies_begins_beyond_them():
    assert detail.above_kept((torch.tensor([0.25, 0.5]), torch.tensor([9.0, 2.0]))) == 1
