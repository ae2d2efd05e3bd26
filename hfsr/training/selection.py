"""Which elements of a batch count: Eq 7 or one of the study's controls, as tensor operations over the whole batch."""

from typing import Literal

import torch
from torch import Tensor

from hfsr.kernels.hashes import BITS, random_numbers
from hfsr.training import processes
from hfsr.training.crops import Batch
from hfsr.weightmap import Alpha, select, weight_map

Mask = Literal["all", "high", "random", "low", "uniform", "weighted"]
MASKS: tuple[Mask, ...] = ("all", "high", "random", "low", "uniform", "weighted")
CONTROLS: tuple[Mask, ...] = ("random", "low", "uniform", "weighted")


def batch_mask(batch: Batch, alpha: Alpha, mask: Mask) -> Tensor:
    """Elements of a batch that count: Eq 7 with the whole images' statistics, or one of the study's controls.

    Parameters
    ----------
    batch : Batch
    alpha : float, int or str
    mask : {"all", "high", "low", "random", "uniform", "weighted"}
        "all": everything. "high": the paper's selection. "low": the smooth rest that the paper leaves out. "random": in every
        crop as many elements as the selection has there, at random. "uniform": every element of the batch with the same
        probability, the fraction that the selection has of the batch; it does not know one crop from another. "weighted":
        as "high", which says how much each crop weighs (see `hfsr.studies.superres.batch_loss`).

    Returns
    -------
    Tensor
        bool, (N, 3, 2s, 2s).

    Examples
    --------
    >>> from hfsr.data import photographs
    >>> from hfsr.training.crops import Crops
    >>> batch = Crops(photographs.load("embedded-held-out"), crop=16, batch=2, seed=0)(0)
    >>> high, random = (batch_mask(batch, "1/5", mask) for mask in ("high", "random"))
    >>> torch.equal(high.sum(), random.sum())
    True
    """
    inside = (..., slice(1, -1), slice(1, -1))
    if mask == "all":
        return torch.ones_like(batch.hr[inside], dtype=torch.bool)
    high = select(weight_map(batch.hr), batch.mu, batch.sigma, alpha)[inside]
    if mask == "low":
        return ~high
    if mask == "random":
        return _as_many(high, batch.draws)
    if mask == "uniform":
        fraction = processes.mean(high.double().mean())
        return (random_numbers(batch.draws, high[0].numel()) < fraction * BITS).view_as(high)
    return high


def _as_many(high: Tensor, draws: Tensor) -> Tensor:
    """In every crop as many elements as `high` has there: those of the smallest random numbers."""
    count, crop = high[0].numel(), torch.arange(len(high), device=high.device)[:, None]
    # One sort of all numbers, the crop's number above them, is several times as fast as a sort of each crop's.
    order = (random_numbers(draws, count) | crop << 32).flatten().argsort()
    first = torch.arange(count, device=high.device) < high.flatten(1).sum(dim=1, keepdim=True)
    return torch.empty_like(high).flatten().scatter_(0, order, first.flatten()).view_as(high)
