"""The weight map and the pixels it selects (Sections III.B and III.C, Eqs 4-7).

The mean and deviation in Eq 7 are those of a *whole* image's map, all channels pooled: two numbers an image. A crop's mask
is computed from the crop and a rim of one pixel around it, and equals the crop of the whole image's mask.

Nothing here reads a value back from the device but `selected_fraction` and the check of a floating-point picture
(`check_finite`): batches go through torch.compile and CUDA graphs.
"""

import math
from fractions import Fraction
from functools import cache

import torch
from torch import Tensor

from hfsr.errors import UserError
from hfsr.kernels import strips
from hfsr.kernels.moments import mean_and_deviation

Alpha = float | int | str
WIDEST = 256  # no uint8 difference lies outside [-255, 255]


def parse_alpha(alpha: Alpha) -> float:
    """Read the paper's alpha, a number or a fraction in words.

    Parameters
    ----------
    alpha : float, int or str
        A finite number >= 0, such as ``0.2``, ``"0.2"`` or ``"1/5"``.

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
    if not 0 <= value < math.inf:  # in words that torch.compile knows, too
        raise UserError(f"alpha = {alpha!r} must be finite and at least 0: give one such as 0.2 or 1/5")
    return value


@cache
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
    TypeError, ValueError
        If the image is no tensor; if it has another number of dimensions, another dtype, or no pixels.

    Examples
    --------
    >>> weight_map(torch.tensor([[[10, 10, 60]]], dtype=torch.uint8))
    tensor([[[  0, -50,  50]]], dtype=torch.int16)
    """
    _check(image)
    signed = torch.int16 if image.dtype == torch.uint8 else image.dtype
    if image.is_cpu and (image.ndim == 3 or image.dtype == torch.uint8) and not torch.compiler.is_compiling():
        return strips.weight_map(image, signed)
    centre = image.to(signed)
    # Where a neighbour does not exist the pixel stands in for it: its difference of 0 is never the strongest.
    column = torch.cat([centre[..., :1, :], centre, centre[..., -1:, :]], dim=-2)
    row = torch.cat([centre[..., :1], centre, centre[..., -1:]], dim=-1)
    up_left = centre - torch.stack([column[..., :-2, :], row[..., :-2]])  # D (Eq 4)
    down_right = centre - torch.stack([column[..., 2:, :], row[..., 2:]])
    vertical, horizontal = _stronger(up_left, down_right).unbind()
    return _stronger(vertical, horizontal)


def map_statistics(image: Tensor, check_finite: bool | None = None) -> tuple[Tensor, Tensor]:
    """Mean and population deviation of an image's weight map, all channels pooled (Section III.C).

    For uint8 the sums are exact: mu is rounded once, and sigma is one device's to within its last digits' rounding.

    Parameters
    ----------
    image : Tensor, (C, H, W) or (N, C, H, W)
        As for `weight_map`.
    check_finite : bool, optional
        Whether to look for pixels that are not finite, which reads one value back from the device; uint8 has none and is
        never read. By default a picture (C, H, W) is checked and a batch is not, nor anything under torch.compile.

    Returns
    -------
    (mu, sigma) : Tensors, float64, () for a picture or (N,) for a batch
        In grey levels of the image, on its device; ``mu.item()`` is a Python float. An image with pixels that are not
        finite, unchecked, has a sigma of NaN.

    Raises
    ------
    TypeError, ValueError
        As `weight_map`, and if a checked image has pixels that are not finite.

    Examples
    --------
    >>> mu, sigma = map_statistics(torch.tensor([[[10, 10, 60]]], dtype=torch.uint8))
    >>> mu.item(), round(sigma.item(), 2)
    (0.0, 40.82)
    """
    mu, sigma = _statistics(weight_map(image), check_finite)
    return mu.reshape(image.shape[:-3]), sigma.reshape(image.shape[:-3])


