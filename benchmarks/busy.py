"""Training beside other work: how much longer an iteration takes, with as many threads as torch likes and as the project takes.

Other work is a busy process on every core. Each training runs in a process of its own, by `hfsr.training.loop`: the network of
recipe ``quick`` on its crops. ``python benchmarks/busy.py`` takes some minutes; nothing else should run meanwhile.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from hfsr.cli.console import in_one_line
from hfsr.report import timings
from hfsr.studies import grid, trial
from hfsr.studies.run import log
from hfsr.training import hardware, loop

ITERATIONS, WARM = 33, 3
RUN = "wdsr-a1-5-quick-s0"
WAYS = {"as torch likes": "torch", "as many as cores are idle": "hfsr", "one": "1"}


def train(threads: str, folder: Path) -> None:
    """In a process of its own: train, then print the median seconds of an iteration and the threads that it ran with."""
    if threads == "torch":
        hardware.share_cores = lambda most: most
    loop.fit(trial.training(grid.runs("superres", "quick")[RUN], torch.device("cpu")), folder, {}, ITERATIONS)
    print(log(folder)["seconds"].diff().iloc[WARM:].median(), torch.get_num_threads())


@contextmanager
def work(jobs: int) -> Iterator[None]:
    """So many processes that do nothing but keep a core busy."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(jobs)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def timed(threads: str, jobs: int) -> tuple[float, int]:
    """Seconds of an iteration beside so many jobs, and with how many threads."""
    environment = os.environ | ({"OMP_NUM_THREADS": threads} if threads.isdigit() else {})
    with tempfile.TemporaryDirectory() as folder, work(jobs):
        call = [sys.executable, __file__, "--threads", threads, "--folder", folder]
        ended = subprocess.run(call, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    seconds, used = ended.stdout.split()
    return float(seconds), int(used)


def main() -> None:
    parser = timings.parser(__doc__)
    parser.add_argument("--threads", help=argparse.SUPPRESS)  # in the processes
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder:
        train(options.threads, options.folder)
        return
    cores, rows = os.cpu_count() or 1, []
    for title, threads in WAYS.items():
        quiet, _ = timed(threads, 0)
        for jobs in dict.fromkeys((0, 1, cores)):
            seconds, used = timed(threads, jobs)
            row = {"threads": title, "busy jobs": jobs, "used": used, "ms an iteration": round(1000 * seconds)}
            rows.append(row | {"times quiet": round(seconds / quiet, 2), "n": ITERATIONS - WARM})
    timings.report("busy", {"beside other work": rows}, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
