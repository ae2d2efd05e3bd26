"""One measurement of study "recognition": what classifiers make of images that were halved and upscaled back.

A set's images are halved by MATLAB's bicubic, which the networks were trained to undo, and upscaled back by one row of the
table. Frozen classifiers, trained on the true images of one half of the set, judge the other half's: every image is judged,
by none that has seen it. So Table III is asked where the truth is known, beside PSNR, recovered detail and bytes.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from hfsr.analysis.detail import TRUTH
from hfsr.data import labelled
from hfsr.data.labelled import HALVES
from hfsr.errors import UserError
from hfsr.files import sha256
from hfsr.studies import changed, classification, digests, flops, recipes, superres_run, upscaler
from hfsr.studies.classification import Classification
from hfsr.studies.flops import Work
from hfsr.studies.measurement import Measurement, MeasurementRecord
from hfsr.studies.recipe import ClassifyRecipe, SuperresRecipe
from hfsr.studies.records import WEIGHTS, Settings
from hfsr.studies.run import Run
from hfsr.studies.upscaler import BICUBIC, NEAREST

SHARPENED = "sharpened"
PLAIN = (TRUTH, NEAREST.name, BICUBIC.name, SHARPENED)  # rows without a network


@dataclass(frozen=True, kw_only=True)
class RecognitionRecord(MeasurementRecord):
    """What a recognition leaves: values of every thousand images in place of a picture's, and no curves.

    Parameters
    ----------
    judges, judges_digest : str
        The classifiers' recipe.
    judges_steps : int
    judges_sha256 : dict of str -> list of str
        Half of a set -> the weights' digest of each classifier trained on it, by seed.
    sharpening : dict of str -> float, optional
        Set -> the amount, where the images were sharpened, see `hfsr.analysis.sharpen`.

    Examples
    --------
    >>> RecognitionRecord.folder
    'recognition'
    """

    folder: ClassVar[str] = "recognition"

    judges: str
    judges_digest: str
    judges_steps: int
    judges_sha256: dict[str, list[str]]
    sharpening: dict[str, float] | None = None

    @property
    def run(self) -> "Recognition":
        plain = self.method if self.method in PLAIN else None
        return Recognition(
            recipes.superres(self.recipe), None if plain else self.measured, plain or TRUTH, self.judges_steps
        )

    def problems(self) -> list[str]:
        return super().problems() + changed.recipe("classify", self.judges, self.judges_digest)


@dataclass(frozen=True)
class Recognition(Measurement):
    """How many halved images classifiers recognise after a row upscaled them back.

    Parameters
    ----------
    recipe : SuperresRecipe
    measured : SuperresRun, optional
        Whose network.
    plain : {"truth", "nearest", "bicubic", "sharpened"}
        What else, where that is None: the true images, or a row without a network.
    judges_steps : int, optional
        Iterations of the classifiers, where not their recipe's.

    Raises
    ------
    UserError
        If no recipe of classifiers is meant for networks of that recipe.

    Examples
    --------
    >>> run = Recognition(recipes.superres("bench"), plain="nearest")
    >>> run.name, run.command, run.sets
    ('nearest-bench', 'hfsr recognise nearest-bench', ('cifar10', 'cifar100'))
    """

    plain: str = TRUTH
    judges_steps: int = field(default=None)  # type: ignore[assignment]  # the usual

    study: ClassVar[str] = "recognition"
    record_type: ClassVar[type[RecognitionRecord]] = RecognitionRecord

    def __post_init__(self) -> None:
        if self.recipe.name not in recipes.JUDGES:
            raise UserError(
                f"networks of recipe {self.recipe.name} have no judges: choose one of {', '.join(recipes.JUDGES)}"
            )
        steps = self.judges_recipe.steps if self.judges_steps is None else self.judges_steps
        if steps < 1:
            raise UserError(f"a run has at least 1 iteration, not {steps}")
        object.__setattr__(self, "judges_steps", steps)

    @property
    def judges_recipe(self) -> ClassifyRecipe:
        """How the classifiers are trained."""
        return recipes.classify(recipes.JUDGES[self.recipe.name])

    def judges(self, part: str) -> list[Classification]:
        """The classifiers that are trained on one half of a set, such as "cifar10-even", and judge the other, by seed."""
        runs = classification.grid(self.judges_recipe, self.judges_steps)
        return [run for run in runs if run.dataset == part]

    @property
    def parts(self) -> tuple[str, ...]:
        """The halves, by what is trained on."""
        return tuple(f"{name}-{half}" for name in self.sets for half in HALVES)

    @property
    def sets(self) -> tuple[str, ...]:
        names = (
            labelled.whole(cell.dataset) for cell in self.judges_recipe.cells if cell.dataset not in labelled.NAMES
        )
        return tuple(dict.fromkeys(names))

    @property
    def title(self) -> str:
        return self.measured.title if self.measured else self.plain

    @property
    def is_usual(self) -> bool:
        """Whether the classifiers are trained as their recipe says."""
        return self.judges_steps == self.judges_recipe.steps

    @property
    def name(self) -> str:
        return super().name + ("" if self.is_usual else f"-judged-{self.judges_steps}-steps")

    @property
    def command(self) -> str:
        return f"hfsr recognise {super().name}" + ("" if self.is_usual else f" --steps {self.judges_steps}")

    @property
    def requires(self) -> tuple[Run, ...]:
        """The run that it measures, where that is not published, and the classifiers, whose weights never are."""
        return super().requires + tuple(judge for part in self.parts for judge in self.judges(part))

    @property
    def work(self) -> Work:
        """In operations: of upscaling every image, and of judging it."""
        count = len(self.judges(self.parts[0]))
        kind = (self.measured.row.method, self.recipe.blocks) if self.measured else (self.plain, 0)
        return flops.recognition(self.sets, *kind, self.judges_recipe, count)

    def identity(self) -> Settings:
        method = {} if self.measured else {"method": self.plain}
        judges = self.judges_recipe
        return super().identity() | method | {
            "judges": judges.name, "judges_digest": judges.digest, "judges_steps": self.judges_steps
        }  # fmt: skip

    def inputs(self) -> Settings:
        data = {name: digests.labelled_set(name).get("data_digest") for name in self.sets}
        known: Settings = {"data_digest": data} if all(data.values()) else {}
        judges = [judge for part in self.parts for judge in self.judges(part)]
        if all(judge.is_finished for judge in judges):
            known["judges_sha256"] = self.judges_sha256()
        if self.measured is None:
            return known | {"network_sha256": upscaler.called(self.plain).digest if self.plain == SHARPENED else None}
        return known | {key: value for key, value in super().inputs().items() if key == "network_sha256"}

    def judges_sha256(self) -> dict[str, list[str]]:
        """Digests of the finished classifiers' weights."""
        return {part: [sha256(judge.folder / WEIGHTS) for judge in self.judges(part)] for part in self.parts}


def grid(recipe: SuperresRecipe, steps: int | None = None) -> list[Recognition]:
    """The truth and the rows without a network, where the recipe has bicubic's, then every network of Table I's grid.

    Parameters
    ----------
    recipe : SuperresRecipe
    steps : int, optional
        Iterations of networks and classifiers, where not their recipes'.

    Examples
    --------
    >>> [run.name for run in grid(recipes.superres("quick"))][:4]
    ['truth-quick', 'nearest-quick', 'bicubic-quick', 'sharpened-quick']
    """
    runs = superres_run.grid(recipe, steps)
    plain = PLAIN if any(not run.is_trained for run in runs) else ()
    return [
        *(Recognition(recipe, None, each, steps) for each in plain),  # type: ignore[arg-type]
        *(Recognition(recipe, run, TRUTH, steps) for run in runs if run.is_trained),  # type: ignore[arg-type]
    ]
