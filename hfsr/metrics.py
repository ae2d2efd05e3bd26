"""PSNR and SSIM, each with its border and channel spelled out (Table I).

Convention alone moves a PSNR by more than 2 dB, so both must always be named: the paper's Table I is on all colour channels
with a border of 8 left out (``border=8, channel="rgb"``), the literature's benchmarks on luma with a border of the scale
(``border=2, channel="y"``).
"""

import math
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from hfsr.errors import UserError

Channel = Literal["rgb", "y"]
WINDOW, SIGMA = 11, 1.5  # SSIM's Gaussian window (Wang et al., 2004)
HALF = WINDOW // 2
STRIP = 32  # rows of SSIM made at a time, so that they stay in the processor's cache: a third of the time
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def psnr(a: Tensor, b: Tensor, border: int, channel: Channel, mask: Tensor | None = None) -> float:
    """Peak signal-to-noise ratio of two uint8 images, in dB.

    Parameters
    ----------
    a, b : Tensor, (C, H, W), uint8
        C = 3 for colour, 1 for grey; grey is scored on its grey values, whatever the channel.
    border : int
        Pixels left out on every side.
    channel : {"rgb", "y"}
        All colour channels, or BT.601 luma in [16, 235], not rounded.
    mask : Tensor, (C, H, W), bool, optional
        Score only these elements (on "rgb").

    Returns
    -------
    float
        Infinite for equal images, NaN if the mask selects nothing.

    Raises
    ------
    UserError
        If the shapes differ or the border leaves nothing.
    ValueError
        If the channel has another name, or the mask does not go with it.

    Examples
    --------
    >>> a = torch.zeros(3, 4, 4, dtype=torch.uint8)
    >>> round(psnr(a, a + 1, border=0, channel="rgb"), 2)
    48.13
    """
    if mask is not None and (channel != "rgb" or mask.shape != a.shape):
        raise ValueError(
            f'a mask goes with channel "rgb" and images of its shape, not with {channel!r}, {tuple(a.shape)}'
        )
    x, y = _compared(a, b, border, channel)
    squared = (x - y).square()
    if mask is not None:
        squared = squared[_cut(mask, border)]
    error = squared.mean().item()
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def ssim(a: Tensor, b: Tensor, border: int, channel: Channel) -> float:
    """Structural similarity of two uint8 images: 11x11 Gaussian window, sigma 1.5, K = 0.01 and 0.03, range 255.

    Population covariance, windows that lie wholly inside, mean over channels; equal to scikit-image's with
    ``gaussian_weights=True, use_sample_covariance=False``.

    Parameters
    ----------
    a, b, border, channel
        As for `psnr`; what the border leaves must hold a window.

    Returns
    -------
    float
        At most 1.

    Raises
    ------
    UserError
        If the shapes differ or the border leaves less than 11 x 11 pixels.

    Examples
    --------
    >>> image = torch.arange(256, dtype=torch.uint8).view(1, 16, 16)
    >>> ssim(image, image, border=2, channel="y"), ssim(image, image.flip(-1), border=2, channel="y") < 1
    (1.0, True)
    """
    x, y = _compared(a, b, border, channel)
    if min(x.shape[-2:]) < WINDOW:
        raise UserError(f"SSIM needs {WINDOW} x {WINDOW} pixels inside the border, here are {tuple(x.shape[-2:])}")
    similarity = torch.empty_like(x[..., HALF:-HALF, HALF:-HALF], memory_format=torch.contiguous_format)
    for top in range(0, similarity.shape[-2], STRIP):
        inside, windows = slice(top, top + STRIP), slice(top, top + STRIP + 2 * HALF)
        for channel_similarity, x_channel, y_channel in zip(similarity, x, y, strict=True):
            channel_similarity[inside] = _similarity(x_channel[windows], y_channel[windows])
    return similarity.mean().item()


def luma(image: Tensor) -> Tensor:
    """BT.601 luma of a uint8 colour image (..., 3, H, W): float64 (..., 1, H, W) in [16, 235], not rounded; grey stays.

    Examples
    --------
    >>> luma(torch.full((3, 1, 1), 255, dtype=torch.uint8)).item()
    235.0
    """
    if image.shape[-3] == 1:
        return image.double()
    weights = torch.tensor([65.481, 128.553, 24.966], dtype=torch.float64, device=image.device)
    return 16 + (image.double() * weights.view(3, 1, 1)).sum(dim=-3, keepdim=True) / 255


def one_shape(a: Tensor, b: Tensor) -> None:
    """Images that are compared pixel by pixel have one shape; a `UserError` if not.

    Examples
    --------
    >>> one_shape(torch.zeros(3, 8, 8), torch.zeros(3, 8, 9))
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: images of (3, 8, 8) and (3, 8, 9): only images of one shape are compared
    """
    if a.shape != b.shape:
        raise UserError(f"images of {tuple(a.shape)} and {tuple(b.shape)}: only images of one shape are compared")


def _compared(a: Tensor, b: Tensor, border: int, channel: Channel) -> tuple[Tensor, Tensor]:
    if a.shape != b.shape or a.ndim != 3 or a.dtype != torch.uint8 or b.dtype != torch.uint8:
        raise UserError(
            f"images to compare are uint8 (C, H, W) of one size, not {a.dtype} {tuple(a.shape)} and {b.dtype} {tuple(b.shape)}"
        )
    if border < 0 or 2 * border >= min(a.shape[-2:]):
        raise UserError(f"a border of {border} leaves nothing of {tuple(a.shape[-2:])} pixels")
    if channel not in ("rgb", "y"):
        raise ValueError(f'channel is "rgb" or "y", not {channel!r}')
    x, y = (_cut(image, border) for image in (a, b))
    return (luma(x), luma(y)) if channel == "y" else (x.double(), y.double())


def _cut(image: Tensor, border: int) -> Tensor:
    return image[..., border : image.shape[-2] - border, border : image.shape[-1] - border]


def _similarity(x: Tensor, y: Tensor) -> Tensor:
    """SSIM of every window that lies wholly inside, (H, W) to (H - 10, W - 10)."""
    mean_x, mean_y = _blur(x), _blur(y)
    variance_x = _blur(x * x) - mean_x**2
    variance_y = _blur(y * y) - mean_y**2
    covariance = _blur(x * y) - mean_x * mean_y
    return ((2 * mean_x * mean_y + C1) * (2 * covariance + C2)) / (
        (mean_x**2 + mean_y**2 + C1) * (variance_x + variance_y + C2)
    )


def _blur(x: Tensor) -> Tensor:
    """Weighted mean over every window that lies wholly inside."""
    return _blur_along(_blur_along(x, -2), -1)  # separable


def _blur_along(x: Tensor, dimension: int) -> Tensor:
    kernel = np.exp(-(np.arange(-HALF, HALF + 1) ** 2) / (2 * SIGMA**2))
    weights, size = (kernel / kernel.sum()).tolist(), x.shape[dimension] - 2 * HALF
    blurred = x.narrow(dimension, HALF, size) * weights[HALF]
    for step in range(HALF):  # the kernel's two ends together, from the outside in: the digits of SciPy's correlate1d
        ends = x.narrow(dimension, step, size) + x.narrow(dimension, 2 * HALF - step, size)
        blurred += ends.mul_(weights[step])
    return blurred
