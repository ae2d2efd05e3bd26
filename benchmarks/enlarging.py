"""Upscaling with WDSR-A-8: a whole CIFAR set, and photographs with the memory they take beside the pictures themselves.

``python benchmarks/enlarging.py`` takes about eight minutes on two cores. Each size runs in a process of its own, whose peak of
resident memory is read from the system.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from detail import cuts

from hfsr.cli.console import in_one_line
from hfsr.data.labelled import LabelledSet
from hfsr.images.tiles import TILE
from hfsr.models import WDSR
from hfsr.models.upscaling import upscale
from hfsr.report import timings
from hfsr.studies import upscaled, upscaler
from hfsr.studies.records import RECORD, read
from hfsr.studies.upscaled_set import UpscaledRecord
from hfsr.training import hardware

IMAGES, TESTED = 60_000, 10_000
SIZES = ((1000, 750), (2000, 1500), (4000, 3000))  # of the small picture: 0.75, 3 and 12 Mpix


def peak() -> float:
    """Peak of this process's resident memory so far, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def measure(width: int, height: int) -> None:
    """Upscale one picture and print the seconds that it took, then the peak of memory in MB."""
    torch.manual_seed(0)
    network = WDSR().eval().to(hardware.device(), memory_format=torch.channels_last)
    upscale(torch.zeros(3, 64, 64, dtype=torch.uint8), network)
    picture = torch.randint(0, 256, (3, height, width), dtype=torch.uint8)
    start = time.perf_counter()
    upscale(picture, network)
    print(time.perf_counter() - start, peak())


def measure_set() -> dict[str, float]:
    """Upscale as many images as CIFAR has, cut from photographs, by the command's own function."""
    images, labels = cuts(IMAGES, 32, 32), torch.zeros(IMAGES, dtype=torch.int64)
    data = LabelledSet("cifar10", ("any",), images[TESTED:], labels[TESTED:], images[:TESTED], labels[:TESTED], "cuts")
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        run = upscaled.make(data, upscaler.called("wdsr-a0"), Path(folder) / "set")
        seconds = time.perf_counter() - start
        rate = read(run / RECORD, UpscaledRecord).images_per_second
    return {"images": IMAGES, "enlarging, s": IMAGES / rate, "with digest and sizes as PNG, s": seconds}


def main() -> None:
    parser = timings.parser(__doc__)
    parser.add_argument("--size", type=int, nargs=2, help=argparse.SUPPRESS)  # in the process that measures one size
    options = parser.parse_args()
    if options.size:
        measure(*options.size)
        return
    whole = {name: round(value) for name, value in measure_set().items()}
    precision = "bf16" if hardware.bf16_units() else "float32"
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
    tables = {
        f"a CIFAR set, {precision}": [whole],
        f"photographs, float32, tiles of {TILE} with a halo of {WDSR().halo}": rows,
    }
    timings.report("enlarging", tables, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
