"""Labelled images for the classifier: CIFAR where it was fetched, digits everywhere (Section IV.C)."""

import hashlib
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from hfsr.data import cifar, embedded
from hfsr.errors import UserError

NAMES = ("digits", *cifar.LAYOUTS)
HELD_OUT = 36  # test images of each digit: 360 of 1,797
HALVES = ("even", "odd")


@dataclass(frozen=True)
class LabelledSet:
    """Images with a class each, split into training and test.

    Parameters
    ----------
    name : str
    classes : tuple of str
        The classes' names, in the order of the labels.
    train_images, test_images : Tensor, (N, 3, H, W), uint8
    train_labels, test_labels : Tensor, (N,), int64
        In ``[0, len(classes))``.
    digest : str
        SHA-256 over the shapes and values of all four.

    Examples
    --------
    >>> digits = load("digits")
    >>> image, label = digits.train_images[0], digits.train_labels[0]
    >>> digits.classes[label], image.shape
    ('0', torch.Size([3, 8, 8]))
    """

    name: str
    classes: tuple[str, ...]
    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    digest: str


def load(name: str) -> LabelledSet:
    """Load a labelled set with its fixed split.

    Parameters
    ----------
    name : {"digits", "cifar10", "cifar100"}
        "digits", always there: scikit-learn's 1,797 scanned handwritten digits of 8x8 pixels, grey levels 0 to 16 made 0 to
        255, in three equal channels. The last 36 of every class are for testing: neighbours in the set are alike, and a
        shuffled split would put them on both sides. CIFAR is read below a data root, in its official split; of CIFAR-100's
        labels the 100 fine ones.
        With "-even" or "-odd" behind it the set is split anew: all its images, training before test, with even places to
        train on and odd ones to test on, or the other way round. So each image is a test image of one of the two.

    Returns
    -------
    LabelledSet

    Raises
    ------
    UserError
        If the name is another one, the set is not there, or a file of it is missing, cut off or altered.

    Examples
    --------
    >>> digits = load("digits")
    >>> digits.train_images.shape, digits.test_images.shape, digits.classes[:3]
    (torch.Size([1437, 3, 8, 8]), torch.Size([360, 3, 8, 8]), ('0', '1', '2'))
    >>> load("digits-even").train_images.shape, load("digits-even").test_images.shape
    (torch.Size([899, 3, 8, 8]), torch.Size([898, 3, 8, 8]))
    """
    if name == "digits":
        parts = _digits()
    elif name in cifar.LAYOUTS:
        parts = cifar.read(name)
    elif whole(name) != name:
        parts = _half(load(whole(name)), name)
    else:
        raise UserError(f"no labelled set is called {name!r}: choose one of {', '.join(NAMES)}")
    return LabelledSet(name, *parts, _digest(parts[1:]))


def whole(name: str) -> str:
    """The set whose images a half splits anew; another name is its own.

    Examples
    --------
    >>> whole("cifar10-even"), whole("cifar10")
    ('cifar10', 'cifar10')
    """
    base, _, half = name.rpartition("-")
    return base if half in HALVES and base in NAMES else name


def _half(data: LabelledSet, name: str) -> tuple[tuple[str, ...], Tensor, Tensor, Tensor, Tensor]:
    images = torch.cat([data.train_images, data.test_images])
    labels = torch.cat([data.train_labels, data.test_labels])
    own, other = (slice(start, None, 2) for start in ((0, 1) if name.endswith(HALVES[0]) else (1, 0)))
    first, second, third, fourth = (
        each.contiguous() for each in (images[own], labels[own], images[other], labels[other])
    )
    return data.classes, first, second, third, fourth


def _digits() -> tuple[tuple[str, ...], Tensor, Tensor, Tensor, Tensor]:
    rows = np.loadtxt(embedded.inside_sklearn("data/digits.csv.gz"), delimiter=",")
    grey = np.rint(rows[:, :64].reshape(-1, 1, 8, 8) * (255 / 16)).astype(np.uint8)
    images = torch.from_numpy(grey).repeat(1, 3, 1, 1)
    labels = torch.from_numpy(rows[:, 64]).long()
    classes = tuple(map(str, range(10)))
    test = torch.zeros(len(labels), dtype=torch.bool)
    for label in range(len(classes)):
        test[(labels == label).nonzero()[-HELD_OUT:]] = True
    return classes, images[~test], labels[~test], images[test], labels[test]


def _digest(tensors: tuple[Tensor, ...]) -> str:
    total = hashlib.sha256()
    for tensor in tensors:
        total.update(str(tuple(tensor.shape)).encode())
        total.update(tensor.numpy().data)
    return total.hexdigest()
