"""Pictures with the paper's masks for anyone's training: cropped and mirrored together with their pictures (Section III.C)."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from hfsr.errors import UserError
from hfsr.weightmap import Alpha, parse_alpha, selection_mask

Both = tuple[Tensor, Tensor]


class Pictures(Protocol):
    """A sequence or a data set of whole pictures, uint8 (C, H, W).

    Examples
    --------
    >>> def longest(pictures: Pictures) -> int:
    ...     return max(max(pictures[index].shape) for index in range(len(pictures)))
    >>> longest([torch.zeros(3, 4, 9, dtype=torch.uint8)])  # a list will do
    9
    """

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Tensor: ...


class MaskedPictures(Dataset[Both]):
    """A data set of pictures, each with the mask of the whole picture: the paper's way, for loops that cut crops themselves.

    Mask and picture go through `transform` as one tensor, so that crops, flips and quarter turns do the same to both. A
    transform that mixes pixels (resizing, rotating by other angles) has no mask to go with it.

    Parameters
    ----------
    pictures : sequence or data set of Tensor, (C, H, W), uint8
        Whole pictures, the ground truth.
    alpha : float, int or str
        Eq 7's alpha.
    transform : callable, Tensor -> Tensor, optional
        Such as ``torchvision.transforms.v2.RandomCrop(96)``; it is given uint8, (2C, H, W).

    Raises
    ------
    UserError
        (a ValueError) if `alpha` is not a finite number of at least 0.

    Examples
    --------
    >>> picture = torch.arange(48, dtype=torch.uint8).view(3, 4, 4) ** 2
    >>> pictures = MaskedPictures([picture], "1/5", transform=lambda both: both[:, :2, :3].flip(-1))
    >>> hr, mask = pictures[0]
    >>> torch.equal(hr, picture[:, :2, :3].flip(-1)), mask.shape, mask.dtype
    (True, torch.Size([3, 2, 3]), torch.bool)
    """

    def __init__(
        self, pictures: Pictures | Sequence[Tensor], alpha: Alpha, transform: Callable[[Tensor], Tensor] | None = None
    ) -> None:
        self.pictures, self.alpha, self.transform = pictures, parse_alpha(alpha), transform
        self._packed: dict[int, np.ndarray] = {}  # a bit an element: an eighth of the pictures' own memory

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> Both:
        """Picture and mask after the transform: uint8 and bool, (C, h, w). The mask is computed once and kept.

        Raises
        ------
        UserError
            If `pictures` gives anything but a uint8 tensor (C, H, W).
        """
        picture = self.pictures[index]
        if not isinstance(picture, Tensor) or picture.dtype != torch.uint8 or picture.ndim != 3:
            known = hasattr(picture, "dtype")
            found = f"{picture.dtype} {tuple(picture.shape)}" if known else type(picture).__name__
            raise UserError(f"picture {index} is a uint8 tensor (C, H, W), not {found}")
        if index not in self._packed:
            self._packed[index] = np.packbits(selection_mask(picture, self.alpha).numpy())
        bits = np.unpackbits(self._packed[index], count=picture.numel())
        both = torch.cat([picture, torch.from_numpy(bits).view_as(picture)])
        if self.transform:
            both = self.transform(both)
        hr, mask = both.chunk(2)
        return hr, mask.bool()
