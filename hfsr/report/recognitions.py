"""Study "recognition" from its published records: accuracy, PSNR, recovered detail and bytes of the same images.

So the paper's Tables I, III and IV stand beside each other, with the truth as a ceiling: which bytes buy accuracy?
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hfsr.analysis.statistics import over_seeds_judges_and_images, spread
from hfsr.report import accuracies, printed, tables
from hfsr.studies import recipes
from hfsr.studies.recognition import RecognitionRecord

PLAIN = "Bicubic"  # whose bytes the others' are measured by
METRICS = ("accuracy", "psnr_rgb_border0", "recovered", "png_bytes")


def gaps(recipe: str, dataset: str, row: str, baseline: str) -> dict[int | None, NDArray[np.float64]]:
    """Accuracy of one row minus another, by the seeds of networks that both have; a row without a network is of all seeds.

    Returns
    -------
    dict of seed -> array, (judges, thousands of images)
        Fractions.

    Examples
    --------
    >>> gaps("bench", "cifar10", "wdsr-a1-5", "wdsr-a1-5-never-trained")
    {}
    """
    found: dict[int | None, list[NDArray[np.float64]]] = {}
    for judge in range(len(_judges(recipe, dataset))):
        metric = f"accuracy_judge{judge}"
        for seed, gap in tables.gaps(recipe, dataset, metric, row, baseline, RecognitionRecord.folder).items():
            found.setdefault(seed, []).append(gap)
    return {seed: np.array(each) for seed, each in found.items()}


def differences(recipe: str, dataset: str, baseline: str = tables.BASELINE) -> pd.DataFrame:
    """Every row's accuracy minus the baseline's, in points, with a 95 % interval over networks, classifiers and images.

    The interval is corrected for the number of rows (Bonferroni).

    Returns
    -------
    DataFrame
        A row a row of the study but the baseline, by its name: ``mean``, ``low``, ``high``, ``sign``, ``seeds``.

    Examples
    --------
    >>> list(differences("bench", "cifar10"))
    ['mean', 'low', 'high', 'sign', 'seeds']
    """
    rows = [row for row in tables.published(recipe, RecognitionRecord.folder) if row != baseline]
    pairs = {row: found for row in rows if (found := gaps(recipe, dataset, row, baseline))}
    table = {}
    for row, found in pairs.items():
        estimate = over_seeds_judges_and_images(100 * np.array(list(found.values())), confidence=1 - 0.05 / len(pairs))
        table[row] = {**estimate._asdict(), "sign": estimate.sign, "seeds": len(found)}
    return pd.DataFrame.from_dict(table, orient="index", columns=["mean", "low", "high", "sign", "seeds"])


def summary(recipe: str, dataset: str) -> pd.DataFrame:
    """What was measured of every row: means over the seeds of its network.

    Returns
    -------
    DataFrame
        A row a row of the study, by its label: ``accuracy`` in per cent and its ``sd`` over the seeds, ``psnr_rgb_border0`` in
        dB, ``recovered`` as a fraction, ``png_bytes`` an image, ``seeds``; empty where nothing is published.

    Examples
    --------
    >>> list(summary("bench", "cifar10"))
    ['accuracy', 'sd', 'psnr_rgb_border0', 'recovered', 'png_bytes', 'seeds']
    """
    table = {}
    for row, records in tables.published(recipe, RecognitionRecord.folder).items():
        values = {metric: [each.metrics.get(f"{dataset}/{metric}", np.nan) for each in records] for metric in METRICS}
        mean, deviation = spread(100 * np.array(values.pop("accuracy")))
        others = {metric: float(np.mean(each)) for metric, each in values.items()}
        table[label(row)] = {"accuracy": mean, "sd": deviation, **others, "seeds": len(records)}
    return pd.DataFrame.from_dict(table, orient="index", columns=["accuracy", "sd", *METRICS[1:], "seeds"])


def beside_bytes(recipe: str) -> dict[str, pd.DataFrame]:
    """What `hfsr.report.figures.recognised` draws: accuracy beside bytes, recovered detail and PSNR, by set.

    Examples
    --------
    >>> beside_bytes("bench")["CIFAR-10"].loc["Bicubic", "bytes"]
    np.float64(0.0)
    """
    found = {}
    for name, title in accuracies.SETS.items():
        table = summary(recipe, name)
        if PLAIN in table.index:
            size = table["png_bytes"] / float(table["png_bytes"][PLAIN])
            found[title] = pd.DataFrame(
                {
                    "accuracy": table["accuracy"],
                    "bytes": 100 * (size - 1),
                    "recovered": 100 * table["recovered"],
                    "psnr": table["psnr_rgb_border0"],
                }
            )
    return found


def shown(recipe: str) -> dict[str, pd.DataFrame]:
    """`summary` as strings, by set.

    Examples
    --------
    >>> list(shown("bench"))
    ['CIFAR-10', 'CIFAR-100']
    """
    forms = {"accuracy": "{:.2f}", "sd": "{:.2f}", "psnr_rgb_border0": "{:.2f}", "recovered": "{:.1%}"}
    forms |= {"png_bytes": "{:,.0f}", "seeds": "{:.0f}"}
    names = {"accuracy": "recognised (%)", "psnr_rgb_border0": "PSNR (dB)", "png_bytes": "bytes an image"}
    found = {}
    for name, title in accuracies.SETS.items():
        table = summary(recipe, name)
        columns = {key: table[key].dropna().map(form.format) for key, form in forms.items()}
        found[title] = pd.DataFrame(columns, index=table.index).fillna("").rename(columns=names)
    return found


def beside_plain(recipe: str) -> dict[str, pd.DataFrame]:
    """`differences` to plain WDSR as strings, by set.

    Examples
    --------
    >>> list(beside_plain("bench")["CIFAR-10"])
    ['minus WDSR, points', 'seeds']
    """
    found = {}
    for name, title in accuracies.SETS.items():
        table = differences(recipe, name).rename(index=label)
        points = table.apply(printed.with_interval, axis=1, digits=2)
        found[title] = pd.DataFrame({f"minus {label(tables.BASELINE)}, points": points, "seeds": table["seeds"]})
    return found


def label(row: str) -> str:
    """What a row is called in a table.

    Examples
    --------
    >>> label("truth"), label("wdsr-a0")
    ('Truth', 'WDSR')
    """
    return "Truth" if row == "truth" else accuracies.label(row)


def _judges(recipe: str, dataset: str) -> list[int]:
    plan = recipes.classify(recipes.JUDGES[recipe])
    return sorted(
        {seed for cell in plan.cells if cell.dataset.startswith(f"{dataset}-") for seed in cell.seeds or plan.seeds}
    )
