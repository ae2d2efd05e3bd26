"""How much of an image's detail is right: agreement with the ground truth at each frequency, beyond the paper's Section V.

More bytes and more power at high frequencies can be noise as well as detail. Spectra as in `hfsr.analysis.spectrum`.
"""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from hfsr.analysis.spectrum import plane, radial_profile, ring_sums, windowed
from hfsr.metrics import one_shape


def error_profile(image: Tensor, reference: Tensor, rings: int | None = None) -> tuple[Tensor, Tensor]:
    """Mean power at each frequency of what an image gets wrong: `radial_profile` of its difference to the reference.

    Where it reaches the reference's own power, leaving that frequency out altogether would have been no worse.

    Parameters
    ----------
    image, reference : Tensor
        Of one shape, as for `spectrum`.
    rings : int, optional
        As for `radial_profile`.

    Returns
    -------
    frequency, power : Tensor, (K,), float64
        As for `radial_profile`.

    Raises
    ------
    UserError
        As for `radial_profile`, and if the shapes differ.

    Examples
    --------
    >>> image = torch.arange(256, dtype=torch.uint8).view(1, 16, 16)
    >>> error_profile(image, image)[1].max().item()
    0.0
    """
    own, truth = _pair(image, reference)
    return radial_profile((own - truth)[None], rings)


def ring_correlation(image: Tensor, reference: Tensor, rings: int | None = None) -> tuple[Tensor, Tensor]:
    """Fourier ring correlation: how far an image agrees with a reference at each frequency, whatever its power there.

    1 where every wave has the reference's phase and, but for one factor a ring, its amplitude; 0 where they have nothing to do
    with each other. Energy that is no detail of the reference lowers it.

    Parameters
    ----------
    image, reference : Tensor
        Of one shape, as for `spectrum`.
    rings : int, optional
        As for `radial_profile`.

    Returns
    -------
    frequency : Tensor, (K,), float64
        Cycles per pixel, in (0, 0.5].
    correlation : Tensor, (K,), float64
        In [-1, 1]; 0 where either has no power.

    Raises
    ------
    UserError
        As for `radial_profile`, and if the shapes differ.

    Examples
    --------
    >>> image = torch.randint(256, (1, 16, 16), dtype=torch.uint8)
    >>> ring_correlation(image, image // 2 + 9)[1].min().item() > 0.99
    True
    """
    first, second = (windowed(each)[0] for each in _pair(image, reference))
    powers = [(first * second.conj()).real, first.abs().square(), second.abs().square()]
    frequency, (shared, own, truth) = ring_sums(powers, rings)
    return frequency, shared / (own * truth).sqrt().clamp(min=torch.finfo(own.dtype).tiny)


def cutoff(frequency: Tensor, correlation: Tensor, threshold: float) -> float:
    """Lowest frequency at which a ring correlation falls under a threshold, by linear interpolation between rings.

    Parameters
    ----------
    frequency, correlation : Tensor, (K,)
        From `ring_correlation`.
    threshold : float
        In (0, 1); 1/2 and 1/7 are usual.

    Returns
    -------
    float
        Cycles per pixel; the last frequency if the correlation never falls under the threshold, the first if it begins there.

    Examples
    --------
    >>> round(cutoff(torch.tensor([0.1, 0.2, 0.3]), torch.tensor([1.0, 0.6, 0.2]), 0.5), 3)
    0.225
    """
    below = (correlation < threshold).nonzero()
    if not len(below):
        return frequency[-1].item()
    after = int(below[0])
    if after == 0:
        return frequency[0].item()
    (x, a), (y, b) = ((frequency[place].item(), correlation[place].item()) for place in (after - 1, after))
    return x + (y - x) * (a - threshold) / (a - b)


def split_power(power: ArrayLike, recovered: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What of an image's power is the reference's and what is not, from `hfsr.analysis.detail.numbers`.

    An image is a multiple c of the reference, and a rest that has nothing to do with it. Its power is c^2 and that of the
    rest, that of its error (1 - c)^2 and that of the rest, all as shares of the reference's; so c is the mean of `power` and
    `recovered`.

    Parameters
    ----------
    power : float or array
        The image's power as a share of the reference's.
    recovered : float or array
        1 less the power of its error as a share of the reference's.

    Returns
    -------
    right, wrong : arrays
        Shares of the reference's power; their sum is `power`.

    Examples
    --------
    >>> right, wrong = split_power(0.25 + 0.1, 1 - (0.25 + 0.1))  # half of the reference, and noise
    >>> round(float(right), 2), round(float(wrong), 2)
    (0.25, 0.1)
    """
    total = np.asarray(power, dtype=float)
    right = ((total + np.asarray(recovered, dtype=float)) / 2) ** 2
    return right, total - right


def _pair(image: Tensor, reference: Tensor) -> tuple[Tensor, Tensor]:
    one_shape(image, reference)
    return plane(image), plane(reference)
