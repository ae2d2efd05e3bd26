"""One run of the study that undoes noise or JPEG, which the paper leaves to future work (Section VI)."""

from dataclasses import dataclass
from typing import ClassVar

from hfsr.studies import recipes, superres_recipes
from hfsr.studies.run import Notebook
from hfsr.studies.superres_run import SuperresRecord, SuperresRun


@dataclass(frozen=True, kw_only=True)
class RestoreRecord(SuperresRecord):
    """What a run leaves that undoes noise or JPEG; in it `degrade` says what.

    Examples
    --------
    >>> RestoreRecord.folder
    'restore'
    """

    folder: ClassVar[str] = "restore"

    @property
    def run(self) -> "RestoreRun":
        """The run that left it; a `UserError` if its recipe is not known any more."""
        recipe = recipes.restore(self.recipe)
        return RestoreRun(self.row, recipe, self.seed, self.steps, self.data.name, self.degraded_by)


@dataclass(frozen=True)
class RestoreRun(SuperresRun):
    """A run like those of Table I, of a network that keeps a picture's size.

    Examples
    --------
    >>> from hfsr.studies.rows import Row
    >>> run = RestoreRun(Row("wdsr", "1/5"), recipes.restore("denoise"))
    >>> run.name, run.model, run.degrade
    ('wdsr-a1-5-denoise-s0', 'wdsr-a1-5-denoise', 'noise25')
    >>> run.command
    'hfsr train --method wdsr --alpha 1/5 --recipe denoise --seed 0 --degrade noise25'
    """

    study: ClassVar[str] = "restore"
    record_type: ClassVar[type[RestoreRecord]] = RestoreRecord

    @property
    def model(self) -> str | None:
        """Of plain training and of the method; the other rows are there for comparison."""
        return super().model if self.row in superres_recipes.MAIN else None

    @property
    def notebook(self) -> Notebook | None:
        """None: one page shows them all."""
        return None
