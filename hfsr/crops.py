"""Batches of crops, and which of their elements count: Eq 7 or one of the study's controls (Sections III.C and IV.B)."""

from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from hfsr.data.photographs import Photographs, require_crop
from hfsr.weightmap import map_statistics, select, weight_map

Mask = Literal["all", "high", "random", "low"]
MASKS: tuple[Mask, ...] = ("all", "high", "random", "low")


class Batch(NamedTuple):
    """Crops of one update, upright as they stand in their pictures.

    Parameters
    ----------
    lr : Tensor, (N, 3, s, s), uint8
    hr : Tensor, (N, 3, 2s + 2, 2s + 2), uint8
        Ground truth with a rim of one pixel, which the weight map needs.
    mu, sigma : Tensor, (N, 1, 1, 1), float64
        Statistics of the whole images that the crops come from (Eq 7).
    turns : tuple of int
        The orientation, 0 to 7, that each crop is trained in.
    draws : tuple of int
        The seed of what else is drawn at random for each crop.
    """

    lr: Tensor
    hr: Tensor
    mu: Tensor
    sigma: Tensor
    turns: tuple[int, ...]
    draws: tuple[int, ...]


class Crops:
    """Random crops of photographs: images with equal chance, all positions, one of eight orientations.

    Parameters
    ----------
    pictures : Photographs
    crop, batch : int
        Side of the low-resolution crops in pixels; crops a batch.
    seed : int
        The batches of two `Crops` of one seed are equal, update for update.

    Raises
    ------
    UserError
        If a picture is smaller than the crop.
    """

    def __init__(self, pictures: Photographs, crop: int, batch: int, seed: int) -> None:
        require_crop(pictures, crop)
        self.crop, self.batch, self.seed = crop, batch, seed
        self.lr, self.hr = pictures.lr, pictures.hr
        mu, sigma = zip(*(map_statistics(hr) for hr in pictures.hr), strict=True)
        self.mu, self.sigma = (torch.stack(values).view(-1, 1, 1, 1) for values in (mu, sigma))

    def __call__(self, step: int) -> Batch:
        """Batch of an update: a function of the seed and `step` alone."""
        rng = np.random.default_rng((self.seed, step))
        chosen = rng.integers(len(self.lr), size=self.batch)
        size = 2 * self.crop + 2
        lr = torch.empty(self.batch, 3, self.crop, self.crop, dtype=torch.uint8)
        hr = torch.empty(self.batch, 3, size, size, dtype=torch.uint8)
        for place, index in enumerate(chosen):
            top, left = (int(rng.integers(length - self.crop + 1)) for length in self.lr[index].shape[-2:])
            lr[place] = self.lr[index][:, top : top + self.crop, left : left + self.crop]
            hr[place] = _rimmed(self.hr[index], 2 * top, 2 * left, 2 * self.crop)
        turns = tuple(rng.integers(8, size=self.batch).tolist())
        draws = tuple(rng.integers(2**62, size=self.batch).tolist())
        return Batch(lr, hr, self.mu[chosen], self.sigma[chosen], turns, draws)


def _rimmed(image: Tensor, top: int, left: int, size: int) -> Tensor:
    """A square of an image with a rim of one pixel; where the image ends, its last pixel stands in (see `weight_map`)."""
    rows = torch.arange(top - 1, top + size + 1).clamp(0, image.shape[-2] - 1)
    columns = torch.arange(left - 1, left + size + 1).clamp(0, image.shape[-1] - 1)
    return image[:, rows[:, None], columns]


def turned(crops: Tensor, turns: tuple[int, ...]) -> Tensor:
    """Square crops (N, C, s, s), each in one of the eight orientations: mirrored (1), upside down (2), transposed (4)."""
    changed = []
    for crop, turn in zip(crops, turns, strict=True):
        flips = [dimension for bit, dimension in ((1, -1), (2, -2)) if turn & bit]
        flipped = crop.flip(flips) if flips else crop
        changed.append(flipped.transpose(-1, -2) if turn & 4 else flipped)
    return torch.stack(changed)


def batch_mask(batch: Batch, alpha: float, mask: Mask) -> Tensor:
    """Elements of a batch that count: Eq 7 with the whole images' statistics, or one of the study's controls.

    Parameters
    ----------
    batch : Batch
    alpha : float
    mask : {"all", "high", "random", "low"}
        Everything; the paper's selection; in every crop as many elements at random, drawn anew each update; the smooth
        rest that the paper leaves out.

    Returns
    -------
    Tensor
        bool, (N, 3, 2s, 2s).
    """
    inside = (..., slice(1, -1), slice(1, -1))
    if mask == "all":
        return torch.ones_like(batch.hr[inside], dtype=torch.bool)
    high = select(weight_map(batch.hr), batch.mu, batch.sigma, alpha)[inside]
    if mask == "high":
        return high
    if mask == "low":
        return ~high
    counts = high.flatten(1).sum(dim=1, keepdim=True)
    order = torch.stack([_shuffled(high[0].numel(), draw, high.device) for draw in batch.draws])
    first = torch.arange(order.shape[1], device=high.device) < counts
    return torch.empty_like(first).scatter_(1, order, first).view_as(high)


def _shuffled(count: int, draw: int, device: torch.device) -> Tensor:
    """A permutation of `count` elements drawn by the seed `draw`."""
    return torch.randperm(count, generator=torch.Generator(device).manual_seed(draw), device=device)
