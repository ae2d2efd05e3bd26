"""MATLAB's bicubic resizing (Section IV.A)."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from hfsr.images.convert import uint8_image

REACH = 2  # pixels that upscaling looks at on each side


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


def mirrored_bicubic(lr: Tensor, scale: int) -> Tensor:
    """Bicubic upscaling of a float batch with mirrored borders, MATLAB's rule without its rounding.

    Parameters
    ----------
    lr : Tensor, (N, C, H, W), float
    scale : int

    Returns
    -------
    Tensor
        (N, C, scale*H, scale*W), float32.

    Examples
    --------
    >>> mirrored_bicubic(torch.ones(1, 3, 4, 5), scale=2).shape
    torch.Size([1, 3, 8, 10])
    """
    for dimension, size in ((-2, lr.shape[-2]), (-1, lr.shape[-1])):
        place = torch.arange(-REACH, size + REACH, device=lr.device)
        place = torch.maximum(place, -1 - place)  # mirrored, the edge repeated: -1 is 0, and so is `size` the last
        place = torch.minimum(place, 2 * size - 1 - place).clamp(min=0)  # a picture of one pixel ends at once
        lr = lr.index_select(dimension, place)
    # antialias=True chooses the cubic kernel a = -0.5 (MATLAB's); without it torch has another (a = -0.75).
    upscaled = F.interpolate(lr.float(), scale_factor=scale, mode="bicubic", antialias=True)
    inside = slice(scale * REACH, -scale * REACH)
    return upscaled[..., inside, inside]


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
