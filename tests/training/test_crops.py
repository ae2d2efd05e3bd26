import numpy as np
import pytest
import torch
from devices import OneDevice
from torch.nn import functional as F

from hfsr.data import blocks, photographs
from hfsr.data.degradation import noisy
from hfsr.errors import UserError
from hfsr.training import buffer
from hfsr.training.buffer import PictureBuffer
from hfsr.training.crops import AHEAD, CPU, Crops, dihedral
from hfsr.training.selection import batch_mask
from hfsr.weightmap import map_statistics, selection_mask


def test_batches_depend_on_seed_and_update_alone(pictures):
    a, b = (Crops(pictures, 8, 4, seed=3) for _ in range(2))
    later = [b(step) for step in (5, 2)]
    for left, right in zip(a(5), later[0], strict=True):
        assert torch.equal(left, right)
    assert not torch.equal(a(2).lr, a(5).lr)
    assert not torch.equal(a(5).lr, Crops(pictures, 8, 4, seed=4)(5).lr)


def test_crops_are_aligned_pairs_from_anywhere_in_the_pictures(pictures):
    """Every crop is found in one of the pictures, its low-resolution half at the same place."""
    draw, orientations, corners = Crops(pictures, 8, 16, seed=0), set(), set()
    for step in range(12):
        batch = draw(step)
        orientations |= set(batch.orientations.tolist())
        for lr, hr in zip(batch.lr, batch.hr[..., 1:-1, 1:-1], strict=True):
            found = [
                (index, top, left)
                for index in range(3)
                for top, left in places(pictures.lr[index], lr)
                if torch.equal(pictures.hr[index][:, 2 * top :, 2 * left :][:, :16, :16], hr)
            ]
            assert found
            corners |= set(found)
    assert orientations == set(range(8))
    assert {index for index, _, _ in corners} == {0, 1, 2}
    assert len(corners) > 100


def test_the_eight_orientations_are_the_squares_symmetries():
    crop = torch.arange(9).view(1, 1, 3, 3)
    eight = [dihedral(crop, torch.tensor([orientation]))[0, 0] for orientation in range(8)]
    quarter_turns = [torch.rot90(flipped, k) for flipped in (crop[0, 0], crop[0, 0].flip(1)) for k in range(4)]
    mixed = dihedral(crop.expand(8, 2, 3, 3), torch.arange(8).flip(0))  # each crop of a batch in its own
    assert all(torch.equal(one, eight[7 - place]) for place, crops in enumerate(mixed) for one in crops)
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


@pytest.mark.parametrize("size", [1, 2, 12, 30])  # one picture is just as wide as the last
def test_pictures_in_one_buffer_are_cut_as_pictures(pictures, size):
    """Against plain slices, at every corner too; in the memory of the pictures themselves."""
    buffer = PictureBuffer(pictures.hr, 1, CPU)
    assert buffer.data.data_ptr() == pictures.hr[0].data_ptr() - blocks.SPARE
    assert buffer.data.nbytes == sum(hr.nbytes for hr in pictures.hr) + 2 * blocks.SPARE
    rimmed = [F.pad(hr[None].float(), (1, 1, 1, 1), mode="replicate")[0].byte() for hr in pictures.hr]
    for index, (hr, picture) in enumerate(zip(pictures.hr, rimmed, strict=True)):
        low, right = hr.shape[1] - size, hr.shape[2] - size
        places = [(top, left) for top in (0, min(5, low), low) for left in (0, min(3, right), right)]
        top, left = torch.tensor(places).T
        cut = buffer.squares(torch.full((9,), index), top, left, size)
        for (row, column), square in zip(places, cut, strict=True):
            assert torch.equal(square, picture[:, row : row + size + 2, column : column + size + 2])


def test_a_device_with_its_number_is_the_device(pictures):
    """Tensors on a GPU say "cuda:0" where the device that was asked for is "cuda"."""
    one = torch.tensor([1])
    there, here = (PictureBuffer(pictures.hr, 1, torch.device(name)) for name in ("cpu:0", "cpu"))
    assert torch.equal(there.squares(one - 1, one, one, 4), here.squares(one - 1, one, one, 4))


def test_squares_may_be_chosen_on_another_device(pictures):
    """The meta device is the GPU, which has the pictures."""
    kept, one = PictureBuffer(pictures.hr, 1, torch.device("meta")), torch.tensor([1])
    with OneDevice():
        assert kept.squares(one, one, one, 12).is_meta


def test_pictures_that_do_not_fit_on_a_gpu_stay_beside_it(pictures, monkeypatch):
    """The meta device is the GPU: whole pictures stay on the CPU, and what is cut from them is sent."""
    measured, sent = [], []
    monkeypatch.setattr(buffer, "_fits", lambda data, device: bool(measured.append(data)))
    monkeypatch.setattr(buffer, "send", lambda cut, device: sent.append(cut) or cut.to(device))
    here, beside = Crops(pictures, 8, 5, seed=3), Crops(pictures, 8, 5, seed=3, device=torch.device("meta"))
    assert beside.hr.data is measured[-1]
    assert {beside.hr.data.device, beside.lr.data.device} == {CPU}
    for step in (0, 1, AHEAD):
        sent.clear()
        batch = beside(step)  # from a GPU, draws would be read back: the meta device has nothing to read
        assert batch.hr.is_meta
        assert batch.mu.is_meta
        assert torch.equal(sent[0], here(step).hr)
        assert torch.equal(sent[1], here(step).lr)


