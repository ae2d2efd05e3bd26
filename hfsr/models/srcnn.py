"""SRCNN 9-5-5 on RGB, the older network in the paper's tables (Dong et al., 2016)."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hfsr.models.precision import full_precision

REACH = 2  # LR pixels that bicubic upscaling looks at on each side


class SRCNN(nn.Module):
    """Three convolutions (9x9 to 64, 5x5 to 32, 5x5 to 3 channels) on the bicubic-upscaled image: 69,251 parameters.

    Parameters
    ----------
    scale : int
        Upscaling of width and height.

    Examples
    --------
    >>> SRCNN()(torch.zeros(1, 3, 5, 7)).shape
    torch.Size([1, 3, 10, 14])
    """

    def __init__(self, scale: int = 2) -> None:
        super().__init__()
        self.settings: dict[str, Any] = {"scale": scale}
        self.scale = scale
        self.halo = REACH + -(-(4 + 2 + 2) // scale)  # the convolutions' reach in LR pixels, and the upscaling's
        self.body = nn.Sequential(
            nn.Conv2d(3, 64, 9, padding=4),
            nn.ReLU(inplace=True),
            nn.Conv2d(64, 32, 5, padding=2),
            nn.ReLU(inplace=True),
        )
        self.last = nn.Conv2d(32, 3, 5, padding=2)

    def forward(self, lr: Tensor) -> Tensor:
        """Upscale a batch.

        Parameters
        ----------
        lr : Tensor, (N, 3, H, W), float in [0, 1]

        Returns
        -------
        Tensor
            (N, 3, scale*H, scale*W), float32, about [0, 1] (not clipped).
        """
        features = self.body(mirrored_bicubic(lr, self.scale) - 0.5)
        with full_precision(lr.device):  # no shortcut carries the image: bf16 here would round it
            return self.last(features.float()) + 0.5


def mirrored_bicubic(lr: Tensor, scale: int) -> Tensor:
    """Bicubic upscaling of a float batch with mirrored borders, MATLAB's rule without its rounding.

    Parameters
    ----------
    lr : Tensor, (N, C, H, W), float
    scale : int

    Returns
    -------
    Tensor
        (N, C, scale*H, scale*W), float32.

    Examples
    --------
    >>> mirrored_bicubic(torch.ones(1, 3, 4, 5), scale=2).shape
    torch.Size([1, 3, 8, 10])
    """
    for dimension, size in ((-2, lr.shape[-2]), (-1, lr.shape[-1])):
        place = torch.arange(-REACH, size + REACH, device=lr.device)
        place = torch.maximum(place, -1 - place)  # mirrored, the edge repeated: -1 is 0, and so is `size` the last
        place = torch.minimum(place, 2 * size - 1 - place).clamp(min=0)  # a picture of one pixel ends at once
        lr = lr.index_select(dimension, place)
    # antialias=True chooses the cubic kernel a = -0.5 (MATLAB's); without it torch has another (a = -0.75).
    upscaled = F.interpolate(lr.float(), scale_factor=scale, mode="bicubic", antialias=True)
    inside = slice(scale * REACH, -scale * REACH)
    return upscaled[..., inside, inside]
