"""MATLAB's bicubic resizing (Section IV.A)."""

import math

import torch
from torch import Tensor

from hfsr.images.convert import uint8_image


def resize_bicubic(image: Tensor, scale: float) -> Tensor:
    """Resize by MATLAB's `imresize`, bit for bit: the rule that made DIV2K's low-resolution images and the benchmarks'.

    Keys' cubic kernel with a = -0.5, widened when shrinking (no aliasing), half-pixel centres, mirrored borders; the rows
    are resized first and rounded to uint8, then the columns.

    Parameters
    ----------
    image : Tensor, (C, H, W) or (N, C, H, W), uint8
    scale : float
        Above 1 upscales, below 1 shrinks; the new sizes are ``ceil(scale * size)``.

    Returns
    -------
    Tensor
        uint8.

    Raises
    ------
    ValueError
        If the image is not uint8 or the scale not positive.

    Examples
    --------
    >>> resize_bicubic(torch.tensor([[[0, 100]]], dtype=torch.uint8), 2)
    tensor([[[  0,  20,  80, 109],
             [  0,  20,  80, 109]]], dtype=torch.uint8)
    """
    if not (scale > 0 and math.isfinite(scale)):
        raise ValueError(f"a scale is a positive number, not {scale}")
    return _resize_along(_resize_along(uint8_image(image), scale, -2), scale, -1)


def _resize_along(image: Tensor, scale: float, dimension: int) -> Tensor:
    places, weights = (each.to(image.device) for each in _taps(image.shape[dimension], scale))
    shape = [-1, 1] if dimension == -2 else [-1]
    resized = torch.zeros((), dtype=torch.float64, device=image.device)
    for place, weight in zip(places.unbind(1), weights.unbind(1), strict=True):
        resized = resized + image.index_select(dimension, place) * weight.view(shape)
    return (resized + 0.5).floor().clamp(0, 255).to(torch.uint8)  # MATLAB rounds halves up


def _taps(size: int, scale: float) -> tuple[Tensor, Tensor]:
    """For every output position the input positions it reads, and their weights: two (output, taps) tensors."""
    shrink = min(scale, 1.0)
    width = 4 / shrink
    centre = (torch.arange(math.ceil(size * scale), dtype=torch.float64) + 0.5) / scale - 0.5
    first = (centre - width / 2).floor()
    places = first[:, None] + torch.arange(math.ceil(width) + 2)
    weights = shrink * _cubic(shrink * (centre[:, None] - places))
    weights = weights / weights.sum(dim=1, keepdim=True)
    used = (weights != 0).any(dim=0)
    mirrored = places[:, used].long().remainder(2 * size)
    return torch.minimum(mirrored, 2 * size - 1 - mirrored), weights[:, used]


def _cubic(x: Tensor) -> Tensor:
    """Keys' cubic convolution kernel, a = -0.5."""
    x = x.abs()
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return torch.where(x <= 1, near, torch.where(x <= 2, far, 0.0))
