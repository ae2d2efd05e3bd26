"""Where an iteration's time goes on a GPU: its kernels, one by one, beside how long it takes.

Pictures and images are noise, so no data set is needed. ``python benchmarks/kernels.py`` takes half a minute, on a GPU alone.
"""

import sys
from collections import defaultdict
from typing import Any

import torch
from batches import RUNS as IN_BENCH
from batches import prepared
from card import RUNS as ON_CARD
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

from hfsr.cli.console import in_one_line
from hfsr.report import timings
from hfsr.studies import trial
from hfsr.studies.classification import Classification
from hfsr.studies.superres_run import SuperresRun
from hfsr.training import hardware
from hfsr.training.step import WARM_UP

RUNS = (*ON_CARD[:4], IN_BENCH[3])
ITERATIONS = 20
LONGEST = 160  # characters of a kernel's name, which C++ makes of all its types


def kernels(run: SuperresRun | Classification) -> list[dict[str, Any]]:
    """Every kernel of an iteration as training records it: how often it runs, and its milliseconds in all."""
    task, step = prepared(run, hardware.device())
    for each in range(WARM_UP + ITERATIONS):
        step(task.batch(each), task.rate(each))
    torch.cuda.synchronize()
    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        for each in range(ITERATIONS):
            step(task.batch(each), task.rate(each))
        torch.cuda.synchronize()
    took: dict[str, list[float]] = defaultdict(list)
    for event in seen.events():
        if event.device_type == DeviceType.CUDA and not event.name.startswith(("ProfilerStep", "Optimizer.")):
            took[event.name[:LONGEST]].append(event.time_range.elapsed_us() / 1000)
    rows = [
        {
            "run": run.name,
            "kernel": name,
            "times": round(len(each) / ITERATIONS, 2),
            "ms": round(sum(each) / ITERATIONS, 5),
        }
        for name, each in took.items()
    ]
    return sorted(rows, key=lambda row: -row["ms"])


def main() -> None:
    options = timings.parser(__doc__).parse_args()
    if hardware.device().type != "cuda":
        sys.exit("kernels: there is no GPU here")
    iterations, all_kernels = [], []
    for run in RUNS:
        all_kernels += kernels(run)
        iterations.append({"run": run.name, "iteration, ms": round(1000 * trial.seconds(run), 4)})
    timings.report("kernels", {"iterations": iterations, "kernels": all_kernels}, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
