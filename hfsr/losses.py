"""The L1 loss on all elements (Eqs 1-2) and on the selected ones (Eq 3)."""

from typing import Literal

import torch
from torch import Tensor, nn

from hfsr.weightmap import Alpha, parse_alpha, selection_mask

Reduction = Literal["image", "batch"]


def l1(sr: Tensor, hr: Tensor) -> Tensor:
    """Mean absolute difference over all elements of a batch (Eqs 1-2).

    Parameters
    ----------
    sr, hr : Tensor, (N, C, H, W), float
        Super-resolved and ground-truth images.

    Returns
    -------
    Tensor
        Scalar. All images of a batch have one size, so the mean of their means (Eq 2) is the mean over the batch.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    sr, hr = _checked(sr, hr)
    return (sr - hr).abs().mean()


def masked_l1(sr: Tensor, hr: Tensor, mask: Tensor, reduction: Reduction = "image") -> Tensor:
    """Mean absolute difference over the selected elements (Eq 3).

    Parameters
    ----------
    sr, hr : Tensor, (N, C, H, W), float
        Super-resolved and ground-truth images.
    mask : Tensor, (N, C, H, W), bool
        Eq 7, from `hfsr.selection_mask`.
    reduction : {"image", "batch"}
        "image": the mean over each image's selected elements, then over the images (Eqs 3 and 2, as printed).
        "batch": the mean over all selected elements of the batch (as in the code that made the paper's figures).

    Returns
    -------
    Tensor
        Scalar. An image (or batch) with nothing selected contributes 0, and zero gradients.

    Raises
    ------
    ValueError
        If the shapes differ or are not (N, C, H, W), the images are not floating point, or the reduction has another name.

    Examples
    --------
    >>> sr, hr = torch.zeros(1, 1, 1, 3), torch.tensor([[[[0.5, 1.0, 2.0]]]])
    >>> masked_l1(sr, hr, torch.tensor([[[[True, True, False]]]]))
    tensor(0.7500)
    """
    sr, hr = _checked(sr, hr, mask)
    _check_reduction(reduction)
    # `where`, not a product: an infinite or NaN value where nothing is selected must not reach the sum.
    difference = torch.where(mask, sr - hr, 0).abs()
    if reduction == "batch":
        return difference.sum() / mask.sum().clamp(min=1)
    selected = mask.flatten(1).sum(dim=1).clamp(min=1)  # m in Eq 3
    return (difference.flatten(1).sum(dim=1) / selected).mean()


class HighFrequencyL1(nn.Module):
    """The paper's loss for anyone's training loop: L1 on the pixels that differ most from their neighbours.

    Parameters
    ----------
    alpha : float, int or str
        Eq 7's alpha, such as ``"1/5"``; 0 gives the plain L1 loss.
    reduction : {"image", "batch"}
        As for `masked_l1`.

    Examples
    --------
    >>> loss = HighFrequencyL1("1/5")
    >>> hr = torch.rand(4, 3, 32, 32)
    >>> loss(hr, hr)
    tensor(0.)
    """

    def __init__(self, alpha: Alpha, reduction: Reduction = "image") -> None:
        super().__init__()
        _check_reduction(reduction)
        self.alpha = parse_alpha(alpha)
        self.reduction: Reduction = reduction

    def forward(self, sr: Tensor, hr: Tensor, mask: Tensor | None = None) -> Tensor:
        """Loss of a batch.

        Parameters
        ----------
        sr, hr : Tensor, (N, C, H, W), float
            Super-resolved and ground-truth images.
        mask : Tensor, (N, C, H, W), bool, optional
            The crops of the whole images' masks: the paper's method. Without it the mask is made from each `hr` at
            hand with that crop's own mean and deviation, which selects other elements (the book measures how many).

        Returns
        -------
        Tensor
            Scalar.
        """
        if mask is None:
            mask = selection_mask(hr, self.alpha)
        return masked_l1(sr, hr, mask, self.reduction)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha:g}, reduction={self.reduction!r}"


def _checked(sr: Tensor, hr: Tensor, *mask: Tensor) -> tuple[Tensor, Tensor]:
    """Both images in float32 or wider: sums over many elements overflow or round in half precision."""
    shapes = [tuple(tensor.shape) for tensor in (sr, hr, *mask)]
    if len(set(shapes)) > 1 or sr.ndim != 4:
        raise ValueError(f"sr, hr and mask are (N, C, H, W) and their shapes must not differ: {shapes}")
    if not (sr.is_floating_point() and hr.is_floating_point()):
        raise ValueError(f"sr and hr are floating point in [0, 1], not {sr.dtype} and {hr.dtype}")
    wide = torch.promote_types(torch.promote_types(sr.dtype, hr.dtype), torch.float32)
    return sr.to(wide), hr.to(wide)


def _check_reduction(reduction: str) -> None:
    if reduction not in ("image", "batch"):
        raise ValueError(f'reduction is "image" or "batch", not {reduction!r}')
