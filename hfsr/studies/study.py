"""A study as a whole: the runs of a recipe's grid, where each stands, and publishing those that are finished."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from hfsr.analysis.detail import TRUTH
from hfsr.errors import UserError
from hfsr.studies import classify_runs, frequency, recipes, runs, superres_runs, upscaled, upscalers
from hfsr.training.loop import LOG

Settings = dict[str, Any]
ROW = ("data", "method", "alpha", "mask", "reduction", "steps")  # what tells the rows of a study apart
GRIDS = {"superres": superres_runs, "classify": classify_runs, "frequency": frequency}


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

    settings: Settings
    folder: Path
    command: str
    before: "tuple[Job, ...]" = ()


def jobs(study: str, recipe: str, steps: int | None = None) -> dict[str, Job]:
    """Every run of a recipe's grid by its name.

    Parameters
    ----------
    study : {"superres", "classify", "frequency"}
    recipe : str
    steps : int, optional
        Updates, where not the recipe's.

    Raises
    ------
    UserError
        If there is no such study or recipe.

    Examples
    --------
    >>> jobs("classify", "quick")["digits-bicubic-quick-s0"].before[0].command
    'hfsr upscale digits --model bicubic'
    """
    if study not in GRIDS:
        raise UserError(f"no study is called {study!r}: choose one of {', '.join(GRIDS)}")
    grid = GRIDS[study]
    before = {"superres": _nothing, "classify": _enlarged_set, "frequency": _network_measured}[study]
    return {
        name: Job(run, runs.folder(study, name), grid.command(run), before(run))
        for run in grid.grid(recipe, steps)
        for name in (grid.run_name(run),)
    }


def studies(recipe: str) -> list[str]:
    """The studies that have a grid of that recipe.

    Examples
    --------
    >>> studies("paper"), studies("authors")
    (['superres', 'classify', 'frequency'], ['superres', 'frequency'])
    """
    return [study for study, grids in recipes.STUDIES.items() if recipe in grids]


def plan(planned: Iterable[Job]) -> dict[Path, Job]:
    """All that there is to do for these jobs, by folder: they themselves and what has to be there before."""
    found: dict[Path, Job] = {}
    for job in planned:
        found |= plan(job.before) | {job.folder: job}
    return found


def _nothing(run: Settings) -> tuple[Job, ...]:
    return ()


def _enlarged_set(run: Settings) -> tuple[Job, ...]:
    """What a classifier reads, and the network that enlarges it where that is not published."""
    dataset, method = run["data"], run["method"]
    if method == "original":
        return ()
    made = None if upscalers.is_published(method) else superres_runs.maker(method)
    settings = {"study": "enlarged", "method": method, "data": dataset}
    return (Job(settings, upscaled.folder(dataset, method), upscaled.command(dataset, method), _training(made)),)


def _network_measured(run: Settings) -> tuple[Job, ...]:
    name = frequency.run_name(run)
    if run["method"] == TRUTH or frequency.is_published(name):
        return ()
    data = None if run["method"] == "bicubic" else recipes.superres(run["recipe"]).data
    return _training({**run, "study": "superres", "data": data})


def _training(made: Settings | None) -> tuple[Job, ...]:
    return (
        ()
        if made is None
        else (Job(made, runs.folder("superres", superres_runs.run_name(made)), superres_runs.command(made)),)
    )


def notebook(job: Job) -> tuple[str, str] | None:
    """The notebook that shows a job's run, and papermill's words for its parameters; None where there is none.

    Examples
    --------
    >>> notebook(jobs("superres", "long")["wdsr-a1-5-long-s0"])
    ('train', '-p method wdsr -p alpha 1/5 -p recipe long -p seed 0 -p steps 100000')
    """
    study = job.settings["study"]
    shown = GRIDS[study].notebook(job.settings) if study in GRIDS else None
    return shown and (shown[0], " ".join(f"-p {key} {value}" for key, value in shown[1].items()))


def state(study: str, recipe: str, steps: int | None = None) -> pd.DataFrame:
    """Where every run of a recipe stands; parameters as for `jobs`.

    Returns
    -------
    DataFrame
        A row a run, indexed by its name: ``finished``; ``step``, the last update kept in a checkpoint, of ``steps``;
        ``hours`` trained so far.
    """
    table = []
    for name, job in jobs(study, recipe, steps).items():
        log = job.folder / LOG
        lines = log.read_text().splitlines() if log.exists() else []
        last = json.loads(lines[-1]) if lines else {"step": 0, "seconds": 0.0}
        finished, hours = (job.folder / runs.RECORD).exists(), round(last["seconds"] / 3600, 2)
        planned = {"step": last["step"], "steps": job.settings["steps"], "hours": hours}
        table.append({"run": name, "finished": finished} | planned)
    return pd.DataFrame(table).set_index("run")


def table(study: str, recipe: str, steps: int | None = None) -> pd.DataFrame:
    """Every metric of a recipe's finished runs: mean and deviation over the seeds; parameters as for `jobs`.

    Returns
    -------
    DataFrame
        A row a row of the study, told from others by the columns of the index; ``seeds``, then each metric and its ``sd``.

    Raises
    ------
    UserError
        If no run is finished.
    """
    finished = [job for job in jobs(study, recipe, steps).values() if (job.folder / runs.RECORD).exists()]
    if not finished:
        raise UserError(f"no run of {study} {recipe} is finished: `make study STUDY={study} RECIPE={recipe}`")
    records = [runs.read(job.folder) for job in finished]
    every = pd.DataFrame([{key: record.get(key) for key in ROW} | record["metrics"] for record in records])
    every["data"] = [record["data"]["name"] for record in records]
    rows_of = every.groupby(list(ROW), dropna=False, sort=False)
    columns: dict[str, Any] = {"seeds": rows_of.size()}
    for metric in every.columns.drop(list(ROW)):
        columns |= {metric: rows_of[metric].mean(), f"{metric} sd": rows_of[metric].std()}
    return pd.DataFrame(columns)


def publish(study: str, recipe: str) -> list[Path]:
    """Publish every finished run of a recipe: its record, and of the first seed's networks that enlarge the weights.

    With the classifiers, the records of the enlarged sets that they read, as far as what enlarged them is published.

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
    for job in plan(planned.values()).values():
        made = job.settings["study"] == "enlarged" and (job.folder / runs.RECORD).exists()
        if made and not runs.check(runs.read(job.folder) | {"model": None}):
            published.append(runs.publish(job.folder))
    return published
