"""A row of Table I: the settings that tell its runs from others, their names and commands, and the grid of a recipe."""

import re
import shlex
from typing import Any

from hfsr.errors import UserError
from hfsr.losses import Reduction
from hfsr.studies import recipes
from hfsr.studies.rows import Row
from hfsr.training.crops import MASKS, Mask
from hfsr.weightmap import Alpha, alpha_label, parse_alpha

METHODS = ("wdsr", "srcnn", "bicubic")
Settings = dict[str, Any]
Notebook = tuple[str, dict[str, Any]]


def settings(
    method: str = "wdsr",
    alpha: Alpha = 0,
    mask: Mask | None = None,
    reduction: Reduction = "batch",
    seed: int = 0,
    recipe: str = "quick",
    steps: int | None = None,
    data: str | None = None,
) -> Settings:
    """What makes a run what it is, as its record holds it; parameters and errors as for `hfsr.studies.superres.train`.

    Examples
    --------
    >>> row = settings(alpha="1/5")
    >>> row["alpha"], row["mask"], row["data"]
    (0.2, 'high', 'embedded')
    """
    plan = recipes.superres(recipe)
    share = parse_alpha(alpha)
    mask = mask or ("high" if share else "all")
    if method not in METHODS:
        raise UserError(f"method {method!r} is not known: choose one of {', '.join(METHODS)}")
    if mask not in MASKS:
        raise UserError(f"mask {mask!r} is not known: choose one of {', '.join(MASKS)}")
    if (mask == "all") != (share == 0):
        raise UserError(
            f'mask "{mask}" does not go with alpha = {share:g}: "all" is alpha = 0, the others need alpha > 0'
        )
    if reduction not in ("batch", "image"):
        raise UserError(f"reduction {reduction!r} is not known: choose batch or image")
    if seed < 0:
        raise UserError(f"a seed is a whole number of at least 0, not {seed}")
    if steps is not None and steps < 1:
        raise UserError(f"a run has at least 1 update, not {steps}")
    known = {"study": "superres", "method": method, "recipe": plan.name, "recipe_digest": recipes.digest(plan)}
    if method == "bicubic":
        if share:
            raise UserError("bicubic has nothing to train, so it takes no alpha")
        return known | {"alpha": None, "mask": "all", "reduction": None, "seed": None, "data": None, "steps": 0}
    return known | {
        "alpha": share,
        "mask": mask,
        "reduction": reduction,
        "seed": seed,
        "data": data or plan.data,
        "steps": plan.steps if steps is None else steps,
    }


def row_name(settings: Settings) -> str:
    """Name of the row that a run belongs to.

    Examples
    --------
    >>> row_name({"method": "wdsr", "alpha": 0.2, "mask": "random", "reduction": "batch"})
    'wdsr-a1-5-random'
    """
    parts = [settings["method"]]
    if settings["method"] == "wdsr" or settings["alpha"]:
        parts.append("a" + alpha_label(settings["alpha"]).replace("/", "-"))
    if settings["mask"] in ("random", "low"):
        parts.append(settings["mask"])
    if settings["reduction"] == "image":
        parts.append("image")
    return "-".join(parts)


def run_name(settings: Settings) -> str:
    """Name of a run's folder: what tells it from its neighbours.

    Examples
    --------
    >>> run_name(settings(alpha="1/5", seed=1, steps=500))
    'wdsr-a1-5-quick-s1-500-steps'
    """
    parts = [row_name(settings), settings["recipe"]]
    if settings["method"] == "bicubic":
        return "-".join(parts)
    parts.append(f"s{settings['seed']}")
    plan = recipes.superres(settings["recipe"])
    if settings["steps"] != plan.steps:
        parts.append(f"{settings['steps']}-steps")
    if settings["data"] != plan.data:
        parts.append(settings["data"])
    return "-".join(parts)


