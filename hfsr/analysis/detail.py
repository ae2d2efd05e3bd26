"""How much detail a method gives photographs, and how much of it is right (Section V)."""

import math

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from hfsr.analysis.agreement import cutoff, error_profile, ring_correlation
from hfsr.analysis.sharpness import edges, overshoot, steepness
from hfsr.analysis.spectrum import PNG_METRICS, png_bytes, radial_profile
from hfsr.data.photographs import Photographs
from hfsr.errors import UserError
from hfsr.models.upscaling import upscale

TRUTH = "truth"
RINGS = 32  # of the curves: the same for photographs of all sizes
NOTHING = 1e-30  # of power: what rounding leaves of a picture of one colour; one grey level of one element is far more
KEPT = 0.25  # cycles a pixel: what lies above, along rows and columns, was not in the small image
Curve = dict[str, list[float]]  # mean and deviation over the pictures


def numbers(image: Tensor, truth: Tensor) -> dict[str, float]:
    """What a picture says of its detail.

    Parameters
    ----------
    image, truth : Tensor, (3, H, W) or (1, H, W), uint8

    Returns
    -------
    dict
        ``png_bytes`` and ``png_bytes_strongest``, see `hfsr.analysis.spectrum.png_bytes`; ``high_power``, its power above
        0.25 cycles a pixel as a share of the truth's, and ``recovered``, 1 less the power of its error there as a share of
        the truth's: 1 is all detail, 0 no better than none, less is worse than none; ``cutoff_half`` and
        ``cutoff_seventh``, where agreement ends, see `hfsr.analysis.agreement.cutoff`; ``steepness`` and ``overshoot``,
        see `hfsr.analysis.sharpness`.

    Examples
    --------
    >>> image = torch.arange(4096).remainder(251).to(torch.uint8).view(1, 64, 64)
    >>> measured = numbers(image, image)
    >>> round(measured["recovered"], 3), measured["overshoot"]
    (1.0, 0.0)
    """
    frequency, correlation = ring_correlation(image, truth)
    own, wrong, true = map(above_kept, (radial_profile(image), error_profile(image, truth), radial_profile(truth)))
    return {
        **{metric: png_bytes(image, encoder) for encoder, metric in PNG_METRICS.items()},
        "high_power": _share(own, true),
        "recovered": 1 - _share(wrong, true),
        "cutoff_half": cutoff(frequency, correlation, 1 / 2),
        "cutoff_seventh": cutoff(frequency, correlation, 1 / 7),
        "steepness": steepness(image, truth),
        "overshoot": overshoot(image, truth),
    }


def recovered(image: Tensor, truth: Tensor) -> float:
    """1 less the power of an image's error above 0.25 cycles a pixel as a share of the truth's power there, see `numbers`.

    NaN where the truth has none.

    Examples
    --------
    >>> image = torch.arange(4096).remainder(251).to(torch.uint8).view(1, 64, 64)
    >>> recovered(image, image), recovered(torch.zeros_like(image), image), recovered(image, torch.ones_like(image))
    (1.0, 0.0, nan)
    """
    return 1 - _share(above_kept(error_profile(image, truth)), above_kept(radial_profile(truth)))


def _share(power: float, true: float) -> float:
    return power / true if true > NOTHING else math.nan


def above_kept(profile: tuple[Tensor, Tensor]) -> float:
    """Power above 0.25 cycles a pixel, from frequencies and mean power on each; a ring holds as many as its radius is large.

    Examples
    --------
    >>> above_kept((torch.tensor([0.125, 0.375, 0.5]), torch.tensor([9.0, 1.0, 2.0])))
    1.375
    """
    frequency, power = profile
    return (frequency * (frequency > KEPT) * power).sum().item()


def profiles(image: Tensor, truth: Tensor) -> dict[str, Tensor]:
    """Curves over `RINGS` frequencies: power and error beside the truth's power, as log10 of the ratio, and correlation.

    Examples
    --------
    >>> image = torch.arange(4096).remainder(251).to(torch.uint8).view(1, 64, 64)
    >>> profiles(image, image)["power"].abs().max().item()
    0.0
    """
    power = radial_profile(truth, RINGS)[1]
    return {
        "power": (radial_profile(image, RINGS)[1] / power).log10(),
        "error": (error_profile(image, truth, RINGS)[1] / power).clamp(min=1e-12).log10(),
        "correlation": ring_correlation(image, truth, RINGS)[1],
    }


def of_set(method: nn.Module | str, pictures: Photographs) -> tuple[dict[str, list[float]], dict[str, Curve]]:
    """`numbers` of every picture of a set, and mean and deviation of its `profiles` over the pictures.

    Parameters
    ----------
    method : Module or str
        A network, "bicubic", or "truth" for the ground truth.
    pictures : Photographs
        Loaded with ``grey=True``.

    Raises
    ------
    UserError
        If a picture is flat or too small, or the only one.

    Examples
    --------
    >>> hr = torch.arange(4096).remainder(251).to(torch.uint8).view(1, 64, 64)
    >>> pictures = Photographs("two", ("one", "again"), hr=(hr, hr), lr=(hr[:, ::2, ::2],) * 2, digest="")
    >>> measured, curves = of_set(TRUTH, pictures)
    >>> [round(value, 3) for value in measured["recovered"]]  # the ground truth has all of its own detail
    [1.0, 1.0]
    >>> len(curves["power"]["mean"])
    32
    """
    if len(pictures.names) == 1:
        raise UserError(f"{pictures.name}: one picture alone has no deviation: put two or more there")
    measured: dict[str, list[float]] = {}
    curves: dict[str, list[Tensor]] = {}
    found = list(zip(pictures.names, pictures.lr, pictures.hr, strict=True))
    for title, lr, hr in tqdm(found, f"measuring {pictures.name}", unit="picture", delay=2, leave=False):
        if min(hr.shape[-2:]) < 2 * RINGS or not edges(hr).any():
            raise UserError(f"{title}: flat, or fewer than {2 * RINGS} pixels a side: there is no detail to measure")
        image = hr if isinstance(method, str) and method == TRUTH else upscale(lr, method)
        for name, value in numbers(image, hr).items():
            measured.setdefault(name, []).append(value)
        for name, curve in profiles(image, hr).items():
            curves.setdefault(name, []).append(curve)
    stacked = {name: torch.stack(each) for name, each in curves.items()}
    summary = {
        name: {"mean": [round(x, 5) for x in each.mean(0).tolist()], "sd": [round(x, 5) for x in each.std(0).tolist()]}
        for name, each in stacked.items()
    }
    return measured, summary