def selection_mask(image: Tensor, alpha: Alpha, check_finite: bool | None = None) -> Tensor:
    """The modified weight map: which elements count in the loss (Eq 7).

    Parameters
    ----------
    image : Tensor, (C, H, W) or (N, C, H, W)
        The ground truth, as for `weight_map`; in a batch each image has statistics of its own.
    alpha : float, int or str
        As for `parse_alpha`. 0 selects everything; a constant image selects nothing for alpha > 0.
    check_finite : bool, optional
        As for `map_statistics`. An image with pixels that are not finite, unchecked, selects everything: its loss is not
        finite either, and is noticed.

    Returns
    -------
    Tensor
        bool, same shape; True outside [mu - alpha*sigma, mu + alpha*sigma].

    Raises
    ------
    TypeError, ValueError
        As `map_statistics`, and if `alpha` is no number that is finite and at least 0.

    Examples
    --------
    >>> image = torch.tensor([[[10, 10, 10, 11, 60]]], dtype=torch.uint8)
    >>> selection_mask(image, "1/3").int()
    tensor([[[0, 0, 0, 1, 1]]], dtype=torch.int32)
    """
    weights = weight_map(image)
    weights = weights.double() if weights.is_floating_point() else weights  # once, for the statistics and for Eq 7
    return select(weights, *_statistics(weights, check_finite), alpha)


def selected_fraction(image: Tensor, alpha: Alpha) -> float:
    """Fraction of an image's elements that `selection_mask` selects, in [0, 1] (Table I, first column).

    Examples
    --------
    >>> selected_fraction(torch.tensor([[[10, 10, 10, 11, 60]]], dtype=torch.uint8), "1/3")
    0.4
    """
    mask = selection_mask(image, alpha, check_finite=True)
    return int(mask.count_nonzero()) / mask.numel()


def select(weights: Tensor, mu: float | Tensor, sigma: float | Tensor, alpha: Alpha) -> Tensor:
    """Eq 7 on a weight map whose statistics are known, compared in float64.

    Parameters
    ----------
    weights : Tensor
        Result of `weight_map`, of an image or of crops.
    mu, sigma : float, or tensors that broadcast against `weights`
        Statistics of the whole images; those of a batch as ``mu.view(-1, 1, 1, 1)``.
    alpha : float, int or str
        As for `selection_mask`.

    Returns
    -------
    Tensor
        bool, the shape of `weights`.

    Examples
    --------
    >>> select(torch.tensor([-9, -1, 0, 1, 9], dtype=torch.int16), mu=0.0, sigma=5.0, alpha="1/5")
    tensor([ True, False, False, False,  True])
    """
    alpha = parse_alpha(alpha)
    if alpha == 0:  # the paper: "if alpha is set to 0, 100 % of the training data are used"
        return torch.ones_like(weights, dtype=torch.bool)
    # `full` writes a number on the device; `as_tensor` would copy it there and wait.
    mu, sigma = (
        value.to(weights.device, torch.float64)
        if isinstance(value, Tensor)
        else torch.full((), value, dtype=torch.float64, device=weights.device)
        for value in (mu, sigma)
    )
    low, high = mu - (half_width := alpha * sigma), mu + half_width
    if weights.is_floating_point():
        weights = weights.double()
    else:  # whole numbers lie below `low` exactly where they lie below its ceiling
        low = low.clamp(-WIDEST, WIDEST).ceil().to(weights.dtype)
        high = high.clamp(-WIDEST, WIDEST).floor().to(weights.dtype)
    # Outside is below both ends (neither holds) or above both (each holds); what is NaN is not inside either.
    return (weights >= low) == (weights > high)


def _stronger(first: Tensor, second: Tensor) -> Tensor:
    return torch.where(second.abs() > first.abs(), second, first)  # argmax (Eqs 5-6): of equals the first


def _statistics(weights: Tensor, check_finite: bool | None) -> tuple[Tensor, Tensor]:
    """Both in float64, of as many dimensions as the map."""
    if weights.is_floating_point():
        sigma, mu = torch.std_mean(weights.double(), dim=(-3, -2, -1), correction=0, keepdim=True)
        by_default = weights.ndim == 3 and not weights.is_meta and not torch.compiler.is_compiling()
        if (by_default if check_finite is None else check_finite) and not sigma.isfinite().all():
            raise ValueError("the image has pixels that are not finite")
        return mu, sigma
    return mean_and_deviation(weights)


def _check(image: Tensor) -> None:
    if not isinstance(image, Tensor):
        raise TypeError(f"an image is a tensor, not {type(image).__name__}: torch.from_numpy makes one of an array")
    if image.ndim not in (3, 4) or image.numel() == 0:
        raise ValueError(f"an image is (C, H, W) or (N, C, H, W) with pixels in it, not {tuple(image.shape)}")
    if image.dtype != torch.uint8 and not image.is_floating_point():
        raise ValueError(f"an image is uint8 or floating point, not {image.dtype}")
