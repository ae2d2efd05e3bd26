"""Throughput per added process: one network trained by 1, 2, ... processes that share out every batch, and what limits it.

`torch.distributed.run` starts the processes, as on a cluster, with a thread (or a GPU) each; they train by
`hfsr.training.loop` with the paper's batch of 16 crops of 48x48. Beside them stands what an update has more of the more
processes there are: averaging the gradients, measured alone. ``python benchmarks/processes.py`` takes two minutes on two
cores.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from training import ALPHA, BATCH, CROP, percent, seconds
from weightmap import photograph

from hfsr.cli.console import in_one_line
from hfsr.data.photographs import Photographs
from hfsr.images import resize_bicubic
from hfsr.models import WDSR, parameters
from hfsr.report import timings
from hfsr.studies import superres
from hfsr.studies.rows import Row
from hfsr.studies.run import log
from hfsr.training import hardware, loop, processes
from hfsr.training.crops import Crops

UPDATES, WARM = 33, 3


def train(folder: Path) -> None:
    """In one of the processes: train, then print the median seconds of an update and of averaging its gradients."""
    hr = photograph()
    picture = Photographs("one", ("one",), (hr,), (resize_bicubic(hr, 0.5),), "")
    model, crops = WDSR(), Crops(picture, CROP, BATCH, 0, hardware.device())
    task = loop.Task(
        model=model,
        optimizer=torch.optim.Adam(model.parameters()),
        rate=lambda step: 1e-4,
        batch=crops,
        loss=lambda model, batch: superres.batch_loss(model, batch, Row("wdsr", ALPHA)),
        images=BATCH,
        watch=lambda model: {},
    )
    loop.fit(task, folder, {}, UPDATES)
    gradients = torch.ones(parameters(model), device=hardware.device())
    averaging = seconds(lambda: processes.mean(gradients).sum().item(), 51)
    if processes.is_main():
        print(log(folder)["seconds"].diff().iloc[WARM:].median(), averaging)


def timed(count: int) -> tuple[float, float]:
    """Seconds of an update and of averaging its gradients, with so many processes."""
    with tempfile.TemporaryDirectory() as folder:
        call = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={count}", __file__]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        ended = subprocess.run(
            [*call, "--folder", folder], env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
    update, averaging = map(float, ended.stdout.split())
    return update, averaging


def main() -> None:
    parser = timings.parser(__doc__)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)  # in the processes
    options = parser.parse_args()
    if options.folder:
        train(options.folder)
        return
    cuda = hardware.device().type == "cuda"
    available = torch.cuda.device_count() if cuda else len(os.sched_getaffinity(0))
    took = {count: timed(count) for count in (1, 2, 4, 8) if count <= available}
    rows = [
        {
            "processes": count,
            "ms an update": round(1000 * update),
            "crops/s": round(BATCH / update, 1),
            "times one process": round(took[1][0] / update, 2),
            "% of as many times": percent(took[1][0] / update / count),
            "averaging gradients, ms": round(1000 * averaging, 1) if count > 1 else 0.0,
            "n": UPDATES - WARM,
        }
        for count, (update, averaging) in took.items()
    ]
    timings.report("processes", {f"one network, a {'GPU' if cuda else 'thread'} each": rows}, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
