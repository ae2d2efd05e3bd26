"""One measurement of study "spectra", and the record that it leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from hfsr.analysis.detail import TRUTH, Curve
from hfsr.analysis.small_images import fine_share, frequencies
from hfsr.data.cifar import LAYOUTS
from hfsr.errors import UserError
from hfsr.studies import changed, digests, flops, recipes
from hfsr.studies.flops import Work
from hfsr.studies.recipe import SuperresRecipe
from hfsr.studies.records import Record, Settings
from hfsr.studies.run import Run

SETS = tuple(LAYOUTS)
SQUARES, BROUGHT_DOWN = "squares", "brought-down"
FINE = "fine_share"  # of the variance, above 0.25 cycles a pixel
TOTAL = 1e-4  # how far rounded shares may be from 1 together


@dataclass(frozen=True, kw_only=True)
class SpectraRecord(Record):
    """What a measurement of the spectra leaves.

    Parameters
    ----------
    recipe, recipe_digest : str
        Of the networks, whose training photographs were measured.
    images : dict of str -> int
        How many of each kind: a labelled set's test images; ``squares`` of the halved photographs; photographs
        ``brought-down`` to one such square each.
    curves : dict
        Kind -> mean and deviation over the images, see `hfsr.analysis.small_images.variance_profiles`.
    deviations : dict of str -> float
        Of each kind's ``fine_share``, over the images.
    seconds : float

    Examples
    --------
    >>> SpectraRecord.folder
    'spectra'
    """

    folder: ClassVar[str] = "spectra"

    recipe: str
    recipe_digest: str
    images: dict[str, int]
    curves: dict[str, Curve]
    deviations: dict[str, float]
    seconds: float

    @property
    def run(self) -> "Spectra":
        """The run that left it; a `UserError` if its recipe is not known any more."""
        return Spectra(recipes.superres(self.recipe))

    @property
    def speed(self) -> float | None:
        return self.run.work.training / self.seconds if self.seconds else None

    def problems(self) -> list[str]:
        return changed.recipe(self.folder, self.recipe, self.recipe_digest)


@dataclass(frozen=True)
class Spectra(Run):
    """The spectra of labelled images beside those of the photographs that a recipe's networks learn from.

    Examples
    --------
    >>> Spectra(recipes.superres("bench")).command
    'hfsr spectra bench'
    """

    recipe: SuperresRecipe

    study: ClassVar[str] = "spectra"
    record_type: ClassVar[type[SpectraRecord]] = SpectraRecord

    @property
    def name(self) -> str:
        return self.recipe.name

    @property
    def title(self) -> str:
        return self.recipe.name

    @property
    def command(self) -> str:
        return f"hfsr spectra {self.recipe.name}"

    @property
    def digest(self) -> str:
        return self.recipe.digest

    @property
    def work(self) -> Work:
        return flops.measurement((self.recipe.data,), network=False)

    def identity(self) -> Settings:
        return {"study": self.study, "method": TRUTH, "recipe": self.recipe.name, "recipe_digest": self.digest}

    def inputs(self) -> Settings:
        known = {name: digests.labelled_set(name).get("data_digest") for name in SETS}
        known[self.recipe.data] = digests.photographs(self.recipe.data).get("data_digest")
        return {"data_digest": known} if all(known.values()) else {}


def called(recipe: str) -> Spectra:
    """The run for a recipe's networks; a `UserError` lists the recipes that have one.

    Examples
    --------
    >>> called("paper")
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: spectra are measured for recipe bench, not 'paper'
    """
    run, known = Spectra(recipes.superres(recipe)), recipes.STUDIES["spectra"]
    if recipe not in known:
        raise UserError(f"spectra are measured for recipe {', '.join(known)}, not {recipe!r}")
    return run


def fine_shares(curves: Mapping[str, Curve]) -> dict[str, float]:
    """Every kind's share of the variance above 0.25 cycles a pixel, as metrics.

    Examples
    --------
    >>> fine_shares({"squares": {"mean": [4.0, 1.0, 0.0, 1.0]}})  # at 1/8, 1/4, 3/8 and 1/2
    {'squares/fine_share': 0.5}
    """
    return {f"{kind}/{FINE}": fine_share(mean(each)).item() for kind, each in curves.items()}


def mean(curve: Curve) -> Tensor:
    """A curve's mean over the images, as numbers.

    Examples
    --------
    >>> mean({"mean": [4.0, 1.0]}).tolist()
    [4.0, 1.0]
    """
    return torch.tensor(curve["mean"], dtype=torch.float64)


def misfits(record: SpectraRecord) -> list[str]:
    """What does not fit in a record.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> misfits(published.read(SpectraRecord, "bench"))
    []
    """
    counted = sum(record.images.values())
    found = [f"images = {record.data.images}, not {counted}"] * (record.data.images != counted)
    wholes = {kind: float((frequencies(len(each["mean"])) * mean(each)).sum()) for kind, each in record.curves.items()}
    return found + [
        f"{kind}: the shares add up to {whole:.4f}, not 1" for kind, whole in wholes.items() if abs(whole - 1) > TOTAL
    ]
