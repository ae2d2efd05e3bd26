"""The settings of every study, each number in one place.

A run is a recipe and what tells the rows of a table apart: method, alpha, mask, seed. ``quick`` is a demonstration of
minutes on the embedded photographs, ``bench`` the measured study for two processor cores, ``paper`` the paper's own.
"""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from typing import TypeVar

from hfsr.errors import UserError

Recipe = TypeVar("Recipe")


@dataclass(frozen=True)
class Schedule:
    """Learning rate as a function of the update.

    Parameters
    ----------
    peak : float
        The rate at the start, or after the warm-up.
    drops : tuple of (share, factor), optional
        From that share of the run on, the peak times the factor. Without drops: a cosine to zero.
    warmup : int
        Updates of linear warm-up.
    """

    peak: float
    drops: tuple[tuple[float, float], ...] = ()
    warmup: int = 0

    def rate(self, step: int, steps: int) -> float:
        """Learning rate of update `step`, counted from 0, of a run of `steps`.

        Examples
        --------
        >>> Schedule(peak=1.0, drops=((2 / 3, 0.5),)).rate(200, 300)
        0.5
        """
        if step < self.warmup:
            return self.peak * (step + 1) / self.warmup
        if self.drops:
            passed = [factor for share, factor in self.drops if step >= round(share * steps)]
            return self.peak * (passed[-1] if passed else 1.0)
        return self.peak * (1 + math.cos(math.pi * (step - self.warmup) / (steps - self.warmup))) / 2


@dataclass(frozen=True)
class SuperresRecipe:
    """One way to train a super-resolution network (Section IV.B).

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
        Size of the low-resolution crops in pixels, crops an update, updates.
    """

    name: str
    data: str
    evaluation: tuple[str, ...]
    watch: str
    crop: int
    batch: int
    steps: int
    schedule: Schedule
    blocks: int = 8
    checks: int = 10


@dataclass(frozen=True)
class ClassifyRecipe:
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
        Images an update, updates.
    momentum, weight_decay : float
        Of the optimiser; the decay acts on convolutions and the dense layer only.
    """

    name: str
    dataset: str
    depth: int
    subset: int | None
    batch: int
    steps: int
    schedule: Schedule
    momentum: float = 0.9
    weight_decay: float = 2e-4


BENCHMARKS = ("set5", "set14", "bsd100", "realsr-held-out")

SUPERRES = {
    "quick": SuperresRecipe(
        name="quick",
        data="embedded",
        evaluation=("embedded-held-out",),
        watch="embedded-held-out",
        crop=24,
        batch=16,
        steps=600,
        schedule=Schedule(peak=2e-3, warmup=20),
    ),
    "bench": SuperresRecipe(
        name="bench",
        data="t91+bsd200+bsds500-test+realsr-train",
        evaluation=BENCHMARKS,
        watch="set5",
        crop=32,
        batch=16,
        steps=6000,
        schedule=Schedule(peak=1e-3),
    ),
    "paper": SuperresRecipe(
        name="paper",
        data="div2k-train",
        evaluation=("div2k-valid",),
        watch="div2k-valid",
        crop=48,
        batch=16,
        steps=300_000,
        schedule=Schedule(peak=1e-3, drops=((2 / 3, 0.5),)),
    ),
}

CLASSIFY = {
    "quick": ClassifyRecipe(
        name="quick",
        dataset="digits",
        depth=11,
        subset=None,
        batch=64,
        steps=400,
        schedule=Schedule(peak=0.1),
    ),
    "paper": ClassifyRecipe(
        name="paper",
        dataset="cifar10",
        depth=164,
        subset=None,
        batch=64,
        steps=180_000,
        schedule=Schedule(peak=0.1, drops=((80 / 180, 0.1), (120 / 180, 0.01), (160 / 180, 0.001))),
    ),
}

STUDIES: dict[str, dict[str, SuperresRecipe] | dict[str, ClassifyRecipe]] = {"superres": SUPERRES, "classify": CLASSIFY}


def superres(name: str) -> SuperresRecipe:
    """The super-resolution recipe of that name; a `UserError` lists the names there are."""
    return _known(SUPERRES, name)


def classify(name: str) -> ClassifyRecipe:
    """The classification recipe of that name; a `UserError` lists the names there are."""
    return _known(CLASSIFY, name)


def digest(recipe: SuperresRecipe | ClassifyRecipe) -> str:
    """Sixteen hexadecimal digits that change with any of the recipe's numbers; a record holds its recipe's."""
    return hashlib.sha256(json.dumps(asdict(recipe), sort_keys=True).encode()).hexdigest()[:16]


def _known(recipes: dict[str, Recipe], name: str) -> Recipe:
    if name not in recipes:
        raise UserError(f"no recipe is called {name!r}: choose one of {', '.join(recipes)}")
    return recipes[name]
