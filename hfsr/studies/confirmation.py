"""The confirmation: networks measured on lossless photographs that nothing was looked at on before the registration."""

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from hfsr.analysis.detail import TRUTH, Curve
from hfsr.analysis.evaluation import evaluate
from hfsr.data.photographs import Photographs
from hfsr.studies import recipes, superres_run
from hfsr.studies.measurement import Measurement, MeasurementRecord
from hfsr.studies.recipes import SuperresRecipe

SETS = ("kodak24", "mcmaster")


@dataclass(frozen=True, kw_only=True)
class ConfirmationRecord(MeasurementRecord):
    """What a confirmation leaves: PSNR and SSIM as in Table I's records, and detail as in the frequency study's.

    Examples
    --------
    >>> ConfirmationRecord.folder
    'confirmation'
    """

    folder: ClassVar[str] = "confirmation"

    @property
    def run(self) -> "Confirmation":
        return Confirmation(recipes.superres(self.recipe), None if self.method == TRUTH else self.measured)


@dataclass(frozen=True)
class Confirmation(Measurement):
    """All that is measured of a run's network, on `SETS`.

    Examples
    --------
    >>> from hfsr.studies import recipes
    >>> from hfsr.studies.rows import Row
    >>> from hfsr.studies.superres_run import SuperresRun
    >>> run = SuperresRun(Row("wdsr", "1/5"), recipes.superres("bench"), seed=1)
    >>> Confirmation(run.recipe, run).command
    'hfsr confirm wdsr-a1-5-bench-s1'
    """

    study: ClassVar[str] = "confirmation"
    record_type: ClassVar[type[ConfirmationRecord]] = ConfirmationRecord

    @property
    def command(self) -> str:
        return f"hfsr confirm {self.name}"

    @property
    def sets(self) -> tuple[str, ...]:
        return SETS

    def numbers(
        self, method: nn.Module | str, pictures: Photographs
    ) -> tuple[dict[str, list[float]], dict[str, Curve]]:
        detail, curves = super().numbers(method, pictures)
        return (evaluate(method, pictures) if self.measured else {}) | detail, curves


def grid(recipe: SuperresRecipe, steps: int | None = None) -> list[Confirmation]:
    """The ground truth, then every run of Table I's grid; parameters as for `hfsr.studies.superres_run.grid`.

    Examples
    --------
    >>> [run.name for run in grid(recipes.superres("bench"))[:2]]
    ['truth-bench', 'bicubic-bench']
    """
    return [Confirmation(recipe), *(Confirmation(recipe, run) for run in superres_run.grid(recipe, steps))]
