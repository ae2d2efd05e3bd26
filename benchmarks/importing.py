"""What `import hfsr` and the command line's first answer take beside `import torch`, each in fresh processes, in turn.

``python benchmarks/importing.py`` takes about two minutes.
"""

import statistics
import subprocess
import sys
import time

from hfsr.cli.console import in_one_line
from hfsr.report import timings

EVERYTHING = "import hfsr; [getattr(hfsr, name) for name in hfsr.__all__]"
TORCH = "import torch"
STARTED = {  # what a fresh Python is given
    TORCH: ["-c", TORCH],
    "import hfsr": ["-c", "import hfsr"],
    "from hfsr import HighFrequencyL1": ["-c", "from hfsr import HighFrequencyL1"],
    "from hfsr import everything in hfsr.__all__": ["-c", EVERYTHING],
    "hfsr --version": ["-m", "hfsr.cli", "--version"],
    "hfsr train --help": ["-m", "hfsr.cli", "train", "--help"],
}


def seconds(words: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def side_by_side(started: dict[str, list[str]], n: int) -> list[dict[str, str | float]]:
    """Rows of a table: what each call takes beside `import torch`, in turn: what else the machine does meets all."""
    durations: dict[str, list[float]] = {name: [] for name in started}
    for turn in range(n + 1):
        for name, words in started.items():
            took = seconds(words)
            if turn:  # the first one fills the system's cache of files
                durations[name].append(took)
    torch = statistics.median(durations[TORCH])
    return [
        {
            "a fresh process": name,
            "median s": round(statistics.median(times), 3),
            "fastest s": round(min(times), 3),
            "slowest s": round(max(times), 3),
            "times import torch": round(statistics.median(times) / torch, 3),
            "n": len(times),
        }
        for name, times in durations.items()
    ]


def main() -> None:
    parser = timings.parser(__doc__)
    parser.add_argument("--n", type=timings.count, default=15, help="processes of each kind")
    options = parser.parse_args()
    timings.report("importing", {"start of a process": side_by_side(STARTED, options.n)}, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
