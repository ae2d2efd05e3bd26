"""What a device does with the study's iterations: the right ones, and how many a second."""

import math
from collections.abc import Iterable

import pandas as pd
import torch
from torch.nn import functional as F

from hfsr.errors import UserError
from hfsr.studies import memory, recipes, speeds, trial, upscaler
from hfsr.studies.classification import Classification
from hfsr.studies.restore_run import RestoreRun
from hfsr.studies.rows import Row
from hfsr.studies.run import Run
from hfsr.studies.superres_run import SuperresRun
from hfsr.training import hardware

STEPS = 5
# Of a loss, beside the CPU's in float32. Another order of sums moves these losses by up to 0.04 %; bf16 moves the weights, and
# five iterations later a loss by up to 3 %, so in bf16 only what is altogether wrong is found.
TOLERANCE = {"float32": 0.001, "bf16": 0.1}


def kinds() -> list[Run]:
    """A run of every kind that the studies have, each short: rows, controls, noise and JPEG; both classifiers at both sizes.

    Examples
    --------
    >>> [run.title for run in kinds()][:3]
    ['srcnn', 'wdsr-a0', 'wdsr-a1-5']
    """
    superres, classify = recipes.superres("quick"), recipes.classify("quick")
    alike = dict.fromkeys(trial.kind(SuperresRun(row, superres)) for row in recipes.superres("bench").rows)
    rows = [SuperresRun(kind.row, superres) for kind in alike if isinstance(kind, SuperresRun)]
    restored = [
        RestoreRun(Row("wdsr", "1/5"), recipes.restore("quick"), degrade=each) for each in ("noise25", "jpeg10")
    ]
    sizes = [
        Classification(plan.dataset, each, plan)
        for plan in (classify, recipes.classify("compact-quick"))
        for each in (upscaler.ORIGINAL, upscaler.BICUBIC)
    ]
    return [*rows, *restored, *sizes]


def check(runs: Iterable[Run]) -> pd.DataFrame:
    """Losses of a few iterations on the device at hand, beside a plain loop's on the CPU in float32.

    Returns
    -------
    DataFrame
        A row a run: its last ``loss`` in float32, that ``on the CPU``, the largest ``difference`` of all iterations as a
        fraction of the loss, ``in bf16`` that of training as this device does it, NaN where it has no units for that, and
        whether both are ``right``: no more than `TOLERANCE`.

    Examples
    --------
    >>> check(kinds()[-4:-3])["right"].to_dict()
    {'classify/digits-original-quick-s0': True}
    """
    rows = {}
    for run in runs:
        there = trial.iterate_plainly(run, STEPS)
        with hardware.only_float32():
            here = _losses(run)
        difference, in_bf16 = _largest(here, there), math.nan
        if hardware.bf16_units():
            in_bf16 = _largest(_losses(run), there)
        rows[f"{run.study}/{run.name}"] = {
            "loss": here[-1],
            "on the CPU": there[-1],
            "difference": difference,
            "in bf16": in_bf16,
            "right": difference <= TOLERANCE["float32"] and not in_bf16 > TOLERANCE["bf16"],
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _losses(run: Run) -> list[float]:
    """Infinite, so altogether wrong, where they stop being finite."""
    try:
        return [entry["loss"] for entry in trial.iterate(run, STEPS)]
    except UserError:
        return [math.inf] * STEPS


def _largest(losses: list[float], others: list[float]) -> float:
    return max(abs(a - b) / b for a, b in zip(losses, others, strict=True))


def throughput(runs: Iterable[Run]) -> pd.DataFrame:
    """Iterations a second on the device at hand, and what that is of what it can do.

    Returns
    -------
    DataFrame
        A row a run: ``iterations/s``, ``TFLOP/s``, and these as ``% of convolution`` and ``% of matrix product``: of a large
        3x3 convolution and a large product, in the precision that the study trains in. The most ``GB`` that tensors took,
        NaN on a CPU, and what `hfsr.studies.memory` counts. The rates are NaN where that is more than there is.

    Examples
    --------
    >>> throughput(kinds()[-4:-3]).columns[:2].to_list()
    ['iterations/s', 'TFLOP/s']
    """
    convolution, product = convolution_rate(), product_rate()
    on_gpu, rows = hardware.device().type == "cuda", {}
    for run in runs:
        if on_gpu:
            torch.cuda.reset_peak_memory_stats()
        speed = speeds.of_device(run)
        counted = memory.of(run, hardware.bf16_units())
        rate = speed.rate if speed else math.nan
        rows[run.name] = {
            "iterations/s": rate / (run.work.training / run.steps),
            "TFLOP/s": rate / 1e12,
            "% of convolution": 100 * rate / convolution,
            "% of matrix product": 100 * rate / product,
            "GB": torch.cuda.max_memory_allocated() / 1e9 if on_gpu else math.nan,
            "GB counted": (counted.state + counted.iteration) / 1e9,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def convolution_rate() -> float:
    """Floating-point operations a second of a large 3x3 convolution, forward.

    Examples
    --------
    >>> convolution_rate() > 1e6
    True
    """
    images, channels, side = (64, 256, 64) if hardware.device().type == "cuda" else (2, 64, 32)
    x, weight = _filled(images, channels, side, side), _filled(channels, channels, 3, 3)
    x, weight = (each.contiguous(memory_format=torch.channels_last) for each in (x, weight))
    took = trial.median_seconds(lambda: F.conv2d(x, weight, padding=1)[0, 0, 0, 0].item())
    return 2 * 9 * channels * x.numel() / took


def product_rate() -> float:
    """Floating-point operations a second of a large matrix product.

    Examples
    --------
    >>> product_rate() > 1e6
    True
    """
    size = 8192 if hardware.device().type == "cuda" else 512
    a, b = _filled(size, size), _filled(size, size)
    return 2 * size**3 / trial.median_seconds(lambda: (a @ b)[0, 0].item())


def _filled(*shape: int) -> torch.Tensor:
    dtype = torch.bfloat16 if hardware.bf16_units() else torch.float32
    return torch.randn(shape, device=hardware.device(), dtype=dtype)
