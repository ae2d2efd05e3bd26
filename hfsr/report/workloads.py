"""What a run asks of a device, in words, for tables whose rows are runs: their names are for commands and files."""

from functools import singledispatch

from hfsr.data.labelled import whole
from hfsr.report.compared import bracketed
from hfsr.studies import recipes
from hfsr.studies.classification import Classification
from hfsr.studies.flops import LABELLED
from hfsr.studies.grid import runs
from hfsr.studies.recipe import CompactRecipe
from hfsr.studies.run import Run
from hfsr.studies.superres_run import SuperresRun


def workload(name: str) -> str:
    """The network and the batch of a run of Table I or III, by the run's name.

    Parameters
    ----------
    name : str
        Of a run in some recipe's grid.

    Raises
    ------
    KeyError
        If there is none of that name.

    Examples
    --------
    >>> workload("wdsr-a1-5-paper-s0")
    'WDSR at 1/5, 16 crops of 48x48'
    >>> workload("cifar10-bicubic-compact-s0")
    'compact (4x4), 256 images of 64x64'
    """
    for study in ("superres", "classify"):
        for recipe in recipes.STUDIES[study]:
            if run := runs(study, recipe).get(name):
                return _words(run)
    raise KeyError(name)


@singledispatch
def _words(run: Run) -> str:
    raise KeyError(run.name)


@_words.register
def _(run: Classification) -> str:
    side = LABELLED[whole(run.dataset)][1] * run.upscaler.factor
    return f"{_classifier(run)}, {run.recipe.batch} images of {_size(side)}"


@_words.register
def _(run: SuperresRun) -> str:
    return f"{_network(run)}, {run.recipe.batch} crops of {_size(run.recipe.crop)}"


def _network(run: SuperresRun) -> str:
    return f"WDSR at {bracketed(run.row.label)}" if run.row.alpha else run.row.label


def _classifier(run: Classification) -> str:
    if isinstance(run.recipe, CompactRecipe):
        return f"compact ({run.recipe.stem(run.upscaler.factor)})"
    return f"ResNet-{run.recipe.depth}"


def _size(side: int) -> str:
    return f"{side}x{side}"
