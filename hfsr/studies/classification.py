"""One run of Table III: a set, what upscales it, a recipe, a seed; and the record that it leaves."""

from dataclasses import dataclass
from typing import ClassVar

from hfsr.data import labelled
from hfsr.errors import UserError
from hfsr.studies import changed, digests, flops, recipes, upscaler
from hfsr.studies.flops import Work
from hfsr.studies.recipe import ClassifyRecipe
from hfsr.studies.records import Settings, TrainingRecord
from hfsr.studies.run import SEEDS, Notebook, Run
from hfsr.studies.upscaled_set import UpscaledSet, used
from hfsr.studies.upscaler import ORIGINAL, Upscaler
from hfsr.training.augmentation import AUGMENTATION, Augmentation


@dataclass(frozen=True, kw_only=True)
class ClassifyRecord(TrainingRecord):
    """What a run of Table III leaves.

    Parameters
    ----------
    depth : int
    augmentation : dict
        See `hfsr.training.augmentation.Augmentation`.
    enlarger_sha256 : str or None
        Of the file of the network that upscaled the images.
    correct : dict of str -> str
        Set -> which test images it got right, see `hfsr.studies.correctness.pack`.
    stem : {"2x2", "4x4"}, optional
        Of the compact classifier, see `hfsr.classifiers.Compact`.
    upscaler_seed : int, optional
        Of the network that upscaled the images, where that is not always its row's first.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> record = published.read(ClassifyRecord, "cifar10-bicubic-bench-s0")
    >>> record.run.upscaler.name, record.run.seed
    ('bicubic', 0)
    """

    folder: ClassVar[str] = "classify"

    depth: int
    augmentation: dict[str, int | bool]
    enlarger_sha256: str | None
    correct: dict[str, str]
    stem: str | None = None
    upscaler_seed: int | None = None

    @property
    def run(self) -> "Classification":
        """The run that left it; a `UserError` if its recipe is not known any more."""
        recipe = recipes.classify(self.recipe)
        return Classification(str(self.data.name), upscaler.called(self.method), recipe, self.seed or 0, self.steps)

    @property
    def answers(self) -> dict[str, str]:
        return self.correct

    @property
    def speed(self) -> float | None:
        return self.run.work.training / self.seconds / self.processes if self.seconds else None

    def problems(self) -> list[str]:
        if self.enlarger_sha256 is None:
            return super().problems()
        used = upscaler.called(self.method)
        network = (used if self.upscaler_seed is None else used.of_seed(self.upscaler_seed)).network
        return super().problems() + changed.weights(network, self.enlarger_sha256)


