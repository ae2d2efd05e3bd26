"""Edges of an image beside those of the ground truth: how steep they are, and how far the image overshoots next to them.

A network may make edges steep by detail or by ringing. Blur lowers steepness and does not overshoot, ringing does. Noise makes
edges no steeper, because it has nothing to do with where they are.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from hfsr.metrics import luma, one_shape

STRONGEST = 0.05  # share of the pixels that count as edges
REACH = 2  # pixels around an edge: as far as bicubic's kernel reaches into the large image


def edges(reference: Tensor) -> Tensor:
    """The pixels where the ground truth's luma is steepest: one in twenty.

    Parameters
    ----------
    reference : Tensor, (3, H, W) or (1, H, W), uint8
        The ground truth.

    Returns
    -------
    Tensor
        bool, (H, W); nothing where the image is flat.

    Examples
    --------
    >>> step = torch.zeros(1, 8, 40, dtype=torch.uint8)
    >>> step[..., 20:] = 200
    >>> edges(step)[0].nonzero().flatten().tolist()
    [19, 20]
    """
    strength = torch.linalg.vector_norm(_gradient(luma(reference)), dim=0)
    return (strength >= float(np.quantile(strength.cpu(), 1 - STRONGEST))) & (strength > 0)


def steepness(image: Tensor, reference: Tensor) -> float:
    """Gradients of an image along those of the ground truth, at the ground truth's edges.

    Parameters
    ----------
    image, reference : Tensor, (3, H, W) or (1, H, W), uint8
        Of one shape.

    Returns
    -------
    float
        Slope of the regression of the image's gradients on the ground truth's: 1 where edges are as steep as there, less
        where they are blurred, more where they are exaggerated. NaN where the ground truth is flat.

    Raises
    ------
    UserError
        If the shapes differ.

    Examples
    --------
    >>> picture = torch.randint(100, 200, (1, 16, 16), dtype=torch.uint8)
    >>> steepness(picture, picture), round(steepness(picture // 2, picture), 2)
    (1.0, 0.5)
    """
    one_shape(image, reference)
    chosen = edges(reference)
    own, truth = (_gradient(luma(each))[:, chosen] for each in (image, reference))
    return ((own * truth).sum() / truth.square().sum()).item()


def overshoot(image: Tensor, reference: Tensor) -> float:
    """How far an image leaves the range of the ground truth's values around a pixel, in the mean over the pixels near edges.

    The range is that of the 5x5 pixels around; over- and undershoot count alike.

    Parameters
    ----------
    image, reference : Tensor, (3, H, W) or (1, H, W), uint8
        Of one shape.

    Returns
    -------
    float
        Grey levels, 0 for the ground truth itself; NaN where the ground truth is flat.

    Raises
    ------
    UserError
        If the shapes differ.

    Examples
    --------
    >>> step = torch.zeros(1, 8, 40, dtype=torch.uint8)
    >>> step[..., 20:] = 200
    >>> overshoot(step, step), round(overshoot(step + 10, step), 1)
    (0.0, 6.7)
    """
    one_shape(image, reference)
    own, truth = luma(image), luma(reference)
    excess = (own - _largest(truth)).clamp(min=0) + (-own - _largest(-truth)).clamp(min=0)
    near = _largest(edges(reference)[None].double())[0] > 0
    return excess[0][near].mean().item()


def _gradient(plane: Tensor) -> Tensor:
    """Central differences down and across, (2, H, W), the border repeated."""
    padded = F.pad(plane[None], (1, 1, 1, 1), mode="replicate")[0, 0]
    down, across = padded[2:, 1:-1] - padded[:-2, 1:-1], padded[1:-1, 2:] - padded[1:-1, :-2]
    return torch.stack([down, across]) / 2


def _largest(plane: Tensor) -> Tensor:
    """Largest value of the neighbourhood of every pixel, (1, H, W)."""
    return F.max_pool2d(plane, 2 * REACH + 1, stride=1, padding=REACH)
