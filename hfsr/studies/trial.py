"""A few iterations of a run on noise: what every check, timing and estimate of memory starts from. It needs no data set."""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import singledispatch
from pathlib import Path

import torch

from hfsr.data import labelled
from hfsr.data.cifar import LAYOUTS
from hfsr.data.degradation import degraded
from hfsr.data.photographs import Photographs
from hfsr.errors import UserError
from hfsr.studies import classify, flops, superres
from hfsr.studies.classification import Classification
from hfsr.studies.run import Run
from hfsr.studies.superres_run import SuperresRun
from hfsr.studies.upscaler import BICUBIC, ORIGINAL
from hfsr.studies.upscaling import upscale_images
from hfsr.training import hardware, loop

TIMED = 3.0  # seconds that an iteration is timed for
PICTURES, IMAGES = 4, 256  # of noise
DIGITS = 10


@singledispatch
def kind(run: Run) -> Run | None:
    """The one run that stands for all whose iterations are alike, whatever their seed, length or upscaling network.

    None for a run that trains nothing.

    Examples
    --------
    >>> from hfsr.studies import grid
    >>> runs = grid.runs("superres", "bench")
    >>> kind(runs["wdsr-a1-3-bench-s2"]) == kind(runs["wdsr-a1-7-bench-s0"]), kind(runs["bicubic-bench"])
    (True, None)
    """
    return None


@kind.register
def _(run: Classification) -> Run:
    return replace(run, upscaler=ORIGINAL if run.upscaler.factor == 1 else BICUBIC, seed=0, steps=1)


@kind.register
def _(run: SuperresRun) -> Run | None:
    row = replace(run.row, alpha="1/5" if run.row.alpha else 0)
    return replace(run, row=row, seed=0, steps=1, data=run.recipe.data) if run.is_trained else None


@singledispatch
def training(run: Run, device: torch.device) -> loop.Task:
    """A run's network, batches and loss, on noise in place of its data.

    Raises
    ------
    UserError
        If the run trains nothing.

    Examples
    --------
    >>> from hfsr.studies import grid
    >>> training(grid.runs("superres", "quick")["wdsr-a0-quick-s0"], torch.device("cpu")).batch(0).lr.shape
    torch.Size([8, 3, 16, 16])
    """
    raise UserError(f"{run.name}: trains nothing")


@training.register
def _(run: Classification, device: torch.device) -> loop.Task:
    dataset = labelled.whole(run.dataset)
    side = run.upscaler.factor * flops.LABELLED[dataset][1]
    classes = LAYOUTS[dataset].classes if dataset in LAYOUTS else DIGITS
    return classify.training(run, _noise(IMAGES, side), torch.arange(IMAGES) % classes, classes, device)


@training.register
def _(run: SuperresRun, device: torch.device) -> loop.Task:
    if not run.is_trained:
        raise UserError(f"{run.name}: trains nothing")
    hr = _noise(PICTURES, 2 * max(run.recipe.crop, 64))
    names = tuple(map(str, range(PICTURES)))
    lr = tuple(degraded(picture, run.degrade, name) for picture, name in zip(hr, names, strict=True))
    return superres.training(run, Photographs("noise", names, tuple(hr), lr, "", run.degrade), device)


def _noise(count: int, side: int) -> torch.Tensor:
    return torch.randint(256, (count, 3, side, side), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def iterate(run: Run, steps: int, log_every: int = 1) -> list[dict[str, float]]:
    """Log of a run's first iterations, trained as the study trains them: by `hfsr.training.loop`, on its device.

    A loss is read back for every entry of the log; a study's run does so every 50 iterations.

    Examples
    --------
    >>> from hfsr.studies import grid
    >>> log = iterate(grid.runs("classify", "quick")["digits-original-quick-s0"], 2)
    >>> [entry["step"] for entry in log]
    [1, 2]
    """
    with tempfile.TemporaryDirectory() as folder:
        return loop.fit(training(run, hardware.device()), Path(folder) / run.title, {}, steps, log_every=log_every).log


def iterate_plainly(run: Run, steps: int) -> list[float]:
    """Losses of the same iterations by the plainest loop that there is, on the CPU, in float32: what others are checked by.

    Examples
    --------
    >>> from hfsr.studies import grid
    >>> len(iterate_plainly(grid.runs("classify", "quick")["digits-original-quick-s0"], 2))
    2
    """
    task = training(run, torch.device("cpu"))
    losses = []
    for step in range(steps):
        for group in task.optimizer.param_groups:
            group["lr"] = task.rate(step) * group.get("factor", 1)
        loss = task.loss(task.model, task.batch(step))
        task.optimizer.zero_grad()
        loss.backward()
        task.optimizer.step()
        losses.append(loss.item())
    return losses


def seconds(run: Run) -> float:
    """Seconds of an iteration, in a run of about `TIMED` seconds: of its later two thirds, when all is warm.

    Examples
    --------
    >>> from hfsr.studies import grid
    >>> seconds(grid.runs("classify", "quick")["digits-original-quick-s0"]) > 0
    True
    """
    took, lasted = _mean(iterate(run, 2)), 0.0
    while lasted < TIMED / 2:  # the first iterations are the slowest, on a GPU by far
        if took > TIMED / 2:
            return took
        count = round(TIMED / took)
        took = _mean(iterate(run, count, log_every=max(1, min(50, count // 6))))
        lasted = count * took
    return took


def _mean(log: list[dict[str, float]]) -> float:
    first, last = log[len(log) // 3], log[-1]
    return (last["seconds"] - first["seconds"]) / (last["step"] - first["step"])


def upscaling_seconds(dataset: str, kind: str, size: int) -> float:
    """Seconds of upscaling one image of a labelled set by a network, see `hfsr.studies.flops.built`.

    Examples
    --------
    >>> upscaling_seconds("digits", "wdsr", 1) > 0
    True
    """
    network = flops.built(kind, size).eval()
    network = network.to(hardware.device(), memory_format=torch.channels_last)  # type: ignore[call-overload]
    side = flops.LABELLED[dataset][1]
    images = torch.zeros(IMAGES, 3, side, side, dtype=torch.uint8)
    return median_seconds(lambda: upscale_images(network, images, bf16=hardware.bf16_units())) / IMAGES


def median_seconds(call: Callable[[], object], repetitions: int = 5) -> float:
    """Median duration of a call that waits for the device; the first one is not counted.

    Examples
    --------
    >>> 0.01 < median_seconds(lambda: time.sleep(0.01), repetitions=3) < 1
    True
    """
    took = []
    for _ in range(repetitions + 1):
        start = time.perf_counter()
        call()
        took.append(time.perf_counter() - start)
    return statistics.median(took[1:])
