"""The settings of every study, each number in one place.

A run is a recipe and what tells the rows of a table apart: method, alpha, mask, seed. ``quick`` is a demonstration of
minutes on the embedded photographs and digits, ``bench`` the measured study for two processor cores, ``public`` its main
rows on public sets alone, ``long`` its main rows trained for longer, ``paper`` the paper's own study and ``authors`` the
same with the settings of the authors' code.
"""

import hashlib
import json
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar

from hfsr.errors import UserError
from hfsr.studies.rows import BESIDE, CLAIMED, SRCNN, TABLE_1, TABLE_3, Cell, Row
from hfsr.training.schedule import Schedule

Named = TypeVar("Named")


def later(default: Any) -> Any:
    """A field that recipes got after records were published: at its default it leaves the digests there are as they are."""
    return field(default=default, metadata={"later": True})


@dataclass(frozen=True)
class Recipe:
    """What all recipes have: a name, and a digest of the numbers that a run depends on."""

    name: str

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that change with any number that a run depends on; a record holds its recipe's.

        A row, a cell or a seed more leaves the runs there are as they are; so does a field of `later` at its default.
        """
        return hashlib.sha256(json.dumps(_numbers(self), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class SuperresRecipe(Recipe):
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
        Size of the low-resolution crops in pixels, crops an iteration, iterations.
    srcnn_rate : float
        SRCNN's learning rate as a multiple of the schedule's: without weight normalisation and shortcut it bears less.
    rows : tuple of Row
        The study's table; every row but bicubic's is trained once a seed.
    seeds : tuple of int
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


PUBLIC, BENCHMARKS = "t91+bsd200+bsds500-test", ("set5", "set14", "bsd100")
MAIN = (Row("wdsr"), Row("wdsr", "1/5"))

SUPERRES = {
    "quick": SuperresRecipe(
        name="quick",
        data="embedded",
        evaluation=("embedded-held-out",),
        watch="embedded-held-out",
        crop=16,
        batch=8,
        steps=2000,
        schedule=Schedule(peak=4e-3, warmup=100),
        checks=5,  # an iteration is soon done, measuring three photographs is not
        srcnn_rate=0.25,
        rows=(Row("bicubic"), Row("wdsr"), Row("wdsr", "1/5")),
    ),
    # Many small crops and a high rate, chosen by short runs that were judged on the embedded photographs.
    "bench": SuperresRecipe(
        name="bench",
        data=f"{PUBLIC}+realsr-train",
        evaluation=(*BENCHMARKS, "realsr-held-out"),
        watch="set5",
        crop=16,
        batch=8,
        steps=10_000,
        schedule=Schedule(peak=4e-3, warmup=200),
        srcnn_rate=0.25,
        checks=20,
        # SRCNN learns slowly; an iteration takes it a third of the time, so that its runs are as long as the others.
        rows=tuple(replace(row, steps=30_000) if row == SRCNN else row for row in TABLE_1 + BESIDE),
        seeds=(0, 1, 2),
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
        rows=TABLE_1,
    ),
}

# 105 passes over 3,306 batches: with strides of 32 to 128 drawn evenly, the authors' grid cuts 132 tiles a picture.
DROPS = Schedule(peak=1e-3, drops=((40 / 105, 0.5), (70 / 105, 0.1), (90 / 105, 0.05), (100 / 105, 0.01)))
SUPERRES["authors"] = replace(SUPERRES["paper"], name="authors", crop=128, batch=32, steps=105 * 3306, schedule=DROPS)
# What `bench` is without the camera photographs, which have no public address: its rerun from public sets alone.
SUPERRES["public"] = replace(SUPERRES["bench"], name="public", data=PUBLIC, evaluation=BENCHMARKS, rows=MAIN)
SUPERRES["long"] = replace(SUPERRES["bench"], name="long", steps=100_000, checks=50, rows=MAIN, seeds=(0,))

CLASSIFY = {
    "quick": ClassifyRecipe(
        name="quick",
        dataset="digits",
        depth=11,
        subset=None,
        batch=64,
        steps=400,
        schedule=Schedule(peak=0.1),
        networks="quick",
        cells=tuple(Cell("digits", method) for method in ("original", "bicubic", "wdsr-a1-5")),
    ),
    # Short runs and many, as more runs narrow the intervals; see the page.
    "bench": ClassifyRecipe(
        name="bench",
        dataset="cifar10",
        depth=11,
        subset=20_000,
        batch=64,
        steps=500,
        schedule=Schedule(peak=0.1, warmup=100),
        cells=tuple(cell for cell in TABLE_3 if cell.dataset == "cifar10" or cell.method in CLAIMED),
        seeds=(0, 1, 2, 3, 4),
    ),
    "paper": ClassifyRecipe(
        name="paper",
        dataset="cifar10",
        depth=164,
        subset=None,
        batch=64,
        steps=180_000,
        schedule=Schedule(peak=0.1, drops=((80 / 180, 0.1), (120 / 180, 0.01), (160 / 180, 0.001))),
        networks="paper",
        cells=TABLE_3,
    ),
}

# At the original size it is the control of `bench`: four iterations at 32x32 cost as much as one at 64x64.
CLASSIFY["long"] = replace(
    CLASSIFY["bench"],
    name="long",
    steps=2000,
    cells=tuple(Cell("cifar10", method) for method in CLAIMED),
    seeds=(0, 1, 2),
)

STUDIES: dict[str, dict[str, SuperresRecipe] | dict[str, ClassifyRecipe]] = {
    "superres": SUPERRES,
    "classify": CLASSIFY,
    "frequency": SUPERRES,  # measures what was trained by it
}


def superres(name: str) -> SuperresRecipe:
    """The super-resolution recipe of that name; a `UserError` lists the names there are."""
    return _known(SUPERRES, name)


def classify(name: str) -> ClassifyRecipe:
    """The classification recipe of that name; a `UserError` lists the names there are."""
    return _known(CLASSIFY, name)


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


def _known(recipes: dict[str, Named], name: str) -> Named:
    if name not in recipes:
        raise UserError(f"no recipe is called {name!r}: choose one of {', '.join(recipes)}")
    return recipes[name]