def test_pictures_take_a_share_of_a_gpus_free_memory(monkeypatch):
    """What PyTorch holds without using it is free too."""
    monkeypatch.setattr(torch.cuda, "mem_get_info", {torch.device("cuda"): (700, 4000)}.get)
    monkeypatch.setattr(torch.cuda, "memory_reserved", {torch.device("cuda"): 500}.get)
    monkeypatch.setattr(torch.cuda, "memory_allocated", {torch.device("cuda"): 200}.get)
    for size, fits in ((599, True), (600, False), (601, False)):
        assert buffer._fits(torch.empty(size, dtype=torch.uint8), torch.device("cuda")) == fits
        assert buffer._fits(torch.empty(size, dtype=torch.uint8), CPU)


def test_a_batch_is_what_one_drawn_crop_by_crop_would_be(pictures):
    """The draws of the published runs: pictures, then row and column of one crop after the other, orientations, seeds."""
    crops = Crops(pictures, 8, 5, seed=3)
    for step in (0, 1, AHEAD - 1, AHEAD, 200, 20, 10):
        rng = np.random.default_rng((3, step))
        chosen = rng.integers(3, size=5)
        batch = crops(step)
        for place, index in enumerate(chosen):
            top, left = (int(rng.integers(length - 8 + 1)) for length in pictures.lr[index].shape[-2:])
            assert torch.equal(batch.lr[place], pictures.lr[index][:, top : top + 8, left : left + 8])
            hr = pictures.hr[index][:, 2 * top : 2 * top + 16, 2 * left : 2 * left + 16]
            assert torch.equal(batch.hr[place, :, 1:-1, 1:-1], hr)
            statistics = map_statistics(pictures.hr[index])
            assert (batch.mu[place], batch.sigma[place]) == statistics
        assert batch.orientations.tolist() == rng.integers(8, size=5).tolist()
        assert batch.draws.tolist() == rng.integers(2**62, size=5).tolist()


@pytest.mark.parametrize("degrade", ["noise25", "jpeg10"])
def test_crops_that_keep_their_size_lie_where_their_truth_does(folder, degrade):
    pictures = photographs.load(str(folder), degrade=degrade)
    crops = Crops(pictures, 16, 5, seed=3)
    for step in (0, 1, AHEAD):
        drawn, batch = crops.draw(step), crops(step)
        assert batch.lr.shape == (5, 3, 16, 16)
        assert batch.hr.shape == (5, 3, 18, 18)
        for place, (index, top, left) in enumerate(zip(drawn.chosen, drawn.top, drawn.left, strict=True)):
            box = (slice(None), slice(top, top + 16), slice(left, left + 16))
            hr = pictures.hr[index][box]
            assert torch.equal(batch.hr[place, :, 1:-1, 1:-1], hr)
            expected = noisy(hr[None], 25, drawn.draws[[place]])[0] if degrade == "noise25" else pictures.lr[index][box]
            assert torch.equal(batch.lr[place], expected)
        whole = [selection_mask(pictures.hr[index], "1/5") for index in drawn.chosen]
        for place, mask in enumerate(batch_mask(batch, 0.2, "high")):
            top, left = drawn.top[place], drawn.left[place]
            assert torch.equal(mask, whole[place][:, top : top + 16, left : left + 16])  # of the clean picture


def test_noise_is_drawn_anew_at_every_iteration_and_alike_again(folder):
    pictures = photographs.load(str(folder), degrade="noise50")
    a, b = (Crops(pictures, 8, 4, seed=0) for _ in range(2))
    noise = [(a(step).lr.int() - a(step).hr[..., 1:-1, 1:-1].int()) for step in (0, 1)]
    assert not torch.equal(*noise)
    assert not torch.equal(noise[0][0], noise[0][1])
    assert torch.equal(a(1).lr, b(1).lr)


def test_draws_are_made_once_for_many_iterations(pictures, monkeypatch):
    crops, drawn = Crops(pictures, 8, 2, seed=0), []
    draw = crops.draw
    monkeypatch.setattr(crops, "draw", lambda step: drawn.append(step) or draw(step))
    for step in (0, 0, 1, AHEAD - 1, AHEAD):
        crops(step)
    assert drawn == list(range(2 * AHEAD))


def test_a_picture_smaller_than_the_crop_is_named(pictures):
    with pytest.raises(UserError, match=r"1\.png: 15x18 pixels at low resolution, too small for crops of 16x16"):
        Crops(pictures, 16, 4, seed=0)
