"""Batches of labelled images: subset, order, random crops and flips, whitening (Section IV.C).

Everything is drawn from (seed, iteration) or (seed, epoch) alone and does not look at the images: all rows of a table that
share a seed see the same images in the same order, cropped and flipped alike.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from hfsr.errors import UserError
from hfsr.training import processes
from hfsr.training.augmentation import Augmentation
from hfsr.training.crops import AHEAD, CPU
from hfsr.training.hardware import send

SUBSET, ORDER, CROPS = range(3)  # streams of random numbers: independent of each other for one seed


class Batch(NamedTuple):
    """Images of one iteration, and how each is to be cropped and flipped.

    Parameters
    ----------
    images : Tensor, (N, 3, H, W), uint8
    labels : Tensor, (N,), int64
    top, left : Tensor, (N,), int64
        Corner of the crop in the padded image, 0 to twice the padding.
    flip : Tensor, (N,), bool

    Examples
    --------
    >>> digits = torch.zeros(2, 3, 8, 8, dtype=torch.uint8)
    >>> corner = torch.tensor([0, 1])
    >>> whole = Batch(digits, torch.tensor([3, 7]), top=corner, left=corner, flip=torch.tensor([False, False]))
    >>> crop_and_flip(whole, padding=1).shape
    torch.Size([2, 3, 8, 8])
    """

    images: Tensor
    labels: Tensor
    top: Tensor
    left: Tensor
    flip: Tensor


class Batches:
    """The batches of a run, made on the device, each a function of the seed and its iteration alone.

    Every image is seen once an epoch, in an order of the epoch's own; the last batch of an epoch is filled up from the
    next one. Of several processes that train together each makes its own part of a batch.

    Parameters
    ----------
    images : Tensor, (N, 3, H, W), uint8
    labels : Tensor, (N,), int64
    batch : int
        Images an iteration.
    augmentation : Augmentation
    seed : int
    device : torch.device
        Where the images are kept, if it is a GPU, and batches made.

    Examples
    --------
    >>> from hfsr.training.augmentation import AUGMENTATION
    >>> images, labels = torch.zeros(5, 3, 8, 8, dtype=torch.uint8), torch.arange(5)
    >>> batches = Batches(images, labels, batch=4, augmentation=AUGMENTATION["digits"], seed=0)
    >>> batches(7).images.shape, torch.equal(batches(7).labels, batches(7).labels)
    (torch.Size([4, 3, 8, 8]), True)
    """

    def __init__(
        self,
        images: Tensor,
        labels: Tensor,
        batch: int,
        augmentation: Augmentation,
        seed: int,
        device: torch.device = CPU,
    ) -> None:
        self.batch, self.augmentation, self.seed = batch, augmentation, seed
        # Before anything is sent: with several processes it settles which GPU is this one's.
        self.own = processes.own(batch)
        self.images, self.labels, self.device = images.to(device), labels.to(device), device
        self._first, self._drawn = 0, torch.empty(4, 0)  # none yet

    def indices(self, step: int) -> NDArray[np.int64]:
        """Places in the training set of the images of an iteration, counted from 0."""
        places = step * self.batch + np.arange(self.batch)
        epochs, within = np.divmod(places, len(self.labels))
        return np.concatenate([order(self.seed, e, len(self.labels))[within[epochs == e]] for e in np.unique(epochs)])

    def draw(self, step: int) -> tuple[Tensor, ...]:
        """What is drawn for an iteration, on the CPU: images, corners' rows and columns, and 1 for which are mirrored."""
        rng = _rng(self.seed, CROPS, step)
        top, left = torch.from_numpy(rng.integers(2 * self.augmentation.padding + 1, size=(2, self.batch)))
        flip = torch.from_numpy(rng.random(self.batch) < 0.5) & self.augmentation.flip
        chosen = torch.from_numpy(self.indices(step))
        return chosen[self.own], top[self.own], left[self.own], flip[self.own].long()

    def __call__(self, step: int) -> Batch:
        """Batch of an iteration: this process's part of it."""
        if not 0 <= step - self._first < self._drawn.shape[1]:
            ahead = torch.stack([torch.stack(self.draw(each)) for each in range(step, step + AHEAD)], dim=1)
            self._first, self._drawn = step, send(ahead, self.device)
        chosen, top, left, flip = self._drawn[:, step - self._first]
        return Batch(self.images[chosen], self.labels[chosen], top, left, flip.bool())


