"""The classifier near the paper's accuracy, recipes `compact` and its variants: panels and tables of the notebook."""

import pandas as pd

from hfsr.report import accuracies, comparison
from hfsr.studies import recipes

EQUAL, FULL, LONGER = "compact", "compact-full", "compact-long"
COMPUTE = {
    EQUAL: "equal compute",
    FULL: "four times the compute where upscaled",
    LONGER: "four times the epochs",
}


def trained() -> str:
    """How the classifier is trained, in a line.

    Examples
    --------
    >>> trained()
    'compact: all 50,000 images, 1,953 iterations of 256: 10 epochs'
    """
    plan = recipes.classify(EQUAL)
    passes = round(plan.steps * plan.batch / 50_000)
    return f"{plan.name}: all 50,000 images, {plan.steps:,} iterations of {plan.batch}: {passes} epochs"


def gains() -> dict[str, pd.DataFrame]:
    """Accuracy of every row minus the original size's and minus plain WDSR's, beside the paper's.

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
    return equal | {"CIFAR-10, four times, minus WDSR": comparison.gains("cifar10", "WDSR", FULL)}


def tables() -> dict[str, pd.DataFrame]:
    """Accuracies of every row, strings, by set and compute.

    Examples
    --------
    >>> tables()["CIFAR-10, equal compute"].columns.tolist()
    ['accuracy (%)', 'sd', 'seeds']
    """
    found = {}
    for recipe, compute in COMPUTE.items():
        for name, title in accuracies.SETS.items():
            table = accuracies.summary(recipe, name)
            if not table.empty:
                found[f"{title}, {compute}"] = pd.DataFrame(
                    {
                        "accuracy (%)": table["mean"].map("{:.2f}".format),
                        "sd": table["sd"].map("{:.2f}".format),
                        "seeds": table["seeds"].map("{:.0f}".format),
                    }
                )
    return found
