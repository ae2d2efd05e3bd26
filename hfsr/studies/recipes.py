"""The settings of every study, each number in one place.

A run is a recipe and what tells the rows of a table apart: method, alpha, mask, seed. ``quick`` is a demonstration of
minutes on the embedded photographs and digits, ``bench`` the measured study for two processor cores, ``public`` its main
rows on public sets alone, ``lossless`` on pictures without JPEG's block edges, ``long`` trained for longer, ``flagship`` one
network for use, with which ``finetuned`` goes on, ``paper`` the paper's own study and ``authors`` the same with the settings of
the authors' code.
``compact`` is the classification study with a small classifier near the paper's accuracy; names that begin with it are its
variants. ``denoise`` and ``dejpeg`` try the method where the paper leaves it to future work.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from hfsr.errors import UserError
from hfsr.studies import compact_recipes, superres_recipes
from hfsr.studies.recipe import ClassifyRecipe, SuperresRecipe
from hfsr.studies.rows import CLAIMED, CONTROLS_3, RESTORED, SOFT, TABLE_3, Cell, Row
from hfsr.training.schedule import Schedule

Named = TypeVar("Named")

SUPERRES = superres_recipes.ALL

# Noise and JPEG are undone on the same photographs. The crops hold as many pixels of the ground truth as those of `bench`.
RESTORE = {
    "quick": replace(
        SUPERRES["quick"],
        blocks=2,  # every pixel goes through the network, four times as many as where it upscales
        steps=500,
        checks=1,
        rows=(Row("input"), Row("nlm"), Row("wdsr"), Row("wdsr", "1/5"), SOFT),
        degrade="noise25",
    ),
    "denoise": replace(
        SUPERRES["bench"],
        name="denoise",
        data=superres_recipes.LOSSLESS,
        evaluation=("kodak24", "mcmaster", "bsd100-halved"),
        crop=32,
        rows=RESTORED,
        seeds=(0, 1, 2, 3, 4),
        degrade="noise25",
    ),
}
RESTORE["dejpeg"] = replace(RESTORE["denoise"], name="dejpeg", seeds=(0, 1, 2), degrade="jpeg10")

CLASSIFY: dict[str, ClassifyRecipe] = {
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
        cells=(*(cell for cell in TABLE_3 if cell.dataset == "cifar10" or cell.method in CLAIMED), *CONTROLS_3),
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

CLASSIFY |= compact_recipes.ALL
JUDGES = {"quick": "compact-quick", "bench": "compact-half", "long": "compact-half"}  # of the networks of a recipe

STUDIES: dict[str, dict[str, SuperresRecipe] | dict[str, ClassifyRecipe]] = {
    "superres": SUPERRES,
    "classify": CLASSIFY,
    "frequency": SUPERRES,  # measures what was trained by it
    "confirmation": {
        name: SUPERRES[name] for name in ("bench", "long", "flagship", "finetuned", "lossless")
    },  # likewise; what is registered
    "recognition": {name: SUPERRES[name] for name in JUDGES},  # likewise, by what classifiers make of its images
    "restore": RESTORE,
    "spectra": {"bench": SUPERRES["bench"]},  # of what its networks learn from, beside CIFAR's
}


def superres(name: str) -> SuperresRecipe:
    """The super-resolution recipe of that name; a `UserError` lists the names there are.

    Examples
    --------
    >>> superres("paper").crop, superres("paper").steps
    (48, 300000)
    """
    return _known(SUPERRES, name)


def restore(name: str) -> SuperresRecipe:
    """The recipe of that name that undoes noise or JPEG; a `UserError` lists the names there are.

    Examples
    --------
    >>> restore("denoise").degrade, restore("dejpeg").degrade
    ('noise25', 'jpeg10')
    """
    return _known(RESTORE, name)


def classify(name: str) -> ClassifyRecipe:
    """The classification recipe of that name; a `UserError` lists the names there are.

    Examples
    --------
    >>> classify("quick").dataset, [cell.method for cell in classify("quick").cells]
    ('digits', ['original', 'bicubic', 'wdsr-a1-5'])
    """
    return _known(CLASSIFY, name)


def require(name: str, studies: Iterable[str] = tuple(STUDIES)) -> None:
    """Refuse (`UserError`) a name that no recipe of these studies has, by default of any.

    Examples
    --------
    >>> require("dejpeg")
    """
    _known({each: each for study in studies for each in STUDIES[study]}, name)


def _known(recipes: dict[str, Named], name: str) -> Named:
    if name not in recipes:
        raise UserError(f"no recipe is called {name!r}: choose one of {', '.join(recipes)}")
    return recipes[name]
