"""Whether Eq 7 selects the block edges of JPEG files, whose discrete cosine transform works on squares of 8 x 8 pixels."""

import torch
from torch import Tensor

from hfsr.analysis.evaluation import JUDGED
from hfsr.data.photographs import Photographs
from hfsr.weightmap import Alpha, selection_mask

SIDE = 8


def at_edges(height: int, width: int) -> Tensor:
    """The pixels that have a pixel of another block beside, above or below them.

    Returns
    -------
    Tensor, (height, width), bool

    Examples
    --------
    >>> at_edges(1, 17)[0].nonzero().flatten().tolist()
    [7, 8, 15, 16]
    """
    rows, columns = (_beside_another(length) for length in (height, width))
    return rows[:, None] | columns


def _beside_another(length: int) -> Tensor:
    place = torch.arange(length)
    first, last = place % SIDE == 0, place % SIDE == SIDE - 1
    return (first & (place > 0)) | (last & (place < length - 1))


def selected_fractions(image: Tensor, alpha: Alpha) -> dict[str, float]:
    """Which fraction of the elements Eq 7 selects at the edges of blocks, and which inside of them.

    The two are alike in a picture that never was a JPEG, and in one whose blocks begin elsewhere than at its corner.

    Parameters
    ----------
    image : Tensor, (C, H, W), uint8
    alpha : float, int or str

    Returns
    -------
    dict
        ``selected_at_edges`` and ``selected_inside``, in [0, 1]; NaN where a picture is too small to have both.

    Examples
    --------
    >>> checkers = 200 * (torch.arange(32) // 8 % 2).to(torch.uint8).expand(3, 32, 32)
    >>> selected_fractions(checkers, "1/5")
    {'selected_at_edges': 0.551..., 'selected_inside': 0.0}
    """
    selected = selection_mask(image, alpha).double().mean(0)
    edges = at_edges(*image.shape[-2:])
    return {
        "selected_at_edges": selected[edges].mean().item(),
        "selected_inside": selected[~edges].mean().item(),
    }


def of_set(pictures: Photographs) -> dict[str, list[float]]:
    """`selected_fractions` of every picture of a set, at the alpha of all masks that `hfsr.analysis.evaluation` judges by.

    Examples
    --------
    >>> hr = 200 * (torch.arange(32) // 8 % 2).to(torch.uint8).expand(3, 32, 32)
    >>> pictures = Photographs("one", ("checkers",), hr=(hr,), lr=(hr[:, ::2, ::2],), digest="")
    >>> of_set(pictures)["selected_inside"]
    [0.0]
    """
    found = [selected_fractions(hr, JUDGED) for hr in pictures.hr]
    return {name: [each[name] for each in found] for name in ("selected_at_edges", "selected_inside")}
