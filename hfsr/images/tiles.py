"""A picture worked on in tiles, so that memory stays bounded whatever its size (Section IV.C)."""

from collections.abc import Callable

import torch
from torch import Tensor
from tqdm.auto import tqdm

TILE = 192  # pixels of the small image: large beside a halo of 18, small beside the memory


def in_tiles(
    image: Tensor,
    apply: Callable[[Tensor], Tensor],
    scale: int,
    halo: int,
    tile: int = TILE,
    progress: bool = False,
) -> Tensor:
    """Upscale a picture tile by tile; the result is that of the whole.

    Parameters
    ----------
    image : Tensor, (C, H, W)
    apply : callable
        Makes (C, scale*h, scale*w) of a part (C, h, w), of the same dtype.
    scale : int
    halo : int
        Pixels around a pixel that its result depends on.
    tile : int
        Side of a tile without its halo.
    progress : bool
        Show a bar over the tiles.

    Returns
    -------
    Tensor
        (C, scale*H, scale*W), of the picture's dtype, on the CPU.

    Raises
    ------
    ValueError
        If a tile has no pixel.

    Examples
    --------
    >>> in_tiles(torch.zeros(3, 20, 30), lambda part: part.repeat_interleave(2, 1).repeat_interleave(2, 2), 2, 0).shape
    torch.Size([3, 40, 60])
    """
    if tile < 1:
        raise ValueError(f"tile = {tile}: a tile has at least 1 pixel a side")
    channels, height, width = image.shape
    upscaled = torch.empty(channels, scale * height, scale * width, dtype=image.dtype)
    corners = [(top, left) for top in range(0, height, tile) for left in range(0, width, tile)]
    doing = "upscaling" if scale > 1 else "restoring"
    for top, left in tqdm(corners, desc=doing, unit="tile", disable=not progress):
        upper, leftmost = max(top - halo, 0), max(left - halo, 0)
        result = apply(image[:, upper : top + tile + halo, leftmost : left + tile + halo])
        target = upscaled[:, scale * top : scale * (top + tile), scale * left : scale * (left + tile)]
        y, x = scale * (top - upper), scale * (left - leftmost)
        target.copy_(result[:, y : y + target.shape[1], x : x + target.shape[2]])
    return upscaled
