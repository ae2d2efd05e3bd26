"""SRCNN 9-5-5 on RGB, the older network in the paper's tables (Dong et al., 2016)."""

from torch import Tensor, nn

from hfsr.images.bicubic import REACH, mirrored_bicubic
from hfsr.models.precision import full_precision


class SRCNN(nn.Module):
    """Three convolutions (9x9 to 64, 5x5 to 32, 5x5 to 3 channels) on the bicubic-upscaled image: 69,251 parameters.

    Parameters
    ----------
    scale : int
        Upscaling of width and height.

    Examples
    --------
    >>> import torch
    >>> SRCNN()(torch.zeros(1, 3, 5, 7)).shape
    torch.Size([1, 3, 10, 14])
    """

    def __init__(self, scale: int = 2) -> None:
        super().__init__()
        self.settings = {"scale": scale}
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
