"""Photographs as small images, and at which frequencies small images have their variance."""

import torch
from torch import Tensor

from hfsr.analysis.detail import KEPT
from hfsr.analysis.spectrum import radial_profile
from hfsr.images.bicubic import resize_bicubic


def squares(picture: Tensor, side: int) -> Tensor:
    """A picture cut into squares side by side; what is left at the right and the bottom is dropped.

    Parameters
    ----------
    picture : Tensor, (C, H, W)
    side : int
        In pixels.

    Returns
    -------
    Tensor
        (N, C, side, side), row by row.

    Examples
    --------
    >>> squares(torch.zeros(3, 70, 100, dtype=torch.uint8), side=32).shape
    torch.Size([6, 3, 32, 32])
    """
    cut = picture.unfold(1, side, side).unfold(2, side, side)  # (C, rows, columns, side, side)
    return cut.flatten(1, 2).transpose(0, 1)


def brought_down(picture: Tensor, side: int) -> Tensor:
    """The square in the middle of a picture, as large as the picture is high or wide, shrunk by MATLAB's bicubic.

    Parameters
    ----------
    picture : Tensor, (C, H, W), uint8
    side : int
        In pixels.

    Returns
    -------
    Tensor
        uint8, (C, side, side).

    Examples
    --------
    >>> brought_down(torch.zeros(3, 70, 100, dtype=torch.uint8), side=32).shape
    torch.Size([3, 32, 32])
    """
    shorter = min(picture.shape[1:])
    top, left = ((size - shorter) // 2 for size in picture.shape[1:])
    middle = picture[:, top : top + shorter, left : left + shorter]
    return resize_bicubic(middle, side / shorter)[:, :side, :side]  # rounded up, the scale may give a pixel too many


def variance_profiles(images: Tensor) -> Tensor:
    """Power at each frequency, each image scaled so that a weak contrast counts as much as a strong one.

    Parameters
    ----------
    images : Tensor, (N, 3, H, W), uint8
        Images without any contrast are left out.

    Returns
    -------
    Tensor
        float64, (M, K), of the K frequencies of `hfsr.analysis.spectrum.radial_profile`. A ring holds as many frequencies as
        its radius is large, so power times frequency is a ring's share of the variance in all rings: the shares add up to 1.

    Examples
    --------
    >>> noise = torch.randint(256, (1, 3, 32, 32), dtype=torch.uint8)
    >>> frequency = radial_profile(noise[0])[0]
    >>> (frequency * variance_profiles(noise)).sum().round(decimals=6)
    tensor(1., dtype=torch.float64)
    """
    profiles = [radial_profile(image) for image in images if image.amin() < image.amax()]
    shares = [power / (frequency * power).sum() for frequency, power in profiles]
    return torch.stack(shares)


def frequencies(rings: int) -> Tensor:
    """Those of `variance_profiles`, in cycles a pixel.

    Examples
    --------
    >>> frequencies(4).tolist()
    [0.125, 0.25, 0.375, 0.5]
    """
    return torch.arange(1, rings + 1, dtype=torch.float64) / (2 * rings)


def fine_share(profile: Tensor) -> Tensor:
    """The share of the variance above 0.25 cycles a pixel: finer than what an image halved and upscaled back still has.

    Parameters
    ----------
    profile : Tensor, (K,) or (N, K), float64
        From `variance_profiles`, or a mean of them.

    Returns
    -------
    Tensor
        float64, () or (N,).

    Examples
    --------
    >>> fine_share(torch.tensor([4.0, 1.0, 0.0, 1.0], dtype=torch.float64)).item()  # at 1/8, 1/4, 3/8 and 1/2
    0.5
    """
    frequency = frequencies(profile.shape[-1])
    return (frequency * (frequency > KEPT) * profile).sum(-1)
