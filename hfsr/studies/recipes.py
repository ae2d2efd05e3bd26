"""The settings of every study, each number in one place.

A run is a recipe and what tells the rows of a table apart: method, alpha, mask, seed. ``quick`` is a demonstration of
minutes on the embedded photographs and digits, ``bench`` the measured study for two processor cores, ``public`` its main
rows on public sets alone, ``lossless`` on pictures without JPEG's block edges, ``long`` trained for longer, ``flagship`` one
network for use, ``paper`` the paper's own study and ``authors`` the same with the settings of the authors' code.
``compact`` is the classification study with a small classifier near the paper's accuracy; names that begin with it are its
variants. ``denoise`` and ``dejpeg`` try the method where the paper leaves it to future work.
"""

from dataclasses import replace
from typing import TypeVar

from hfsr.errors import UserError
from hfsr.studies import compact_recipes
from hfsr.studies.recipe import ClassifyRecipe, SuperresRecipe
from hfsr.studies.rows import BESIDE, CLAIMED, CONTROLS_3, RESTORED, SOFT, SRCNN, TABLE_1, TABLE_3, Cell, Row
from hfsr.training.schedule import Schedule

Named = TypeVar("Named")


PUBLIC, BENCHMARKS = "t91+bsd200+bsds500-test", ("set5", "set14", "bsd100")
LOSSLESS = "t91+bsd200-halved+bsds500-test-halved+realsr-train"
MAIN = (Row("wdsr"), Row("wdsr", "1/5"))

REGISTERED = ("wdsr-a0", "wdsr-a1-7", "wdsr-a1-5", "wdsr-a1-5-random", "wdsr-a1-5-uniform", "wdsr-a1-5-weighted")


def _in_bench(row: Row) -> Row:
    """A row as `bench` trains it: with ten seeds what the registration decides by, SRCNN for longer."""
    if row == SRCNN:  # learns slowly; its iterations take a third of the time, so its runs are as long as the others
        return replace(row, steps=30_000)
    return replace(row, seeds=tuple(range(10))) if row.name in REGISTERED else row


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
        rows=(*(_in_bench(row) for row in TABLE_1 + BESIDE), SOFT),
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
SUPERRES["long"] = replace(
    SUPERRES["bench"],
    name="long",
    steps=100_000,
    checks=50,
    rows=(*MAIN, Row("wdsr", "1/5", mask="random")),
    seeds=(0, 1, 2),
)
# The network that people get: the method on large crops, for which T91's pictures are too small. The rate is the best of 1e-3,
# 2e-3 and 4e-3 in runs of 1,500 iterations on a GPU, judged on the embedded photographs.
SUPERRES["flagship"] = replace(
    SUPERRES["bench"],
    name="flagship",
    data="bsd200+bsds500-test+realsr-train",
    crop=48,
    batch=16,
    steps=60_000,
    schedule=Schedule(peak=4e-3, warmup=500),
    rows=(Row("wdsr", "1/5"),),
    seeds=(0,),
)
# What `bench` is without JPEG's block edges: BSDS500's photographs are JPEG files, and halving removes them.
SUPERRES["lossless"] = replace(
    SUPERRES["bench"],
    name="lossless",
    data=LOSSLESS,
    evaluation=(*SUPERRES["bench"].evaluation, "bsd100-halved"),
    rows=(*MAIN, Row("wdsr", "1/5", mask="random")),
    seeds=(0, 1, 2, 3, 4),
)

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
        data=LOSSLESS,
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
        name: SUPERRES[name] for name in ("bench", "long", "flagship", "lossless")
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


def require(name: str) -> None:
    """Refuse (`UserError`) a name that no recipe of any study has.

    Examples
    --------
    >>> require("dejpeg")
    """
    _known({each: each for known in STUDIES.values() for each in known}, name)


def _known(recipes: dict[str, Named], name: str) -> Named:
    if name not in recipes:
        raise UserError(f"no recipe is called {name!r}: choose one of {', '.join(recipes)}")
    return recipes[name]
