"""What happens to a photograph before a network is to undo it: halved as in the paper (Section IV.A), or noise, or JPEG.

The paper leaves denoising to future work, its last sentence. Noise and JPEG keep the picture's size.
"""

import hashlib
import io
from functools import lru_cache

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from hfsr.errors import UserError
from hfsr.images import resize_bicubic
from hfsr.kernels.hashes import random_numbers

BICUBIC = "bicubic"
NOISE = {f"noise{sigma}": sigma for sigma in (15, 25, 50)}  # deviation in grey levels
JPEG = {f"jpeg{quality}": quality for quality in (10, 20, 40)}  # libjpeg's scale, colour at half the resolution
NAMES = (BICUBIC, *NOISE, *JPEG)
STREAM = 0x2545F4914F6CDD1D  # tells noise from what else is drawn by the same seeds, such as the control "random"
LEVELS = 2**16  # equally likely values of the noise: none lies beyond 4.3 deviations


def scale(name: str) -> int:
    """How many times as wide and high the undone picture is: 2 or 1.

    Raises
    ------
    UserError
        If there is no degradation of that name; it lists those there are.

    Examples
    --------
    >>> scale("bicubic"), scale("noise25")
    (2, 1)
    """
    if name not in NAMES:
        raise UserError(f"no degradation is called {name!r}: choose one of {', '.join(NAMES)}")
    return 2 if name == BICUBIC else 1


def degraded(picture: Tensor, name: str, title: str) -> Tensor:
    """A whole photograph, degraded: always in the same way.

    Parameters
    ----------
    picture : Tensor, (C, H, W), uint8
        Of even sizes, C = 1 or 3.
    name : str
        "bicubic", or "noise" and its deviation in grey levels, or "jpeg" and its quality: one of `NAMES`.
    title : str
        The picture's name, which its noise is drawn by.

    Returns
    -------
    Tensor
        uint8, (C, H, W), or half as wide and high.

    Raises
    ------
    UserError
        As for `scale`.

    Examples
    --------
    >>> flat = torch.full((3, 8, 8), 128, dtype=torch.uint8)
    >>> {name: tuple(degraded(flat, name, "flat").shape) for name in ("bicubic", "noise25", "jpeg10")}
    {'bicubic': (3, 4, 4), 'noise25': (3, 8, 8), 'jpeg10': (3, 8, 8)}
    """
    if scale(name) == 2:
        return resize_bicubic(picture, 0.5)
    if name in JPEG:
        return _through_jpeg(picture, JPEG[name])
    seed = int.from_bytes(hashlib.sha256(title.encode(errors="surrogateescape")).digest()[:7])
    # A channel at a time: the numbers drawn take many times the memory of what they are added to.
    return torch.cat(
        [noisy(plane[None], NOISE[name], torch.tensor([seed + place])) for place, plane in enumerate(picture)]
    )


def noisy(pictures: Tensor, sigma: int, seeds: Tensor) -> Tensor:
    """Pictures with Gaussian noise of their own, rounded and clipped to grey levels as in a file; the same on every device.

    Only whole numbers are computed with: a hash picks one of `LEVELS` equally likely values.

    Parameters
    ----------
    pictures : Tensor, (N, ..., H, W), uint8
    sigma : int
        Deviation in grey levels.
    seeds : Tensor, (N,), int64
        In [0, 2^62), of each picture its noise.

    Returns
    -------
    Tensor
        uint8, of the same shape.

    Examples
    --------
    >>> flat = torch.full((1, 100, 100), 128, dtype=torch.uint8)
    >>> round((noisy(flat, 25, torch.tensor([0])).double() - 128).std().item())
    25
    """
    numbers = random_numbers(seeds ^ STREAM, pictures[0].numel())
    noise = _values(sigma, pictures.device)[numbers // 2**16]
    return (pictures + noise.view_as(pictures)).clamp(0, 255).to(torch.uint8)


@lru_cache(maxsize=8)
def _values(sigma: int, device: torch.device) -> Tensor:
    """The noise's values, equally likely: a Gaussian's quantiles, rounded to grey levels, int16."""
    middles = (torch.arange(LEVELS, dtype=torch.float64) + 0.5) / LEVELS
    return (sigma * torch.special.ndtri(middles)).round().to(device, torch.int16)


def _through_jpeg(picture: Tensor, quality: int) -> Tensor:
    """Written as a JPEG file and read again, by Pillow."""
    pixels, file = picture.permute(1, 2, 0).numpy(), io.BytesIO()
    Image.fromarray(pixels.squeeze(-1) if len(picture) == 1 else pixels).save(file, "JPEG", quality=quality)
    decoded = np.array(Image.open(file))
    return torch.from_numpy(decoded).view(*picture.shape[1:], -1).permute(2, 0, 1).contiguous()
