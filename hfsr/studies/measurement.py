"""One measurement of the frequency study: a run of Table I, or the ground truth; and the record that it leaves (Section V)."""

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from hfsr.analysis import blocks
from hfsr.analysis.detail import TRUTH, Curve, of_set
from hfsr.data.photographs import Photographs
from hfsr.errors import UserError
from hfsr.studies import changed, digests, flops, published, recipes, sources, superres_run
from hfsr.studies.flops import Work
from hfsr.studies.recipe import SuperresRecipe
from hfsr.studies.records import Measured, Record, Settings
from hfsr.studies.rows import Row
from hfsr.studies.run import Run
from hfsr.studies.superres_run import SuperresRecord, SuperresRun

SETTINGS = ("method", "alpha", "mask", "reduction", "outside", "seed", "recipe", "recipe_digest", "steps")


@dataclass(frozen=True, kw_only=True)
class MeasurementRecord(Record):
    """What a measurement leaves; the ground truth has no alpha, mask, reduction, seed and network.

    Parameters
    ----------
    alpha, mask, reduction, outside, seed, recipe, recipe_digest, steps
        Of the run that it measured.
    of : str or None
        The published record of that run.
    network_sha256 : str or None
        Of the file of the network that it measured.
    per_image : dict
        Set -> metric -> one value a picture, see `hfsr.analysis.detail.numbers`.
    curves : dict
        Set -> curve -> its mean and deviation over the pictures, see `hfsr.analysis.detail.profiles`.
    encoders : dict
        Settings of OpenCV's encoder.
    seconds : float

    Examples
    --------
    >>> record = published.read(MeasurementRecord, "truth-bench")
    >>> record.run.command, record.network_sha256
    ('hfsr frequency truth-bench', None)
    """

    folder: ClassVar[str] = "frequency"

    alpha: float | None
    mask: str | None
    reduction: str | None
    seed: int | None
    recipe: str
    recipe_digest: str
    steps: int
    of: str | None
    network_sha256: str | None
    per_image: Measured
    curves: dict[str, dict[str, Curve]]
    encoders: dict[str, list[int]]
    seconds: float
    outside: float | None = None

    @property
    def run(self) -> "Measurement":
        """The run that left it; a `UserError` if its recipe is not known any more."""
        return Measurement(recipes.superres(self.recipe), None if self.method == TRUTH else self.measured)

    @property
    def measured(self) -> SuperresRun:
        """The run whose network it measured."""
        row = Row(self.method, self.alpha or 0, self.mask, self.reduction or "batch", outside=self.outside or 0.0)  # type: ignore[arg-type]
        return SuperresRun(row, recipes.superres(self.recipe), self.seed, self.steps)

    @property
    def speed(self) -> float | None:
        return self.run.work.training / self.seconds if self.seconds else None

    def problems(self) -> list[str]:
        found = changed.recipe(self.folder, self.recipe, self.recipe_digest)
        if self.of:
            measured = published.stale_or_not(SuperresRecord).get(self.of)
            if measured is None or measured.weights_sha256 != self.network_sha256:
                found.append(f"run {self.of}, which it measured, has changed or is not published")
        return found


@dataclass(frozen=True)
class Measurement(Run):
    """How much detail a run's network gives the photographs that its recipe is judged on.

    Parameters
    ----------
    recipe : SuperresRecipe
    measured : SuperresRun, optional
        Whose network; None for the ground truth.

    Examples
    --------
    >>> Measurement(recipes.superres("bench")).name
    'truth-bench'
    """

    recipe: SuperresRecipe
    measured: SuperresRun | None = None

    study: ClassVar[str] = "frequency"
    record_type: ClassVar[type[MeasurementRecord]] = MeasurementRecord

    @property
    def title(self) -> str:
        return self.measured.title if self.measured else TRUTH

    @property
    def name(self) -> str:
        return self.measured.name if self.measured else f"{self.title}-{self.recipe.name}"

    @property
    def command(self) -> str:
        return f"hfsr frequency {self.name}"

    @property
    def sets(self) -> tuple[str, ...]:
        """The photographs that it is measured on."""
        return self.recipe.evaluation

    def numbers(
        self, method: nn.Module | str, pictures: Photographs
    ) -> tuple[dict[str, list[float]], dict[str, Curve]]:
        """What it measures of a method on one set: numbers of every picture, and curves.

        See `hfsr.analysis.detail.of_set`; of the ground truth also `hfsr.analysis.blocks.of_set`.
        """
        detail, curves = of_set(method, pictures)
        return detail | (blocks.of_set(pictures) if self.measured is None else {}), curves

    @property
    def steps(self) -> int:
        return self.measured.steps if self.measured else 0

    @property
    def requires(self) -> tuple[Run, ...]:
        """The run that it measures, where neither weights nor record of that are published."""
        if self.measured is None or sources.is_published(self.measured):
            return ()
        return (self.measured,)

    @property
    def digest(self) -> str:
        return self.recipe.digest

    @property
    def work(self) -> Work:
        return flops.measurement(self.sets, bool(self.measured and self.measured.is_trained))

    def identity(self) -> Settings:
        if self.measured:
            settings = self.measured.identity()
        else:
            known = {"method": TRUTH, "recipe": self.recipe.name, "recipe_digest": self.digest, "steps": 0}
            settings = dict.fromkeys(SETTINGS) | known
        return {"study": self.study} | {key: settings[key] for key in SETTINGS}

    def inputs(self) -> Settings:
        try:
            network = {"network_sha256": sources.of(self.measured).digest if self.measured else None}
        except UserError:
            network = {}
        return {**digests.measured(self.sets), **network}


def grid(recipe: SuperresRecipe, steps: int | None = None) -> list[Measurement]:
    """The ground truth, then every run of Table I's grid; parameters as for `hfsr.studies.superres_run.grid`.

    Examples
    --------
    >>> [run.name for run in grid(recipes.superres("quick"))]
    ['truth-quick', 'bicubic-quick', 'wdsr-a0-quick-s0', 'wdsr-a1-5-quick-s0']
    """
    return [Measurement(recipe), *(Measurement(recipe, run) for run in superres_run.grid(recipe, steps))]
