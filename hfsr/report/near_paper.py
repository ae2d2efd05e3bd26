"""The classifier near the paper's accuracy, recipes `compact` and its variants: panels and tables of the notebook."""

import math

import pandas as pd

from hfsr.report import accuracies, comparison, timings
from hfsr.studies import recipes
from hfsr.studies.classification import Classification
from hfsr.studies.upscaler import BICUBIC, ORIGINAL

CARD = "h200"  # of the records of benchmarks/card.py, that of the card that trained them
EQUAL, FULL, LONGER = "compact", "compact-full", "compact-long"
COMPUTE = {
    EQUAL: "equal compute",
    FULL: "four times the compute where upscaled",
    LONGER: "four times the epochs",
}


def trained() -> list[str]:
    """How the classifier is trained, and of what machine the seconds of `tables` are.

    Examples
    --------
    >>> trained()[0]
    'compact: all 50,000 images, 1,953 iterations of 256: 10 epochs'
    """
    plan = recipes.classify(EQUAL)
    passes = round(plan.steps * plan.batch / 50_000)
    return [
        f"{plan.name}: all 50,000 images, {plan.steps:,} iterations of {plan.batch}: {passes} epochs",
        f"seconds in its tables: on {_card().device}, nothing beside, without the time to upscale the images",
        "differences in its tables are of the seeds that both rows have",
    ]


def gains() -> dict[str, pd.DataFrame]:
    """Accuracy of every row minus the original size's and minus plain WDSR's, beside the paper's.

    The rows that took four times the compute are compared with the original size as in the paper, which did not, and with
    its control, which took as much in four times the epochs.

    Returns
    -------
    dict of str -> DataFrame
        A panel's title -> `hfsr.report.comparison.gains`.

    Examples
    --------
    >>> list(gains())[0]
    'CIFAR-10, minus Original'
    """
    equal = {
        f"{title}, minus {baseline}": comparison.gains(name, baseline, EQUAL)
        for baseline in ("Original", "WDSR")
        for name, title in accuracies.SETS.items()
    }
    both = accuracies.differences(FULL, "cifar10", "Original", trained=LONGER)
    return equal | {
        "CIFAR-10, four times, minus Original": comparison.gains("cifar10", "Original", FULL, trained=EQUAL),
        "CIFAR-10, four times both, minus Original": both.assign(paper=math.nan),  # its original took a quarter
        "CIFAR-10, four times, minus WDSR": comparison.gains("cifar10", "WDSR", FULL),
    }


def tables() -> dict[str, pd.DataFrame]:
    """Accuracies of every row by set and compute, as strings: beside each gain what a training costs.

    Examples
    --------
    >>> tables()["CIFAR-10, equal compute"].columns.tolist()
    ['accuracy (%)', 'sd', 'seeds', 'minus Original, points', 'seconds']
    """
    found = {}
    for recipe, compute in COMPUTE.items():
        for name, title in accuracies.SETS.items():
            table = accuracies.summary(recipe, name)
            if table.empty:
                continue
            # The original size is no row of compact-full, and the only one of compact-long.
            baseline = "Original" if "Original" in table.index else "Bicubic"
            gain = comparison.gains(name, baseline, recipe, EQUAL if recipe == LONGER else recipe)["mean"]
            subtracted = f"{baseline} of {EQUAL}" if recipe == LONGER else baseline
            found[f"{title}, {compute}"] = pd.DataFrame(
                {
                    "accuracy (%)": table["mean"].map("{:.2f}".format),
                    "sd": ["" if pd.isna(sd) else f"{sd:.2f}" for sd in table["sd"]],  # of one seed
                    "seeds": table["seeds"].map("{:.0f}".format),
                    f"minus {subtracted}, points": gain.reindex(table.index)
                    .map("{:+.2f}".format, na_action="ignore")
                    .fillna(""),
                    "seconds": [f"{seconds(recipe, row):.1f}" for row in table.index],
                }
            )
    return found


def seconds(recipe: str, row: str) -> float:
    """What a training takes where nothing runs beside it, by the iterations a second that were measured on a GPU.

    To upscale the images comes on top. Rows of one size cost the same.

    Examples
    --------
    >>> seconds("compact-full", "WDSR") > 2 * seconds("compact", "WDSR") > seconds("compact", "Original")
    True
    """
    rates = timings.table(_card(), "iterations")["iterations/s"]
    like = recipes.classify(EQUAL if recipe == LONGER else recipe)  # the same network on the same images
    timed = Classification("cifar10", ORIGINAL if row == "Original" else BICUBIC, like)
    return recipes.classify(recipe).steps / float(rates[timed.name])


def _card() -> timings.Timing:
    return next(record for record in timings.records("card") if record.machine == CARD)
