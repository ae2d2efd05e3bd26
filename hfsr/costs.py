"""What a study takes in hours, memory and disk: operations counted on the networks, at the speed of the published records.

Hours are of the device that the records are from: one job at a time on it. Other crop sizes and depths run at other speeds;
what a plan says of them is extrapolated.
"""

import math
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import pandas as pd
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from hfsr import networks, recipes, rows, runs, study
from hfsr.data.cifar import LAYOUTS
from hfsr.models import SRCNN, WDSR, ResNet, parameters
from hfsr.study import Job, Settings

# What the sets hold, for what is planned without them: DIV2K's pictures have 2,040 pixels on their longer side.
DIV2K_PIXELS = {"div2k-train": 800 * 2040 * 1356, "div2k-valid": 100 * 2040 * 1356}
OTHER_PIXELS = 120_000_000  # of all other photographs together, rounded up
LABELLED = {"digits": (1797, 8)} | dict.fromkeys(LAYOUTS, (60_000, 32))  # images and their side
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


def operations(made: Settings) -> float:
    """Floating-point operations of a run's training or enlarging, from its settings; of a measurement the pixels measured.

    Examples
    --------
    >>> one = operations(rows.settings(recipe="paper"))
    >>> one / operations(rows.settings(recipe="paper", steps=3000))
    100.0
    """
    if made["study"] == "frequency":
        return sum(_pixels(name) for name in recipes.superres(made["recipe"]).evaluation)
    if made["study"] == "enlarged":
        images, side = LABELLED[made["data"]]
        return 0.0 if made["method"] in networks.PLAIN else images * _forward(_network(made["method"]), side)
    if made["study"] == "superres":
        plan = recipes.superres(made["recipe"])
        return made["steps"] * plan.batch * _update(made["method"], plan.blocks, plan.crop)
    reader, (_, side) = recipes.classify(made["recipe"]), LABELLED[made["data"]]
    side = side if made["method"] == "original" else 2 * side
    return made["steps"] * reader.batch * _update("resnet", made["depth"], side)


def speed(of: str) -> Speed | None:
    """The median speed of a study's published records on the device where they were fastest; None without records."""
    found: dict[str, list[float]] = {}
    for record in _records(of):
        done, seconds = operations(record), record.get("seconds")
        if of == "enlarged" and record["images_per_second"]:
            seconds = LABELLED[record["data"]][0] / record["images_per_second"]
        if done and seconds:
            found.setdefault(record["device"], []).append(done / seconds)
    speeds = [Speed(float(pd.Series(rates).median()), device) for device, rates in found.items()]
    return max(speeds, default=None)


def hours(job: Job) -> float:
    """Hours of a job at the speed of its study's records, or where there are none at the super-resolution study's."""
    kind = job.settings["study"]
    known = speed(kind) or speed("superres")
    return operations(job.settings) / known.rate / 3600 if known else math.nan


def minutes(job: Job) -> int:
    """Minutes that a cluster is asked for."""
    estimate = hours(job)
    return LOADING + (0 if math.isnan(estimate) else math.ceil(60 * MARGIN * estimate))


def memory(job: Job) -> int:
    """Megabytes that a cluster is asked for: the process, the data it holds, and what an update needs."""
    made = job.settings
    if made["study"] in ("superres", "frequency"):
        plan = recipes.superres(made["recipe"])
        held = max(_pixels(plan.data) if made["study"] == "superres" else 0, sum(map(_pixels, plan.evaluation)))
        return BASE + math.ceil(held * 3 * 1.25 / 1e6)  # uint8, with a quarter for the low resolution
    images, side = LABELLED[made["data"]]
    return BASE + math.ceil(images * 3 * side**2 * 5 / 1e6)


def disk(job: Job) -> float:
    """Megabytes that a job leaves: checkpoint and weights, or the enlarged set."""
    made = job.settings
    if made["study"] == "enlarged":
        images, side = LABELLED[made["data"]]
        return images * 3 * (2 * side) ** 2 / 1e6
    if made["study"] == "frequency" or _row(job) == "bicubic":
        return 0.0
    if made["study"] == "superres":
        model, copies = _built(made["method"], recipes.superres(made["recipe"]).blocks), 3  # Adam keeps two moments
    else:
        model, copies = _built("resnet", made["depth"]), 2
    return parameters(model) * (4 * copies + 2) / 1e6


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
    if made["study"] in ("classify", "enlarged"):
        return f"{made['data']}-{made['method']}"
    return "truth" if made["method"] == "truth" else rows.row_name(made)


@cache
def _records(of: str) -> list[dict[str, Any]]:
    table = runs.load_records(of)
    return [_flat(runs.record(name, of)) for name in table.index]


def _flat(record: dict[str, Any]) -> Settings:
    return record | {"data": record["data"]["name"]}


@cache
def _pixels(name: str) -> int:
    return sum(DIV2K_PIXELS.get(part, 0) for part in name.split("+")) or OTHER_PIXELS


def _network(name: str) -> nn.Module:
    made = rows.maker(name)
    return _built(made["method"], recipes.superres(made["recipe"]).blocks) if made else networks.load(name)


def _built(kind: str, size: int) -> nn.Module:
    if kind == "resnet":
        return ResNet(size)
    return WDSR(blocks=size) if kind == "wdsr" else SRCNN()


@cache
def _update(kind: str, size: int, side: int) -> float:
    """Operations of an update for one image: forward and backward."""
    if kind == "bicubic":
        return 0.0
    with FlopCounterMode(display=False) as counter:
        _built(kind, size)(torch.zeros(1, 3, side, side)).sum().backward()
    return float(counter.get_total_flops())


def _forward(model: nn.Module, side: int) -> float:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, 3, side, side))
    return float(counter.get_total_flops())
