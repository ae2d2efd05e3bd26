"""What data there is: every set that has a name, what it is for, and where it lies."""

import pandas as pd

from hfsr import paths
from hfsr.data import cifar, div2k, embedded, photographs

BENCHMARK = "super-resolution, evaluation"
TRAINING = "super-resolution, training"
CLASSIFICATION = "classification, training and evaluation"
# Images of each set, and what they are for.
SETS = {
    "embedded": (5, TRAINING),
    "embedded-held-out": (3, BENCHMARK),
    "set5": (5, BENCHMARK),
    "set14": (14, BENCHMARK),
    "bsd100": (100, BENCHMARK),
    "t91": (91, TRAINING),
    "bsd200": (200, TRAINING),
    "bsds500-test": (200, TRAINING),
    "realsr-gt": (16, "its two parts, below"),
    "realsr-train": (12, TRAINING),
    "realsr-held-out": (4, BENCHMARK),
    "div2k-train": (800, TRAINING),
    "div2k-valid": (100, BENCHMARK),
    "digits": (1_797, CLASSIFICATION),
    "cifar10": (60_000, CLASSIFICATION),
    "cifar100": (60_000, CLASSIFICATION),
}


def describe() -> pd.DataFrame:
    """List the sets that can be loaded by name; only folders are looked for, nothing is read.

    Returns
    -------
    DataFrame
        A row a set. Columns ``set``, ``images`` (when complete), ``use``, ``present`` (bool), and ``where``: the folder,
        or the way to it.

    Examples
    --------
    >>> describe().set_index("set").loc["embedded", "where"]
    'inside scikit-image and scikit-learn'
    """
    rows = [(name, count, use, *_find(name)) for name, (count, use) in SETS.items()]
    return pd.DataFrame(rows, columns=["set", "images", "use", "present", "where"])


def _find(name: str) -> tuple[bool, str]:
    """Whether a set is there, and where, or how it gets there."""
    if name in embedded.SPLITS:
        return True, embedded.WHERE
    if name == "digits":
        return True, "inside scikit-learn"
    if name in div2k.SETS:
        folders, way = list(div2k.layout(div2k.SETS[name])), "hfsr data fetch div2k"
    elif name in cifar.LAYOUTS:
        folders, way = [cifar.LAYOUTS[name].folder], f"hfsr data fetch {name}"
    else:
        folders, way = ["realsr-gt" if name in photographs.PARTS else name], "put it below a folder of HFSR_DATA"
    found = [paths.find_data(folder) for folder in folders]
    return (False, way) if None in found else (True, str(found[0]))
