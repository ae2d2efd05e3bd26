"""What a study takes in hours, memory and disk: operations counted on the networks, at a speed that was measured.

Hours are of the device that the published records are from: one job at a time on it. Other crop sizes and depths run at other
speeds; what a plan says of them is extrapolated. Or they are of the device at hand, every kind of run timed for seconds.
"""

import math
from collections.abc import Iterable

import pandas as pd

from hfsr.studies import grid, memory, recipes
from hfsr.studies.publish import KINDS
from hfsr.studies.run import Run
from hfsr.studies.speeds import Known, of_records, speed
from hfsr.training import hardware

MARGIN = 2  # a job may take so many times the estimate before a cluster stops it
LOADING = 10  # minutes for what is no training: reading the data, measuring
BASE = 3000  # megabytes of a process that has imported everything and holds no data


def hours(run: Run, known: Known = of_records) -> float:
    """Hours of a run; NaN where nothing is known of its speed.

    Examples
    --------
    >>> bench, long = (grid.runs("superres", recipe)[f"wdsr-a0-{recipe}-s0"] for recipe in ("bench", "long"))
    >>> round(hours(long) / hours(bench))  # ten times the iterations
    10
    """
    found = known(run)
    return (run.work.training + run.work.measuring) / found.rate / 3600 if found else math.nan


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


def machine_memory(run: Run) -> int:
    """Megabytes that a cluster is asked for: the process, the data it holds, and what training needs beside them.

    Examples
    --------
    >>> runs = grid.runs("superres", "quick")
    >>> BASE < machine_memory(runs["bicubic-quick"]) < machine_memory(runs["wdsr-a0-quick-s0"])
    True
    """
    needed = memory.of(run, hardware.bf16_units())
    return BASE + math.ceil((run.work.held + needed.state + needed.iteration) / 1e6)


def critical(runs: Iterable[Run], known: Known = of_records) -> float:
    """Hours of the longest chain of runs that wait for each other: how long all take where there are machines enough.

    Examples
    --------
    >>> run = grid.runs("frequency", "quick")["wdsr-a0-quick-s0"]
    >>> critical([run]) == hours(run) + critical(run.requires)  # a network is trained before it is measured
    True
    """
    return max((hours(run, known) + critical(run.requires, known) for run in runs), default=0.0)


def plan(recipe: str, known: Known = of_records) -> pd.DataFrame:
    """What the whole study of a recipe takes.

    Returns
    -------
    DataFrame
        A row a row of a study or an upscaled set, by (study, name): ``jobs``, ``hours each``, ``hours``, ``GB`` on disk, and
        what its training needs of a GPU's memory, in GB, where the GPU has bf16 units and where not.

    Examples
    --------
    >>> plan("long")["jobs"].loc["superres"].to_dict()  # a job a seed
    {'wdsr-a0': 3, 'wdsr-a1-5': 3, 'wdsr-a1-5-random': 3}
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
    """What `hfsr plan` prints: the plan, its sums, the longest chain, the GPU that it fits on, and where the hours are from.

    Examples
    --------
    >>> [line.partition(":")[0] for line in summary("long").splitlines()[-11:-9]]
    ['in all', 'longest chain of jobs that wait for each other']
    """
    table, longest = plan(recipe, known), critical(everything(recipe), known)
    jobs, hours, disk = table["jobs"].sum(), table["hours"].sum(), 1e9 * table["GB"].sum()
    lines = [
        table.round(2).to_string(),
        "",
        f"in all: {jobs} jobs, {_duration(hours)}, {_size(disk)} on disk",
        f"longest chain of jobs that wait for each other: {_duration(longest)}",
        *fits(recipe),
        *(f"hours of {of}: {source}" for of, source in sources(recipe, known).items()),
    ]
    return "\n".join(lines)


def fits(recipe: str) -> list[str]:
    """On which GPU a recipe's trainings fit, in words.

    Examples
    --------
    >>> fits("quick")[0].partition(";")[0]
    'in bf16: a GPU of 8 GB is enough'
    """
    lines, runs = [], everything(recipe)
    for precision, bf16 in (("bf16", True), ("float32, without bf16 units", False)):
        needed = [memory.of(run, bf16) for run in runs]
        most = max(each.needed for each in needed)
        size = memory.card(most)
        where = f"a GPU of {size} GB is enough" if size else f"no GPU of up to {memory.CARDS[-1]} GB is enough"
        lines.append(f"in {precision}: {where}; a training needs up to {_size(most)}")
    if pictures := max(each.pictures for each in needed):
        lines.append(
            f"beside that lie the photographs, {_size(pictures)}; where they do not fit, the machine keeps them"
        )
    return lines


def sources(recipe: str, known: Known = of_records) -> dict[str, str]:
    """Where the hours of every study come from, in words.

    Examples
    --------
    >>> sorted(sources("long"))
    ['classify', 'confirmation', 'frequency', 'recognition', 'superres', 'upscaled']
    """
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
    """Every run of a recipe's studies, with those they require.

    Examples
    --------
    >>> [run.name for run in everything("quick")][2:5]
    ['wdsr-a1-5-quick-s0', 'digits-original-quick-s0', 'digits-bicubic']
    """
    recipes.require(recipe)
    wanted = [run for study in grid.studies(recipe) for run in grid.runs(study, recipe).values()]
    return list(grid.with_required(wanted).values())


def _size(number: float) -> str:
    return f"{number / 1e9:,.1f} GB" if number >= 1e8 else f"{number / 1e6:,.1f} MB"


def _duration(hours: float) -> str:
    return f"{60 * hours:.1f} minutes" if hours < 1 else f"{hours:,.1f} hours"
