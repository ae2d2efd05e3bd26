"""What a study takes in hours, memory and disk: operations counted on the networks, at the speed of the published records.

Hours are of the device that the records are from: one job at a time on it. Other crop sizes and depths run at other speeds;
what a plan says of them is extrapolated.
"""

import math
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import pandas as pd

from hfsr import paths
from hfsr.files import read_json
from hfsr.studies import flops, recipes, runs, study, superres_runs
from hfsr.studies.study import Job, Settings

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
def speed(of: str) -> Speed | None:
    """The median speed of a study's published records, of one process, on the device where they were fastest.

    None where there are no records, or none that is not stale.
    """
    found: dict[str, list[float]] = {}
    for record in _records(of):
        done, seconds = flops.operations(record), record.get("seconds")
        if of == "enlarged" and record["images_per_second"]:
            seconds = flops.LABELLED[record["data"]][0] / record["images_per_second"]
        if done and seconds:
            found.setdefault(record["device"], []).append(done / seconds / record.get("processes", 1))
    speeds = [Speed(float(pd.Series(rates).median()), device) for device, rates in found.items()]
    return max(speeds, default=None)


def hours(job: Job) -> float:
    """Hours of a job at the speed of its study's records, or where there are none at the super-resolution study's.

    NaN where nothing is known.
    """
    kind = job.settings["study"]
    known = speed(kind) or (speed("superres") if kind != "frequency" else None)
    return (flops.operations(job.settings) + flops.measuring(job.settings)) / known.rate / 3600 if known else math.nan


def minutes(job: Job) -> int:
    """Minutes that a cluster is asked for."""
    estimate = hours(job)
    return LOADING + (0 if math.isnan(estimate) else math.ceil(60 * MARGIN * estimate))


def gpus(job: Job) -> int:
    """GPUs that a cluster is asked for: none where no network computes."""
    return int(job.settings["method"] not in ("truth", "bicubic") or job.settings["study"] == "classify")


def memory(job: Job) -> int:
    """Megabytes that a cluster is asked for: the process, the data it holds, and what an update keeps for its gradients."""
    made = job.settings
    if made["study"] in ("superres", "frequency"):
        plan = recipes.superres(made["recipe"])
        trains = made["study"] == "superres" and made["method"] != "bicubic"
        names = [*plan.evaluation, *([plan.data, plan.watch] if trains else [])]
        held = sum(map(flops.pixels, names)) * 3 * 1.25  # uint8, with a quarter for the low resolution
        kept = plan.batch * flops.kept_for_gradients(made["method"], plan.blocks, plan.crop) if trains else 0.0
        return BASE + math.ceil((held + kept) / 1e6)
    images, side = flops.LABELLED[made["data"]]
    held = images * 3 * side**2 * 5
    if made["study"] == "enlarged":
        return BASE + math.ceil(held / 1e6)
    reader, side = recipes.classify(made["recipe"]), side if made["method"] == "original" else 2 * side
    return BASE + math.ceil((held + reader.batch * flops.kept_for_gradients("resnet", made["depth"], side)) / 1e6)


def disk(job: Job) -> float:
    """Megabytes that a job leaves: checkpoint and weights, or the enlarged set."""
    made = job.settings
    if made["study"] == "enlarged":
        images, side = flops.LABELLED[made["data"]]
        return images * 3 * (2 * side) ** 2 / 1e6
    if made["study"] == "frequency" or _row(job) == "bicubic":
        return 0.0
    if made["study"] == "superres":
        copies = 3  # Adam keeps two moments
        numbers = flops.parameters(made["method"], recipes.superres(made["recipe"]).blocks)
    else:
        copies = 2
        numbers = flops.parameters("resnet", made["depth"])
    return numbers * (4 * copies + 2) / 1e6


def critical(jobs: Iterable[Job]) -> float:
    """Hours of the longest chain of jobs that wait for each other: how long all take where there are machines enough."""
    return max((hours(job) + critical(job.before) for job in jobs), default=0.0)


def plan(recipe: str) -> pd.DataFrame:
    """What the whole study of a recipe takes.

    Returns
    -------
    DataFrame
        A row a row of a study or an enlarged set, by (study, name): ``jobs``, ``hours each``, ``hours``, ``GB`` on disk.
    """
    table: dict[tuple[str, str], dict[str, float]] = {}
    for job in everything(recipe):
        kind = job.settings["study"]
        line = table.setdefault((kind, _row(job)), {"jobs": 0, "hours each": hours(job), "hours": 0.0, "GB": 0.0})
        line["jobs"] += 1
        line["hours"] += hours(job)
        line["GB"] += disk(job) / 1000
    order = list(dict.fromkeys(("superres", "enlarged", *recipes.STUDIES)))
    lines = sorted(table, key=lambda line: order.index(line[0]))
    return pd.DataFrame.from_dict(table, orient="index").loc[lines].rename_axis(["study", "row"]).astype({"jobs": int})


def summary(recipe: str) -> str:
    """What `hfsr plan` prints: the plan, its sums, the longest chain, and where the hours come from."""
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
    """Where the hours of every study come from, in words."""
    words = {}
    for kind in dict.fromkeys(job.settings["study"] for job in everything(recipe)):
        known = speed(kind)
        words[kind] = (
            f"its published records, on {known.device}" if known else "no records; as super-resolution per operation"
        )
    return words


def everything(recipe: str) -> list[Job]:
    """Every job of a recipe's studies, with those they wait for."""
    recipes.superres(recipe)
    wanted = [job for name in study.studies(recipe) for job in study.jobs(name, recipe).values()]
    return list(study.plan(wanted).values())


def _row(job: Job) -> str:
    made = job.settings
    if made["study"] in ("enlarged", "classify"):
        return f"{made['data']}-{made['method']}"
    return "truth" if made["method"] == "truth" else superres_runs.row_name(made)


@cache
def _records(of: str) -> list[Settings]:
    """A study's published records but for stale ones: what a change makes stale, a workflow is there to make anew."""
    records = [read_json(path) for path in sorted((paths.results() / of).glob("*.json"))]
    return [record | {"data": record["data"]["name"]} for record in records if not runs.check(record)]
