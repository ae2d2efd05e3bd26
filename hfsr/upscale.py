"""Upscale images of any size by a network, in tiles, or by bicubic interpolation (Section IV.C)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from hfsr.images import resize_bicubic, to_float, to_rgb, to_uint8

TILE = 192  # pixels of the small image: large beside a halo of 18, small beside the memory
BICUBIC_HALO = 2  # pixels that the cubic kernel reaches


@torch.inference_mode()
def upscale(method: nn.Module | str, image: Tensor, tile: int = TILE, progress: bool = False) -> Tensor:
    """Upscale one picture x2.

    The picture is cut into tiles with a halo of the network's receptive field, so that memory stays bounded and the result
    is that of the whole (up to float32 rounding: within one grey level).

    Parameters
    ----------
    method : Module or "bicubic"
        A super-resolution network of `hfsr.models` (float32, evaluation mode), or MATLAB's bicubic.
    image : Tensor, (3, H, W) or (1, H, W), uint8
        A grey picture is upscaled as three equal channels, and their mean is returned.
    tile : int
        Side of a tile without its halo.
    progress : bool
        Show a bar over the tiles.

    Returns
    -------
    Tensor
        uint8, (C, 2H, 2W), on the CPU.

    Raises
    ------
    ValueError
        If `method` is neither a network nor "bicubic".

    Examples
    --------
    >>> upscale("bicubic", torch.zeros(3, 20, 30, dtype=torch.uint8)).shape
    torch.Size([3, 40, 60])
    """
    scale, halo, double = _enlarger(method)
    channels, height, width = image.shape
    upscaled = torch.empty(channels, scale * height, scale * width, dtype=torch.uint8)
    corners = [(top, left) for top in range(0, height, tile) for left in range(0, width, tile)]
    for top, left in tqdm(corners, desc="enlarging", unit="tile", disable=not progress):
        upper, leftmost = max(top - halo, 0), max(left - halo, 0)
        result = double(image[:, upper : top + tile + halo, leftmost : left + tile + halo])
        target = upscaled[:, scale * top : scale * (top + tile), scale * left : scale * (left + tile)]
        y, x = scale * (top - upper), scale * (left - leftmost)
        target.copy_(result[:, y : y + target.shape[1], x : x + target.shape[2]])
    return upscaled


def _enlarger(method: nn.Module | str) -> tuple[int, int, Callable[[Tensor], Tensor]]:
    """Scale, halo in small pixels, and what upscales a part of a picture, uint8 to uint8."""
    if method == "bicubic":
        return 2, BICUBIC_HALO, lambda region: resize_bicubic(region, 2)
    if not isinstance(method, nn.Module):
        raise ValueError(f'a method is a network or "bicubic", not {method!r}')
    device = next(method.parameters()).device

    def double(region: Tensor) -> Tensor:
        result = through(method, to_rgb(region).to(device)[None])[0]
        return to_uint8(result.mean(dim=0, keepdim=True) if len(region) == 1 else result)

    return int(method.scale), int(method.halo), double  # type: ignore[arg-type]


def through(network: nn.Module, images: Tensor, bf16: bool = False) -> Tensor:
    """Send a batch through a network; an image's result does not depend on the others, nor on how many there are.

    Parameters
    ----------
    network : Module
    images : Tensor, (N, 3, H, W), uint8
        On the network's device.
    bf16 : bool
        Multiply in bfloat16, all but the way of the image itself: within one grey level of float32, and mostly equal to it.

    Returns
    -------
    Tensor
        float32, (N, 3, scale*H, scale*W), about [0, 1].

    Examples
    --------
    >>> from hfsr.models import SRCNN
    >>> through(SRCNN().eval(), torch.zeros(2, 3, 8, 8, dtype=torch.uint8)).shape
    torch.Size([2, 3, 16, 16])
    """
    batch = to_float(images).contiguous(memory_format=torch.channels_last)
    if len(batch) == 1 and batch.numel() <= 20480:
        # One small image alone is convolved by another kernel of torch, which rounds differently.
        batch = batch.expand(2, -1, -1, -1).contiguous(memory_format=torch.channels_last)
    with torch.autocast(images.device.type, dtype=torch.bfloat16, enabled=bf16):
        return network(batch)[: len(images)]
