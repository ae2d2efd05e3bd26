"""One run of Table I: a row, a recipe, a seed; and the record that it leaves."""

import shlex
from dataclasses import dataclass, replace
from typing import ClassVar

from hfsr.data import degradation
from hfsr.data.degradation import BICUBIC
from hfsr.errors import UserError
from hfsr.studies import digests, flops, recipes
from hfsr.studies.flops import Work
from hfsr.studies.recipe import SuperresRecipe
from hfsr.studies.records import Settings, TrainingRecord
from hfsr.studies.rows import COMPARED, SHARED, UNTRAINED, Row
from hfsr.studies.run import SEEDS, Notebook, Run
from hfsr.weightmap import alpha_label


@dataclass(frozen=True, kw_only=True)
class SuperresRecord(TrainingRecord):
    """What a run of Table I leaves; what trains nothing has no alpha, reduction, seed, data and weights.

    Parameters
    ----------
    reduction : {"batch", "image"} or None
    outside : float, optional
        Weight of what the mask leaves out, where it has one.
    degrade : str, optional
        What the network undoes, where it is not the paper's halving.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> published.read(SuperresRecord, "wdsr-a1-5").run.name
    'wdsr-a1-5-bench-s0'
    """

    folder: ClassVar[str] = "superres"

    reduction: str | None
    outside: float | None = None
    degrade: str | None = None

    @property
    def row(self) -> Row:
        """The row of the table that it belongs to."""
        return Row(self.method, self.alpha or 0, self.mask, self.reduction or "batch", outside=self.outside or 0.0)  # type: ignore[arg-type]

    @property
    def run(self) -> "SuperresRun":
        """The run that left it; a `UserError` if its recipe is not known any more."""
        return SuperresRun(self.row, recipes.superres(self.recipe), self.seed, self.steps, self.data.name)

    @property
    def degraded_by(self) -> str:
        return self.degrade or BICUBIC

    @property
    def speed(self) -> float | None:
        done = self.run.work.training
        return done / self.seconds / self.processes if done and self.seconds else None


