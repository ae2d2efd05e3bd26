"""How long the measures of detail take: spectra and ring correlations of a set of photographs, and PNG files of 60,000 images.

All images are cut from the embedded photographs. ``python benchmarks/detail.py`` takes three minutes on two cores.
"""

import time

import torch

from hfsr.analysis.agreement import ring_correlation
from hfsr.analysis.spectrum import ENCODERS, png_total, radial_profile
from hfsr.cli.console import in_one_line
from hfsr.data import photographs
from hfsr.report import timings

METHODS, PHOTOGRAPHS, SIZE = 10, 100, (320, 480)  # BSD100's
IMAGES, SIDE = 60_000, 64  # CIFAR, upscaled


def cuts(count: int, height: int, width: int) -> torch.Tensor:
    """So many windows of the embedded photographs, at random."""
    pictures = [hr for hr in photographs.load("embedded").hr if hr.shape[1] >= height and hr.shape[2] >= width]
    generator = torch.Generator().manual_seed(0)

    def corner(room: int) -> int:
        return int(torch.randint(room + 1, (1,), generator=generator))

    windows = []
    for place in range(count):
        picture = pictures[place % len(pictures)]
        top, left = corner(picture.shape[1] - height), corner(picture.shape[2] - width)
        windows.append(picture[:, top : top + height, left : left + width])
    return torch.stack(windows)


def main() -> None:
    parser = timings.parser(__doc__)
    options = parser.parse_args()
    rows = []

    images = cuts(PHOTOGRAPHS, *SIZE)
    start = time.perf_counter()
    for _ in range(METHODS):
        for image, truth in zip(images, images.roll(1, 0), strict=True):
            radial_profile(image)
            ring_correlation(image, truth)
    work = f"spectrum and ring correlation, {METHODS} methods, {PHOTOGRAPHS} photographs of {SIZE[1]}x{SIZE[0]}"
    rows.append({"work": work, "seconds": round(time.perf_counter() - start, 1), "n": 1})

    images = cuts(IMAGES, SIDE, SIDE)
    for encoder in ENCODERS:
        start = time.perf_counter()
        png_total(images, encoder)
        work = f"{IMAGES:,} images of {SIDE}x{SIDE} as PNG, {encoder} settings"
        rows.append({"work": work, "seconds": round(time.perf_counter() - start, 1), "n": 1})
    timings.report("detail", {"measures of detail": rows}, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
