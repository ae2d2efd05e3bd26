import pytest
import torch

from hfsr import images
from hfsr.analysis import evaluation
from hfsr.data import photographs
from hfsr.errors import UserError
from hfsr.metrics import psnr, ssim
from hfsr.weightmap import selected_fraction, selection_mask


def test_evaluation_splits_the_error_between_selected_elements_and_others(pictures):
    measured = evaluation.evaluate("bicubic", pictures)
    assert all(len(values) == 3 for values in measured.values())
    hr, sr = pictures.hr[0], images.resize_bicubic(pictures.lr[0], 2)
    inside = (slice(None), slice(8, -8), slice(8, -8))
    error = (hr.double() - sr.double()).square()[inside]
    chosen = selection_mask(hr, "1/5")[inside]
    expected = 10 * torch.log10(255**2 / error[chosen].mean())
    assert measured["psnr_rgb_border8_selected"][0] == pytest.approx(expected.item())
    expected = 10 * torch.log10(255**2 / error[~chosen].mean())
    assert measured["psnr_rgb_border8_others"][0] == pytest.approx(expected.item())


def test_a_picture_too_small_to_be_measured_is_named(folder):
    images.write(folder.parent / "small" / "dot.png", torch.zeros(3, 20, 40, dtype=torch.uint8))
    with pytest.raises(UserError, match=r"dot\.png: \(20, 40\) pixels, too small to be measured"):
        evaluation.evaluate("bicubic", photographs.load(str(folder.parent / "small")))


def test_the_learning_curves_number_is_the_mean_of_luma_psnr(pictures):
    repeat = torch.nn.Upsample(scale_factor=2)
    repeat.scale, repeat.halo = 2, 0
    repeat.register_parameter("where", torch.nn.Parameter(torch.zeros(1)))
    doubled = [lr.repeat_interleave(2, 1).repeat_interleave(2, 2) for lr in pictures.lr]
    expected = [psnr(sr, hr, 2, "y") for sr, hr in zip(doubled, pictures.hr, strict=True)]
    assert evaluation.mean_psnr(repeat, pictures) == pytest.approx(sum(expected) / 3)


def test_selected_fractions_are_pooled_over_elements_per_set_and_over_all(folder):
    joined = photographs.load(f"{folder}+embedded-held-out")
    shares = evaluation.selected_fractions(joined, "1/5")
    assert set(shares) == {folder.name, "embedded-held-out", joined.name}
    own = photographs.load("embedded-held-out")
    assert evaluation.selected_fractions(own, "1/5") == {"embedded-held-out": shares["embedded-held-out"]}
    counts = [int(selection_mask(hr, "1/5").sum()) for hr in joined.hr]
    assert shares[joined.name] == pytest.approx(sum(counts) / sum(hr.numel() for hr in joined.hr))
    assert shares[joined.name] != pytest.approx(sum(selected_fraction(hr, "1/5") for hr in joined.hr) / len(joined.hr))


def test_most_different_finds_the_window_where_results_spread():
    one = torch.randint(0, 256, (3, 40, 60), dtype=torch.uint8, generator=torch.manual_seed(0))
    other = one.clone()
    other[:, 11:19, 33:45] = 255 - other[:, 11:19, 33:45]
    assert evaluation.most_different([one, other, one], 8, 12) == (11, 33)
    row, column = evaluation.most_different([one, other], 30, 40)
    assert row <= 11
    assert column + 40 >= 45


def test_psnr_and_ssim_are_those_of_their_channel_and_border(pictures):
    measured = evaluation.evaluate("bicubic", pictures)
    sr, hr = images.resize_bicubic(pictures.lr[0], 2), pictures.hr[0]
    for metric, function in (("psnr", psnr), ("ssim", ssim)):
        for channel, border in (("rgb", 8), ("y", 2)):
            assert measured[f"{metric}_{channel}_border{border}"][0] == function(sr, hr, border, channel)
