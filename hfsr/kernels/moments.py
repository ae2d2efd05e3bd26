"""Mean and population deviation of whole numbers, exact up to the last roundings, without a transfer to the host.

Sums of whole numbers are exact in float64, in any order: the same on every machine. What rounds is written below.
"""

import torch
from torch import Tensor

PIECE = 2**16  # numbers of a picture summed at a time on the CPU: what stays in its cache takes a quarter of the time


def mean_and_deviation(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Of each image's numbers, all channels pooled (Section III.C).

    Parameters
    ----------
    weights : Tensor, (C, H, W) or (N, C, H, W), int16 in [-255, 255]
        Exact up to 2^26 numbers an image (a picture of 22 million pixels); beyond, the variance rounds twice.

    Returns
    -------
    (mu, sigma) : Tensors, float64, (1, 1, 1) or (N, 1, 1, 1)
        mu is the rounded quotient; sigma is the quotient of `spread`'s root, which some processors' libraries round to
        the second nearest number.

    Examples
    --------
    >>> mu, sigma = mean_and_deviation(torch.tensor([[[3, 3, -3, -3]]], dtype=torch.int16))
    >>> mu.item(), sigma.item()
    (0.0, 3.0)
    """
    total, squares = _sums_in_pieces(weights) if weights.ndim == 3 and weights.is_cpu else _sums(weights)
    count = weights.shape[-3:].numel()
    divisor = torch.full_like(total, count)  # a GPU divides by a Python number with the number's rounded reciprocal
    return total / divisor, spread(count, total.long(), squares.long()).sqrt() / divisor


def spread(count: int, total: Tensor, squares: Tensor) -> Tensor:
    """The variance times count^2, that is count * squares - total^2: float64, rounded once.

    Parameters
    ----------
    count : int
        How many numbers in [-255, 255], up to 2^26.
    total, squares : Tensor, int64
        Their sum; the sum of their squares.

    Examples
    --------
    >>> numbers = torch.tensor([1, 2, 3])
    >>> spread(3, numbers.sum(), (numbers**2).sum()).item()  # 3 * 14 - 6 * 6
    6.0
    """
    if count <= 2**23:  # a crop
        return (count * squares - total * total).double()  # both products are below 2^62
    # Numbers shifted by a whole number next to their mean have the same deviation ...
    shift = total // count
    rest = total - shift * count  # ... and this sum, at least 0 and below count,
    squares = squares - shift * (total + rest)  # and this sum of squares.
    # What is left is exact in two words below 2^53: only their sum rounds.
    high, low = squares >> 24, squares & (2**24 - 1)
    return 2.0**24 * (count * high).double() + (count * low - rest * rest).double()


def _sums(weights: Tensor) -> tuple[Tensor, Tensor]:
    exact = weights.double()
    return exact.sum(dim=(-3, -2, -1), keepdim=True), exact.square().sum(dim=(-3, -2, -1), keepdim=True)


def _sums_in_pieces(weights: Tensor) -> tuple[Tensor, Tensor]:
    total, squares = torch.zeros(2, 1, 1, 1, dtype=torch.float64)
    for piece in weights.flatten().split(PIECE):
        exact = piece.double()
        total, squares = total + exact.sum(), squares + exact.dot(exact)  # not in place: `torch.vmap` forbids it
    return total, squares
