"""Tables I and IV from the published records: our rows, their means over seeds, and paired differences with intervals.

Study "superres" holds PSNR, SSIM and shares, "frequency" bytes and detail, "restore" rows of its own.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hfsr.analysis.agreement import split_power
from hfsr.analysis.statistics import over_seeds_and_images
from hfsr.studies import grid, recipes
from hfsr.studies import published as published_records
from hfsr.studies.confirmation import ConfirmationRecord
from hfsr.studies.measurement import MeasurementRecord
from hfsr.studies.recognition import RecognitionRecord
from hfsr.studies.restore_run import RestoreRecord
from hfsr.studies.superres_run import SuperresRecord

BASELINE = "wdsr-a0"
SPLIT = ("right_power", "wrong_power", "net_power")  # what the records hold no number of, but what it follows from
Measurements = SuperresRecord | MeasurementRecord
KINDS: dict[str, type[Measurements]] = {
    kind.folder: kind
    for kind in (SuperresRecord, MeasurementRecord, ConfirmationRecord, RecognitionRecord, RestoreRecord)
}


def labels(recipe: str, study: str = "superres") -> dict[str, str]:
    """Label of every row of a recipe, by the row's name.

    Examples
    --------
    >>> labels("long")
    {'wdsr-a0': 'WDSR', 'wdsr-a1-5': '1/5', 'wdsr-a1-5-random': '1/5, random'}
    """
    plan = recipes.restore(recipe) if study == "restore" else recipes.superres(recipe)
    return {row.name: row.label for row in plan.rows}


def published(recipe: str, study: str = "superres") -> dict[str, list[Measurements]]:
    """Published records of a recipe by row, each row's in the order of the seeds; rows without one are left out.

    Raises
    ------
    UserError
        If a record is stale.

    Examples
    --------
    >>> [record.name for record in published("long")["wdsr-a1-5"]]
    ['wdsr-a1-5-long', 'wdsr-a1-5-long-s1', 'wdsr-a1-5-long-s2']
    """
    steps = {run.title: run.steps for run in grid.runs(study, recipe).values()}
    found: dict[str, list[Measurements]] = {title: [] for title in steps}
    for record in published_records.everything(KINDS[study]):
        if record.recipe == recipe and record.steps == steps.get(record.run.title):
            found[record.run.title].append(record)
    return {title: sorted(records, key=lambda each: each.seed or 0) for title, records in found.items() if records}


def scores(recipe: str, metric: str, study: str = "superres") -> pd.DataFrame:
    """A metric of every published run.

    Parameters
    ----------
    recipe : str
    metric : str
        As in the records, such as "set5/psnr_y_border2".
    study : {"superres", "frequency"}

    Returns
    -------
    DataFrame
        A row a row of the study, by its name; a column a seed, 0 where a row has none; NaN where there is no record.

    Examples
    --------
    >>> table = scores("bench", "bsd100/psnr_y_border2")
    >>> (table.loc["wdsr-a1-5"] > table.loc["bicubic", 0]).all()
    np.True_
    """
    return pd.DataFrame(
        {
            name: {record.seed or 0: record.metrics.get(metric, np.nan) for record in records}
            for name, records in published(recipe, study).items()
        }
    ).T


def estimates(recipe: str, name: str, metric: str, study: str = "superres") -> pd.DataFrame:
    """Every row's mean over seeds and images, with a 95 % interval for other seeds and other images of the kind.

    Parameters are those of `differences`.

    Returns
    -------
    DataFrame
        A row a row of the study, by its name: ``mean``, ``low``, ``high`` and ``seeds``, their number (0: has none).

    Examples
    --------
    >>> list(estimates("bench", "bsd100", "psnr_y_border2"))
    ['mean', 'low', 'high', 'seeds']
    """
    table = {}
    for row, records in published(recipe, study).items():
        values = np.array([_values(record, name, metric) for record in records])
        seeds = sum(record.seed is not None for record in records)
        table[row] = {**over_seeds_and_images(values)._asdict(), "seeds": seeds}
    return pd.DataFrame.from_dict(table, orient="index").astype({"seeds": int})


def differences(
    recipe: str, name: str, metric: str, baseline: str = BASELINE, study: str = "superres", relative: bool = False
) -> pd.DataFrame:
    """Every row's difference to the baseline, paired by seed and image, with a 95 % interval.

    Parameters
    ----------
    recipe : str
    name : str
        The set measured on, such as "bsd100".
    metric : str
        Such as "psnr_y_border2"; of study "frequency" also "right_power" and "wrong_power", see
        `hfsr.analysis.agreement.split_power`, and "net_power", their difference.
    baseline : str
        Name of the row that is subtracted.
    study : {"superres", "frequency", "confirmation", "restore"}
    relative : bool
        Whether differences are in per cent of the baseline's value, image by image.

    Returns
    -------
    DataFrame
        A row a row of the study but the baseline, by its name: ``mean``, ``low``, ``high``; ``sign``, see
        `hfsr.analysis.statistics.Estimate`; ``seeds`` compared; ``least`` and ``most``, the means of single seeds;
        ``better``, the share of (seed, image) pairs in which the row scores higher.

    Examples
    --------
    >>> int(differences("bench", "bsd100", "psnr_y_border2").loc["bicubic", "sign"])  # worse than WDSR
    -1
    """
    table = {}
    for row in published(recipe, study):
        found = gaps(recipe, name, metric, row, baseline, study, relative)
        if row == baseline or not found:
            continue
        each = np.array(list(found.values()))
        estimate = over_seeds_and_images(each)
        table[row] = {
            **estimate._asdict(),
            "sign": estimate.sign,
            "seeds": len(each),
            "least": each.mean(axis=1).min(),
            "most": each.mean(axis=1).max(),
            "better": (each > 0).mean(),
        }
    return pd.DataFrame(table).T


def gaps(
    recipe: str, name: str, metric: str, row: str, baseline: str, study: str = "superres", relative: bool = False
) -> dict[int | None, NDArray[np.float64]]:
    """One row minus another on each image, by the seeds that both have; parameters as for `differences`.

    Bicubic and the ground truth have no seeds: they are the same for all of them.

    Examples
    --------
    >>> len(gaps("bench", "set5", "psnr_y_border2", "wdsr-a0", "bicubic")[0])
    5
    """
    by_row = published(recipe, study)
    own, base = (
        {record.seed: _values(record, name, metric) for record in by_row.get(each, []) if _has(record, name, metric)}
        for each in (row, baseline)
    )
    own, base = (dict.fromkeys(b, a[None]) if None in a else a for a, b in ((own, base), (base, own)))
    found = {seed: own[seed] - base[seed] for seed in sorted(set(own) & set(base), key=lambda seed: seed or 0)}
    return {seed: 100 * gap / base[seed] for seed, gap in found.items()} if relative else found


def _has(record: Measurements, name: str, metric: str) -> bool:
    """Whether it was measured: the ground truth has no PSNR."""
    return metric in SPLIT or metric in record.per_image.get(name, {})


def _values(record: Measurements, name: str, metric: str) -> NDArray[np.float64]:
    """What was measured on each image of a set; the two parts of its power follow from what the record holds."""
    measured = record.per_image[name]
    if metric in SPLIT:
        right, wrong = split_power(measured["high_power"], measured["recovered"])
        return {"right_power": right, "wrong_power": wrong, "net_power": right - wrong}[metric]
    return np.array(measured[metric])
