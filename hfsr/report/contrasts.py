"""A registered contrast, measured: from the published records that there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hfsr.analysis.statistics import Estimate, over_seeds_and_images, over_seeds_judges_and_images
from hfsr.report import accuracies, paper, recognitions, tables
from hfsr.report.registration import Contrast
from hfsr.studies.records import Record

METRICS = {
    "psnr_rgb_border8": "PSNR (RGB)",
    "psnr_rgb_border8_others": "PSNR of the elements left out",
    "ssim_rgb_border8": "SSIM",
    "png_bytes": "bytes",
    "high_power": "power at high frequencies",
    "recovered": "recovered detail",
}  # in words


@dataclass(frozen=True)
class Measured:
    """What the records say of a contrast.

    Parameters
    ----------
    estimate : Estimate
        The difference, in the contrast's unit.
    seeds : int
        That both rows have.
    records : tuple of str
        Files below ``results/``.

    Examples
    --------
    >>> Measured(Estimate(0.0, -0.1, 0.1), seeds=3, records=()).estimate.sign
    0
    """

    estimate: Estimate
    seeds: int
    records: tuple[str, ...]

    def shown(self, digits: int, unit: str) -> str:
        """As it is printed.

        Examples
        --------
        >>> Measured(Estimate(0.013, 0.007, 0.019), 3, ()).shown(3, "dB")
        '+0.013 (+0.007, +0.019) dB'
        """
        mean, low, high = (f"{value:+.{digits}f}" for value in self.estimate)
        interval = "" if low == mean == high else f" ({low}, {high})"
        return f"{mean}{interval} {unit}".strip()


def measure(contrast: Contrast, confidence: float, on: str | None = None) -> Measured | None:
    """The mean of paired differences with its interval, None where a row has no records.

    Parameters
    ----------
    contrast : Contrast
    confidence : float
        Of the interval, in (0, 1).
    on : str, optional
        Another set than the contrast's.

    Raises
    ------
    UserError
        If a record is stale.

    Examples
    --------
    >>> from hfsr.report import registration
    >>> claim = next(each for each in registration.read().claims if each.id == "matters")
    >>> measure(claim.contrasts[0], confidence=0.95).estimate.sign
    1
    """
    if contrast.direction == "close":
        return _fraction(contrast)
    pairs = gaps(contrast, on)
    if not pairs:
        return None
    by_row: Mapping[str, Sequence[Record]]
    if contrast.study == "classify":
        by_row = accuracies.published(contrast.recipe, on or contrast.on)
    else:
        by_row = tables.published(contrast.recipe, contrast.study)
    files = [
        f"{contrast.study}/{record.name}.json"
        for row in (contrast.baseline, contrast.row)
        for record in by_row[row]
        if getattr(record, "seed", None) in (*pairs, None)
    ]
    return Measured(interval(contrast, pairs, confidence), len(pairs), tuple(files))


def interval(
    contrast: Contrast, pairs: Mapping[int | None, NDArray[np.float64]], confidence: float, planned: int | None = None
) -> Estimate:
    """The mean of paired differences, see `gaps`, with its interval; parameters as for `hfsr.analysis.statistics`.

    Examples
    --------
    >>> from hfsr.report import registration
    >>> contrast = next(each for each in registration.read().claims if each.id == "matters").contrasts[0]
    >>> interval(contrast, gaps(contrast), confidence=0.95).sign
    1
    """
    over = over_seeds_judges_and_images if contrast.study == "recognition" else over_seeds_and_images
    return over(list(pairs.values()), confidence, planned)


def gaps(contrast: Contrast, on: str | None = None) -> dict[int | None, NDArray[np.float64]]:
    """The paired differences of two rows in the unit of their contrast, by seed: of every image, in recognition by every judge.

    Examples
    --------
    >>> from hfsr.report import registration
    >>> claim = next(each for each in registration.read().claims if each.id == "matters")
    >>> gaps(claim.contrasts[0])[0].shape  # BSD100
    (100,)
    """
    pairs: Mapping[int | None, NDArray[np.float64]]
    name, rows = on or contrast.on, (contrast.row, contrast.baseline)
    if contrast.study == "classify":
        pairs = accuracies.gaps(contrast.recipe, name, *rows)
    elif contrast.study == "recognition":
        pairs = recognitions.gaps(contrast.recipe, name, *rows)
    else:
        pairs = tables.gaps(contrast.recipe, name, contrast.metric, *rows, contrast.study, contrast.relative)
    return {seed: contrast.scale * each for seed, each in pairs.items()}


def _fraction(contrast: Contrast) -> Measured | None:
    """The fraction of elements that the first record of a row names, less the paper's or a Gaussian's."""
    records = tables.published(contrast.recipe, contrast.study).get(contrast.row)
    if not records:
        return None
    record = records[0]
    theirs = contrast.paper if contrast.baseline == "paper" else paper.gaussian_fraction(record.alpha or 0)
    assert theirs is not None  # the registration's test sees to it
    difference = contrast.scale * (record.metrics[f"{contrast.on}/{contrast.metric}"] - theirs)
    return Measured(Estimate(difference, difference, difference), 1, (f"{contrast.study}/{record.name}.json",))
