"""The colour of pixels that nobody sees: what a network is to find there instead of black."""

import torch
from torch import Tensor
from torch.nn import functional as F

from hfsr.images.convert import from_unit, to_float


def fill_transparent(colour: Tensor, alpha: Tensor) -> Tensor:
    """Give pixels of alpha 0 the colour of the visible ones around them.

    Files keep any colour there, mostly black; upscaled with the rest it would show as a dark fringe along soft edges. Hidden
    pixels get the mean of what is visible near them, from ever coarser versions of the picture the further away they are.

    Parameters
    ----------
    colour : Tensor, (C, H, W), uint8, uint16 or float in [0, 1]
    alpha : Tensor, (1, H, W), of the same dtype

    Returns
    -------
    Tensor
        As `colour`; pixels with any alpha keep theirs.

    Examples
    --------
    >>> colour, alpha = torch.tensor([[[200, 0, 0, 0]]], dtype=torch.uint8), torch.tensor([[[9, 0, 0, 0]]], dtype=torch.uint8)
    >>> fill_transparent(colour, alpha)
    tensor([[[200, 200, 200, 200]]], dtype=torch.uint8)
    """
    weight = to_float(alpha)
    filled = _filled(to_float(colour)[None], weight[None])[0]
    return torch.where(weight > 0, colour, from_unit(filled, colour.dtype))


def _filled(colour: Tensor, weight: Tensor) -> Tensor:
    """A float batch whose pixels of weight 0 come from its half, and that's from its quarter, until none is left."""
    visible = weight > 0
    if visible.all() or weight.shape[-2:] == (1, 1):
        return colour
    total = F.avg_pool2d(weight, 2, ceil_mode=True, count_include_pad=False)
    mean = F.avg_pool2d(colour * weight, 2, ceil_mode=True, count_include_pad=False) / total.clamp(min=1e-12)
    coarse = F.interpolate(_filled(mean, total), size=colour.shape[-2:], mode="bilinear")
    return torch.where(visible, colour, coarse)
