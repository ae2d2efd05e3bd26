"""The weight map and the pixels it selects (Sections III.B and III.C, Eqs 4-7).

The mean and deviation in Eq 7 are those of a *whole* image's map, all channels pooled: two numbers an image. A crop's mask
is computed from the crop and a rim of one pixel around it, and equals the crop of the whole image's mask.
"""

import math
from fractions import Fraction

import torch
from torch import Tensor

from hfsr.errors import UserError

Alpha = float | int | str
WIDEST = 256  # no uint8 difference lies outside [-255, 255]
STRIP = 2**18  # elements worked on at a time: what stays in the processor's cache takes half the time


def parse_alpha(alpha: Alpha) -> float:
    """Read the paper's alpha, a number or a fraction in words.

    Parameters
    ----------
    alpha : float, int or str
        A finite number >= 0, such as ``0.2``, ``"0.2"`` or ``"1/5"``.

    Returns
    -------
    float

    Raises
    ------
    UserError
        (a ValueError) if `alpha` is negative, not finite or not readable.

    Examples
    --------
    >>> parse_alpha("1/5")
    0.2
    """
    try:
        value = float(Fraction(alpha)) if isinstance(alpha, str) and "/" in alpha else float(alpha)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise UserError(f"alpha = {alpha!r} is not a number: give one such as 0.2 or 1/5") from error
    if not math.isfinite(value) or value < 0:
        raise UserError(f"alpha = {alpha!r} must be finite and at least 0: give one such as 0.2 or 1/5")
    return value


def alpha_label(alpha: Alpha) -> str:
    """The paper's way of writing alpha: a fraction 1/n where there is one, else the number.

    Examples
    --------
    >>> alpha_label(0.2), alpha_label(1 / 3), alpha_label(0), alpha_label(0.23)
    ('1/5', '1/3', '0', '0.23')
    """
    value = parse_alpha(alpha)
    near = Fraction(value).limit_denominator(100)
    return str(near) if float(near) == value and 1 in (near.numerator, near.denominator) else repr(value)


