"""A compact classifier for small images, near the paper's accuracy after minutes: patches are whitened, blocks pool.

The ideas are those of fast CIFAR-10 training (K. Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024): whitened
patches, convolutions that start as the identity, batch normalisation without scale, GELU, global max pooling.
"""

from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hfsr.errors import UserError

Stem = Literal["2x2", "4x4"]  # pixels of a patch: every one, or every second along rows and columns
STEM = 24  # channels that the stem gives
EPSILON = 5e-4  # of the variance of a direction: noise that is hardly there is not blown up
TEMPERATURE = 1 / 9  # of the scores


class Whitening(nn.Module):
    """Patches of an image along the principal directions of a set's patches, each with variance 1; nothing of it is learnt.

    Parameters
    ----------
    stem : {"2x2", "4x4"}
        Side of a patch; patches of 4x4 are taken at every second pixel.

    Examples
    --------
    >>> whitening = Whitening("4x4")
    >>> whitening.fit(torch.randn(20, 3, 64, 64))
    >>> whitening(torch.zeros(1, 3, 64, 64)).shape
    torch.Size([1, 48, 31, 31])
    """

    directions: Tensor

    def __init__(self, stem: Stem) -> None:
        super().__init__()
        self.side, self.stride = (2, 1) if stem == "2x2" else (4, 2)
        count = 3 * self.side**2
        self.register_buffer("directions", torch.eye(count).view(count, 3, self.side, self.side))

    @torch.no_grad()
    def fit(self, images: Tensor) -> None:
        """Take the directions from images, (N, 3, H, W) float, whitened as those that the network gets."""
        patches = F.unfold(images, self.side, stride=self.stride).transpose(1, 2).flatten(0, 1).double()
        variances, directions = torch.linalg.eigh(patches.T @ patches / len(patches))
        largest_first = (directions / (variances + EPSILON).sqrt()).T.flip(0)
        self.directions.copy_(largest_first.view_as(self.directions))

    def forward(self, images: Tensor) -> Tensor:
        return F.conv2d(images, self.directions, stride=self.stride)


class Compact(nn.Module):
    """The compact classifier.

    Parameters
    ----------
    widths : sequence of int
        Channels of each block.
    classes : int
    stem : {"2x2", "4x4"}
        The second makes of an image of twice the side what the first makes of the original: equal compute.

    Raises
    ------
    UserError
        For another stem.

    Examples
    --------
    >>> small, large = Compact(), Compact(stem="4x4")
    >>> small(torch.zeros(2, 3, 32, 32)).shape, large(torch.zeros(2, 3, 64, 64)).shape
    (torch.Size([2, 10]), torch.Size([2, 10]))
    """

    def __init__(self, widths: tuple[int, ...] = (64, 128, 128), classes: int = 10, stem: Stem = "2x2") -> None:
        super().__init__()
        if stem not in get_args(Stem):
            raise UserError(f"no stem is called {stem!r}: choose 2x2 or 4x4")
        self.settings: dict[str, object] = {"widths": list(widths), "classes": classes, "stem": stem}
        self.whitening = Whitening(stem)
        # All directions reach the blocks by either stem; the 48 of 4x4 patches are mixed, as they would be four times the work.
        self.mixing = nn.Conv2d(len(self.whitening.directions), STEM, 1)
        with torch.no_grad():  # at first the largest directions and their negatives
            self.mixing.weight.zero_()[:, : STEM // 2, 0, 0] = torch.eye(STEM // 2).repeat(2, 1)
            self.mixing.weight[STEM // 2 :].neg_()
        self.blocks = nn.Sequential(*map(block, (STEM, *widths[:-1]), widths))
        self.head = nn.Linear(widths[-1], classes, bias=False)

    def forward(self, images: Tensor) -> Tensor:
        """Class scores (logits), (N, classes), of whitened images, (N, 3, H, W) float."""
        features = self.blocks(F.gelu(self.mixing(self.whitening(images))))
        return self.head(features.amax(dim=(2, 3))) * TEMPERATURE


def block(inputs: int, outputs: int) -> nn.Sequential:
    """Two 3x3 convolutions, the first one followed by max pooling; each starts as the identity as far as it has channels.

    Examples
    --------
    >>> block(24, 64)(torch.zeros(1, 24, 31, 31)).shape
    torch.Size([1, 64, 15, 15])
    """
    first, second = (nn.Conv2d(channels, outputs, 3, padding=1, bias=False) for channels in (inputs, outputs))
    for layer in (first, second):
        nn.init.dirac_(layer.weight[: layer.in_channels])
    return nn.Sequential(
        first, nn.MaxPool2d(2), normalisation(outputs), nn.GELU(), second, normalisation(outputs), nn.GELU()
    )


def normalisation(channels: int) -> nn.BatchNorm2d:
    """Batch normalisation that learns a shift but no scale.

    Examples
    --------
    >>> [name for name, parameter in normalisation(4).named_parameters() if parameter.requires_grad]
    ['bias']
    """
    layer = nn.BatchNorm2d(channels, eps=1e-3, momentum=0.4)
    layer.weight.requires_grad = False
    return layer
