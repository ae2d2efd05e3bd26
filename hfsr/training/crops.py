"""Batches of crops, made on the device: a function of the seed and the iteration alone (Sections III.C and IV.B)."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from hfsr.data.degradation import NOISE, noisy
from hfsr.data.photographs import Photographs, require_crop
from hfsr.training import processes
from hfsr.training.buffer import PictureBuffer
from hfsr.training.hardware import send
from hfsr.weightmap import map_statistics

AHEAD = 64  # iterations whose draws are made at once and copied to the device together
CPU = torch.device("cpu")


class Batch(NamedTuple):
    """Crops of one iteration, upright as they stand in their pictures.

    Parameters
    ----------
    lr : Tensor, (N, 3, s, s), uint8
    hr : Tensor, (N, 3, 2s + 2, 2s + 2), uint8
        Ground truth with a rim of one pixel, which the weight map needs; (N, 3, s + 2, s + 2) where `lr` has its size.
    mu, sigma : Tensor, (N, 1, 1, 1), float64
        Statistics of the whole images that the crops come from (Eq 7).
    orientations : Tensor, (N,), int64
        The orientation, 0 to 7, that each crop is trained in, see `dihedral`.
    draws : Tensor, (N,), int64
        The seed of what else is drawn at random for each crop.

    Examples
    --------
    >>> from hfsr.data import photographs
    >>> batch = Crops(photographs.load("embedded-held-out"), crop=16, batch=2, seed=0)(0)
    >>> batch.lr.shape, batch.sigma.shape
    (torch.Size([2, 3, 16, 16]), torch.Size([2, 1, 1, 1]))
    """

    lr: Tensor
    hr: Tensor
    mu: Tensor
    sigma: Tensor
    orientations: Tensor
    draws: Tensor


class Draws(NamedTuple):
    """What is drawn for iterations: of each crop its picture, corner, orientation and seed; (iterations, N), int64.

    Examples
    --------
    >>> from hfsr.data import photographs
    >>> crops = Crops(photographs.load("embedded-held-out"), crop=16, batch=2, seed=0)
    >>> torch.equal(crops.draw(7).chosen, crops.draw(7).chosen)  # the same whenever it is asked for
    True
    """

    chosen: Tensor
    top: Tensor
    left: Tensor
    orientations: Tensor
    draws: Tensor


class Crops:
    """Random crops of photographs: images with equal chance, all positions, one of eight orientations.

    Noise is drawn anew for every crop; other degradations are those of the whole pictures, cut out.

    Parameters
    ----------
    pictures : Photographs
    crop, batch : int
        Side of the low-resolution crops in pixels; crops a batch.
    seed : int
        The batches of two `Crops` of one seed are equal, iteration for iteration.
    device : torch.device
        Where pictures are kept and batches made.

    Raises
    ------
    UserError
        If a picture is smaller than the crop, or the batch does not go evenly into the processes that train together:
        each makes its own part of a batch only.

    Examples
    --------
    >>> from hfsr.data import photographs
    >>> crops = Crops(photographs.load("embedded-held-out"), crop=16, batch=2, seed=0)
    >>> crops(0).lr.shape, crops(0).hr.shape
    (torch.Size([2, 3, 16, 16]), torch.Size([2, 3, 34, 34]))
    """

    def __init__(self, pictures: Photographs, crop: int, batch: int, seed: int, device: torch.device = CPU) -> None:
        require_crop(pictures, crop)
        self.crop, self.batch, self.seed, self.device = crop, batch, seed, device
        self.own = processes.own(batch)
        self.sizes = np.array([lr.shape[-2:] for lr in pictures.lr])
        self.scale, self.noise = pictures.scale, NOISE.get(pictures.degrade, 0)
        self.lr = None if self.noise else PictureBuffer(pictures.lr, 0, device)
        self.hr = PictureBuffer(pictures.hr, 1, device)
        statistics = zip(*(map_statistics(hr) for hr in pictures.hr), strict=True)
        self.mu, self.sigma = (torch.stack(each).view(-1, 1, 1, 1).to(device) for each in statistics)
        self._first, self._drawn = 0, {CPU: torch.empty(5, 0)}

    def __call__(self, step: int) -> Batch:
        """Batch of an iteration: this process's part of it."""
        if not 0 <= step - self._first < self._drawn[CPU].shape[1]:
            ahead = torch.stack([torch.stack(self.draw(each)) for each in range(step, step + AHEAD)], dim=1)
            self._first, self._drawn = step, {CPU: ahead, self.device: send(ahead, self.device)}
        drawn = Draws(*self._drawn[self.device][:, step - self._first])
        hr = self._squares(self.hr, step, self.scale)
        lr = self._squares(self.lr, step, 1) if self.lr else noisy(hr[..., 1:-1, 1:-1], self.noise, drawn.draws)
        return Batch(lr, hr, self.mu[drawn.chosen], self.sigma[drawn.chosen], drawn.orientations, drawn.draws)

    def _squares(self, pictures: PictureBuffer, step: int, scale: int) -> Tensor:
        """The crops of an iteration, chosen where the pictures lie: from a GPU without room for them nothing is read."""
        drawn = self._drawn[self.device if pictures.data.device.type == self.device.type else CPU]
        chosen, top, left, *_ = drawn[:, step - self._first]
        return pictures.squares(chosen, scale * top, scale * left, scale * self.crop)

    def draw(self, step: int) -> Draws:
        """What is drawn for an iteration, on the CPU: a function of the seed and `step` alone."""
        rng = np.random.default_rng((self.seed, step))
        chosen = rng.integers(len(self.sizes), size=self.batch)
        corners = rng.integers(self.sizes[chosen] - self.crop + 1)
        orientations = rng.integers(8, size=self.batch)
        draws = rng.integers(2**62, size=self.batch)
        drawn = (chosen, corners[:, 0], corners[:, 1], orientations, draws)
        return Draws(*(torch.from_numpy(each)[self.own] for each in drawn))


def dihedral(crops: Tensor, orientations: Tensor) -> Tensor:
    """Square crops, each in one of the eight orientations: mirrored (1), upside down (2), transposed (4).

    Parameters
    ----------
    crops : Tensor, (N, C, s, s)
    orientations : Tensor, (N,), int64
        0 to 7, the sum of what is done, in that order.

    Returns
    -------
    Tensor
        The same shape and dtype.

    Examples
    --------
    >>> dihedral(torch.tensor([[[[1, 2], [3, 4]]]]), torch.tensor([1]))
    tensor([[[[2, 1],
              [4, 3]]]])
    """
    source = _sources(crops.shape[-1], crops.device)[orientations]
    return crops.flatten(2).gather(2, source[:, None].expand(-1, crops.shape[1], -1)).view_as(crops)


@lru_cache(maxsize=4)
def _sources(size: int, device: torch.device) -> Tensor:
    """Where each pixel of a square comes from, in each of the eight orientations: (8, size * size), int64."""
    places = torch.arange(size * size, device=device).view(size, size)
    orientations = []
    for orientation in range(8):
        flips = [dimension for bit, dimension in ((1, -1), (2, -2)) if orientation & bit]
        flipped = places.flip(flips)
        orientations.append((flipped.transpose(-1, -2) if orientation & 4 else flipped).flatten())
    return torch.stack(orientations)