@dataclass(frozen=True)
class Classification(Run):
    """One run of Table III.

    Parameters
    ----------
    dataset : {"digits", "cifar10", "cifar100"}
        Or a half, see `hfsr.data.labelled.load`.
    upscaler : Upscaler
        What makes training and test images larger. Where the recipe is paired it becomes that of the run's own seed.
    recipe : ClassifyRecipe
    seed : int
        Of the network's first weights, the subset, the order and the crops.
    steps : int, optional
        Iterations, where not the recipe's.

    Raises
    ------
    UserError
        For a set that is not known, a seed or a number of iterations that makes no sense.

    Examples
    --------
    >>> run = Classification("cifar10", upscaler.BICUBIC, recipes.classify("bench"), seed=1)
    >>> run.name, run.steps
    ('cifar10-bicubic-bench-s1', 500)
    """

    dataset: str
    upscaler: Upscaler
    recipe: ClassifyRecipe
    seed: int = 0
    steps: int = None  # type: ignore[assignment]  # the usual

    study: ClassVar[str] = "classify"
    record_type: ClassVar[type[ClassifyRecord]] = ClassifyRecord

    def __post_init__(self) -> None:
        if labelled.whole(self.dataset) not in AUGMENTATION:
            raise UserError(f"no labelled set is called {self.dataset!r}: choose one of {', '.join(AUGMENTATION)}")
        if labelled.whole(self.dataset) != self.dataset and self.upscaler != ORIGINAL:
            raise UserError(f"{self.dataset}: a half is for classifiers of its images as they are; leave out --method")
        if not 0 <= self.seed < SEEDS:
            raise UserError(f"a seed is a whole number from 0 to {SEEDS - 1:,}, not {self.seed}")
        if self.steps is not None and self.steps < 1:
            raise UserError(f"a run has at least 1 iteration, not {self.steps}")
        object.__setattr__(self, "steps", self.recipe.steps if self.steps is None else self.steps)
        if self.recipe.is_paired:
            object.__setattr__(self, "upscaler", self.upscaler.of_seed(self.seed))

    @property
    def method(self) -> str:
        """The row: what upscales, whatever the seed of its network."""
        return self.upscaler.row if self.recipe.is_paired else self.upscaler.name

    @property
    def augmentation(self) -> Augmentation:
        """How its training images are varied."""
        return self.recipe.augmentation(self.dataset, self.upscaler.factor)

    @property
    def title(self) -> str:
        return f"{self.dataset}-{self.method}"

    @property
    def name(self) -> str:
        parts = [self.title, self.recipe.name, f"s{self.seed}"]
        if self.steps != self.recipe.steps:
            parts.append(f"{self.steps}-steps")
        return "-".join(parts)

    @property
    def command(self) -> str:
        words = f"hfsr classify --dataset {self.dataset} --method {self.method}"
        words += f" --recipe {self.recipe.name} --seed {self.seed}"
        return words + (f" --steps {self.steps}" if self.steps != self.recipe.steps else "")

    @property
    def notebook(self) -> Notebook:
        words = f"-p dataset {self.dataset} -p method {self.method} -p recipe {self.recipe.name}"
        return Notebook("classify", f"{words} -p seed {self.seed} -p steps {self.steps}")

    @property
    def upscaled(self) -> UpscaledSet | None:
        """The upscaled set that it reads; None where the images stay as they are."""
        return None if self.upscaler == ORIGINAL else UpscaledSet(self.dataset, self.upscaler)

    @property
    def requires(self) -> tuple[Run, ...]:
        return (self.upscaled,) if self.upscaled else ()

    @property
    def digest(self) -> str:
        return self.recipe.digest

    @property
    def work(self) -> Work:
        return flops.classify(self.dataset, self.recipe, self.steps, self.upscaler.factor)

    def identity(self) -> Settings:
        compact = {
            "stem": self.recipe.stem(self.upscaler.factor),
            "upscaler_seed": self.seed if self.recipe.is_paired and self.upscaler.is_network else None,
        }
        return {key: value for key, value in compact.items() if value is not None} | {
            "study": self.study,
            "method": self.method,
            "seed": self.seed,
            "recipe": self.recipe.name,
            "recipe_digest": self.digest,
            "data": self.dataset,
            "depth": self.recipe.depth,
            "augmentation": self.augmentation.settings,
            "steps": self.steps,
        }

    def inputs(self) -> Settings:
        return digests.labelled_set(self.dataset) | used(self.upscaler)


def grid(recipe: ClassifyRecipe, steps: int | None = None) -> list[Classification]:
    """Every run of a recipe, those of the first seed first.

    Parameters
    ----------
    recipe : ClassifyRecipe
    steps : int, optional
        Iterations, where not the recipe's: a few try the whole grid out; networks of the recipe's own get as few.

    Examples
    --------
    >>> [run.name for run in grid(recipes.classify("paper"))[:2]]
    ['cifar10-original-paper-s0', 'cifar10-bicubic-paper-s0']
    """
    networks = recipes.superres(recipe.networks)
    shortened = steps if recipe.networks == recipe.name else None
    return [
        Classification(cell.dataset, upscaler.of(cell.method, networks, shortened), recipe, seed, steps)  # type: ignore[arg-type]
        for seed in sorted({seed for cell in recipe.cells for seed in cell.seeds or recipe.seeds})
        for cell in recipe.cells
        if seed in (cell.seeds or recipe.seeds)
    ]
