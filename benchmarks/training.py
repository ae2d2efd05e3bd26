"""Training throughput: hfsr beside the plain loop that users of EDSR-PyTorch or BasicSR have, in one process run.

All train WDSR-A-8 on 16 crops of 48x48 (low resolution), batch preparation included. The plain loop is in float32 and
contiguous, its DataLoader reads a picture for every crop; hfsr keeps the pictures decoded, computes in bf16 where the processor
has it, and takes the loss on the selected elements. ``python benchmarks/training.py`` takes three minutes on two cores.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.profiler import ProfilerActivity, profile
from torch.utils.data import DataLoader, Dataset
from weightmap import photograph

from hfsr.cli.console import in_one_line
from hfsr.data.photographs import Photographs
from hfsr.images import resize_bicubic
from hfsr.models import WDSR
from hfsr.report import timings
from hfsr.studies import superres
from hfsr.studies.rows import Row
from hfsr.training import hardware, processes
from hfsr.training.crops import AHEAD, Crops
from hfsr.training.selection import batch_mask
from hfsr.training.step import Step

CROP, BATCH, ALPHA = 48, 16, 0.2
PICTURES = 32
SUB_IMAGE = 480  # BasicSR's cut of DIV2K
LABELS = {
    "png": "plain loop, PNG of 2040x1356 decoded per crop",
    "sub": f"plain loop, PNG of {SUB_IMAGE}x{SUB_IMAGE} decoded per crop",
    "array": "plain loop, array of 2040x1356 read per crop",
}


class Files(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Pairs of files, one random crop an item, as a float tensor."""

    def __init__(self, folder: Path, kind: str, length: int) -> None:
        self.paths, self.kind, self.length = sorted(folder.glob(f"{kind}-*-hr.*")), kind, length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        rng = np.random.default_rng(index)
        high = self.paths[rng.integers(len(self.paths))]
        hr, lr = self._read(high), self._read(high.with_name(high.name.replace("-hr", "-lr")))
        top, left = (int(rng.integers(length - CROP + 1)) for length in lr.shape[:2])
        lr = lr[top : top + CROP, left : left + CROP]
        hr = hr[2 * top : 2 * (top + CROP), 2 * left : 2 * (left + CROP)]
        if rng.integers(2):
            lr, hr = lr[:, ::-1], hr[:, ::-1]
        if rng.integers(2):
            lr, hr = lr[::-1], hr[::-1]
        if rng.integers(2):
            lr, hr = lr.transpose(1, 0, 2), hr.transpose(1, 0, 2)
        return self._tensor(lr), self._tensor(hr)

    @staticmethod
    def _read(path: Path) -> np.ndarray:
        return np.load(path) if path.suffix == ".npy" else np.asarray(Image.open(path))

    @staticmethod
    def _tensor(image: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))).float() / 255


