"""What a recipe is: the settings that all runs of a study share, and the digest of those that their numbers depend on."""

import hashlib
import json
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, ClassVar

from torch import nn

from hfsr.classifiers import Compact, ResNet
from hfsr.classifiers.compact import Stem
from hfsr.data import labelled
from hfsr.data.degradation import BICUBIC
from hfsr.studies.rows import Cell, Row
from hfsr.training.augmentation import AUGMENTATION, Augmentation
from hfsr.training.schedule import Schedule


def later(default: Any) -> Any:
    """A field that recipes got after records were published: at its default it leaves the digests there are as they are.

    Examples
    --------
    >>> from hfsr.studies import recipes
    >>> @dataclass(frozen=True)
    ... class Clipped(SuperresRecipe):
    ...     clipping: float | None = later(None)
    >>> quick = recipes.superres("quick")
    >>> Clipped(**vars(quick)).digest == quick.digest, Clipped(**vars(quick), clipping=0.1).digest == quick.digest
    (True, False)
    """
    return field(default=default, metadata={"later": True})


@dataclass(frozen=True)
class Recipe:
    """What all recipes have: a name, and a digest of the numbers that a run depends on.

    Examples
    --------
    >>> len(Recipe("one").digest), Recipe("one").digest == Recipe("two").digest
    (16, False)
    """

    name: str

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that change with any number that a run depends on; a record holds its recipe's.

        A row, a cell or a seed more leaves the runs there are as they are; so does a field of `later` at its default.
        """
        return hashlib.sha256(json.dumps(_numbers(self), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class SuperresRecipe(Recipe):
    """One way to train a super-resolution network (Section IV.B), or one that keeps the size and undoes noise or JPEG.

    Parameters
    ----------
    data : str
        Training photographs, a name for `hfsr.data.photographs.load`.
    evaluation : tuple of str
        Sets that the finished network is measured on.
    watch : str
        The set measured `checks` times on the way, for the learning curve; nothing is chosen by it.
    blocks : int
        Residual blocks of WDSR-A.
    crop, batch, steps : int
        Size of the low-resolution (or degraded) crops in pixels, crops an iteration, iterations.
    srcnn_rate : float
        SRCNN's learning rate as a multiple of the schedule's: without weight normalisation and shortcut it bears less.
    rows : tuple of Row
        The study's table; every row but bicubic's is trained once a seed.
    seeds : tuple of int
    degrade : str
        What the network undoes, see `hfsr.data.degradation.degraded`.
    start : str or None
        The published network whose weights the training begins with; None for weights drawn by the seed. A digest holds the
        name alone: a run is not outdated where that network is published anew.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from hfsr.studies import recipes
    >>> quick = recipes.superres("quick")
    >>> replace(quick, seeds=(0, 1)).digest == quick.digest, replace(quick, crop=8).digest == quick.digest
    (True, False)
    """

    data: str
    evaluation: tuple[str, ...]
    watch: str
    crop: int
    batch: int
    steps: int
    schedule: Schedule
    blocks: int = 8
    checks: int = 10
    srcnn_rate: float = 1.0
    rows: tuple[Row, ...] = ()
    seeds: tuple[int, ...] = (0,)
    degrade: str = later(BICUBIC)
    start: str | None = later(None)


@dataclass(frozen=True)
class ClassifyRecipe(Recipe):
    """One way to train the classifier (Section IV.C).

    Parameters
    ----------
    dataset : str
        A name for `hfsr.data.labelled.load`, where the caller names none.
    depth : int
        Of the ResNet, 9n + 2.
    subset : int or None
        Training images used, drawn by the seed, equally many of each class; None for all.
    batch, steps : int
        Images an iteration, iterations.
    momentum, weight_decay : float
        Of the optimiser; the decay acts on convolutions and the dense layer only.
    networks : str
        The super-resolution recipe whose networks upscale the images, those of its first seed.
    cells : tuple of Cell
        The study's table; each is trained once a seed.
    seeds : tuple of int

    Examples
    --------
    >>> from hfsr.studies import recipes
    >>> paper = recipes.classify("paper")
    >>> paper.depth, paper.batch, paper.steps
    (164, 64, 180000)
    """

    dataset: str
    depth: int
    subset: int | None
    batch: int
    steps: int
    schedule: Schedule
    momentum: float = 0.9
    weight_decay: float = 2e-4
    networks: str = "bench"
    cells: tuple[Cell, ...] = ()
    seeds: tuple[int, ...] = (0,)

    is_paired: ClassVar[bool] = False  # whether a classifier's images are upscaled by the network of its own seed

    def network(self, factor: int, classes: int = 10) -> nn.Module:
        """The classifier, for images that are `factor` times as long a side as the set's."""
        return ResNet(self.depth, classes)

    def stem(self, factor: int) -> Stem | None:
        """Of the classifier for such images; None where there is no choice."""
        return None

    def augmentation(self, dataset: str, factor: int) -> Augmentation:
        """How the training images of a set are varied."""
        return AUGMENTATION[labelled.whole(dataset)]


@dataclass(frozen=True)
class CompactRecipe(ClassifyRecipe):
    """One way to train the compact classifier, see `hfsr.classifiers.Compact`.

    Parameters
    ----------
    widths : tuple of int
    is_strided : bool
        Whether upscaled images get the stem of 4x4 patches, and so cost what the original ones do.
    smoothing : float
        Of the labels.
    bias_factor : float
        The rate of biases as a multiple of that of all other weights.
    shift : int
        Pixels of the original size that a crop is off the centre at most; an image is reflected at its border.

    Examples
    --------
    >>> from hfsr.studies import recipes
    >>> compact = recipes.classify("compact")
    >>> compact.stem(1), compact.stem(2), compact.augmentation("cifar10", factor=2)
    ('2x2', '4x4', Augmentation(padding=4, flip=True, reflect=True))
    """

    widths: tuple[int, ...] = (64, 128, 128)
    is_strided: bool = True
    smoothing: float = 0.2
    bias_factor: float = 32.0
    shift: int = 2

    is_paired: ClassVar[bool] = True

    def network(self, factor: int, classes: int = 10) -> nn.Module:
        return Compact(self.widths, classes, self.stem(factor))

    def stem(self, factor: int) -> Stem:
        return "4x4" if factor == 2 and self.is_strided else "2x2"

    def augmentation(self, dataset: str, factor: int) -> Augmentation:
        return Augmentation(self.shift * factor, super().augmentation(dataset, factor).flip, reflect=True)


def _numbers(settings: Any) -> Any:
    """What a digest is made of: every field but the tables', and those of `later` at their defaults."""
    if not is_dataclass(settings):
        return settings
    counted = [
        each
        for each in fields(settings)
        if each.name not in ("rows", "cells", "seeds")
        and not ("later" in each.metadata and getattr(settings, each.name) == each.default)
    ]
    return {each.name: _numbers(getattr(settings, each.name)) for each in counted}
