"""What a study takes in hours, memory and disk: operations counted on the networks, at a speed that was measured.

Hours are of the device that the published records are from: one job at a time on it. Other crop sizes and depths run at other
speeds; what a plan says of them is extrapolated. Or they are of the device at hand, every kind of run timed for seconds.
"""

import math
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

import pandas as pd

from hfsr.studies import flops, grid, memory, published, recipes, trial
from hfsr.studies.publish import KINDS
from hfsr.studies.run import Run
from hfsr.studies.upscaled_set import UpscaledSet
from hfsr.training import hardware

MARGIN = 2  # a job may take so many times the estimate before a cluster stops it
LOADING = 10  # minutes for what is no training: reading the data, measuring
BASE = 3000  # megabytes of a process that has imported everything and holds no data


class Speed(NamedTuple):
    """How fast a study's jobs went.

    Parameters
    ----------
    rate : float
        Floating-point operations a second; of study "frequency" pixels a second.
    device : str
        Where.
    """

    rate: float
    device: str


@cache
def speed(study: str) -> Speed | None:
    """The median speed of a study's published records, of one process, on the device where they were fastest.

    None where there are no records, or none that is not stale.
    """
    found: dict[str, list[float]] = {}
    for record in published.stale_or_not(KINDS[study]).values():
        if not record.problems() and record.speed:  # what a change makes stale, a workflow is there to make anew
            found.setdefault(record.device, []).append(record.speed)
    speeds = [Speed(float(pd.Series(rates).median()), device) for device, rates in found.items()]
    return max(speeds, default=None)


Known = Callable[[Run], Speed | None]  # where the speed of a run is taken from


def of_records(run: Run) -> Speed | None:
    """The speed of a run's study in its records, or where there are none in the super-resolution study's."""
    return speed(run.study) or (speed("superres") if run.study != "frequency" else None)


def of_device(run: Run) -> Speed | None:
    """The speed of a run on the device at hand, timed for seconds; of what no network computes that of the records."""
    if kind := trial.kind(run):
        return Speed(_training_rate(kind), hardware.describe())
    if isinstance(run, UpscaledSet) and run.work.network:
        return Speed(_upscaling_rate(run.dataset, *run.upscaler.architecture), hardware.describe())
    return of_records(run)


@cache
def _training_rate(run: Run) -> float:
    return run.work.training / run.steps / trial.seconds(run)


@cache
def _upscaling_rate(dataset: str, kind: str, size: int) -> float:
    images = flops.LABELLED[dataset][0]
    return flops.upscaling(dataset, kind, size).training / images / trial.upscaling_seconds(dataset, kind, size)


def hours(run: Run, known: Known = of_records) -> float:
    """Hours of a run; NaN where nothing is known of its speed."""
    found = known(run)
    return (run.work.training + run.work.measuring) / found.rate / 3600 if found else math.nan


def minutes(run: Run) -> int:
    """Minutes that a cluster is asked for."""
    estimate = hours(run)
    return LOADING + (0 if math.isnan(estimate) else math.ceil(60 * MARGIN * estimate))


def gpus(run: Run) -> int:
    """GPUs that a cluster is asked for: none where no network computes."""
    return int(run.work.network)


def machine_memory(run: Run) -> int:
    """Megabytes that a cluster is asked for: the process, the data it holds, and what training needs beside them."""
    needed = memory.of(run, hardware.bf16_units())
    return BASE + math.ceil((run.work.held + needed.state + needed.iteration) / 1e6)


def critical(runs: Iterable[Run], known: Known = of_records) -> float:
    """Hours of the longest chain of runs that wait for each other: how long all take where there are machines enough."""
    return max((hours(run, known) + critical(run.requires, known) for run in runs), default=0.0)


def plan(recipe: str, known: Known = of_records) -> pd.DataFrame:
    """What the whole study of a recipe takes.

    Returns
    -------
    DataFrame
        A row a row of a study or an upscaled set, by (study, name): ``jobs``, ``hours each``, ``hours``, ``GB`` on disk, and
        what its training needs of a GPU's memory, in GB, where the GPU has bf16 units and where not.
    """
    table: dict[tuple[str, str], dict[str, float]] = {}
    for run in everything(recipe):
        bf16, float32 = (memory.of(run, precision).needed / 1e9 for precision in (True, False))
        new = {"jobs": 0, "hours each": hours(run, known), "hours": 0.0, "GB": 0.0}
        line = table.setdefault((run.study, run.title), new | {"GPU GB, bf16": bf16, "float32": float32})
        line["jobs"] += 1
        line["hours"] += hours(run, known)
        line["GB"] += run.work.disk / 1e9
    order = list(KINDS)
    lines = sorted(table, key=lambda line: order.index(line[0]))
    return pd.DataFrame.from_dict(table, orient="index").loc[lines].rename_axis(["study", "row"]).astype({"jobs": int})


def summary(recipe: str, known: Known = of_records) -> str:
    """What `hfsr plan` prints: the plan, its sums, the longest chain, the GPU that it fits on, and where the hours are from."""
    table, longest = plan(recipe, known), critical(everything(recipe), known)
    jobs, hours, gigabytes = table["jobs"].sum(), table["hours"].sum(), table["GB"].sum()
    lines = [
        table.round(2).to_string(),
        "",
        f"in all: {jobs} jobs, {hours:,.1f} hours, {gigabytes:.1f} GB on disk",
        f"longest chain of jobs that wait for each other: {longest:,.1f} hours",
        *fits(recipe),
        *(f"hours of {of}: {source}" for of, source in sources(recipe, known).items()),
    ]
    return "\n".join(lines)


def fits(recipe: str) -> list[str]:
    """On which GPU a recipe's trainings fit, in words."""
    lines = []
    for precision, bf16 in (("bf16", True), ("float32, without bf16 units", False)):
        needed = [memory.of(run, bf16) for run in everything(recipe)]
        most = max(each.needed for each in needed)
        size = memory.card(most)
        where = f"a GPU of {size} GB is enough" if size else f"no GPU of up to {memory.CARDS[-1]} GB is enough"
        lines.append(f"in {precision}: {where}; a training needs up to {most / 1e9:.1f} GB")
    if pictures := max(each.pictures for each in needed):
        lines.append(
            f"beside that lie the photographs, {pictures / 1e9:.1f} GB; where they do not fit, the machine keeps them"
        )
    return lines


def sources(recipe: str, known: Known = of_records) -> dict[str, str]:
    """Where the hours of every study come from, in words."""
    words = {}
    for run in everything(recipe):
        found = known(run)
        if found and found != of_records(run):
            words[run.study] = f"timed just now, on {found.device}"
        elif run.study not in words:
            of = speed(run.study)
            words[run.study] = (
                f"its published records, on {of.device}" if of else "no records; as super-resolution per operation"
            )
    return words


def everything(recipe: str) -> list[Run]:
    """Every run of a recipe's studies, with those they require."""
    recipes.superres(recipe)
    wanted = [run for study in grid.studies(recipe) for run in grid.runs(study, recipe).values()]
    return list(grid.with_required(wanted).values())
