"""How long the mask of a 2040x1356 photograph takes: hfsr beside the authors' algorithm, with and without its loop.

``python benchmarks/weightmap.py`` takes about half a minute.
"""

import shutil
import statistics
import time
from collections.abc import Callable

import numpy as np
import skimage.data
import torch
from torch import Tensor

from hfsr import map_statistics, selected_fraction, selection_mask, weight_map
from hfsr.cli.console import in_one_line
from hfsr.kernels import strips
from hfsr.report import timings

HEIGHT, WIDTH = 1356, 2040
ALPHA = 0.2


def photograph() -> Tensor:
    """Four real photographs side by side and mirrored below each other: uint8 (3, 1356, 2040), grey levels untouched."""
    pictures = [getattr(skimage.data, name)()[:300] for name in ("astronaut", "coffee", "chelsea", "rocket")]
    row = np.concatenate(pictures, axis=1)[:, :WIDTH]
    image = np.concatenate([row, row[:, ::-1]] * 3)[:HEIGHT]
    return torch.from_numpy(image).permute(2, 0, 1).contiguous()


def differences(image: np.ndarray) -> np.ndarray:
    """Eq 4 for (C, H, W): float32 (4, C, H, W), up, down, left, right; 0 where there is no neighbour."""
    grey = image.astype(np.float32)
    padded = np.pad(grey, ((0, 0), (1, 1), (1, 1)), mode="edge")
    neighbours = padded[:, :-2, 1:-1], padded[:, 2:, 1:-1], padded[:, 1:-1, :-2], padded[:, 1:-1, 2:]
    return np.stack([grey - neighbour for neighbour in neighbours])


def outside(weights: np.ndarray) -> np.ndarray:
    """Eq 7."""
    mu, sigma = weights.mean(), weights.std()
    return (weights < mu - ALPHA * sigma) | (weights > mu + ALPHA * sigma)


def with_loop(image: np.ndarray) -> np.ndarray:
    """The authors' algorithm: the strongest of four differences is picked pixel by pixel."""
    stack = differences(image)
    strongest = np.abs(stack).argmax(axis=0)
    weights = np.empty_like(stack[0])
    channels, height, width = weights.shape
    for c in range(channels):
        for y in range(height):
            for x in range(width):
                weights[c, y, x] = stack[strongest[c, y, x], c, y, x]
    return outside(weights)


def without_loop(image: np.ndarray) -> np.ndarray:
    """The same, picked all at once."""
    stack = differences(image)
    strongest = np.abs(stack).argmax(axis=0)
    return outside(np.take_along_axis(stack, strongest[None], axis=0)[0])


def seconds(function: Callable[[], object], repetitions: int) -> list[float]:
    """Durations of single calls; more than one repetition is warmed up by one more, which does not count."""
    if repetitions > 1:
        function()
    durations = []
    for _ in range(repetitions):
        start = time.perf_counter()
        function()
        durations.append(time.perf_counter() - start)
    return durations


def compare(image: Tensor, threads: int) -> list[dict[str, object]]:
    """Time the three side by side, slowest first; what NumPy does runs on one thread always."""
    torch.set_num_threads(threads)
    array = image.numpy()
    durations = {
        "authors' algorithm, Python loop over pixels": seconds(lambda: with_loop(array), 1),
        "the same without the loop, NumPy float32": seconds(lambda: without_loop(array), 9),
        "hfsr.selection_mask": seconds(lambda: selection_mask(image, ALPHA), 31),
    }
    ours = statistics.median(durations["hfsr.selection_mask"])
    rows = []
    for name, times in durations.items():
        median = statistics.median(times)
        spread = {"median ms": median, "fastest ms": min(times), "slowest ms": max(times)}
        rounded = {column: round(1000 * value, 1) for column, value in spread.items()}
        rows.append(
            {"mask of 2040x1356 RGB": name, **rounded, "times hfsr's": round(median / ours, 1), "n": len(times)}
        )
    return rows


def compiled(image: Tensor, threads: int) -> list[dict[str, object]]:
    """Time `weight_map` as it is and under torch.compile, which needs a C++ compiler. Noted only: the library has it off."""
    torch.set_num_threads(threads)
    plain = statistics.median(seconds(lambda: weight_map(image), 21))
    strip, strips.STRIP = strips.STRIP, image.numel()  # one fused loop over the image is the compiler's best case
    fast = torch.compile(weight_map, dynamic=False)
    try:
        after = statistics.median(seconds(lambda: fast(image), 21))
    except RuntimeError as error:
        print(f"torch.compile does not work here: {str(error).splitlines()[0]}")
        return []
    finally:
        strips.STRIP = strip
    times = {"hfsr.weight_map": plain, "the same under torch.compile (left off)": after}
    return [{"weight map": name, "median ms": round(1000 * value, 1), "n": 21} for name, value in times.items()]


def counted(threads: int) -> str:
    return f"{threads} thread{'s' * (threads > 1)}"


def main() -> None:
    parser = timings.parser(__doc__)
    options = parser.parse_args()
    default = torch.get_num_threads()
    image = photograph()
    mu, sigma = map_statistics(image)
    share = selected_fraction(image, ALPHA)
    print(f"{WIDTH}x{HEIGHT} RGB uint8, alpha {ALPHA}: mu {mu:.4f}, sigma {sigma:.4f}, {share:.2%} selected")

    ours = selection_mask(image, ALPHA).numpy()
    for contender in (with_loop, without_loop):
        if not np.array_equal(contender(image.numpy()), ours):
            raise SystemExit(f"{contender.__name__} makes another mask")
    print("all three make the same mask")

    tables = {counted(threads): compare(image, threads) for threads in dict.fromkeys((default, 1))}
    if any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        for threads in dict.fromkeys((default, 1)):
            if rows := compiled(image, threads):
                tables[f"torch.compile, {counted(threads)}"] = rows
    else:
        print("torch.compile not tried: no C++ compiler here")
    torch.set_num_threads(default)
    timings.report("weightmap", tables, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
