"""What longer training leaves of the method's lead: recipe ``long`` beside ``bench``, PSNR in dB (RGB, border 8)."""

import numpy as np
import pandas as pd

from hfsr.analysis.change import change
from hfsr.analysis.statistics import Estimate, over_seeds_and_images
from hfsr.report import printed, tables
from hfsr.studies import recipes

METHOD, BRIEF, LONG = "wdsr-a1-5", "bench", "long"
SETS = {
    "kodak24": "confirmation",
    "mcmaster": "confirmation",
    "bsd100": "superres",
    "set14": "superres",
}  # and the study


def shrunk(baseline: str, name: str, confidence: float = 0.95) -> tuple[Estimate, Estimate, Estimate]:
    """1/5 minus another row on a set after few iterations and after many, and how much that has changed.

    No claim is registered of the change, so the interval belongs to no family.

    Examples
    --------
    >>> before, after, by = shrunk("wdsr-a0", "kodak24")
    >>> abs(after.mean - before.mean - by.mean) < 1e-9
    True
    """
    before, after = (
        np.array(list(tables.gaps(recipe, name, "psnr_rgb_border8", METHOD, baseline, SETS[name]).values()))
        for recipe in (BRIEF, LONG)
    )
    return (
        over_seeds_and_images(before, confidence),
        over_seeds_and_images(after, confidence),
        change(before, after, confidence),
    )


def leads(baseline: str) -> pd.DataFrame:
    """`shrunk` on every set, as strings with 95 % intervals.

    Examples
    --------
    >>> leads("wdsr-a0").columns.to_list()
    ['10,000 iterations', '100,000 iterations', 'change']
    """
    heads = [*(f"{recipes.superres(recipe).steps:,} iterations" for recipe in (BRIEF, LONG)), "change"]
    rows = {
        printed.SHORT.get(name, name): [
            f"{mean:+.3f} ({low:+.3f}, {high:+.3f})" for mean, low, high in shrunk(baseline, name)
        ]
        for name in SETS
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=heads)
