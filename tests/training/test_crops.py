import pytest
import torch

from hfsr.errors import UserError
from hfsr.training.crops import Crops, batch_mask, turned
from hfsr.weightmap import selection_mask


def test_batches_depend_on_seed_and_update_alone(pictures):
    a, b = (Crops(pictures, 8, 4, seed=3) for _ in range(2))
    later = [b(step) for step in (5, 2)]
    for left, right in zip(a(5)[:4], later[0][:4], strict=True):
        assert torch.equal(left, right)
    assert a(5)[4:] == later[0][4:]
    assert not torch.equal(a(2).lr, a(5).lr)
    assert not torch.equal(a(5).lr, Crops(pictures, 8, 4, seed=4)(5).lr)


def test_crops_are_aligned_pairs_from_anywhere_in_the_pictures(pictures):
    """Every crop is found in one of the pictures, its low-resolution half at the same place."""
    draw, turns, corners = Crops(pictures, 8, 16, seed=0), set(), set()
    for step in range(12):
        batch = draw(step)
        turns |= set(batch.turns)
        for lr, hr in zip(batch.lr, batch.hr[..., 1:-1, 1:-1], strict=True):
            found = [
                (index, top, left)
                for index in range(3)
                for top, left in places(pictures.lr[index], lr)
                if torch.equal(pictures.hr[index][:, 2 * top :, 2 * left :][:, :16, :16], hr)
            ]
            assert found
            corners |= set(found)
    assert turns == set(range(8))
    assert {index for index, _, _ in corners} == {0, 1, 2}
    assert len(corners) > 100


def test_the_eight_orientations_are_the_squares_symmetries():
    crop = torch.arange(9).view(1, 1, 3, 3)
    eight = [turned(crop, (turn,))[0, 0] for turn in range(8)]
    quarter_turns = [torch.rot90(flipped, k) for flipped in (crop[0, 0], crop[0, 0].flip(1)) for k in range(4)]
    assert {tuple(each.flatten().tolist()) for each in eight} == {
        tuple(each.flatten().tolist()) for each in quarter_turns
    }


def places(image: torch.Tensor, crop: torch.Tensor) -> list[tuple[int, int]]:
    windows = image.unfold(1, crop.shape[1], 1).unfold(2, crop.shape[2], 1)
    return [tuple(place) for place in (windows == crop[:, None, None]).all(dim=(0, 3, 4)).nonzero().tolist()]


def test_the_mask_of_a_batch_is_the_crop_of_the_whole_pictures_masks(pictures):
    """Bit for bit, at the pictures' borders too: there the rim repeats the border."""
    whole = [selection_mask(hr, "1/5") for hr in pictures.hr]
    draw = Crops(pictures, 15, 8, seed=1)  # one picture is just as wide as the crop
    for step in range(4):
        batch = draw(step)
        for lr, mask in zip(batch.lr, batch_mask(batch, 0.2, "high"), strict=True):
            assert any(
                torch.equal(whole[index][:, 2 * top :, 2 * left :][:, :30, :30], mask)
                for index in range(3)
                for top, left in places(pictures.lr[index], lr)
            )


def test_controls_select_as_many_at_random_and_the_rest(pictures):
    batch = Crops(pictures, 8, 5, seed=0)(0)
    high, low, random = (batch_mask(batch, 0.2, mask) for mask in ("high", "low", "random"))
    assert torch.equal(low, ~high)
    assert torch.equal(random.flatten(1).sum(1), high.flatten(1).sum(1))
    assert not torch.equal(random, high)
    assert torch.equal(random, batch_mask(batch, 0.2, "random"))
    assert not torch.equal(random, batch_mask(Crops(pictures, 8, 5, seed=0)(1), 0.2, "random"))
    assert batch_mask(batch, 0.0, "all").all()


def test_a_picture_smaller_than_the_crop_is_named(pictures):
    with pytest.raises(UserError, match=r"1\.png: 15x18 pixels at low resolution, too small for crops of 16x16"):
        Crops(pictures, 16, 4, seed=0)
