"""What the paper's Table III can say: one run a row, tested on 10,000 images."""

import itertools
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from hfsr.analysis.power import runs_needed, smallest_difference
from hfsr.report import paper
from hfsr.report.accuracies import SETS

IMAGES = 10_000  # of either test set
# Points from seed to seed that the authors of the network give for a deeper one, ResNet-1001: the paper reports none.
SCATTER = {"cifar10": (0.14, 0.20), "cifar100": (0.22,)}
COMPARED = [
    *(("WDSR", row) for row in ("1/7", "1/6", "1/5", "1/4", "1/3")),
    ("Bicubic", "1/5"),
    ("Original", "1/5"),
]


def standard_error(percent: Any, images: int = IMAGES) -> Any:
    """Of an accuracy in per cent, a number or an array or table of them, from the number of test images alone.

    Examples
    --------
    >>> round(float(standard_error(95.0)), 2)
    0.22
    """
    return np.sqrt(percent * (100 - percent) / images)


def power() -> pd.DataFrame:
    """The paper's gains, beside what one run a row can tell from chance.

    Returns
    -------
    DataFrame
        A row a set and a comparison: ``gain`` in points; ``z`` and ``p`` of it, if the two rows' test images had been drawn
        independently; and for each scatter of `SCATTER` the runs *of each row* after which Student's test would find such a
        gain in eight cases of ten; empty where the gain is zero.

    Examples
    --------
    >>> table = power()
    >>> table.loc[("CIFAR-10", "1/5 against WDSR"), ["gain", "p"]].tolist()
    [0.43, 0.16]
    """
    accuracy = paper.table3()
    error, rows = standard_error(accuracy), []
    for name, (baseline, row) in itertools.product(SETS, COMPARED):
        gain = float(accuracy[name][row] - accuracy[name][baseline])
        z = gain / np.hypot(*error.loc[[baseline, row], name])
        line = {
            "set": SETS[name],
            "comparison": f"{row} against {baseline}",
            "gain": gain,
            "z": z,
            "p": 2 * norm.sf(abs(z)),
        }
        line |= {f"runs, sd {sd:.2f}": f"{runs_needed(abs(gain), sd):,}" if gain else "" for sd in SCATTER[name]}
        rows.append(line)
    return pd.DataFrame(rows).round(2).fillna("").set_index(["set", "comparison"])


def smallest() -> pd.DataFrame:
    """The difference in points that one run a row finds in eight cases of ten, if the scatter from seed to seed were known.

    Examples
    --------
    >>> bool((smallest()["points"] > 0.3).all())
    True
    """
    rows = [
        {"set": SETS[name], "sd": sd, "points": round(smallest_difference(sd), 2)}
        for name in SETS
        for sd in SCATTER[name]
    ]
    return pd.DataFrame(rows).set_index("set")


def beyond_chance() -> pd.DataFrame:
    """Pairs of rows that differ by more than the chance in which images were drawn, uncorrected, set by set.

    Examples
    --------
    >>> beyond_chance().loc["CIFAR-10", "of all pairs"]
    np.int64(36)
    """
    accuracy, rows = paper.table3(), {}
    error = standard_error(accuracy)
    for name, title in SETS.items():
        pairs = list(itertools.combinations(accuracy.index, 2))
        far = [
            f"{a} and {b}"
            for a, b in pairs
            if abs(np.subtract(*accuracy.loc[[a, b], name])) > 1.96 * np.hypot(*error.loc[[a, b], name])
        ]
        rows[title] = {"differ": len(far), "of all pairs": len(pairs), "which": ", ".join(far)}
    return pd.DataFrame(rows).T.astype({"differ": int, "of all pairs": int})
