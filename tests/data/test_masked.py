"""Crops get the whole picture's mask, whatever moves them."""

import importlib

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from hfsr.data.masked import MaskedPictures
from hfsr.data.torchvision import torchvision  # before its parts: it makes them importable
from hfsr.errors import UserError
from hfsr.weightmap import selection_mask


def test_without_a_transform_it_is_the_picture_and_its_mask(pictures):
    masked = MaskedPictures(pictures.hr, "1/5")
    assert len(masked) == 3
    for _ in range(2):  # the second time from what was kept
        for (hr, mask), whole in zip((masked[index] for index in range(3)), pictures.hr, strict=True):
            assert torch.equal(hr, whole)
            assert torch.equal(mask, selection_mask(whole, "1/5"))


def test_crops_and_flips_of_torchvision_move_both_alike(photograph):
    whole = photograph("coffee")
    expected = selection_mask(whole, "1/5")
    v2 = importlib.import_module(f"{torchvision.__name__}.transforms.v2")
    moved = v2.Compose([v2.RandomCrop(64), v2.RandomHorizontalFlip(), v2.RandomVerticalFlip()])
    masked = MaskedPictures([whole], "1/5", moved)
    torch.manual_seed(0)
    # A second picture of the places themselves tells where each crop came from.
    height, width = whole.shape[1:]
    places = torch.arange(height * width).view(1, height, width)
    for seed in range(8):
        torch.manual_seed(seed)
        hr, mask = masked[0]
        torch.manual_seed(seed)
        place = moved(places).flatten()
        assert torch.equal(hr.flatten(1), whole.flatten(1)[:, place])
        assert torch.equal(mask.flatten(1), expected.flatten(1)[:, place])
        assert mask.any()
        assert not mask.all()


def test_a_loader_makes_batches_of_it(pictures):
    loader = DataLoader(MaskedPictures(pictures.hr, "1/5", lambda both: both[:, :24, :24]), batch_size=3)
    ((hr, mask),) = loader
    assert hr.shape == mask.shape == (3, 3, 24, 24)
    assert (hr.dtype, mask.dtype) == (torch.uint8, torch.bool)


def test_a_wrong_alpha_is_named_at_once():
    with pytest.raises(UserError, match="alpha = -1 must be finite and at least 0"):
        MaskedPictures([], -1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (torch.zeros(3, 4, 4), r"not torch.float32 \(3, 4, 4\)"),
        (torch.zeros(4, 4, dtype=torch.uint8), r"not torch.uint8 \(4, 4\)"),
        (np.zeros((4, 4, 3), np.uint8), r"not uint8 \(4, 4, 3\)"),
        ((torch.zeros(3, 4, 4, dtype=torch.uint8), 7), "not tuple"),
    ],
    ids=["float", "grey", "NumPy", "labelled"],
)
def test_what_is_no_picture_is_named(wrong, said):
    with pytest.raises(UserError, match=rf"picture 0 is a uint8 tensor \(C, H, W\), {said}$"):
        MaskedPictures([wrong], "1/5")[0]
