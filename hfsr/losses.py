"""The L1 loss on all elements (Eqs 1-2), on the selected ones (Eq 3), and with a smaller weight on the others."""

from typing import Literal

import torch
from torch import Tensor, nn

from hfsr.weightmap import Alpha, parse_alpha, selection_mask

Reduction = Literal["image", "batch"]


def l1(sr: Tensor, hr: Tensor) -> Tensor:
    """Mean absolute difference over all elements of a batch (Eqs 1-2).

    Parameters
    ----------
    sr : Tensor, (N, C, H, W), float in [0, 1]
        Super-resolved images.
    hr : Tensor, (N, C, H, W), float in [0, 1] or uint8
        Ground-truth images; the grey levels of uint8 are divided by 255.

    Returns
    -------
    Tensor
        Scalar. All images of a batch have one size, so the mean of their means (Eq 2) is the mean over the batch.

    Raises
    ------
    ValueError
        If the shapes differ or are not (N, C, H, W), or for another dtype.

    Examples
    --------
    >>> l1(torch.zeros(1, 1, 1, 2), torch.tensor([[[[0, 255]]]], dtype=torch.uint8))
    tensor(0.5000)
    """
    _check_batch(sr, hr)
    return (_wide(sr) - _wide(hr)).abs().mean()


def masked_l1(sr: Tensor, hr: Tensor, mask: Tensor, reduction: Reduction = "image", outside: float = 0.0) -> Tensor:
    """Mean absolute difference over the selected elements (Eq 3), or weighted, with less weight on the others.

    With the mask W of Eq 7 and the weight o outside of it, the weighted mean is::

        sum(w * abs(Y - Y')) / sum(w),   w = W + o * (1 - W)

    It is normalised by the sum of the weights, so that o changes how the elements weigh against each other and not how large
    the loss is. o = 0 is Eq 3, o = 1 is `l1`.

    Parameters
    ----------
    sr, hr : Tensor, (N, C, H, W)
        As for `l1`.
    mask : Tensor, (N, C, H, W) or (N, 1, H, W), bool
        Eq 7, from `hfsr.selection_mask`. One channel counts for all: m in Eq 3 is then C times its number of elements.
    reduction : {"image", "batch"}
        "image": the mean over each image's selected elements, then over the images (Eqs 3 and 2, as printed).
        "batch": the mean over all selected elements of the batch (as in the code that made the paper's figures).
    outside : float
        Weight of the elements that are not selected, in [0, 1]; beyond the paper, whose loss never sees them.

    Returns
    -------
    Tensor
        Scalar. An image (or batch) with nothing selected contributes 0, and zero gradients; where `outside` is above 0, the
        plain mean.

    Raises
    ------
    ValueError
        As `l1`, if the mask has another shape or is not bool, the reduction has another name, or `outside` lies elsewhere.

    Examples
    --------
    >>> sr, hr = torch.zeros(1, 1, 1, 3), torch.tensor([[[[0.5, 1.0, 2.0]]]])
    >>> masked_l1(sr, hr, torch.tensor([[[[True, True, False]]]]))
    tensor(0.7500)
    >>> masked_l1(sr, hr, torch.tensor([[[[True, True, False]]]]), outside=0.5)  # (0.5 + 1 + 0.5 * 2) / (1 + 1 + 0.5)
    tensor(1.)
    """
    _check_batch(sr, hr)
    _check_settings(reduction, outside)
    mask = _whole_mask(mask, sr)
    difference = _wide(sr) - _wide(hr)
    # `where`, not a product: an infinite or NaN value where the weight is 0 must not reach the sum.
    weighted = torch.where(mask, difference, outside * difference if outside else 0).abs()
    if reduction == "batch":
        total = total_weight(mask.sum(), mask.numel(), outside, weighted.dtype)
        return weighted.sum() / total.clamp(min=outside or 1)
    totals = total_weight(mask.sum(dim=(1, 2, 3)), mask.shape[1:].numel(), outside, weighted.dtype)  # m in Eq 3
    return (weighted.sum(dim=(1, 2, 3)) / totals.clamp(min=outside or 1)).mean()


def total_weight(selected: Tensor, elements: int, outside: float, dtype: torch.dtype = torch.float64) -> Tensor:
    """Sum of the weights of `elements` of which so many are `selected`; where only those count, their number.

    Examples
    --------
    >>> total_weight(torch.tensor(2), elements=12, outside=0.1)
    tensor(3., dtype=torch.float64)
    """
    return selected.to(dtype) * (1 - outside) + elements * outside if outside else selected


