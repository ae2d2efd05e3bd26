"""What Table I measures: PSNR and SSIM of a method on sets of photographs, and the fraction of elements that Eq 7 selects."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hfsr.analysis import classical
from hfsr.data import degradation
from hfsr.data.photographs import Photographs
from hfsr.errors import UserError
from hfsr.metrics import psnr, ssim
from hfsr.models.upscaling import upscale
from hfsr.weightmap import Alpha, selection_mask

SMALLEST = 2 * 8 + 11  # pixels: the borders and one window of SSIM
JUDGED = "1/5"  # the ground truth's mask that splits PSNR into selected elements and others: one for every row


def evaluate(method: nn.Module | str, pictures: Photographs) -> dict[str, list[float]]:
    """Measure a method on every picture of a set (Table I and the literature's convention).

    Parameters
    ----------
    method : Module or str
        As for `hfsr.upscale`; of pictures that keep their size also as for `hfsr.analysis.classical.restored`.
    pictures : Photographs
        Loaded with ``grey=True``, so that grey pictures are scored on their grey values.

    Returns
    -------
    dict
        One list of floats, a picture each, for PSNR in dB and SSIM on RGB (border 8) and luma (border 2), and for PSNR on
        the elements that the ground truth's mask at alpha = 1/5 selects and on the others (RGB, border 8). Of pictures that
        keep their size also ``recovered``, see `hfsr.analysis.detail.numbers`.

    Raises
    ------
    UserError
        If a picture is too small to be measured, or the method does not undo what was done to the pictures.

    Examples
    --------
    >>> flat = torch.full((1, 32, 32), 128, dtype=torch.uint8)
    >>> pictures = Photographs("one", ("flat",), hr=(flat,), lr=(flat[:, ::2, ::2],), digest="")
    >>> evaluate("bicubic", pictures)["ssim_y_border2"]  # a flat picture comes back as it was
    [1.0]
    """
    measured: dict[str, list[float]] = {}
    for title, lr, hr in zip(pictures.names, pictures.lr, pictures.hr, strict=True):
        if min(hr.shape[-2:]) < SMALLEST:
            raise UserError(
                f"{title}: {tuple(hr.shape[-2:])} pixels, too small to be measured: SSIM needs {SMALLEST} a side"
            )
        sr = applied(method, lr, pictures.degrade)
        selected = selection_mask(hr, JUDGED)
        for name, value in {
            "psnr_rgb_border8": psnr(sr, hr, 8, "rgb"),
            "ssim_rgb_border8": ssim(sr, hr, 8, "rgb"),
            "psnr_y_border2": psnr(sr, hr, 2, "y"),
            "ssim_y_border2": ssim(sr, hr, 2, "y"),
            "psnr_rgb_border8_selected": psnr(sr, hr, 8, "rgb", selected),
            "psnr_rgb_border8_others": psnr(sr, hr, 8, "rgb", ~selected),
        }.items():
            measured.setdefault(name, []).append(value)
        if pictures.scale == 1:
            from hfsr.analysis import detail  # here and not above: it needs OpenCV, and PSNR nothing but torch

            measured.setdefault("recovered", []).append(detail.recovered(sr, hr))
    return measured


def applied(method: nn.Module | str, picture: Tensor, degrade: str) -> Tensor:
    """What a method makes of a degraded picture, of the ground truth's size; parameters and errors as for `evaluate`.

    Examples
    --------
    >>> applied("bicubic", torch.zeros(3, 8, 8, dtype=torch.uint8), "bicubic").shape
    torch.Size([3, 16, 16])
    """
    if isinstance(method, str) and method in classical.METHODS:
        return classical.restored(method, picture, degrade)
    own, wanted = getattr(method, "scale", 2), degradation.scale(degrade)
    if own != wanted:
        raise UserError(
            f"a method for x{own} does not undo {degrade!r}, which is x{wanted}: choose another degradation"
        )
    return upscale(picture, method)


def most_different(results: Sequence[Tensor], height: int, width: int) -> tuple[int, int]:
    """Where methods differ most: the window in which their results spread furthest from each other, in the mean.

    Parameters
    ----------
    results : sequence of Tensor, (C, H, W), uint8
        One a method, of one size.
    height, width : int
        Of the window, in pixels.

    Returns
    -------
    tuple of int
        Row and column of the window's upper left corner.

    Examples
    --------
    >>> first, second = torch.zeros(2, 1, 9, 9, dtype=torch.uint8)
    >>> second[:, 4:6, 2:4] = 200
    >>> most_different([first, second], height=2, width=2)
    (4, 2)
    """
    stacked = torch.stack([result.float() for result in results])
    spread = stacked.std(dim=0).mean(dim=0)
    windows = F.avg_pool2d(spread[None, None], (height, width), stride=1)[0, 0]
    row, column = divmod(int(windows.argmax()), windows.shape[1])
    return row, column


def mean_psnr(model: nn.Module, pictures: Photographs) -> float:
    """Mean over the pictures of PSNR in dB, on luma, border 2: what a learning curve shows.

    Examples
    --------
    >>> from hfsr.models import WDSR
    >>> flat = torch.full((3, 16, 16), 128, dtype=torch.uint8)
    >>> one = Photographs("one", ("flat",), hr=(flat,), lr=(flat[:, ::2, ::2],), digest="")
    >>> mean_psnr(WDSR(blocks=1).eval(), one) > 0
    True
    """
    pairs = zip(pictures.lr, pictures.hr, strict=True)
    return float(np.mean([psnr(upscale(lr, model), hr, 2, "y") for lr, hr in pairs]))


def selected_fractions(pictures: Photographs, alpha: Alpha) -> dict[str, float]:
    """Share of the ground truth's elements that Eq 7 selects, pooled over all elements (Table I, first column).

    Parameters
    ----------
    pictures : Photographs
    alpha : float, int or str

    Returns
    -------
    dict of str -> float in [0, 1]
        One a set, where `pictures` joins several, and for all of them under the name of `pictures`.

    Examples
    --------
    >>> from hfsr.data import photographs
    >>> selected_fractions(photographs.load("embedded-held-out"), alpha=0)
    {'embedded-held-out': 1.0}
    """
    counts: dict[str, list[int]] = {}
    for title, hr in zip(pictures.names, pictures.hr, strict=True):
        selected = int(selection_mask(hr, alpha).sum())
        for name in {title.rpartition("/")[0] or pictures.name, pictures.name}:
            total = counts.setdefault(name, [0, 0])
            total[0] += selected
            total[1] += hr.numel()
    return {name: selected / elements for name, (selected, elements) in counts.items()}
