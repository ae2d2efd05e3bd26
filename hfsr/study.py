"""A study as a whole: where each run of a recipe's grid stands, and publishing those that are finished."""

import json
from pathlib import Path

import pandas as pd

from hfsr import recipes, rows, runs
from hfsr.engine import LOG


def folders(recipe: str, steps: int | None = None) -> dict[str, Path]:
    """Folder of every run of a recipe's grid, see `hfsr.rows.grid`, by the run's name."""
    return {(name := rows.run_name(run)): runs.folder("superres", name) for run in rows.grid(recipe, steps)}


def state(recipe: str) -> pd.DataFrame:
    """Where every run of a recipe stands.

    Returns
    -------
    DataFrame
        A row a run, indexed by its name: ``finished``; ``step``, the last update kept in a checkpoint, of ``steps``;
        ``hours`` trained so far.
    """
    table = []
    for run, (name, folder) in zip(rows.grid(recipe), folders(recipe).items(), strict=True):
        lines = (folder / LOG).read_text().splitlines() if (folder / LOG).exists() else []
        last = json.loads(lines[-1]) if lines else {"step": 0, "seconds": 0.0}
        finished = (folder / runs.RECORD).exists()
        hours = round(last["seconds"] / 3600, 2)
        table.append({"run": name, "finished": finished, "step": last["step"], "steps": run["steps"], "hours": hours})
    return pd.DataFrame(table).set_index("run")


def publish(recipe: str) -> list[Path]:
    """Publish every finished run of a recipe: its record, and of the first seed the weights, as a model named by its row.

    Returns
    -------
    list of Path
        The published records.
    """
    first = recipes.superres(recipe).seeds[0]
    published = []
    for run, folder in zip(rows.grid(recipe), folders(recipe).values(), strict=True):
        if (folder / runs.RECORD).exists():
            published.append(runs.publish(folder, rows.model_name(run) if run["seed"] == first else None))
    return published
