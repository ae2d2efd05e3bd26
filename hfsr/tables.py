"""Table I from the published records: our rows, their means over seeds, and paired differences with intervals."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from hfsr import paths, recipes, rows, runs
from hfsr.layout import Row
from hfsr.stats import over_seeds_and_images, spread

BASELINE = "wdsr-a0"
Record = dict[str, Any]


def label(row: Row) -> str:
    """What a row is called in a table, as in the paper's Table I where it has the row.

    Examples
    --------
    >>> label(Row("wdsr")), label(Row("wdsr", "1/5", mask="low"))
    ('WDSR', '1/5, smooth')
    """
    if row.method != "wdsr" or row.alpha == "0":
        return {"bicubic": "Bicubic", "srcnn": "SRCNN", "wdsr": "WDSR"}[row.method]
    variants = {"random": ", random", "low": ", smooth", None: ""}
    return row.alpha + variants[row.mask] + (", per image" if row.reduction == "image" else "")


def labels(recipe: str) -> dict[str, str]:
    """Label of every row of a recipe, by the row's name."""
    return {rows.row_name(rows.of(row, recipe)): label(row) for row in recipes.superres(recipe).rows}


def published(recipe: str) -> dict[str, list[Record]]:
    """Published records of a recipe by row, each row's in the order of the seeds; rows without one are left out.

    Raises
    ------
    UserError
        If a record is stale.
    """
    steps = {rows.row_name(run): run["steps"] for run in rows.grid(recipe)}
    found: dict[str, list[Record]] = {name: [] for name in steps}
    for record in _records(paths.results() / "superres"):
        if record["recipe"] == recipe and record["steps"] == steps.get(rows.row_name(record)):
            found[rows.row_name(record)].append(record)
    return {name: sorted(records, key=lambda each: each["seed"] or 0) for name, records in found.items() if records}


@cache
def _records(folder: Any) -> list[Record]:
    return [runs.record(path.stem) for path in sorted(folder.glob("*.json"))]


def scores(recipe: str, metric: str) -> pd.DataFrame:
    """A metric of every published run.

    Parameters
    ----------
    recipe : str
    metric : str
        As in the records, such as "set5/psnr_y_border2".

    Returns
    -------
    DataFrame
        A row a row of the study, by its name; a column a seed, 0 for bicubic; NaN where there is no record.
    """
    return pd.DataFrame(
        {
            name: {record["seed"] or 0: record["metrics"].get(metric, np.nan) for record in records}
            for name, records in published(recipe).items()
        }
    ).T


def means(recipe: str, metrics: list[str], digits: int = 2) -> pd.DataFrame:
    """Mean and deviation over the seeds as they are printed, "36.89 ± 0.01"; one seed has no deviation.

    Returns
    -------
    DataFrame
        A row a row of the study, by its name; a column a metric; strings.
    """
    return pd.DataFrame({metric: scores(recipe, metric).apply(_printed, axis=1, digits=digits) for metric in metrics})


def _printed(values: pd.Series, digits: int) -> str:
    measured = values.dropna()
    if measured.empty:
        return ""
    mean, deviation = spread(measured)
    return f"{mean:.{digits}f}" + (f" ± {deviation:.{digits}f}" if len(measured) > 1 and len(values) > 1 else "")


def differences(recipe: str, name: str, metric: str, baseline: str = BASELINE) -> pd.DataFrame:
    """Every row's difference to the baseline, paired by seed and image, with a 95 % interval.

    Parameters
    ----------
    recipe : str
    name : str
        The set measured on, such as "bsd100".
    metric : str
        Such as "psnr_y_border2".
    baseline : str
        Name of the row that is subtracted.

    Returns
    -------
    DataFrame
        A row a row of the study but the baseline, by its name: ``mean``, ``low``, ``high``; ``sign``, see
        `hfsr.stats.Estimate`; ``seeds`` compared; ``least`` and ``most``, the means of single seeds; ``better``, the share of
        (seed, image) pairs in which the row scores higher.
    """
    by_row = published(recipe)
    base = {record["seed"]: np.array(record["per_image"][name][metric]) for record in by_row.get(baseline, [])}
    table = {}
    for row, records in by_row.items():
        own = {record["seed"]: np.array(record["per_image"][name][metric]) for record in records}
        if None in own:  # bicubic has no seeds: it is the same for all of them
            own = dict.fromkeys(base, own[None])
        seeds = sorted(set(own) & set(base))
        if row == baseline or not seeds:
            continue
        gaps = np.array([own[seed] - base[seed] for seed in seeds])
        estimate = over_seeds_and_images(gaps)
        table[row] = {
            **estimate._asdict(),
            "sign": estimate.sign,
            "seeds": len(seeds),
            "least": gaps.mean(axis=1).min(),
            "most": gaps.mean(axis=1).max(),
            "better": (gaps > 0).mean(),
        }
    return pd.DataFrame(table).T


def printed_differences(
    recipe: str, sets: Sequence[str], metric: str, digits: int = 3, baseline: str = BASELINE
) -> pd.DataFrame:
    """`differences` of several sets as they are printed, "+0.013 (+0.008, +0.018) *", with a star where zero is excluded.

    Returns
    -------
    DataFrame
        A row a row of the study but the baseline, by its name; a column a set; strings.
    """

    def printed(row: pd.Series) -> str:
        text = f"{row['mean']:+.{digits}f} ({row['low']:+.{digits}f}, {row['high']:+.{digits}f})"
        return f"{text} *" if row["sign"] else text

    return pd.DataFrame({name: differences(recipe, name, metric, baseline).apply(printed, axis=1) for name in sets})


def curves(recipe: str) -> pd.DataFrame:
    """The learning curves of every published run.

    Returns
    -------
    DataFrame
        Columns ``row`` (its label), ``seed``, ``step`` and the watched metric.
    """
    named = labels(recipe)
    return pd.DataFrame(
        [
            {"row": named[name], "seed": record["seed"], **entry}
            for name, records in published(recipe).items()
            for record in records
            for entry in record["curve"]
        ]
    )
