"""Order, subset, crops and whitening against what one would write for a single image."""

import importlib
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from hfsr.data.torchvision import torchvision  # before its parts: it makes them importable
from hfsr.errors import UserError
from hfsr.training.augment import AHEAD, Batch, Batches, crop_and_flip, subset, whiten
from hfsr.training.augmentation import AUGMENTATION, Augmentation

by_torchvision = importlib.import_module(f"{torchvision.__name__}.transforms.v2.functional")


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))


def batches(images: torch.Tensor, batch: int = 4, seed: int = 0, augmentation=AUGMENTATION["cifar10"]) -> Batches:
    return Batches(images, torch.arange(len(images)), batch, augmentation, seed)


def augmented(batch: Batch, padding: int, mode: str) -> torch.Tensor:
    """A batch by torchvision's functions, image by image: its transforms of batches draw one crop for all of them."""
    size = batch.images.shape[-2:]
    images = []
    for image, top, left, flip in zip(batch.images, batch.top, batch.left, batch.flip, strict=True):
        padded = by_torchvision.pad(image, [padding], padding_mode=mode)
        crop = by_torchvision.crop(padded, int(top), int(left), *size)
        images.append(by_torchvision.horizontal_flip(crop) if flip else crop)
    return torch.stack(images)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 5), st.integers(0, 1000))
def test_crops_are_torchvisions_of_the_images_one_by_one(height, width, padding, seed):
    images = noise(5, 3, height, width, seed=seed)
    batch = batches(images, batch=5, seed=seed, augmentation=Augmentation(padding, flip=True))(seed)
    assert torch.equal(crop_and_flip(batch, padding), augmented(batch, padding, "constant"))


def test_every_corner_and_both_sides_occur():
    batch = batches(noise(64, 3, 4, 4), batch=64, augmentation=AUGMENTATION["cifar100"])
    drawn = [batch(step) for step in range(30)]
    for values in (torch.cat([one.top for one in drawn]), torch.cat([one.left for one in drawn])):
        assert values.unique().tolist() == list(range(17))
    assert 0.45 < torch.cat([one.flip for one in drawn]).float().mean() < 0.55


def test_digits_are_never_mirrored():
    batch = batches(noise(64, 3, 4, 4), batch=64, augmentation=AUGMENTATION["digits"])
    assert not any(batch(step).flip.any() for step in range(10))


@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 1000))
def test_whitening_is_the_papers_formula(height, width, seed):
    images = noise(3, 3, height, width, seed=seed)
    for image, whitened in zip(images, whiten(images), strict=True):
        x = image.double()
        deviation = max(float(x.std(correction=0)), 1 / math.sqrt(x.numel()))
        torch.testing.assert_close(whitened, ((x - x.mean()) / deviation).float(), rtol=1e-4, atol=1e-4)


def test_an_image_of_one_colour_is_whitened_to_zero():
    assert not whiten(torch.full((2, 3, 4, 4), 200, dtype=torch.uint8)).any()


def test_the_deviation_has_a_lower_limit():
    """One element of n that is a grey level above the rest has a deviation just below 1 / sqrt(n)."""
    images = torch.zeros(2, 3, 4, 4, dtype=torch.uint8)
    images[:, 1, 2, 3] = 1
    expected = (images - 1 / 48) * math.sqrt(48)
    torch.testing.assert_close(whiten(images), expected)
    assert whiten(images).is_contiguous(memory_format=torch.channels_last)


def test_whitening_comes_after_the_padding():
    """The zeros of the border count in mean and deviation, as in the authors' code."""
    images = noise(1, 3, 4, 4)
    corner = Batch(images, torch.tensor([0]), torch.tensor([0]), torch.tensor([0]), torch.tensor([False]))
    padded = torch.nn.functional.pad(images, (2, 2, 2, 2))[..., :4, :4]
    torch.testing.assert_close(whiten(crop_and_flip(corner, 2)), whiten(padded))
    assert float(whiten(padded)[..., 0, 0].abs().min()) > 0.1  # the border is no longer zero


