"""A study as a whole: the runs of a recipe's grid, what they require, and where each stands."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from hfsr.errors import UserError
from hfsr.studies import (
    classification,
    confirmation,
    measurement,
    published,
    recipes,
    recognition,
    spectra_run,
    superres_run,
)
from hfsr.studies.restore_run import RestoreRun
from hfsr.studies.run import Run
from hfsr.training.loop import LOG

STUDIES = tuple(recipes.STUDIES)
ROW = ("data", "method", "alpha", "mask", "reduction", "outside", "steps")  # what tells the rows of a study apart


def runs(study: str, recipe: str, steps: int | None = None) -> dict[str, Run]:
    """Every run of a recipe's grid by its name.

    Parameters
    ----------
    study : {"superres", "classify", "frequency", "confirmation", "recognition", "restore", "spectra"}
    recipe : str
    steps : int, optional
        Iterations, where not the recipe's: a few try the whole grid out.

    Raises
    ------
    UserError
        If there is no such study or recipe.

    Examples
    --------
    >>> runs("classify", "quick")["digits-bicubic-quick-s0"].requires[0].command
    'hfsr upscale digits --model bicubic'
    """
    found: Sequence[Run]
    if study == "superres":
        found = superres_run.grid(recipes.superres(recipe), steps)
    elif study == "classify":
        found = classification.grid(recipes.classify(recipe), steps)
    elif study == "frequency":
        found = measurement.grid(recipes.superres(recipe), steps)
    elif study == "confirmation":
        found = confirmation.grid(recipes.superres(recipe), steps)
    elif study == "recognition":
        found = recognition.grid(recipes.superres(recipe), steps)
    elif study == "restore":
        found = superres_run.grid(recipes.restore(recipe), steps, RestoreRun)
    elif study == "spectra":
        found = [spectra_run.called(recipe)]
    else:
        raise UserError(f"no study is called {study!r}: choose one of {', '.join(STUDIES)}")
    return {run.name: run for run in found}


def studies(recipe: str) -> list[str]:
    """The studies that have a grid of that recipe.

    Examples
    --------
    >>> studies("paper"), studies("authors")
    (['superres', 'classify', 'frequency'], ['superres', 'frequency'])
    """
    return [study for study, grids in recipes.STUDIES.items() if recipe in grids]


def with_required(wanted: Iterable[Run]) -> dict[Path, Run]:
    """All that there is to do for these runs, by folder: they themselves after what they require.

    Examples
    --------
    >>> run = runs("classify", "quick")["digits-bicubic-quick-s0"]
    >>> [each.name for each in with_required([run]).values()]
    ['digits-bicubic', 'digits-bicubic-quick-s0']
    """
    found: dict[Path, Run] = {}

    def add(runs: Iterable[Run]) -> None:
        for run in runs:
            if run.folder not in found:  # many require the same
                add(run.requires)
                found[run.folder] = run

    add(wanted)
    return found


def state(study: str, recipe: str, steps: int | None = None) -> pd.DataFrame:
    """Where every run of a recipe stands; parameters as for `runs`.

    Returns
    -------
    DataFrame
        A row a run, indexed by its name: ``finished`` here; ``step``, the last iteration kept in a checkpoint, of ``steps``;
        ``hours`` trained so far; whether a record of it is ``published``, whoever trained it.

    Examples
    --------
    >>> state("superres", "quick")["steps"].to_dict()
    {'bicubic-quick': 0, 'wdsr-a0-quick-s0': 2000, 'wdsr-a1-5-quick-s0': 2000}
    """
    table = []
    for name, run in runs(study, recipe, steps).items():
        log = run.folder / LOG
        lines = log.read_text().splitlines() if log.exists() else []
        last = json.loads(lines[-1]) if lines else {"step": 0, "seconds": 0.0}
        hours = round(last["seconds"] / 3600, 2)
        line = {"run": name, "finished": run.is_finished, "step": last["step"], "steps": run.steps, "hours": hours}
        with suppress(UserError):  # a wheel has no results
            line["published"] = published.path(run.record_type, run.model or run.name).exists()
        table.append(line)
    return pd.DataFrame(table).set_index("run")


def table(study: str, recipe: str, steps: int | None = None) -> pd.DataFrame:
    """Every metric of a recipe's finished runs: mean and deviation over the seeds; parameters as for `runs`.

    Returns
    -------
    DataFrame
        A row a row of the study, told from others by the columns of the index; ``seeds``, then each metric and its ``sd``.

    Raises
    ------
    UserError
        If no run is finished.

    Examples
    --------
    >>> import tempfile
    >>> from unittest.mock import patch
    >>> from hfsr.studies import published, records
    >>> record = published.read(superres_run.SuperresRecord, "bicubic-bench")
    >>> with tempfile.TemporaryDirectory() as folder, patch.dict("os.environ", HFSR_RUNS=folder):
    ...     records.write(record.run.folder, record)  # as if it had been made here
    ...     table("superres", "bench")["seeds"].tolist()
    [1]
    """
    finished = [run.record() for run in runs(study, recipe, steps).values() if run.is_finished]
    if not finished:
        raise UserError(f"no run of {study} {recipe} is finished: `make study STUDY={study} RECIPE={recipe}`")
    made = [(record.made_from(), record.metrics) for record in finished]
    every = pd.DataFrame([{key: settings.get(key) for key in ROW} | metrics for settings, metrics in made])
    rows_of = every.groupby(list(ROW), dropna=False, sort=False)
    columns: dict[str, Any] = {"seeds": rows_of.size()}
    for metric in every.columns.drop(list(ROW)):
        columns |= {metric: rows_of[metric].mean(), f"{metric} sd": rows_of[metric].std()}
    return pd.DataFrame(columns)
