"""Upscale a whole set of small images: what the classifier is trained on (Section IV.C)."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hfsr.analysis.sharpen import sharpen
from hfsr.images import resize_bicubic, to_uint8
from hfsr.images.upscaling import through


@dataclass(frozen=True)
class Sharpening:
    """Images sharpened, as they are or after bicubic interpolation.

    Parameters
    ----------
    amount : float
        See `hfsr.analysis.sharpen.sharpen`.
    factor : {1, 2}

    Examples
    --------
    >>> Sharpening(1.3, factor=2)(torch.zeros(1, 3, 8, 8, dtype=torch.uint8)).shape
    torch.Size([1, 3, 16, 16])
    """

    amount: float
    factor: int

    def __call__(self, images: Tensor) -> Tensor:
        return sharpen(images if self.factor == 1 else resize_bicubic(images, 2), self.amount)


Method = nn.Module | Sharpening | str


def upscale_images(method: Method, images: Tensor, batch: int = 32, bf16: bool = False) -> Tensor:
    """Upscale a set of images of one size, many at a time; the result is that of each image alone, to the bit.

    In float32 it is that of `hfsr.upscale` too.

    Parameters
    ----------
    method : Module, Sharpening, "bicubic" or "nearest"
        A super-resolution network (float32, evaluation mode), or an interpolation, bicubic as MATLAB's.
    images : Tensor, (N, 3, H, W), uint8
    batch : int
        Images at a time; changes the speed and the memory needed only.
    bf16 : bool
        Have networks multiply in bfloat16, see `hfsr.images.upscaling.through`: faster where the processor has units for it.

    Returns
    -------
    Tensor
        uint8, (N, 3, scale*H, scale*W), on the CPU; the scale of a network or a sharpening is its own, else 2.

    Raises
    ------
    ValueError
        If the images are not uint8, or `method` is none of these.

    Examples
    --------
    >>> upscale_images("bicubic", torch.zeros(5, 3, 8, 8, dtype=torch.uint8)).shape
    torch.Size([5, 3, 16, 16])
    """
    if images.dtype != torch.uint8 or images.ndim != 4:
        raise ValueError(f"expected uint8 images (N, 3, H, W), not {images.dtype} {tuple(images.shape)}")
    scale, upscale_part = _upscaler(method, bf16)
    count, channels, height, width = images.shape
    upscaled = torch.empty(count, channels, scale * height, scale * width, dtype=torch.uint8)
    with torch.inference_mode():
        for source, target in zip(images.split(batch), upscaled.split(batch), strict=True):
            target.copy_(upscale_part(source))
    return upscaled


def _upscaler(method: Method, bf16: bool) -> tuple[int, Callable[[Tensor], Tensor]]:
    """Scale, and what upscales a batch, uint8 to uint8."""
    if method == "bicubic":
        return 2, lambda images: resize_bicubic(images, 2)
    if method == "nearest":
        return 2, lambda images: images.repeat_interleave(2, dim=-2).repeat_interleave(2, dim=-1)
    if isinstance(method, Sharpening):
        return method.factor, method
    if not isinstance(method, nn.Module):
        raise ValueError(f'a method is a network, a sharpening, "bicubic" or "nearest", not {method!r}')
    device = next(method.parameters()).device
    return int(method.scale), lambda images: to_uint8(through(method, images.to(device), bf16))  # type: ignore[arg-type]