@dataclass(frozen=True)
class SuperresRun(Run):
    """One run of Table I.

    Parameters
    ----------
    row : Row
        Its own iterations, where it has any, are the run's.
    recipe : SuperresRecipe
    seed : int
        Of the network's first weights and of the crops. Bicubic interpolation has none.
    steps : int, optional
        Iterations, where not the row's or the recipe's.
    data : str, optional
        Training photographs, where not the recipe's.
    degrade : str, optional
        What the network undoes, where not the recipe's.

    Raises
    ------
    UserError
        For a seed or a number of iterations that makes no sense, or a degradation that there is not.

    Examples
    --------
    >>> run = SuperresRun(Row("wdsr", "1/5"), recipes.superres("long"))
    >>> run.name, run.model, run.steps
    ('wdsr-a1-5-long-s0', 'wdsr-a1-5-long', 100000)
    >>> run.command
    'hfsr train --method wdsr --alpha 1/5 --recipe long --seed 0'
    """

    row: Row
    recipe: SuperresRecipe
    seed: int | None = 0
    steps: int = None  # type: ignore[assignment]  # the usual
    data: str | None = None
    degrade: str = None  # type: ignore[assignment]  # the usual

    study: ClassVar[str] = "superres"
    record_type: ClassVar[type[SuperresRecord]] = SuperresRecord

    def __post_init__(self) -> None:
        usual = self.row.steps or self.recipe.steps
        if self.seed is not None and not 0 <= self.seed < SEEDS:
            raise UserError(f"a seed is a whole number from 0 to {SEEDS - 1:,}, not {self.seed}")
        if self.is_trained and self.steps is not None and self.steps < 1:
            raise UserError(f"a run has at least 1 iteration, not {self.steps}")
        object.__setattr__(self, "row", replace(self.row, steps=None, seeds=None))
        object.__setattr__(self, "seed", self.seed if self.is_trained else None)
        object.__setattr__(self, "steps", (self.steps or usual) if self.is_trained else 0)
        object.__setattr__(self, "data", (self.data or self.recipe.data) if self.is_trained else None)
        object.__setattr__(self, "degrade", self.degrade or self.recipe.degrade)
        degradation.scale(self.degrade)  # a name that there is

    @property
    def is_trained(self) -> bool:
        """Whether there is a network: bicubic interpolation and other classical methods are only measured."""
        return self.row.method not in UNTRAINED

    @property
    def title(self) -> str:
        return self.row.name

    @property
    def name(self) -> str:
        parts = [self.row.name, self.recipe.name]
        if self.is_trained:
            parts.append(f"s{self.seed}")
            if self.steps != self.recipe.steps:
                parts.append(f"{self.steps}-steps")
            if self.data != self.recipe.data:
                parts.append(str(self.data))
        if self.degrade != self.recipe.degrade:
            parts.append(self.degrade)
        return "-".join(parts)

    @property
    def _is_first(self) -> bool:
        return self.seed == self.recipe.seeds[0]

    @property
    def model(self) -> str | None:
        """Of the first seed, but of networks for comparison alone: the row, then recipe and iterations that are not usual."""
        as_planned = self.data == self.recipe.data and self.degrade == self.recipe.degrade
        is_compared = self.recipe.name in COMPARED or self.row.outside > 0
        if not (self.is_trained and self._is_first and as_planned) or is_compared:
            return None
        parts = [self.row.name]
        if self.recipe.name != "bench":
            parts.append(self.recipe.name)
        usual = {row.name: row.steps for row in self.recipe.rows}.get(self.row.name) or self.recipe.steps
        if self.steps != usual:
            parts.append(f"{self.steps}-steps")
        return "-".join(parts)

    @property
    def is_shared(self) -> bool:
        """Whether its weights are published without a model's name: further seeds of ``bench``, ``public``'s first."""
        usual = replace(self, steps=self.recipe.steps, data=self.recipe.data)
        wanted = {"bench": not self._is_first, "public": self._is_first}.get(self.recipe.name, False)
        return wanted and self.row.name in SHARED and self == usual

    @property
    def is_compared(self) -> bool:
        return self.row.is_compared

    @property
    def command(self) -> str:
        """The command that makes it; a folder of pictures is named without its path."""
        degrade = f" --degrade {self.degrade}" if self.degrade != BICUBIC else ""
        if not self.is_trained:
            return f"hfsr train --method {self.row.method} --recipe {self.recipe.name}{degrade}"
        words = ["hfsr train", f"--method {self.row.method}", f"--alpha {alpha_label(self.row.alpha)}"]
        if self.row.is_control:
            words.append(f"--mask {self.row.mask}")
        if self.row.reduction == "image":
            words.append("--reduction image")
        if self.row.outside:
            words.append(f"--outside {self.row.outside:g}")
        words += [f"--recipe {self.recipe.name}", f"--seed {self.seed}"]
        if self.steps != self.recipe.steps:
            words.append(f"--steps {self.steps}")
        if self.data != self.recipe.data:
            words.append(f"--data {shlex.quote(str(self.data))}")
        return " ".join(words) + degrade

    @property
    def notebook(self) -> Notebook | None:
        """None for the controls and for what is not trained."""
        if not self.is_trained or self.row.is_control or self.row.reduction == "image" or self.row.outside:
            return None
        words = f"-p method {self.row.method} -p alpha {alpha_label(self.row.alpha)} -p recipe {self.recipe.name}"
        return Notebook("train", f"{words} -p seed {self.seed} -p steps {self.steps}")

    @property
    def digest(self) -> str:
        return self.recipe.digest

    @property
    def work(self) -> Work:
        return flops.superres(self.row.method, self.recipe, self.steps)

    def identity(self) -> Settings:
        return {
            "study": self.study,
            "method": self.row.method,
            "recipe": self.recipe.name,
            "recipe_digest": self.digest,
            "alpha": float(self.row.alpha) if self.is_trained else None,
            "mask": self.row.mask,
            "reduction": self.row.reduction if self.is_trained else None,
            "outside": self.row.outside or None,
            "degrade": self.degrade if self.degrade != BICUBIC else None,
            "seed": self.seed,
            "data": self.data,
            "steps": self.steps,
        }

    def inputs(self) -> Settings:
        return dict(digests.photographs(self.data, self.degrade)) if self.data else {"data_digest": None}


def grid(recipe: SuperresRecipe, steps: int | None = None, kind: type[SuperresRun] = SuperresRun) -> list[SuperresRun]:
    """Every run of a recipe: those that train nothing, then its rows, those of the first seed first.

    Parameters
    ----------
    recipe : SuperresRecipe
    steps : int, optional
        Iterations, where not the recipe's: a few try the whole grid out.
    kind : type, optional
        `SuperresRun`, or `hfsr.studies.restore_run.RestoreRun`.

    Examples
    --------
    >>> [run.name for run in grid(recipes.superres("long"))][:3]
    ['wdsr-a0-long-s0', 'wdsr-a1-5-long-s0', 'wdsr-a1-5-random-long-s0']
    """
    runs = [
        kind(row, recipe, seed, steps)  # type: ignore[arg-type]
        for seed in sorted({seed for row in recipe.rows for seed in row.seeds or recipe.seeds})
        for row in recipe.rows
        if seed in (row.seeds or recipe.seeds)
    ]
    measured = [run for run in runs if not run.is_trained]
    return list(dict.fromkeys(measured)) + [run for run in runs if run.is_trained]
