"""Numbers that look random and are the same on every device: hashes of a seed and a place, in whole numbers alone."""

import torch
from torch import Tensor

BITS = 2**32 - 1  # of a random number


def random_numbers(seeds: Tensor, count: int) -> Tensor:
    """Whole numbers in [0, 2^32), the same on every device: hashes of a seed and a place.

    Parameters
    ----------
    seeds : Tensor, (N,), int64
        In [0, 2^62).
    count : int
        Numbers a seed.

    Returns
    -------
    Tensor
        int64, (N, count).

    Examples
    --------
    >>> random_numbers(torch.tensor([0, 1]), 3).shape, torch.equal(*random_numbers(torch.tensor([5, 5]), 3))
    (torch.Size([2, 3]), True)
    """
    places = torch.arange(count, device=seeds.device)
    keys = _hash(seeds & BITS) ^ _hash((seeds >> 32) + 1)
    return _hash(keys[:, None] ^ _hash(places))


def _hash(numbers: Tensor) -> Tensor:
    """A permutation of the 32-bit numbers that spreads every bit over all (lowbias32, by C. Wellons)."""
    numbers = (numbers ^ numbers >> 16) * 0x7FEB352D & BITS
    numbers = (numbers ^ numbers >> 15) * 0x846CA68B & BITS
    return numbers ^ numbers >> 16
