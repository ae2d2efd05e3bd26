"""What a study takes in hours, memory and disk: operations counted on the networks, at the speed of the published records.

Hours are of the device that the records are from: one job at a time on it. Other crop sizes and depths run at other speeds;
what a plan says of them is extrapolated.
"""

import math
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import pandas as pd

from hfsr.studies import grid, published, recipes
from hfsr.studies.measurement import Measurement
from hfsr.studies.publish import KINDS
from hfsr.studies.run import Run

MARGIN = 2  # a job may take so many times the estimate before a cluster stops it
LOADING = 10  # minutes for what is no training: reading the data, measuring
BASE = 3000  # megabytes of a process that has imported everything and holds no data


class Speed(NamedTuple):
    """How fast a study's jobs went.

    Parameters
    ----------
    rate : float
        Floating-point operations a second; of what is measured only, pixels a second.
    device : str
        Where.

    Examples
    --------
    >>> max(Speed(1e9, "a laptop"), Speed(4e9, "a server")).device
    'a server'
    """

    rate: float
    device: str


@cache
def speed(study: str) -> Speed | None:
    """The median speed of a study's published records, of one process, on the device where they were fastest.

    None where there are no records, or none that is not stale.

    Examples
    --------
    >>> speed("superres").rate > 1e9
    True
    """
    found: dict[str, list[float]] = {}
    for record in published.stale_or_not(KINDS[study]).values():
        if getattr(record, "recipe", None) == "quick":  # minutes, on the smallest data: no measure of speed
            continue
        if not record.problems() and record.speed:  # what a change makes stale, a workflow is there to make anew
            found.setdefault(record.device, []).append(record.speed)
    speeds = [Speed(float(pd.Series(rates).median()), device) for device, rates in found.items()]
    return max(speeds, default=None)


def hours(run: Run) -> float:
    """Hours of a run at the speed of its study's records, or where there are none at the super-resolution study's.

    NaN where nothing is known.

    Examples
    --------
    >>> bench, long = (grid.runs("superres", recipe)[f"wdsr-a0-{recipe}-s0"] for recipe in ("bench", "long"))
    >>> round(hours(long) / hours(bench))  # ten times the iterations
    10
    """
    known = speed(run.study) or (None if isinstance(run, Measurement) else speed("superres"))
    return (run.work.training + run.work.measuring) / known.rate / 3600 if known else math.nan


def minutes(run: Run) -> int:
    """Minutes that a cluster is asked for.

    Examples
    --------
    >>> minutes(grid.runs("superres", "quick")["bicubic-quick"])  # nothing to train
    10
    """
    estimate = hours(run)
    return LOADING + (0 if math.isnan(estimate) else math.ceil(60 * MARGIN * estimate))


def gpus(run: Run) -> int:
    """GPUs that a cluster is asked for: none where no network computes.

    Examples
    --------
    >>> runs = grid.runs("superres", "quick")
    >>> gpus(runs["bicubic-quick"]), gpus(runs["wdsr-a0-quick-s0"])
    (0, 1)
    """
    return int(run.work.network)


def memory(run: Run) -> int:
    """Megabytes that a cluster is asked for: the process, the data it holds, and what an iteration keeps for its gradients.

    Examples
    --------
    >>> runs = grid.runs("superres", "quick")
    >>> BASE < memory(runs["bicubic-quick"]) < memory(runs["wdsr-a0-quick-s0"])
    True
    """
    return BASE + math.ceil((run.work.held + run.work.kept) / 1e6)


def critical(runs: Iterable[Run]) -> float:
    """Hours of the longest chain of runs that wait for each other: how long all take where there are machines enough.

    Examples
    --------
    >>> run = grid.runs("frequency", "quick")["wdsr-a0-quick-s0"]
    >>> critical([run]) == hours(run) + critical(run.requires)  # a network is trained before it is measured
    True
    """
    return max((hours(run) + critical(run.requires) for run in runs), default=0.0)


def plan(recipe: str) -> pd.DataFrame:
    """What the whole study of a recipe takes.

    Returns
    -------
    DataFrame
        A row a row of a study or an upscaled set, by (study, name): ``jobs``, ``hours each``, ``hours``, ``GB`` on disk.

    Examples
    --------
    >>> plan("long")["jobs"].loc["classify"].to_dict()  # a job a seed
    {'cifar10-original': 3, 'cifar10-bicubic': 3, 'cifar10-wdsr-a0': 3, 'cifar10-wdsr-a1-5': 3}
    """
    table: dict[tuple[str, str], dict[str, float]] = {}
    for run in everything(recipe):
        new = {"jobs": 0, "hours each": hours(run), "hours": 0.0, "GB": 0.0}
        line = table.setdefault((run.study, run.title), new)
        line["jobs"] += 1
        line["hours"] += hours(run)
        line["GB"] += run.work.disk / 1e9
    order = list(KINDS)
    lines = sorted(table, key=lambda line: order.index(line[0]))
    return pd.DataFrame.from_dict(table, orient="index").loc[lines].rename_axis(["study", "row"]).astype({"jobs": int})


def summary(recipe: str) -> str:
    """What `hfsr plan` prints: the plan, its sums, the longest chain, and where the hours come from.

    Examples
    --------
    >>> [line.partition(":")[0] for line in summary("long").splitlines()[-7:-5]]
    ['in all', 'longest chain of jobs that wait for each other']
    """
    table, longest = plan(recipe), critical(everything(recipe))
    jobs, hours, gigabytes = table["jobs"].sum(), table["hours"].sum(), table["GB"].sum()
    lines = [
        table.round(2).to_string(),
        "",
        f"in all: {jobs} jobs, {hours:,.1f} hours, {gigabytes:.1f} GB on disk",
        f"longest chain of jobs that wait for each other: {longest:,.1f} hours",
        *(f"hours of {of}: {source}" for of, source in sources(recipe).items()),
    ]
    return "\n".join(lines)


def sources(recipe: str) -> dict[str, str]:
    """Where the hours of every study come from, in words.

    Examples
    --------
    >>> sorted(sources("long"))
    ['classify', 'confirmation', 'frequency', 'superres', 'upscaled']
    """
    words = {}
    for kind in dict.fromkeys(run.study for run in everything(recipe)):
        known = speed(kind)
        words[kind] = (
            f"its published records, on {known.device}" if known else "no records; as super-resolution per operation"
        )
    return words


def everything(recipe: str) -> list[Run]:
    """Every run of a recipe's studies, with those they require.

    Examples
    --------
    >>> [run.name for run in everything("quick")][2:5]
    ['wdsr-a1-5-quick-s0', 'digits-original-quick-s0', 'digits-bicubic']
    """
    recipes.superres(recipe)
    wanted = [run for study in grid.studies(recipe) for run in grid.runs(study, recipe).values()]
    return list(grid.with_required(wanted).values())
