"""Table IV's labelled sets: what each method's upscaled images take as PNG, from the published records.

An interval is over a set's thousands of images, as if it had been drawn anew: 95 %, Student's.
"""

import numpy as np
import pandas as pd

from hfsr.analysis.statistics import Estimate, of_mean
from hfsr.studies import published as published_records
from hfsr.studies.rows import UPSCALERS
from hfsr.studies.upscaled_set import UpscaledRecord

MEGABYTE = 2**20  # the paper does not say which; of SRCNN's CIFAR-10 these come within 0.1 % of its figure
METHODS = tuple(method for method in UPSCALERS if method != "original")


def published(dataset: str) -> dict[str, UpscaledRecord]:
    """The published records of a labelled set by the method that upscaled it, in Table IV's order.

    Parameters
    ----------
    dataset : {"cifar10", "cifar100"}

    Raises
    ------
    UserError
        If a record is stale: the network is no longer the one that upscaled the set.

    Examples
    --------
    >>> list(published("cifar10"))[:3]
    ['bicubic', 'srcnn', 'wdsr-a0']
    """
    records = published_records.everything(UpscaledRecord)
    found = {record.method: record for record in records if record.data.name == dataset}
    return {method: found[method] for method in METHODS if method in found}


def totals(dataset: str, part: str, metric: str = "png_bytes") -> pd.DataFrame:
    """Bytes of a whole set.

    Parameters
    ----------
    dataset : {"cifar10", "cifar100"}
    part : {"train", "test"}
    metric : {"png_bytes", "png_bytes_strongest"}
        By OpenCV's default settings, as in the paper, or by the strongest.

    Returns
    -------
    DataFrame
        A row a method: ``mean``, ``low``, ``high``; and ``pixel``, bytes a pixel.

    Examples
    --------
    >>> table = totals("cifar10", "test")
    >>> table.loc["wdsr-a0", "mean"] > table.loc["bicubic", "mean"]
    np.True_
    """
    table = {}
    for method, record in published(dataset).items():
        parts = record.thousands[f"{dataset}/{part}_{metric}"]
        pixels = (record.data.images if part == "train" else record.data.test_images or 0) * (2 * 32) ** 2
        whole = Estimate(*(len(parts) * end for end in of_mean(parts)))
        table[method] = {**whole._asdict(), "pixel": whole.mean / pixels}
    return pd.DataFrame.from_dict(table, orient="index").reindex(columns=["mean", "low", "high", "pixel"])


def gains(dataset: str, part: str, metric: str = "png_bytes", baseline: str = "bicubic") -> pd.DataFrame:
    """What each method's images take beyond the baseline's, in per cent, thousand by thousand; parameters as for `totals`.

    Returns
    -------
    DataFrame
        A row a method but the baseline: ``mean``, ``low``, ``high``.

    Examples
    --------
    >>> (gains("cifar10", "test")["low"] > 0).all()  # every network's images take more than bicubic's
    np.True_
    """
    name, records = f"{dataset}/{part}_{metric}", published(dataset)
    parts = {method: np.array(record.thousands[name]) for method, record in records.items()}
    table = {
        method: of_mean(100 * (own / parts[baseline] - 1))._asdict()
        for method, own in parts.items()
        if method != baseline and baseline in parts
    }
    return pd.DataFrame.from_dict(table, orient="index").reindex(columns=["mean", "low", "high"])