def model_name(settings: Settings) -> str:
    """What the network of a row's first seed is called: by the row, the recipe if that is not ``bench``, and unusual updates.

    Examples
    --------
    >>> model_name(settings(alpha="1/5", recipe="long")), model_name(settings(recipe="paper", steps=3))
    ('wdsr-a1-5-long', 'wdsr-a0-paper-3-steps')
    """
    plan, row = recipes.superres(settings["recipe"]), row_name(settings)
    usual = {row_name(of(each, plan.name)): each.steps for each in plan.rows}.get(row) or plan.steps
    name = network_name(row, plan.name)
    return name if settings["steps"] == usual else f"{name}-{settings['steps']}-steps"


def network_name(row: str, recipe: str) -> str:
    """Name of the network that a row of a recipe makes in its usual updates."""
    return row if recipe == "bench" else f"{row}-{recipe}"


def maker(name: str) -> Settings | None:
    """Settings of the run that makes the network of this name, the inverse of `model_name`; None if no grid has one.

    Examples
    --------
    >>> run_name(maker("wdsr-a1-5-long"))
    'wdsr-a1-5-long-s0'
    """
    steps = re.search(r"-(\d+)-steps$", name)
    for recipe, plan in recipes.SUPERRES.items():
        for row in plan.rows:
            if row.method != "bicubic":
                made = of(row, recipe, plan.seeds[0], int(steps[1]) if steps else None)
                if model_name(made) == name:
                    return made
    return None


def command(settings: Settings) -> str:
    """The command that makes a run of these settings again; a folder of pictures is named without its path."""
    if settings["method"] == "bicubic":
        return f"hfsr train --method bicubic --recipe {settings['recipe']}"
    plan = recipes.superres(settings["recipe"])
    words = ["hfsr train", f"--method {settings['method']}", f"--alpha {alpha_label(settings['alpha'])}"]
    if settings["mask"] in ("random", "low"):
        words.append(f"--mask {settings['mask']}")
    if settings["reduction"] == "image":
        words.append("--reduction image")
    words += [f"--recipe {settings['recipe']}", f"--seed {settings['seed']}"]
    if settings["steps"] != plan.steps:
        words.append(f"--steps {settings['steps']}")
    if settings["data"] != plan.data:
        words.append(f"--data {shlex.quote(settings['data'])}")
    return " ".join(words)


def notebook(settings: Settings) -> Notebook | None:
    """The notebook that shows a run, and its parameters; None for the controls and for what is not trained.

    Examples
    --------
    >>> notebook(settings(alpha="1/5", recipe="bench"))
    ('train', {'method': 'wdsr', 'alpha': '1/5', 'recipe': 'bench', 'seed': 0, 'steps': 10000})
    """
    if settings["method"] == "bicubic" or settings["mask"] in ("random", "low") or settings["reduction"] == "image":
        return None
    known = {key: settings[key] for key in ("method", "alpha", "recipe", "seed", "steps")}
    return "train", known | {"alpha": alpha_label(settings["alpha"])}


def of(row: Row, recipe: str, seed: int = 0, steps: int | None = None) -> Settings:
    """Settings of a row of a recipe."""
    return settings(row.method, row.alpha, row.mask, row.reduction, seed, recipe, steps or row.steps)


def grid(recipe: str, steps: int | None = None) -> list[Settings]:
    """Every run of a recipe: bicubic, then its rows, those of the first seed first.

    Parameters
    ----------
    recipe : str
    steps : int, optional
        Updates, where not the recipe's: a few try the whole grid out.

    Examples
    --------
    >>> [run_name(run) for run in grid("long")]
    ['wdsr-a0-long-s0', 'wdsr-a1-5-long-s0']
    """
    plan = recipes.superres(recipe)
    measured = [of(row, recipe) for row in plan.rows if row.method == "bicubic"]
    return measured + [
        of(row, recipe, seed, steps) for seed in plan.seeds for row in plan.rows if row.method != "bicubic"
    ]
