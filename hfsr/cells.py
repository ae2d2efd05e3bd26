"""A cell of Table III: the settings that tell its runs from others, their names and commands, and the grid of a recipe."""

from typing import Any

from hfsr import recipes
from hfsr.augment import AUGMENTATION
from hfsr.enlarge import enlarger
from hfsr.errors import UserError

Settings = dict[str, Any]


def settings(
    dataset: str | None = None,
    method: str = "original",
    seed: int = 0,
    recipe: str = "quick",
    steps: int | None = None,
) -> Settings:
    """What makes a run what it is, as its record holds it; parameters and errors as for `hfsr.classify.train`.

    Examples
    --------
    >>> cell = settings("cifar10", "wdsr-a1-5", recipe="paper")
    >>> cell["alpha"], cell["depth"], cell["steps"]
    (0.2, 164, 180000)
    """
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
        **enlarger(method),
        "seed": seed,
        "recipe": plan.name,
        "recipe_digest": recipes.digest(plan),
        "data": dataset,
        "depth": plan.depth,
        "augmentation": AUGMENTATION[dataset]._asdict(),
        "steps": plan.steps if steps is None else steps,
    }


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


def grid(recipe: str, steps: int | None = None) -> list[Settings]:
    """Every run of a recipe, those of the first seed first.

    Parameters
    ----------
    recipe : str
    steps : int, optional
        Updates, where not the recipe's: a few try the whole grid out.

    Raises
    ------
    UserError
        If the recipe has no cells.

    Examples
    --------
    >>> [run_name(run) for run in grid("paper")[:2]]
    ['cifar10-original-paper-s0', 'cifar10-bicubic-paper-s0']
    """
    plan = recipes.classify(recipe)
    if not plan.cells:
        raise UserError(f"recipe {recipe} has no table, only single runs: hfsr classify --recipe {recipe}")
    return [
        settings(cell.dataset, cell.method, seed, recipe, steps or cell.steps)
        for seed in plan.seeds
        for cell in plan.cells
    ]
