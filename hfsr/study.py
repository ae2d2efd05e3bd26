"""A study as a whole: the runs of a recipe's grid, where each stands, and publishing those that are finished."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from hfsr import cells, enlarged, measurements, recipes, rows, runs
from hfsr.engine import LOG
from hfsr.errors import UserError

GRIDS = {"superres": rows, "classify": cells, "frequency": measurements}


class Job(NamedTuple):
    """One run of a grid.

    Parameters
    ----------
    settings : dict
        What makes the run what it is.
    folder : Path
        Where it leaves its record.
    command : str
        What makes it.
    before : tuple of Job
        What has to be there first: enlarged sets that it reads, a network that it measures.
    """

    settings: dict[str, Any]
    folder: Path
    command: str
    before: "tuple[Job, ...]" = ()


def jobs(study: str, recipe: str, steps: int | None = None) -> dict[str, Job]:
    """Every run of a recipe's grid by its name, see `hfsr.rows.grid` and `hfsr.cells.grid`.

    Parameters
    ----------
    study : {"superres", "classify", "frequency"}
    recipe : str
    steps : int, optional
        Updates, where not the recipe's.

    Raises
    ------
    UserError
        If there is no such study or recipe, or the recipe has single runs only.

    Examples
    --------
    >>> jobs("classify", "paper")["cifar10-bicubic-paper-s0"].before[0].command
    'hfsr upscale cifar10 --model bicubic'
    """
    if study not in GRIDS:
        raise UserError(f"no study is called {study!r}: choose one of {', '.join(GRIDS)}")
    grid, planned = GRIDS[study], {}
    networks = jobs("superres", recipe, steps) if study == "frequency" else {}
    for run in grid.grid(recipe, steps):
        name, before = grid.run_name(run), tuple[Job, ...]()
        if study == "classify" and run["method"] != "original":
            pair = run["data"], run["method"]
            before = (Job({}, enlarged.folder(*pair), enlarged.command(*pair)),)
        if name in networks and not measurements.is_published(name):
            before = (networks[name],)
        planned[name] = Job(run, runs.folder(study, name), grid.command(run), before)
    return planned


def plan(planned: dict[str, Job]) -> dict[Path, Job]:
    """All that there is to do for these jobs, by folder: they themselves and what has to be there before."""
    return {job.folder: job for each in planned.values() for job in (*each.before, each)}


def state(study: str, recipe: str) -> pd.DataFrame:
    """Where every run of a recipe stands.

    Returns
    -------
    DataFrame
        A row a run, indexed by its name: ``finished``; ``step``, the last update kept in a checkpoint, of ``steps``;
        ``hours`` trained so far.
    """
    table = []
    for name, job in jobs(study, recipe).items():
        log = job.folder / LOG
        lines = log.read_text().splitlines() if log.exists() else []
        last = json.loads(lines[-1]) if lines else {"step": 0, "seconds": 0.0}
        finished, hours = (job.folder / runs.RECORD).exists(), round(last["seconds"] / 3600, 2)
        steps = job.settings["steps"]
        table.append({"run": name, "finished": finished, "step": last["step"], "steps": steps, "hours": hours})
    return pd.DataFrame(table).set_index("run")


def publish(study: str, recipe: str) -> list[Path]:
    """Publish every finished run of a recipe: its record, and of the first seed's networks that enlarge the weights.

    Returns
    -------
    list of Path
        The published records.
    """
    planned, published = jobs(study, recipe), []
    first = recipes.STUDIES[study][recipe].seeds[0]
    for job in planned.values():
        if (job.folder / runs.RECORD).exists():
            name = GRIDS[study].model_name(job.settings) if job.settings["seed"] == first else None
            published.append(runs.publish(job.folder, name))
    return published
