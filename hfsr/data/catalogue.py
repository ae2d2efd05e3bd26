"""What data there is: every set that has a name, what it is for, and where it lies."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from hfsr import extras, paths
from hfsr.data import cifar, div2k, embedded, labelled, photographs
from hfsr.data.sources import SOURCES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("set", "images", "use", "present", "where")
BENCHMARK = "super-resolution, evaluation"
CONFIRMATION = "super-resolution, confirmation: never trained or tuned on"
TRAINING = "super-resolution, training"
CLASSIFICATION = "classification, training and evaluation"
# Images of each set, and what they are for.
SETS = {
    "embedded": (5, TRAINING),
    "embedded-held-out": (3, BENCHMARK),
    "set5": (5, BENCHMARK),
    "set14": (14, BENCHMARK),
    "bsd100": (100, BENCHMARK),
    "kodak24": (24, CONFIRMATION),
    "mcmaster": (18, CONFIRMATION),
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


def describe() -> "pd.DataFrame":
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
    import pandas as pd  # here and not above: reading pictures needs none of it

    return pd.DataFrame(_rows(), columns=list(COLUMNS))


def text() -> str:
    """`describe` in plain text, a line a set, without pandas.

    Examples
    --------
    >>> text().splitlines()[1].split()[:2]
    ['embedded', '5']
    """
    words = {True: "yes", False: "no"}
    lines = [COLUMNS, *((name, str(count), use, words[here], where) for name, count, use, here, where in _rows())]
    widths = [max(len(line[place]) for line in lines) for place in range(len(COLUMNS))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def is_here(name: str) -> bool:
    """Whether a set, a folder below a data root, or every part of ``"t91+bsd200-halved"``, can be loaded by its name.

    Examples
    --------
    >>> is_here("embedded+embedded-held-out"), is_here("embedded+nowhere")
    (True, False)
    """
    parts = (labelled.whole(part).removesuffix(photographs.HALVED) for part in name.split("+"))
    return all(_find(part)[0] if part in SETS else paths.find_data(part) is not None for part in parts)


def _rows() -> list[tuple[str, int, str, bool, str]]:
    return [(name, count, use, *_find(name)) for name, (count, use) in SETS.items()]


def _find(name: str) -> tuple[bool, str]:
    """Whether a set is there, and where, or how it gets there."""
    if name in embedded.SPLITS or name == "digits":
        where = "inside scikit-learn" if name == "digits" else embedded.WHERE
        missing = next((package for package in ("sklearn", "skimage") if find_spec(package) is None), None)
        return (True, where) if missing is None else (False, f"{where}: {extras.way_out(missing)}")
    if name in div2k.SETS:
        folders, way = list(div2k.layout(div2k.SETS[name])), "hfsr data fetch div2k"
    elif name in cifar.LAYOUTS:
        found_folder = cifar.find(name)
        return (found_folder is not None, str(found_folder or f"hfsr data fetch {name}"))
    else:
        whole = "realsr-gt" if name in photographs.PARTS else name
        way = f"hfsr data fetch {name}" if SOURCES[whole].addresses else "put it below a folder of HFSR_DATA"
        folders = [whole]
    found = [paths.find_data(folder) for folder in folders]
    return (False, way) if None in found else (True, str(found[0]))
