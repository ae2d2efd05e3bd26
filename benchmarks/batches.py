"""What an iteration is made of, for the paper's and the authors' settings: the batch, the mask of each row, and all of it.

Pictures and images are noise on the device that trains, as `hfsr.training` keeps them; a whole iteration is timed in the
study's own loop. ``python benchmarks/batches.py`` takes a few minutes on two cores; with ``--authors`` much longer.
"""

import statistics
import time
from collections.abc import Callable

import torch
from training import percent

from hfsr.cli.console import in_one_line
from hfsr.report import timings
from hfsr.studies import recipes, trial, upscaler
from hfsr.studies.classification import Classification
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun
from hfsr.training import hardware, processes
from hfsr.training.crops import AHEAD
from hfsr.training.loop import Task
from hfsr.training.selection import MASKS, batch_mask
from hfsr.training.step import WARM_UP, Step

ALPHA = "1/5"
LONGEST = 10.0  # seconds that a way is timed for
RUNS = (
    SuperresRun(Row("wdsr", ALPHA), recipes.superres("bench")),
    SuperresRun(Row("wdsr", ALPHA), recipes.superres("paper")),
    Classification("cifar10", upscaler.ORIGINAL, recipes.classify("bench")),
    Classification("cifar10", upscaler.BICUBIC, recipes.classify("bench")),
)
AUTHORS = SuperresRun(Row("wdsr", ALPHA), recipes.superres("authors"))


def mean_seconds(call: Callable[[int], torch.Tensor], count: int) -> float:
    """Mean duration of calls, one after the other, waiting for the device at the end only."""
    call(0)
    start = time.perf_counter()
    for step in range(1, count):
        last = call(step)
    last.flatten()[0].item()
    return (time.perf_counter() - start) / (count - 1)


def prepared(run: SuperresRun | Classification, device: torch.device, compiled: bool = False) -> tuple[Task, Step]:
    """A run on noise, and what does its iterations as the study's loop has it."""
    task, accelerator = trial.training(run, device), processes.accelerator()
    model, optimizer = accelerator.prepare(task.model.to(memory_format=torch.channels_last), task.optimizer)
    return task, Step(torch.compile(model) if compiled else model, optimizer, task.loss, accelerator)


def ways(run: SuperresRun | Classification, device: torch.device) -> dict[str, float]:
    """Milliseconds of an iteration as calls, with the network compiled, and on a GPU both as a graph that is recorded."""
    took = {}
    for way in ("calls", "compiled", "graph", "compiled graph"):
        if way.endswith("graph") and device.type != "cuda":
            continue
        task, step = prepared(run, device, compiled=way.startswith("compiled"))
        if not way.endswith("graph"):
            step.graph = None

        def iteration(count: int, step: Step = step, task: Task = task) -> torch.Tensor:
            step(task.batch(count), task.rate(count))
            return step.total

        try:
            once = mean_seconds(iteration, WARM_UP + 2)
        except RuntimeError as error:
            print(f"{way} does not work here: {str(error).splitlines()[0]}")
            continue
        calls = min(20, 2 + round(LONGEST / once))
        took |= {f"{way}, ms": milliseconds(mean_seconds(iteration, calls)), f"{way}, n": calls - 1}
    return took


def milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 2)


def main() -> None:
    parser = timings.parser(__doc__)
    parser.add_argument("--repetitions", type=timings.count, default=9, help="timed calls of each mask")
    parser.add_argument(
        "--authors", action="store_true", help="the settings of the authors' code too: 32 crops of 128x128"
    )
    parser.add_argument("--ways", action="store_true", help="compare calls, a compiled network and a CUDA graph")
    options = parser.parse_args()
    device = hardware.device()
    iterations, masks, compared = [], [], []
    for run in (*RUNS, AUTHORS) if options.authors else RUNS:
        task = trial.training(run, device)
        # The draws of many iterations are made at once: as many batches have their part of that.
        batch, whole = mean_seconds(lambda step, task=task: task.batch(step)[0], AHEAD + 1), trial.seconds(run)
        row = {"run": run.name, "batch, ms": milliseconds(batch), "iteration, ms": milliseconds(whole)}
        iterations.append(row | {"batch, %": percent(batch / whole), "images/s": round(task.images / whole)})
        if options.ways:
            compared.append({"run": run.name} | ways(run, device))
        if isinstance(run, SuperresRun):
            example = task.batch(0)
            took = {
                mask: statistics.median(
                    mean_seconds(lambda step, mask=mask: batch_mask(example, run.row.alpha, mask), 3)  # noqa: B023
                    for _ in range(options.repetitions)
                )
                for mask in MASKS
            }
            masks.append({"run": run.name} | {f"{mask}, ms": milliseconds(each) for mask, each in took.items()})
    timings.report(
        "batches", {"iterations": iterations, "masks": masks} | ({"ways": compared} if compared else {}), options.record
    )


if __name__ == "__main__":
    with in_one_line():
        main()
