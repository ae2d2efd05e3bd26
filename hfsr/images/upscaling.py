"""Upscale pictures of any size and kind by a network, in tiles, or by bicubic interpolation (Section IV.C)."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from hfsr.errors import UserError
from hfsr.images import resize_bicubic, to_float, to_rgb
from hfsr.images.alpha import fill_transparent
from hfsr.images.convert import from_unit, to_planes
from hfsr.images.tiles import TILE, in_tiles
from hfsr.models.srcnn import mirrored_bicubic
from hfsr.models.store import load_model
from hfsr.paths import DEFAULT_MODEL

BICUBIC_HALO = 2  # pixels that the cubic kernel reaches
Picture = TypeVar("Picture", Tensor, np.ndarray)


@torch.inference_mode()
def upscale(
    image: Picture, model: nn.Module | str | Path = DEFAULT_MODEL, tile: int = TILE, progress: bool = False
) -> Picture:
    """Upscale one picture: its colour by a network, its alpha channel by bicubic interpolation.

    The picture is cut into tiles with a halo of the network's receptive field, so that memory stays bounded and the result
    is that of the whole (up to float32 rounding: within one grey level).

    Parameters
    ----------
    image : ndarray, (H, W) or (H, W, C), or Tensor, (C, H, W)
        uint8, uint16, or floats in [0, 1]; C = 3, or 1 (grey, upscaled as three equal channels, whose mean is returned), and
        one more for alpha. The colour of wholly transparent pixels is no part of the picture.
    model : str, path or Module
        A published network by its name, a ``.safetensors`` file, a super-resolution network (float32, evaluation mode), or
        "bicubic": MATLAB's, x2.
    tile : int
        Side of a tile without its halo.
    progress : bool
        Show a bar over the tiles.

    Returns
    -------
    ndarray or Tensor
        What `image` is, of the same dtype, with sides as many times as long as the network says (x2 for all published ones);
        a tensor on the CPU.

    Raises
    ------
    UserError
        If there is no network of that name or in that file, or it is none that upscales.
    ValueError
        If `image` is none of the above.

    Examples
    --------
    >>> upscale(np.zeros((20, 30, 3), np.uint8)).shape
    (40, 60, 3)
    >>> upscale(torch.zeros(3, 20, 30, dtype=torch.uint8), "bicubic").shape
    torch.Size([3, 40, 60])
    """
    planes = to_planes(image)
    colour, alpha = planes.split([len(planes) // 3 * 2 + 1, (len(planes) + 1) % 2])
    if len(alpha):
        colour = fill_transparent(colour, alpha)
    if model == "bicubic":
        scale, halo, enlarge = 2, BICUBIC_HALO, _bicubic(2)
    else:
        scale, halo, enlarge = _network(model if isinstance(model, nn.Module) else load_model(model))
    upscaled = in_tiles(colour, enlarge, scale, halo, tile, progress)
    if len(alpha):
        upscaled = torch.cat([upscaled, in_tiles(alpha, _bicubic(scale), scale, BICUBIC_HALO, tile)])
    if isinstance(image, Tensor):
        return upscaled
    return (upscaled[0] if image.ndim == 2 else upscaled.permute(1, 2, 0)).numpy()


def _bicubic(scale: int) -> Callable[[Tensor], Tensor]:
    """MATLAB's rule, to the bit where the picture is uint8."""
    return lambda part: (
        resize_bicubic(part, scale)
        if part.dtype == torch.uint8
        else from_unit(mirrored_bicubic(to_float(part)[None], scale)[0], part.dtype)
    )


def _network(network: nn.Module) -> tuple[int, int, Callable[[Tensor], Tensor]]:
    """Scale, halo in small pixels, and what upscales a part of a picture."""
    if not hasattr(network, "scale"):
        raise UserError(f"a {type(network).__name__} upscales nothing: choose a super-resolution network")
    device = next(network.parameters()).device

    def enlarge(part: Tensor) -> Tensor:
        result = through(network, to_float(to_rgb(part)).to(device)[None])[0].cpu()
        return from_unit(result.mean(dim=0, keepdim=True) if len(part) == 1 else result, part.dtype)

    return int(network.scale), int(network.halo), enlarge  # type: ignore[arg-type]


def through(network: nn.Module, images: Tensor, bf16: bool = False) -> Tensor:
    """Send a batch through a network; an image's result does not depend on the others, nor on how many there are.

    Parameters
    ----------
    network : Module
    images : Tensor, (N, 3, H, W), uint8, or floats in [0, 1]
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