@pytest.mark.parametrize(("count", "batch"), [(10, 4), (10, 10), (3, 8), (7, 1)])
def test_every_image_is_seen_once_an_epoch(count, batch):
    source = batches(noise(count, 3, 2, 2), batch=batch)
    seen = np.concatenate([source.indices(step) for step in range(5 * count)])
    for epoch in seen[: len(seen) // count * count].reshape(-1, count):
        assert sorted(epoch) == list(range(count))


def test_epochs_and_seeds_have_orders_of_their_own():
    images = noise(50, 3, 2, 2)
    first, second, third = (batches(images, 50).indices(step).tolist() for step in range(3))
    assert first != second != third != first
    assert batches(images, 50, seed=1).indices(0).tolist() != first


def test_a_batch_is_a_function_of_seed_and_update():
    images = noise(20, 3, 6, 6)
    one, other = batches(images), batches(images)
    later = [other(step) for step in (9, 3)]  # asked for in another order
    for expected, found in zip(one(9), later[0], strict=True):
        assert torch.equal(expected, found)
    assert not torch.equal(one(3).top, one(9).top)


def test_a_batch_is_what_the_published_runs_drew():
    """Orders, corners and flips, each from a stream of its own; and so on across the ends of what is drawn at once."""
    images, batch = noise(20, 3, 6, 6), 8
    source = batches(images, batch, seed=3)
    orders = np.concatenate([np.random.default_rng((3, 1, epoch)).permutation(20) for epoch in range(60)])
    for step in (0, 1, AHEAD - 1, AHEAD, 2 * AHEAD, 20, 10):
        rng, found = np.random.default_rng((3, 2, step)), source(step)
        assert found.labels.tolist() == orders[batch * step : batch * (step + 1)].tolist()
        assert torch.stack([found.top, found.left]).tolist() == rng.integers(9, size=(2, batch)).tolist()
        assert found.flip.tolist() == (rng.random(batch) < 0.5).tolist()


def test_draws_are_made_once_for_many_iterations(monkeypatch):
    source, drawn = batches(noise(20, 3, 6, 6)), []
    draw = source.draw
    monkeypatch.setattr(source, "draw", lambda step: drawn.append(step) or draw(step))
    for step in (0, 0, 1, AHEAD - 1, AHEAD):
        source(step)
    assert drawn == list(range(2 * AHEAD))


def test_sizes_of_an_image_share_order_and_crops():
    """All rows of a table that share a seed see the same, whatever upscaled their images."""
    small, large = batches(noise(20, 3, 8, 8)), batches(noise(20, 3, 16, 16))
    for step in range(8):
        for a, b in zip(small(step)[1:], large(step)[1:], strict=True):
            assert torch.equal(a, b)


def test_images_keep_their_labels():
    images = noise(30, 3, 3, 3)
    batch = batches(images, batch=16)(1)
    assert torch.equal(batch.images, images[batch.labels])


def test_a_subset_has_equally_many_of_each_class():
    labels = torch.arange(60) % 5
    chosen = subset(labels, 5, 20, seed=3)
    assert labels[chosen].bincount().tolist() == [4] * 5
    assert len(chosen.unique()) == 20
    assert torch.equal(chosen, subset(labels, 5, 20, seed=3))
    assert not torch.equal(chosen, subset(labels, 5, 20, seed=4))


def test_without_a_count_all_images_are_used():
    assert subset(torch.tensor([1, 0, 1]), 2, None, seed=0).tolist() == [0, 1, 2]


def test_a_subset_is_what_the_published_runs_drew():
    labels = torch.arange(60) % 5
    shuffled = np.random.default_rng((3, 0, 0)).permutation(60)
    expected = sorted(np.concatenate([shuffled[shuffled % 5 == label][:4] for label in range(5)]).tolist())
    assert subset(labels, 5, 20, seed=3).tolist() == expected


def test_a_subset_may_be_one_image_or_all():
    assert subset(torch.zeros(3, dtype=torch.int64), 1, 1, seed=0).shape == (1,)
    assert subset(torch.arange(60) % 5, 5, 60, seed=0).tolist() == list(range(60))


@pytest.mark.parametrize("count", [-5, 0, 7, 65])
def test_a_subset_that_cannot_be_drawn_is_an_error(count):
    with pytest.raises(UserError) as raised:
        subset(torch.arange(60) % 5, 5, count, seed=0)
    assert (
        str(raised.value) == f"{count} training images are not equally many of 5 classes with at least 12 images each"
    )
    with pytest.raises(UserError, match="with at least 0 images each"):
        subset(torch.zeros(9, dtype=torch.int64), 2, 2, seed=0)


def test_augmentation_leaves_the_set_unchanged():
    images = noise(6, 3, 5, 5)
    before = images.clone()
    whiten(crop_and_flip(batches(images)(0), 4))
    assert torch.equal(images, before)


def test_padding_is_zero():
    batch = Batch(*(torch.tensor([0]),) * 5)._replace(
        images=torch.full((1, 3, 2, 2), 9, dtype=torch.uint8), flip=torch.tensor([False])
    )
    assert torch.equal(crop_and_flip(batch, 1)[0, 0], F.pad(torch.tensor([[9]], dtype=torch.uint8), (1, 0, 1, 0)))


@given(st.integers(3, 9), st.integers(3, 9), st.integers(0, 2), st.integers(0, 1000))
def test_a_reflected_crop_is_torchvisions_of_the_reflected_image(height, width, padding, seed):
    images = noise(5, 3, height, width, seed=seed)
    batch = batches(images, batch=5, seed=seed, augmentation=Augmentation(padding, flip=True))(seed)
    assert torch.equal(crop_and_flip(batch, padding, reflect=True), augmented(batch, padding, "reflect"))


def test_reflection_is_in_a_record_only_where_there_is_some():
    assert AUGMENTATION["cifar10"].settings == {"padding": 4, "flip": True}
    assert AUGMENTATION["cifar10"]._replace(reflect=True).settings == {"padding": 4, "flip": True, "reflect": True}
