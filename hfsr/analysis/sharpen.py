"""A plain linear sharpening, the control of what a network draws: how much of it equals a network in gradient energy."""

from torch import Tensor
from torch.nn import functional as F

from hfsr.errors import UserError
from hfsr.images import to_uint8

MOST = 16.0  # the largest amount that is looked for
DIGITS = 2  # of a matched amount: it is to be the same on every machine


def sharpen(images: Tensor, amount: float) -> Tensor:
    """Add a multiple of what tells a pixel from its neighbourhood: x + amount (x - mean of 3x3), the border repeated.

    Parameters
    ----------
    images : Tensor, (N, C, H, W), uint8
    amount : float

    Returns
    -------
    Tensor
        uint8, the same shape.

    Examples
    --------
    >>> import torch
    >>> dot = torch.zeros(1, 1, 3, 3, dtype=torch.uint8)
    >>> dot[..., 1, 1] = 90
    >>> sharpen(dot, 0.5)[0, 0, 1].tolist()
    [0, 130, 0]
    """
    pixels = images.float() / 255
    mean = F.avg_pool2d(F.pad(pixels, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    return to_uint8(pixels + amount * (pixels - mean))


def gradient_energy(images: Tensor) -> float:
    """Mean of the squared differences between neighbours, down and across, in grey levels squared.

    Parameters
    ----------
    images : Tensor, (N, C, H, W), uint8

    Examples
    --------
    >>> import torch
    >>> gradient_energy(torch.tensor([[[[0, 2], [0, 2]]]], dtype=torch.uint8))  # 4 across, 0 down
    2.0
    """
    values = images.double()
    return (values.diff(dim=-2).square().mean() + values.diff(dim=-1).square().mean()).item() / 2


def matched_amount(images: Tensor, reference: Tensor) -> float:
    """The amount of sharpening with which images have the gradient energy of others, to two digits after the point.

    Parameters
    ----------
    images, reference : Tensor, (N, C, H, W), uint8

    Raises
    ------
    UserError
        If no amount up to 16 does: the reference has less energy than the images, or far more.

    Examples
    --------
    >>> import torch
    >>> images = torch.randint(100, 150, (4, 3, 16, 16), dtype=torch.uint8)
    >>> matched_amount(images, sharpen(images, 0.7))
    0.7
    """
    from scipy.optimize import brentq  # a second that only this needs

    wanted = gradient_energy(reference)
    ends = [gradient_energy(sharpen(images, amount)) for amount in (0.0, MOST)]
    if not ends[0] <= wanted <= ends[1]:
        raise UserError(
            f"a gradient energy of {wanted:.1f} is that of no sharpening here: they go from {ends[0]:.1f} to {ends[1]:.1f}"
        )
    return round(brentq(lambda amount: gradient_energy(sharpen(images, amount)) - wanted, 0.0, MOST, xtol=1e-4), DIGITS)
