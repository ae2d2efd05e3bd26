"""Enlarging: pixels a second of `hfsr.upscale` with WDSR-A-8, and the memory it takes beside the pictures themselves.

``python benchmarks/enlarging.py`` takes about four minutes on two cores. Each size runs in a process of its own, whose peak of
resident memory is read from the system.
"""

import resource
import subprocess
import sys
import time

import torch

from hfsr import hardware
from hfsr.models import WDSR
from hfsr.upscale import upscale

SIZES = ((1000, 750), (2000, 1500), (4000, 3000))  # of the small picture: 0.75, 3 and 12 Mpix


def peak() -> float:
    """Peak of resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(width: int, height: int) -> None:
    """Enlarge one picture and print seconds, then the peak of memory before and after, in MB."""
    torch.manual_seed(0)
    network = WDSR().eval().to(hardware.device(), memory_format=torch.channels_last)
    upscale(network, torch.zeros(3, 64, 64, dtype=torch.uint8))
    picture = torch.randint(0, 256, (3, height, width), dtype=torch.uint8)
    before, start = peak(), time.perf_counter()
    upscale(network, picture)
    print(time.perf_counter() - start, before, peak())


def main() -> None:
    if len(sys.argv) == 3:
        measure(*map(int, sys.argv[1:]))
        return
    print(f"{hardware.describe()}; torch {torch.__version__}; WDSR-A-8, float32, tiles of 192 with a halo of 18")
    print(
        f"{'small picture':>16} {'seconds':>8} {'Mpix/s in':>10} {'Mpix/s out':>11} {'peak, MB':>9} {'its result, MB':>15}"
    )
    for width, height in SIZES:
        call = [sys.executable, __file__, str(width), str(height)]
        seconds, _, after = map(float, subprocess.run(call, capture_output=True, text=True, check=True).stdout.split())
        pixels = width * height / 1e6
        rates = f"{pixels / seconds:10.3f} {4 * pixels / seconds:11.3f}"
        print(f"{f'{width}x{height}':>16} {seconds:8.1f} {rates} {after:9.0f} {12 * pixels:15.0f}")


if __name__ == "__main__":
    main()