class HighFrequencyL1(nn.Module):
    """The paper's loss for anyone's training loop: L1 on the pixels that differ most from their neighbours.

    With the mask W of Eq 7 it is ``sum(w * |Y - Y'|) / sum(w)``, ``w = W + outside * (1 - W)``: Eq 3 where `outside` is 0.

    Parameters
    ----------
    alpha : float, int or str
        Eq 7's alpha, such as ``"1/5"``; 0 gives the plain L1 loss.
    reduction : {"image", "batch"}
        As for `masked_l1`.
    outside : float
        As for `masked_l1`: the weight, in [0, 1], of the elements that Eq 7 does not select, where it selects 1.

    Examples
    --------
    >>> loss = HighFrequencyL1("1/5")
    >>> hr = torch.rand(4, 3, 32, 32)
    >>> loss(hr, hr), loss(hr, hr, mask=selection_mask(hr, "1/5"))
    (tensor(0.), tensor(0.))
    """

    def __init__(self, alpha: Alpha, reduction: Reduction = "image", outside: float = 0.0) -> None:
        super().__init__()
        _check_settings(reduction, outside)
        self.alpha = parse_alpha(alpha)
        self.reduction: Reduction = reduction
        self.outside = outside

    def forward(self, sr: Tensor, hr: Tensor, mask: Tensor | None = None) -> Tensor:
        """Loss of a batch.

        Parameters
        ----------
        sr, hr : Tensor, (N, C, H, W)
            As for `l1`. A uint8 `hr` gives the exact mask; dividing it by 255 breaks some ties of Eq 6 by rounding.
        mask : Tensor, (N, C, H, W) or (N, 1, H, W), bool, optional
            The crops of the whole images' masks: the paper's method. Without it the mask is made from each `hr` at
            hand with that crop's own mean and deviation, which selects other elements (the book measures how many).

        Returns
        -------
        Tensor
            Scalar. Without a mask, a ground truth that is not finite makes it NaN or infinite: nothing is read back
            from the device to raise an error.

        Raises
        ------
        ValueError
            As `masked_l1`.
        """
        _check_batch(sr, hr)
        if mask is None:
            mask = selection_mask(hr, self.alpha)
        return masked_l1(sr, hr, mask, self.reduction, self.outside)

    def extra_repr(self) -> str:
        outside = f", outside={self.outside:g}" if self.outside else ""
        return f"alpha={self.alpha:g}, reduction={self.reduction!r}{outside}"


def _wide(image: Tensor) -> Tensor:
    """float32 or wider: sums over many elements overflow or round in half precision."""
    if image.dtype == torch.uint8:
        return image / 255
    return image.float() if torch.finfo(image.dtype).bits < 32 else image


def _whole_mask(mask: Tensor, sr: Tensor) -> Tensor:
    if mask.dtype != torch.bool:
        raise ValueError(f"the mask is bool, not {mask.dtype}: give mask.bool()")
    if mask.shape == sr.shape:
        return mask
    if mask.shape != (sr.shape[0], 1, *sr.shape[2:]):
        shape = tuple(sr.shape)
        raise ValueError(f"the mask of images {shape} has their shape or one channel, not {tuple(mask.shape)}")
    return mask.expand_as(sr)


def _check_batch(sr: Tensor, hr: Tensor) -> None:
    shape = tuple(sr.shape)
    if sr.shape != hr.shape:
        raise ValueError(f"sr and hr are (N, C, H, W) and their shapes must not differ: {shape} and {tuple(hr.shape)}")
    if sr.ndim != 4:
        way = {3: ": give image[None]", 5: ": give a video's frames as video.flatten(0, 1)"}.get(sr.ndim, "")
        raise ValueError(f"sr and hr are (N, C, H, W), not {shape}{way}")
    if not sr.is_floating_point() or not (hr.is_floating_point() or hr.dtype == torch.uint8):
        raise ValueError(f"sr is floating point in [0, 1], and so is hr, or uint8; not {sr.dtype} and {hr.dtype}")


def _check_settings(reduction: str, outside: float) -> None:
    if reduction not in ("image", "batch"):
        raise ValueError(f'reduction is "image" or "batch", not {reduction!r}')
    if not 0 <= outside <= 1:
        raise ValueError(f"outside is a weight in [0, 1], not {outside!r}")