def weight_map(image: Tensor) -> Tensor:
    """Signed difference of every pixel to the neighbour it differs from most (Eqs 4-6).

    Each channel is taken by itself; neighbours are the pixels above, below, left and right, as far as they exist. Of
    equally strong differences the first in that order counts. A 1x1 image has no neighbour and weight 0.

    Parameters
    ----------
    image : Tensor, (C, H, W) or (N, C, H, W)
        uint8, or floating point (taken as it comes: dividing a uint8 image by 255 breaks some of its ties by rounding).

    Returns
    -------
    Tensor
        Same shape; int16 in [-255, 255] for uint8, else the image's dtype.

    Raises
    ------
    ValueError
        If the image has another number of dimensions, another dtype, or no pixels.

    Examples
    --------
    >>> weight_map(torch.tensor([[[10, 10, 60]]], dtype=torch.uint8))
    tensor([[[  0, -50,  50]]], dtype=torch.int16)
    """
    _check(image)
    height = image.shape[-2]
    weights = torch.empty_like(image, dtype=torch.int16 if image.dtype == torch.uint8 else image.dtype)
    rows = max(1, STRIP * height // image.numel())
    for top in range(0, height, rows):
        rim = min(top, 1)
        strip = image[..., top - rim : top + rows + 1, :]
        weights[..., top : top + rows, :] = _strongest_difference(strip)[..., rim : rim + rows, :]
    return weights


def map_statistics(image: Tensor) -> tuple[float, float]:
    """Mean and population deviation of an image's weight map, all channels pooled (Section III.C).

    Parameters
    ----------
    image : Tensor, (C, H, W)
        As for `weight_map`.

    Returns
    -------
    (mu, sigma) : floats, in grey levels of the image
    """
    return _statistics(weight_map(image))


def selection_mask(image: Tensor, alpha: Alpha) -> Tensor:
    """The modified weight map: which elements count in the loss (Eq 7).

    Parameters
    ----------
    image : Tensor, (C, H, W) or (N, C, H, W)
        The ground truth, as for `weight_map`; in a batch each image has statistics of its own.
    alpha : float, int or str
        As for `parse_alpha`. 0 selects everything; a constant image selects nothing for alpha > 0.

    Returns
    -------
    Tensor
        bool, same shape; True outside [mu - alpha*sigma, mu + alpha*sigma].

    Examples
    --------
    >>> image = torch.tensor([[[10, 10, 10, 11, 60]]], dtype=torch.uint8)
    >>> selection_mask(image, "1/3").int()
    tensor([[[0, 0, 0, 1, 1]]], dtype=torch.int32)
    """
    weights = weight_map(image)
    if image.ndim == 3:
        return select(weights, *_statistics(weights), alpha)
    return torch.stack([select(one, *_statistics(one), alpha) for one in weights])


def selected_fraction(image: Tensor, alpha: Alpha) -> float:
    """Share of an image's elements that `selection_mask` selects, in [0, 1] (Table I, first column)."""
    mask = selection_mask(image, alpha)
    return int(mask.count_nonzero()) / mask.numel()


def select(weights: Tensor, mu: float | Tensor, sigma: float | Tensor, alpha: Alpha) -> Tensor:
    """Eq 7 on a weight map whose statistics are known, compared in float64.

    Parameters
    ----------
    weights : Tensor
        Result of `weight_map`, of an image or of crops.
    mu, sigma : float, or float64 tensors that broadcast against `weights`
        Statistics of the whole images.
    alpha : float, int or str
        As for `selection_mask`.

    Returns
    -------
    Tensor
        bool, the shape of `weights`.
    """
    alpha = parse_alpha(alpha)
    if alpha == 0:  # the paper: "if alpha is set to 0, 100 % of the training data are used"
        return torch.ones_like(weights, dtype=torch.bool)
    mu, sigma = (torch.as_tensor(value, dtype=torch.float64, device=weights.device) for value in (mu, sigma))
    low, high = mu - alpha * sigma, mu + alpha * sigma
    if weights.is_floating_point():
        weights = weights.double()
    else:  # whole numbers lie below `low` exactly where they lie below its ceiling
        low = low.clamp(-WIDEST, WIDEST).ceil().to(weights.dtype)
        high = high.clamp(-WIDEST, WIDEST).floor().to(weights.dtype)
    return (weights < low) | (weights > high)


def _strongest_difference(centre: Tensor) -> Tensor:
    # Where a neighbour does not exist the pixel stands in for it: its difference of 0 is never the strongest.
    above = torch.cat([centre[..., :1, :], centre[..., :-1, :]], dim=-2)
    below = torch.cat([centre[..., 1:, :], centre[..., -1:, :]], dim=-2)
    left = torch.cat([centre[..., :1], centre[..., :-1]], dim=-1)
    right = torch.cat([centre[..., 1:], centre[..., -1:]], dim=-1)

    # The strongest difference (Eq 5) is the one to the lowest or to the highest neighbour: all of it fits in uint8.
    lowest = above.minimum(below).minimum(left.minimum(right)).minimum(centre)
    highest = above.maximum(below).maximum(left.maximum(right)).maximum(centre)
    rise, fall = centre - lowest, highest - centre

    # argmax (Eq 6) takes the first of equals: the side that a neighbour reaches first, in the order of Eq 4. If neither
    # `above` nor `below` reaches one, `left` and `right` reach one each.
    low_first = (centre - above == rise) | (
        (above - centre != fall) & ((centre - below == rise) | ((below - centre != fall) & (centre - left == rise)))
    )
    rises = (rise > fall) | ((rise == fall) & low_first)
    signed = torch.int16 if centre.dtype == torch.uint8 else centre.dtype
    return rise.to(signed) * rises - fall.to(signed) * ~rises  # D (Eq 4) at the argmax; faster than torch.where


def _statistics(weights: Tensor) -> tuple[float, float]:
    values = weights.flatten()
    if weights.is_floating_point():
        sigma, mu = torch.std_mean(values.double(), correction=0)
        if not math.isfinite(sigma.item()):
            raise ValueError("the image has pixels that are not finite")
        return mu.item(), sigma.item()
    # Sums of whole numbers are exact in float64, in any order: no rounding, the same on every machine. In pieces that stay
    # in the processor's cache they take a quarter of the time.
    sums = torch.zeros(2, dtype=torch.float64, device=weights.device)
    for piece in values.split(2**16):
        exact = piece.double()
        sums += torch.stack([exact.sum(), exact.dot(exact)])
    count, (total, squares) = values.numel(), (int(value) for value in sums.tolist())
    return total / count, math.sqrt(count * squares - total * total) / count


def _check(image: Tensor) -> None:
    if image.ndim not in (3, 4) or image.numel() == 0:
        raise ValueError(f"an image is (C, H, W) or (N, C, H, W) with pixels in it, not {tuple(image.shape)}")
    if image.dtype != torch.uint8 and not image.is_floating_point():
        raise ValueError(f"an image is uint8 or floating point, not {image.dtype}")