@lru_cache(maxsize=2)
def order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    """Permutation of `count` images for an epoch.

    Examples
    --------
    >>> sorted(order(seed=0, epoch=3, count=4).tolist())
    [0, 1, 2, 3]
    """
    return _rng(seed, ORDER, epoch).permutation(count)


def subset(labels: Tensor, classes: int, count: int | None, seed: int) -> Tensor:
    """Draw training images, equally many of each class.

    Parameters
    ----------
    labels : Tensor, (N,), int64
        Of the whole training set, in [0, classes).
    classes : int
    count : int or None
        Images in all; None for every image.
    seed : int

    Returns
    -------
    Tensor
        int64, (count,): places in the training set, ascending.

    Raises
    ------
    UserError
        If the count is no multiple of the classes, or a class has too few images.

    Examples
    --------
    >>> labels = torch.tensor([0, 0, 0, 1, 1, 1])
    >>> labels[subset(labels, classes=2, count=4, seed=0)]
    tensor([0, 0, 1, 1])
    """
    if count is None:
        return torch.arange(len(labels))
    each, fewest = count // classes, int(labels.bincount(minlength=classes).min())
    if count < 1 or count % classes or each > fewest:
        raise UserError(
            f"{count} training images are not equally many of {classes} classes with at least {fewest} images each"
        )
    shuffled = _rng(seed, SUBSET, 0).permutation(len(labels))
    by_class = [shuffled[labels.numpy()[shuffled] == label][:each] for label in range(classes)]
    return torch.from_numpy(np.sort(np.concatenate(by_class)))


def crop_and_flip(batch: Batch, padding: int, reflect: bool = False) -> Tensor:
    """Pad every image, cut its crop, and mirror it where the batch says so: one gather, no loop over images.

    torchvision's transforms of a batch draw one crop for all its images; here each has its own.

    Parameters
    ----------
    batch : Batch
        On any device.
    padding : int
        Pixels on each side.
    reflect : bool
        Whether they are the image's own, reflected at its border; otherwise zeros.

    Returns
    -------
    Tensor
        uint8, (N, 3, H, W), laid out channels last.

    Examples
    --------
    >>> image, zero = torch.arange(4, dtype=torch.uint8).view(1, 1, 2, 2), torch.zeros(1, dtype=torch.int64)
    >>> crop_and_flip(Batch(image, zero, top=zero, left=zero + 2, flip=zero.bool()), padding=1)
    tensor([[[[0, 0],
              [1, 0]]]], dtype=torch.uint8)
    """
    count, _, height, width = batch.images.shape
    device = batch.images.device
    across = torch.arange(width, device=device)
    rows = batch.top[:, None] + torch.arange(height, device=device)
    columns = batch.left[:, None] + torch.where(batch.flip[:, None], width - 1 - across, across)
    if reflect:
        rows, columns, padded = _inside(rows - padding, height), _inside(columns - padding, width), batch.images
    else:
        padded = F.pad(batch.images, (padding,) * 4)
    picked = padded[torch.arange(count, device=device)[:, None, None], :, rows[:, :, None], columns[:, None, :]]
    return picked.permute(0, 3, 1, 2)


def _inside(places: Tensor, size: int) -> Tensor:
    """Places along a side, reflected at its first and last pixel where they lie beyond."""
    return size - 1 - (size - 1 - places.abs()).abs()


def whiten(images: Tensor) -> Tensor:
    """Give each image mean 0 and deviation 1, over all its n elements: (x - mean) / max(deviation, 1/sqrt(n)).

    Parameters
    ----------
    images : Tensor, (N, C, H, W), uint8
        In grey levels: the lower limit of the deviation matters for an image of one colour only, which becomes 0.

    Returns
    -------
    Tensor
        float32, the same shape, laid out channels last.

    Examples
    --------
    >>> whiten(torch.tensor([[[[10, 30]]]], dtype=torch.uint8))
    tensor([[[[-1.,  1.]]]])
    """
    pixels = images.float().contiguous(memory_format=torch.channels_last)
    variance, mean = torch.var_mean(pixels, dim=(1, 2, 3), keepdim=True, correction=0)
    return (pixels - mean) / variance.sqrt().clamp(min=1 / math.sqrt(pixels[0].numel()))


def _rng(seed: int, stream: int, index: int) -> np.random.Generator:
    return np.random.default_rng((seed, stream, int(index)))
