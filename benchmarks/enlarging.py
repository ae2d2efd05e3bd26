"""Enlarging: pixels a second of `hfsr.upscale` with WDSR-A-8, and the memory it takes beside the pictures themselves.

``python benchmarks/enlarging.py`` takes about four minutes on two cores. Each size runs in a process of its own, whose peak of
resident memory is read from the system.
"""

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

import torch

from hfsr import hardware, speed
from hfsr.models import WDSR
from hfsr.upscale import TILE, upscale

SIZES = ((1000, 750), (2000, 1500), (4000, 3000))  # of the small picture: 0.75, 3 and 12 Mpix


def peak() -> float:
    """Peak of this process's resident memory so far, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def measure(width: int, height: int) -> None:
    """Enlarge one picture and print the seconds that it took, then the peak of memory in MB."""
    torch.manual_seed(0)
    network = WDSR().eval().to(hardware.device(), memory_format=torch.channels_last)
    upscale(network, torch.zeros(3, 64, 64, dtype=torch.uint8))
    picture = torch.randint(0, 256, (3, height, width), dtype=torch.uint8)
    start = time.perf_counter()
    upscale(network, picture)
    print(time.perf_counter() - start, peak())


def main() -> None:
    parser = speed.parser(__doc__)
    parser.add_argument("--size", type=int, nargs=2, help=argparse.SUPPRESS)  # in the process that measures one size
    options = parser.parse_args()
    if options.size:
        measure(*options.size)
        return
    rows = []
    for width, height in SIZES:
        call = [sys.executable, __file__, "--size", str(width), str(height)]
        seconds, peak = map(float, subprocess.run(call, capture_output=True, text=True, check=True).stdout.split())
        pixels = width * height / 1e6
        rows.append(
            {
                "small picture": f"{width}x{height}",
                "seconds": round(seconds, 1),
                "Mpix/s in": round(pixels / seconds, 3),
                "Mpix/s out": round(4 * pixels / seconds, 3),
                "peak of memory, MB": round(peak),
                "of these its result, MB": round(12 * pixels),
            }
        )
    speed.report(
        "enlarging", {f"WDSR-A-8, float32, tiles of {TILE} with a halo of {WDSR().halo}": rows}, options.record
    )


if __name__ == "__main__":
    main()
