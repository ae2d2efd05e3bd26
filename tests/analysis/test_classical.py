import pytest
import torch
from skimage.restoration import denoise_nl_means

from hfsr.analysis import classical, evaluation
from hfsr.data import photographs
from hfsr.data.degradation import JPEG, NOISE, degraded
from hfsr.errors import UserError
from hfsr.metrics import psnr


def test_non_local_means_are_scikit_images(photograph):
    picture = degraded(photograph("chelsea")[:, 100:160, 100:180], "noise25", "chelsea")
    sigma = 25 / 255
    expected = denoise_nl_means(
        picture.permute(1, 2, 0).numpy() / 255, 5, 6, 0.6 * sigma, fast_mode=True, sigma=sigma, channel_axis=-1
    )
    expected = torch.from_numpy((expected * 255).round().clip(0, 255)).permute(2, 0, 1)
    assert torch.equal(classical.restored("nlm", picture, "noise25").double(), expected)


@pytest.mark.parametrize("degrade", ["noise15", "noise50", "jpeg10"])
def test_they_come_nearer_to_the_picture(degrade, photograph):
    for picture in (photograph("chelsea")[:, 100:180, 120:220], photograph("chelsea")[:1, 100:180, 120:220]):
        given = degraded(picture, degrade, "chelsea")
        restored = classical.restored("nlm", given, degrade)
        assert restored.shape == picture.shape
        assert psnr(restored, picture, 8, "rgb") > psnr(given, picture, 8, "rgb")
        assert torch.equal(classical.restored("input", given, degrade), given)


@pytest.mark.parametrize("degrade", JPEG)
def test_the_strength_for_jpeg_is_its_error_on_the_training_photographs(degrade):
    pictures = photographs.load("embedded", degrade=degrade)
    errors = [(lr.double() - hr.double()).flatten() for lr, hr in zip(pictures.lr, pictures.hr, strict=True)]
    assert classical.SIGMA[degrade] == pytest.approx(torch.cat(errors).square().mean().sqrt().item(), abs=0.5)
    assert NOISE.items() <= classical.SIGMA.items()


def test_halves_are_not_restored():
    small = torch.zeros(3, 8, 8, dtype=torch.uint8)
    with pytest.raises(UserError, match="nlm keeps a picture's size: choose a degradation that does, noise15"):
        evaluation.applied("nlm", small, "bicubic")
    with pytest.raises(UserError, match="a method for x2 does not undo 'noise25', which is x1"):
        evaluation.applied("bicubic", small, "noise25")
