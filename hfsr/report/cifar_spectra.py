"""CIFAR's images beside photographs as small, frequency by frequency: what the study "spectra" measured."""

import pandas as pd
from scipy import stats
from torch import Tensor

from hfsr.analysis.small_images import frequencies
from hfsr.report.accuracies import SETS
from hfsr.studies import published, spectra_run
from hfsr.studies.spectra_run import BROUGHT_DOWN, FINE, SQUARES, SpectraRecord

PHOTOGRAPHS = "photographs"
TITLES = SETS | {SQUARES: "squares of halved photographs", BROUGHT_DOWN: PHOTOGRAPHS}
ALONE = (*SETS, BROUGHT_DOWN)  # whose images are drawn one by one: squares of one photograph are alike


def profiles(recipe: str = "bench") -> dict[str, tuple[Tensor, Tensor]]:
    """Frequencies in cycles a pixel and mean power at each, of every kind of image; each image scaled to one variance.

    Examples
    --------
    >>> frequency, power = profiles()["CIFAR-10"]
    >>> len(frequency), frequency[-1].item()
    (16, 0.5)
    """
    curves = published.read(SpectraRecord, recipe).curves
    means = {title: spectra_run.mean(curves[kind]) for kind, title in TITLES.items()}
    return {title: (frequencies(len(mean)), mean) for title, mean in means.items()}


def fine_shares(recipe: str = "bench") -> pd.DataFrame:
    """How much of an image's variance lies above 0.25 cycles a pixel.

    Returns
    -------
    DataFrame
        A row a kind of image: ``images``; ``mean`` in per cent, with ``low`` and ``high`` of its 95 % interval over the images,
        which squares do not have.

    Examples
    --------
    >>> shares = fine_shares()["mean"]
    >>> float(shares["CIFAR-10"] / shares["photographs"]) < 1
    True
    """
    record, rows = published.read(SpectraRecord, recipe), {}
    for kind, title in TITLES.items():
        count, mean = record.images[kind], 100 * record.metrics[f"{kind}/{FINE}"]
        half = 100 * record.deviations[kind] * stats.t.ppf(0.975, count - 1) / count**0.5
        low, high = (mean - half, mean + half) if kind in ALONE else (float("nan"),) * 2
        rows[title] = {"images": count, "mean": mean, "low": low, "high": high}
    return pd.DataFrame(rows).T.astype({"images": int})


def in_words(recipe: str = "bench") -> str:
    """`fine_shares` as lines of text.

    Examples
    --------
    >>> in_words().splitlines()[0]
    'of the variance lie above 0.25 cycles a pixel'
    """
    lines = ["of the variance lie above 0.25 cycles a pixel"]
    for title, row in fine_shares(recipe).iterrows():
        interval = "" if pd.isna(row["low"]) else f" ({row['low']:.2f} to {row['high']:.2f})"
        lines.append(f"    {title}: {row['mean']:.2f} %{interval}, {row['images']:,.0f} images")
    return "\n".join(lines)
