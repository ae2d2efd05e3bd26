"""Upscale pictures of any size and kind by a network, in tiles, or by bicubic interpolation (Section IV.C)."""

from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from hfsr.errors import UserError
from hfsr.images.alpha import fill_transparent
from hfsr.images.bicubic import REACH
from hfsr.images.convert import to_planes
from hfsr.images.tiles import TILE, in_tiles
from hfsr.images.upscaling import bicubic, by_network
from hfsr.models.store import load_model
from hfsr.paths import DEFAULT_MODEL

Picture = TypeVar("Picture", Tensor, np.ndarray)


@torch.no_grad()
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
        If `image` is none of the above, or `tile` is less than 1.

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
        scale, halo, upscale_part = 2, REACH, bicubic(2)
    else:
        network = model if isinstance(model, nn.Module) else load_model(model)
        scale, halo, upscale_part = by_network(network)
        if scale == 1 and network is not model:  # a restoring network itself is taken, as that is no mistake
            raise UserError(
                f"{model}: keeps a picture's size; hfsr.upscale(image, hfsr.load_model({str(model)!r})) restores"
            )
    upscaled = in_tiles(colour, upscale_part, scale, halo, tile, progress)
    if len(alpha):
        upscaled = torch.cat([upscaled, in_tiles(alpha, bicubic(scale), scale, REACH, tile)])
    if isinstance(image, Tensor):
        return upscaled
    return (upscaled[0] if image.ndim == 2 else upscaled.permute(1, 2, 0)).numpy()