def write_files(folder: Path, pictures: Photographs) -> None:
    for index, (hr, lr) in enumerate(zip(pictures.hr, pictures.lr, strict=True)):
        for kind, image, side in (("hr", hr, SUB_IMAGE), ("lr", lr, SUB_IMAGE // 2)):
            pixels = image.permute(1, 2, 0).numpy()
            Image.fromarray(pixels).save(folder / f"png-{index}-{kind}.png")
            Image.fromarray(pixels[:side, :side]).save(folder / f"sub-{index}-{kind}.png")
            np.save(folder / f"array-{index}-{kind}.npy", pixels)


def plain_loop(folder: Path, kind: str, workers: int, device: torch.device) -> Callable[[], None]:
    """One update of the plain loop."""
    loader = DataLoader(Files(folder, kind, 10**6), BATCH, num_workers=workers, pin_memory=device.type == "cuda")
    model = WDSR().to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    batches = iter(loader)

    def update() -> None:
        lr, hr = next(batches)
        loss = torch.nn.functional.l1_loss(model(lr.to(device)), hr.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()

    return update


def hfsr_loop(pictures: Photographs, device: torch.device, compiled: bool = False) -> Callable[[], None]:
    """One update as `hfsr.training.loop` makes it; the loss is read back, so that its duration is all of it."""
    hardware.keep_memory()
    crops = Crops(pictures, CROP, BATCH, 0, device)
    model = WDSR().to(device, memory_format=torch.channels_last)
    accelerator = processes.accelerator()
    model, optimizer = accelerator.prepare(model, torch.optim.Adam(model.parameters()))
    row = Row("wdsr", ALPHA)
    step = Step(
        torch.compile(model) if compiled else model,
        optimizer,
        lambda model, batch: superres.batch_loss(model, batch, row),
        accelerator,
    )
    steps = count()

    def update() -> None:
        step(crops(next(steps)), rate=1e-4)
        step.total.item()

    return update


def seconds(update: Callable[[], object], repetitions: int, warm: int = 3) -> float:
    """Median duration of a call."""
    for _ in range(warm):
        update()
    durations = []
    for _ in range(repetitions):
        start = time.perf_counter()
        update()
        durations.append(time.perf_counter() - start)
    return statistics.median(durations)


def matrix_rate(device: torch.device, dtype: torch.dtype) -> float:
    """Multiply-adds a second of a large matrix product, times two: what the machine can do, in FLOP/s."""
    size = 8192 if device.type == "cuda" else 2048
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))

    def multiply() -> None:
        product = a @ b
        product[0, 0].item()

    return 2 * size**3 / seconds(multiply, 9)


def operations(pixels: int) -> float:
    """FLOP of a training step on that many low-resolution pixels: forward, and twice as much backward."""
    weights = sum(layer.weight.numel() for layer in WDSR().modules() if isinstance(layer, torch.nn.Conv2d))
    return 3 * 2 * weights * pixels


def where_time_goes(update: Callable[[], None], device: torch.device, steps: int = 5) -> list[dict[str, object]]:
    """The ten operators that take most of a step, with their shares."""
    activities = [ProfilerActivity.CPU] + ([ProfilerActivity.CUDA] if device.type == "cuda" else [])
    with profile(activities=activities) as recorded:
        for _ in range(steps):
            update()
    key = f"self_{device.type}_time_total" if device.type == "cpu" else "self_device_time_total"
    events = sorted(recorded.key_averages(), key=lambda event: -getattr(event, key))
    total = sum(getattr(event, key) for event in events)
    return [{"operator": event.key[:60], "% of a step": percent(getattr(event, key) / total)} for event in events[:10]]


def percent(share: float) -> float:
    return round(100 * share, 1)


def main() -> None:
    parser = timings.parser(__doc__)
    parser.add_argument("--repetitions", type=timings.count, default=9, help="updates timed of each loop")
    options = parser.parse_args()
    repetitions, device = options.repetitions, hardware.device()
    whole = photograph()
    hr = tuple(whole.roll((37 * i, 91 * i), (1, 2)).contiguous() for i in range(PICTURES))
    lr = tuple(resize_bicubic(each, 0.5) for each in hr)
    pictures = Photographs("rolled", tuple(map(str, range(PICTURES))), hr, lr, "")

    durations: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder, pictures)
        for kind, label in LABELS.items():
            tried = {workers: seconds(plain_loop(folder, kind, workers, device), repetitions) for workers in (0, 2)}
            workers = min(tried, key=tried.__getitem__)
            durations[f"{label}, {workers} workers"] = tried[workers]
        hardware.keep_memory()  # for the whole process, so what is measured without stands above
        kept = seconds(plain_loop(folder, "array", workers, device), repetitions)
        durations["the last, freed memory kept"] = kept
    update = hfsr_loop(pictures, device)
    durations["hfsr"] = ours = seconds(update, repetitions)
    try:
        durations["hfsr with torch.compile (left off)"] = seconds(hfsr_loop(pictures, device, True), repetitions)
    except RuntimeError as error:
        print(f"torch.compile does not work here: {str(error).splitlines()[0]}")

    crops = Crops(pictures, CROP, BATCH, 0, device)
    batch = crops(0)
    starts = count(step=AHEAD)

    def prepare() -> None:  # with the draws, which are made for many iterations at once
        start = next(starts)
        batches = [crops(step) for step in range(start, start + AHEAD)]
        batches[-1].hr[0, 0, 0, 0].item()  # which waits for a GPU

    prepared = seconds(prepare, 5) / AHEAD
    masked = seconds(lambda: batch_mask(batch, ALPHA, "high")[0, 0, 0, 0].item(), 31)
    bf16 = hardware.bf16_units()
    rate, done = matrix_rate(device, torch.bfloat16 if bf16 else torch.float32), operations(BATCH * CROP**2) / ours
    loops = [
        {
            "loop": label,
            "ms an update": round(1000 * duration),
            "crops/s": round(BATCH / duration, 1),
            "times hfsr's": round(duration / ours, 2),
            "n": repetitions,
        }
        for label, duration in durations.items()
    ]
    limits = [
        {"what": "GFLOP/s of hfsr's updates", "measured": round(done / 1e9)},
        {"what": f"GFLOP/s of a large matrix product, {'bf16' if bf16 else 'float32'}", "measured": round(rate / 1e9)},
        {"what": "the first as % of the second", "measured": percent(done / rate)},
        {"what": "batch preparation, % of an update", "measured": percent(prepared / ours)},
        {"what": "weight map and mask, % of an update", "measured": percent(masked / ours)},
    ]
    tables: timings.Tables = {"loops": loops, "limits": limits, "operators": where_time_goes(update, device)}
    timings.report("training", tables, options.record)


if __name__ == "__main__":
    with in_one_line():
        main()
