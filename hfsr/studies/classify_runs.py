"""A cell of Table III: the settings that tell its runs from others, their names and commands, and the grid of a recipe."""

from typing import Any

from hfsr.errors import UserError
from hfsr.studies import recipes, superres_runs, upscalers
from hfsr.studies.rows import Cell
from hfsr.studies.upscalers import PLAIN
from hfsr.training.augment import AUGMENTATION

Settings = dict[str, Any]


def settings(
    dataset: str | None = None,
    method: str = "original",
    seed: int = 0,
    recipe: str = "quick",
    steps: int | None = None,
) -> Settings:
    """What makes a run what it is, as its record holds it; parameters and errors as for `hfsr.studies.classify.train`.

    Examples
    --------
    >>> cell = settings("cifar10", "wdsr-a1-5", recipe="paper")
    >>> cell["alpha"], cell["depth"], cell["steps"]
    (0.2, 164, 180000)
    """
    digest = upscalers.weights_digest(method)
    trained = upscalers.record(method) if digest else {"alpha": None, "mask": None}
    known = {"alpha": trained["alpha"], "mask": trained["mask"], "enlarger_sha256": digest}
    return planned(dataset, method, seed, recipe, steps) | known


def planned(
    dataset: str | None = None,
    method: str = "original",
    seed: int = 0,
    recipe: str = "quick",
    steps: int | None = None,
) -> Settings:
    """Settings that are known before the network is there that enlarges the images: `settings` without what it is."""
    plan = recipes.classify(recipe)
    dataset = dataset or plan.dataset
    if dataset not in AUGMENTATION:
        raise UserError(f"no labelled set is called {dataset!r}: choose one of {', '.join(AUGMENTATION)}")
    if seed < 0:
        raise UserError(f"a seed is a whole number of at least 0, not {seed}")
    if steps is not None and steps < 1:
        raise UserError(f"a run has at least 1 update, not {steps}")
    return {
        "study": "classify",
        "method": method,
        "seed": seed,
        "recipe": plan.name,
        "recipe_digest": recipes.digest(plan),
        "data": dataset,
        "depth": plan.depth,
        "augmentation": AUGMENTATION[dataset]._asdict(),
        "steps": plan.steps if steps is None else steps,
    }


def method(cell: Cell, recipe: str, steps: int | None = None) -> str:
    """What enlarges a cell's images: where that is a row of Table I, the network of the recipe's `networks`.

    With updates that are not the recipe's, so are those of a network of the same recipe.

    Examples
    --------
    >>> method(Cell("cifar10", "wdsr-a1-5"), "paper"), method(Cell("cifar10", "bicubic"), "paper")
    ('wdsr-a1-5-paper', 'bicubic')
    """
    if cell.method in PLAIN:
        return cell.method
    made_by = recipes.classify(recipe).networks
    name = superres_runs.network_name(cell.method, made_by)
    return name if steps is None or made_by != recipe else f"{name}-{steps}-steps"


def run_name(settings: Settings) -> str:
    """Name of a run's folder: what tells it from its neighbours.

    Examples
    --------
    >>> run_name(settings("cifar10", "bicubic", seed=1))
    'cifar10-bicubic-quick-s1'
    """
    parts = [settings["data"], settings["method"], settings["recipe"], f"s{settings['seed']}"]
    if settings["steps"] != recipes.classify(settings["recipe"]).steps:
        parts.append(f"{settings['steps']}-steps")
    return "-".join(parts)


def model_name(settings: Settings) -> None:
    """The classifiers' weights are not published: a record holds which test images each got right."""


def command(settings: Settings) -> str:
    """The command that makes a run of these settings again."""
    words = ["hfsr classify"]
    words += [f"--{option} {settings[key]}" for option, key in (("dataset", "data"), ("method", "method"))]
    words += [f"--{key} {settings[key]}" for key in ("recipe", "seed")]
    if settings["steps"] != recipes.classify(settings["recipe"]).steps:
        words.append(f"--steps {settings['steps']}")
    return " ".join(words)


def notebook(settings: Settings) -> superres_runs.Notebook:
    """The notebook that shows a run, and its parameters."""
    known = {key: settings[key] for key in ("method", "recipe", "seed", "steps")}
    return "classify", {"dataset": settings["data"]} | known


def grid(recipe: str, steps: int | None = None) -> list[Settings]:
    """Every run of a recipe, those of the first seed first.

    Parameters
    ----------
    recipe : str
    steps : int, optional
        Updates, where not the recipe's: a few try the whole grid out.

    Examples
    --------
    >>> [run_name(run) for run in grid("paper")[:2]]
    ['cifar10-original-paper-s0', 'cifar10-bicubic-paper-s0']
    """
    plan = recipes.classify(recipe)
    return [
        planned(cell.dataset, method(cell, recipe, steps), seed, recipe, steps)
        for seed in plan.seeds
        for cell in plan.cells
    ]
