"""Study "spectra": is CIFAR what the networks have learned to upscale? Its images beside photographs halved, by frequency.

The networks learned from photographs that MATLAB's bicubic halved. CIFAR's images were brought to their 32 x 32 pixels by
others and otherwise. Where their spectra end alike, Table III asks the networks for what they have learned.
"""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from hfsr.analysis.detail import TRUTH, above_kept
from hfsr.analysis.small_images import brought_down, squares, variance_profiles
from hfsr.data import labelled, photographs
from hfsr.data.cifar import LAYOUTS, SIDE
from hfsr.errors import UserError
from hfsr.studies import digests, flops, provenance, recipes, records
from hfsr.studies.flops import Work
from hfsr.studies.measurement import Curve
from hfsr.studies.recipe import SuperresRecipe
from hfsr.studies.records import Data, Record, Settings
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
        return None

    def problems(self) -> list[str]:
        return records.recipe_problems(self.folder, self.recipe, self.recipe_digest)


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
    known = recipes.STUDIES["spectra"]
    if recipe not in known:
        raise UserError(f"spectra are measured for recipe {', '.join(known)}, not {recipe!r}")
    return Spectra(recipes.superres(recipe))


def measure(run: Spectra, out: Path | str | None = None) -> Path:
    """Measure spectra, and leave a record.

    Parameters
    ----------
    run : Spectra
    out : path, optional
        The folder; by default that of the run.

    Returns
    -------
    Path
        The folder with ``record.json``.

    Raises
    ------
    UserError
        If CIFAR or the photographs are not here, or the folder holds another record.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", HFSR_DATA="nowhere"):
    ...     measure(Spectra(recipes.superres("bench")))
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: cifar-10-batches-bin: not in nowhere; run `hfsr data fetch cifar10`, or set HFSR_DATA ...
    """
    folder = Path(out) if out else run.folder
    if run.finished_in(folder, run.inputs()):
        return folder
    start = time.monotonic()
    profiles = {kind: variance_profiles(images) for kind, images in images_of(run).items()}
    curves = {kind: curve(each) for kind, each in profiles.items()}
    record = SpectraRecord(
        **run.identity(),
        **provenance.origin(run.command),
        data=Data(name=run.recipe.data, images=sum(map(len, profiles.values())), digest=run.inputs()["data_digest"]),
        images={kind: len(each) for kind, each in profiles.items()},
        curves=curves,
        deviations={kind: _deviation(each) for kind, each in profiles.items()},
        metrics=fine_shares(curves),
        seconds=round(time.monotonic() - start, 1),
    )
    records.write(folder, record)
    return folder


def images_of(run: Spectra) -> dict[str, Tensor]:
    """The images of every kind, (N, 3, 32, 32)."""
    kinds = {name: labelled.load(name).test_images for name in SETS}
    pictures = photographs.load(run.recipe.data)
    kinds[SQUARES] = torch.cat([squares(lr, SIDE) for lr in pictures.lr])
    kinds[BROUGHT_DOWN] = torch.stack([brought_down(hr, SIDE) for hr in pictures.hr])
    return kinds


def curve(profiles: Tensor) -> Curve:
    """Mean and deviation over the images, at each frequency.

    Examples
    --------
    >>> curve(torch.tensor([[1.0, 2.0], [3.0, 2.0]]))["mean"]
    [2.0, 2.0]
    """
    return {
        key: [round(x, 5) for x in each.tolist()]
        for key, each in zip(("mean", "sd"), (profiles.mean(0), profiles.std(0)), strict=True)
    }


def _deviation(profiles: Tensor) -> float:
    rings = frequencies(profiles.shape[1])
    return statistics.stdev(above_kept((rings, profile)) for profile in profiles)


def fine_shares(curves: Mapping[str, Curve]) -> dict[str, float]:
    """Every kind's share of the variance above 0.25 cycles a pixel, as metrics.

    Examples
    --------
    >>> fine_shares({"squares": {"mean": [4.0, 1.0, 0.0, 1.0]}})  # at 1/8, 1/4, 3/8 and 1/2
    {'squares/fine_share': 0.5}
    """
    means = {kind: torch.tensor(each["mean"], dtype=torch.float64) for kind, each in curves.items()}
    return {f"{kind}/{FINE}": above_kept((frequencies(len(mean)), mean)) for kind, mean in means.items()}


def frequencies(rings: int) -> Tensor:
    """In cycles a pixel, of a curve's values.

    Examples
    --------
    >>> frequencies(4).tolist()
    [0.125, 0.25, 0.375, 0.5]
    """
    return torch.arange(1, rings + 1, dtype=torch.float64) / (2 * rings)


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
    for kind, each in record.curves.items():
        mean = torch.tensor(each["mean"], dtype=torch.float64)
        whole = float((frequencies(len(mean)) * mean).sum())
        found += [f"{kind}: the shares add up to {whole:.4f}, not 1"] * (abs(whole - 1) > TOTAL)
    return found
