"""Numbers of the tables as they are printed: means with deviations, differences with intervals.

Rows go by their labels and sets by short names.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hfsr.analysis.detail import TRUTH
from hfsr.analysis.statistics import spread
from hfsr.report import accuracies, paper, tables
from hfsr.studies import confirmation, recipes

BENCHMARKS = {"set5": "Set5", "set14": "Set14", "bsd100": "BSD100", "kodak24": "Kodak24", "mcmaster": "McMaster"}
HALVED = {"bsd100-halved": "BSD100 halved"}
TRAINING = {"t91": "T91", "bsd200": "BSD200", "bsds500-test": "BSDS500 test", "realsr-train": "camera training"}
SHORT = BENCHMARKS | HALVED | TRAINING | {"realsr-held-out": "camera"}  # in the heads of tables
SETS = {"train": "the training photographs"} | BENCHMARKS | accuracies.SETS  # in sentences
METRICS = {  # of `hfsr.analysis.evaluation.evaluate`, in words
    "psnr_rgb_border8": "PSNR, RGB, border 8 (dB)",
    "ssim_rgb_border8": "SSIM, RGB, border 8",
    "psnr_y_border2": "PSNR, luma, border 2 (dB)",
    "ssim_y_border2": "SSIM, luma, border 2",
    "psnr_rgb_border8_selected": "PSNR, RGB, border 8, selected elements (dB)",
    "psnr_rgb_border8_others": "PSNR, RGB, border 8, other elements (dB)",
    "recovered": "detail recovered (share)",
}
DETAIL = {  # of `hfsr.analysis.detail.numbers`, in words
    "high_power": "power above 0.25",
    "recovered": "recovered",
    "cutoff_half": "cutoff 1/2",
    "cutoff_seventh": "cutoff 1/7",
    "steepness": "steepness",
    "overshoot": "overshoot",
}


def named(table: pd.DataFrame, recipe: str, study: str = "superres") -> pd.DataFrame:
    """Rows and sets by the names that a reader knows.

    Examples
    --------
    >>> table = pd.DataFrame({"realsr-held-out": [31.2]}, index=["wdsr-a0"])
    >>> named(table, "bench").loc["WDSR", "camera"]
    np.float64(31.2)
    """
    return table.rename(index=tables.labels(recipe, study) | {TRUTH: "Ground truth"}, columns=SHORT)


def with_interval(estimate: pd.Series, digits: int) -> str:
    """A difference: its mean, low and high end, with their signs.

    Examples
    --------
    >>> with_interval(pd.Series({"mean": 0.013, "low": 0.008, "high": 0.018}), 3)
    '+0.013 (+0.008, +0.018)'
    """
    return f"{estimate['mean']:+.{digits}f} ({estimate['low']:+.{digits}f}, {estimate['high']:+.{digits}f})"


def means(recipe: str, metrics: Sequence[str], digits: int = 2, study: str = "superres") -> pd.DataFrame:
    """Mean and deviation over the seeds, "36.89 ± 0.01"; one seed has no deviation.

    Parameters
    ----------
    recipe : str
    metrics : sequence of str
        As in the records, such as "set5/psnr_y_border2".
    digits : int
    study : str

    Returns
    -------
    DataFrame
        A row a row of the study; a column a metric; strings, empty where nothing is published.

    Examples
    --------
    >>> means("bench", ["set5/psnr_y_border2"]).loc["Bicubic"].item()
    '33.67'
    """
    columns = {metric: tables.scores(recipe, metric, study).apply(_mean, axis=1, digits=digits) for metric in metrics}
    return named(pd.DataFrame(columns), recipe, study)


def sets(recipe: str) -> dict[str, str]:
    """Every set that the networks of a recipe were measured on, and the study that did it.

    Examples
    --------
    >>> sets("bench")["bsd100"], sets("bench")["kodak24"]
    ('superres', 'confirmation')
    """
    confirmed = confirmation.SETS if tables.published(recipe, "confirmation") else ()
    return dict.fromkeys(recipes.superres(recipe).evaluation, "superres") | dict.fromkeys(confirmed, "confirmation")


def on_sets(recipe: str, metric: str, digits: int = 2) -> pd.DataFrame:
    """`means` of a metric on all `sets`; beside PSNR and SSIM on RGB column ``paper``, which is for DIV2K.

    Examples
    --------
    >>> on_sets("bench", "psnr_rgb_border8").loc["Bicubic", "paper"]
    '29.91'
    """
    columns = {
        SHORT.get(name, name): means(recipe, [f"{name}/{metric}"], digits, study).iloc[:, 0]
        for name, study in sets(recipe).items()
    }
    ours = pd.DataFrame(columns).reindex(list(tables.labels(recipe).values())).dropna(how="all").fillna("")
    if "rgb" not in metric:
        return ours
    theirs = paper.table1()[metric.partition("_")[0]].map(f"{{:.{digits}f}}".format)
    return ours.join(theirs.rename("paper")).fillna("")


def differences(
    recipe: str,
    sets: Sequence[str] | Mapping[str, str],
    metric: str,
    digits: int = 3,
    baseline: str = tables.BASELINE,
    **how: Any,
) -> pd.DataFrame:
    """`hfsr.report.tables.differences` on several sets, with a star where zero is excluded.

    Sets may come with the study that measured each, as `sets` has them. Further parameters are those of
    `hfsr.report.tables.differences`.

    Returns
    -------
    DataFrame
        A row a row of the study but the baseline; a column a set; strings.

    Examples
    --------
    >>> differences("bench", ["bsd100"], "psnr_y_border2").loc["Bicubic", "BSD100"]
    '-... (-..., -...) *'
    """
    columns = {}
    for name in sets:
        study: dict[str, Any] = {"study": sets[name]} if isinstance(sets, Mapping) else {}
        table = tables.differences(recipe, name, metric, baseline, **study, **how)
        stars = table["sign"].map({-1: " *", 0: "", 1: " *"})
        columns[name] = table.apply(with_interval, axis=1, digits=digits) + stars
    rows = list(dict.fromkeys(row for column in columns.values() for row in column.index))  # in the study's order
    return named(pd.DataFrame(columns, index=rows).fillna(""), recipe)


def agreement(recipe: str, name: str, metric: str) -> pd.DataFrame:
    """Whether the seeds agree on the differences to WDSR.

    Returns
    -------
    DataFrame
        A row a row of the study: ``seeds``, their number; ``least`` and ``most``, what a single one of them says; ``ahead``,
        the share of (seed, image) pairs in which the row scores higher.

    Examples
    --------
    >>> list(agreement("bench", "bsd100", "psnr_y_border2"))
    ['seeds', 'least', 'most', 'ahead']
    """
    found = tables.differences(recipe, name, metric)[["seeds", "least", "most", "better"]].astype({"seeds": int})
    found["better"] = found["better"].map("{:.0%}".format)
    return named(found.round(3).rename(columns={"better": "ahead"}), recipe)


def split(recipe: str) -> pd.DataFrame:
    """PSNR (RGB) on the elements that the truth's mask at alpha 1/5 selects, and on the others, on every set.

    Returns
    -------
    DataFrame
        A row a row of the study; columns (set, "selected" or "others"), means over the seeds in dB.

    Examples
    --------
    >>> table = split("bench")
    >>> bool(table.loc["WDSR", ("BSD100", "selected")] < table.loc["WDSR", ("BSD100", "others")])
    True
    """
    columns = {
        (SHORT.get(name, name), part): tables.scores(recipe, f"{name}/psnr_rgb_border8_{part}", study).mean(axis=1)
        for name, study in sets(recipe).items()
        for part in ("selected", "others")
    }
    return named(pd.DataFrame(columns), recipe).reindex(list(tables.labels(recipe).values())).dropna(how="all").round(2)


def against_random(recipe: str) -> pd.DataFrame:
    """The method at alpha 1/5 minus as many elements at random in the same crop, on every set, PSNR and SSIM on luma.

    Examples
    --------
    >>> list(against_random("bench")), list(against_random("flagship"))
    (['dB (luma)', 'SSIM (luma)'], [])
    """
    random = "wdsr-a1-5-random"
    if random not in tables.published(recipe):
        return pd.DataFrame()
    asked = {"dB (luma)": ("psnr_y_border2", 3), "SSIM (luma)": ("ssim_y_border2", 4)}
    found = {
        title: differences(recipe, sets(recipe), *metric, baseline=random).loc["1/5"] for title, metric in asked.items()
    }
    return pd.DataFrame(found)


def detail(recipe: str, name: str = "bsd100") -> pd.DataFrame:
    """Means of every row's measures of detail on a set.

    Examples
    --------
    >>> list(detail("bench"))[:2]
    ['power above 0.25', 'recovered']
    """
    study = "confirmation" if name in confirmation.SETS else "frequency"
    found = means(recipe, [f"{name}/{metric}" for metric in DETAIL], 4, study)
    return named(found.set_axis(list(DETAIL.values()), axis=1), recipe)


def _mean(values: pd.Series, digits: int) -> str:
    measured = values.dropna()
    if measured.empty:
        return ""
    mean, deviation = spread(measured)
    return f"{mean:.{digits}f}" + (f" ± {deviation:.{digits}f}" if len(measured) > 1 and len(values) > 1 else "")
