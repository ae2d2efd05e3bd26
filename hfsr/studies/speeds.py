"""How fast runs go: in the published records, or timed on the device at hand."""

from collections.abc import Callable
from functools import cache, singledispatch
from typing import NamedTuple

import pandas as pd
import torch

from hfsr.studies import flops, published, trial
from hfsr.studies.publish import KINDS
from hfsr.studies.run import Run
from hfsr.studies.upscaled_set import UpscaledSet
from hfsr.training import hardware


class Speed(NamedTuple):
    """How fast a study's jobs went.

    Parameters
    ----------
    rate : float
        Floating-point operations a second; of what is measured only, pixels a second.
    device : str
        Where.

    Examples
    --------
    >>> max(Speed(1e9, "a laptop"), Speed(4e9, "a server")).device
    'a server'
    """

    rate: float
    device: str


@cache
def speed(study: str) -> Speed | None:
    """The median speed of a study's published records, of one process, on the device where they were fastest.

    Of the devices that are of the same kind as that at hand, a GPU or not, where there are records from such. None where there
    are no records, or none that is not stale.

    Examples
    --------
    >>> speed("superres").rate > 1e9
    True
    """
    found: dict[str, list[float]] = {}
    on_processor = hardware.is_processor(hardware.describe())
    for record in published.stale_or_not(KINDS[study]).values():
        if getattr(record, "recipe", None) == "quick":  # minutes, on the smallest data: no measure of speed
            continue
        if hardware.THEN in record.device:  # several took turns
            continue
        if not record.problems() and record.speed:  # what a change makes stale, a workflow is there to make anew
            found.setdefault(record.device, []).append(record.speed)
    alike = {device: rates for device, rates in found.items() if hardware.is_processor(device) == on_processor}
    speeds = [Speed(float(pd.Series(rates).median()), device) for device, rates in (alike or found).items()]
    return max(speeds, default=None)


Known = Callable[[Run], Speed | None]  # where the speed of a run is taken from


def of_records(run: Run) -> Speed | None:
    """The speed of a run's study in its records, or where there are none in the super-resolution study's.

    Examples
    --------
    >>> from hfsr.studies import grid
    >>> of_records(grid.runs("superres", "paper")["wdsr-a0-paper-s0"]) == speed("superres")
    True
    """
    return speed(run.study) or (None if run.work.of_pixels else speed("superres"))


@singledispatch
def of_device(run: Run) -> Speed | None:
    """The speed of a run on the device at hand, timed for seconds; of what no network computes that of the records.

    None where the device has no room for it.

    Examples
    --------
    >>> from hfsr.studies import grid
    >>> of_device(grid.runs("frequency", "paper")["truth-paper"]) == speed("frequency")
    True
    """
    if kind := trial.kind(run):
        return _timed(lambda: _training_rate(kind))
    return of_records(run)


@of_device.register
def _(run: UpscaledSet) -> Speed | None:
    if not run.work.network:
        return of_records(run)
    return _timed(lambda: _upscaling_rate(run.dataset, *run.upscaler.architecture))


def _timed(rate: Callable[[], float]) -> Speed | None:
    try:
        return Speed(rate(), hardware.describe())
    except torch.OutOfMemoryError:
        return None


@cache
def _training_rate(run: Run) -> float:
    return run.work.training / run.steps / trial.seconds(run)


@cache
def _upscaling_rate(dataset: str, kind: str, size: int) -> float:
    images = flops.LABELLED[dataset][0]
    return flops.upscaling(dataset, kind, size).training / images / trial.upscaling_seconds(dataset, kind, size)
