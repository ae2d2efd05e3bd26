"""WDSR-A, the paper's super-resolution network (Section IV.B; Yu et al., 2018)."""

from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from hfsr.models.precision import full_precision


def convolution(inputs: int, outputs: int, size: int) -> nn.Module:
    """Convolution that keeps the size, with weight normalisation of gain 1 at the start, as in the authors' code.

    Examples
    --------
    >>> import torch
    >>> convolution(3, 8, 5)(torch.zeros(1, 3, 6, 7)).shape
    torch.Size([1, 8, 6, 7])
    """
    layer = weight_norm(nn.Conv2d(inputs, outputs, size, padding=size // 2))
    nn.init.zeros_(layer.bias)
    nn.init.ones_(layer.parametrizations.weight.original0)  # the gain g in w = g v / |v|
    return layer


class Block(nn.Module):
    """Residual block with wide activation: few channels on the shortcut, `expansion` times as many before the ReLU.

    Examples
    --------
    >>> import torch
    >>> Block(features=8, expansion=4)(torch.zeros(1, 8, 5, 5)).shape
    torch.Size([1, 8, 5, 5])
    """

    def __init__(self, features: int, expansion: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            convolution(features, features * expansion, 3),
            nn.ReLU(inplace=True),
            convolution(features * expansion, features, 3),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class WDSR(nn.Module):
    """WDSR-A: residual blocks and a 5x5 shortcut, both upscaled by pixel shuffle and added.

    Parameters
    ----------
    blocks, features, expansion : int
        Residual blocks, channels between them, widening inside them. The paper's network is 8, 32, 4: 597,716 parameters.
    scale : int
        Upscaling of width and height.

    Examples
    --------
    >>> import torch
    >>> WDSR()(torch.zeros(1, 3, 5, 7)).shape
    torch.Size([1, 3, 10, 14])
    """

    def __init__(self, blocks: int = 8, features: int = 32, expansion: int = 4, scale: int = 2) -> None:
        super().__init__()
        self.settings = {"blocks": blocks, "features": features, "expansion": expansion, "scale": scale}
        self.scale = scale
        self.halo = 2 * blocks + 2  # LR pixels around an output pixel that it depends on: one a 3x3 convolution
        self.body = nn.Sequential(
            convolution(3, features, 3),
            *(Block(features, expansion) for _ in range(blocks)),
            convolution(features, 3 * scale**2, 3),
            nn.PixelShuffle(scale),
        )
        self.skip = nn.Sequential(convolution(3, 3 * scale**2, 5), nn.PixelShuffle(scale))

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
        x = lr - 0.5
        with full_precision(lr.device):  # the shortcut carries the image: bf16 would round it
            shortcut = self.skip(x.float())
        return self.body(x).float() + shortcut + 0.5
