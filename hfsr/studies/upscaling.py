"""Upscale a whole set of small images: what the classifier is trained on (Section IV.C)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from hfsr.images import resize_bicubic, to_uint8
from hfsr.images.upscaling import through


def upscale_images(method: nn.Module | str, images: Tensor, batch: int = 32, bf16: bool = False) -> Tensor:
    """Upscale a set of images of one size, many at a time; the result is that of each image alone, to the bit.

    In float32 it is that of `hfsr.upscale` too.

    Parameters
    ----------
    method : Module or "bicubic"
        A super-resolution network (float32, evaluation mode), or MATLAB's bicubic.
    images : Tensor, (N, 3, H, W), uint8
    batch : int
        Images at a time; changes the speed and the memory needed only.
    bf16 : bool
        Have networks multiply in bfloat16, see `hfsr.images.upscaling.through`: faster where the processor has units for it.

    Returns
    -------
    Tensor
        uint8, (N, 3, scale*H, scale*W), on the CPU; bicubic is x2.

    Raises
    ------
    ValueError
        If the images are not uint8, or `method` is neither a network nor "bicubic".

    Examples
    --------
    >>> upscale_images("bicubic", torch.zeros(5, 3, 8, 8, dtype=torch.uint8)).shape
    torch.Size([5, 3, 16, 16])
    """
    if images.dtype != torch.uint8 or images.ndim != 4:
        raise ValueError(f"expected uint8 images (N, 3, H, W), not {images.dtype} {tuple(images.shape)}")
    scale, enlarge = _enlarger(method, bf16)
    count, channels, height, width = images.shape
    upscaled = torch.empty(count, channels, scale * height, scale * width, dtype=torch.uint8)
    with torch.inference_mode():
        for source, target in zip(images.split(batch), upscaled.split(batch), strict=True):
            target.copy_(enlarge(source))
    return upscaled


def _enlarger(method: nn.Module | str, bf16: bool) -> tuple[int, Callable[[Tensor], Tensor]]:
    """Scale, and what upscales a batch, uint8 to uint8."""
    if method == "bicubic":
        return 2, lambda images: resize_bicubic(images, 2)
    if not isinstance(method, nn.Module):
        raise ValueError(f'a method is a network or "bicubic", not {method!r}')
    device = next(method.parameters()).device
    return int(method.scale), lambda images: to_uint8(through(method, images.to(device), bf16))  # type: ignore[arg-type]
