"""What `hfsr upscale` takes: its start beside `import torch`, in fresh processes in turn, and memory for 12 million pixels.

On cores that have something else to do the times mean little.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from importing import TORCH, side_by_side

from hfsr import images
from hfsr.cli.console import in_one_line
from hfsr.report import timings

SMALL, LARGE = (100, 100), (1500, 2000)  # height and width of the picture; the large one becomes 12 million pixels


def picture(folder: Path, height: int, width: int) -> Path:
    path = folder / f"{width}x{height}.png"
    images.write(path, torch.randint(0, 256, (3, height, width), dtype=torch.uint8))
    return path


def call(source: Path) -> list[str]:
    return ["-m", "hfsr.cli", "upscale", str(source), str(source.with_name("out.png")), "--overwrite"]


def peak(words: list[str]) -> float:
    """Peak of a process's resident memory in MB, as the system counts it for a child that has ended."""
    process = subprocess.Popen([sys.executable, *words])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), words)
    return usage.ru_maxrss / 1024


def main() -> None:
    parser = timings.parser(__doc__)
    parser.add_argument("--n", type=timings.count, default=9, help="processes of each kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small, large = (picture(Path(folder), *size) for size in (SMALL, LARGE))
        started = {TORCH: ["-c", TORCH], f"hfsr upscale, {SMALL[1]}x{SMALL[0]} pixels": call(small)}
        start, memory = side_by_side(started, options.n), peak(call(large))
    size = [
        {
            "small picture": f"{LARGE[1]}x{LARGE[0]}",
            "Mpix out": 4 * LARGE[0] * LARGE[1] / 1e6,
            "peak, MB": round(memory),
        }
    ]
    timings.report("starting", {"start": start, "memory of hfsr upscale": size}, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
