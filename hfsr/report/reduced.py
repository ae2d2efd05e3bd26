"""Table III, reduced to what two processor cores train: panels and tables of the classification notebook."""

import numpy as np
import pandas as pd

from hfsr.analysis.statistics import over_seeds_and_images
from hfsr.report import accuracies, comparison, printed
from hfsr.studies import recipes, twins
from hfsr.studies.classification import ClassifyRecord

STUDY, LONGER = comparison.RECIPE, "long"  # the longer one on CIFAR-10 alone
BASELINES = ("Bicubic", "WDSR")
CONTROLS = ("1/5, per image", "1/5, random", "1/5, complement")
PAIRS = [("Bicubic", "Original"), ("WDSR", "Bicubic"), ("1/5", "Bicubic"), ("1/5", "WDSR")]

Panels = dict[str, pd.DataFrame]


def trained() -> list[str]:
    """How the classifiers of both recipes are trained, a line each.

    Examples
    --------
    >>> trained()[0]
    'bench: ResNet-11, 20,000 images, 500 iterations of 64: 1.6 epochs'
    """
    lines = []
    for plan in map(recipes.classify, (STUDY, LONGER)):
        assert plan.subset is not None  # they take a part of the images
        passes = plan.steps * plan.batch / plan.subset
        size = f"{plan.subset:,} images, {plan.steps:,} iterations of {plan.batch}"
        lines.append(f"{plan.name}: ResNet-{plan.depth}, {size}: {passes:.1f} epochs")
    return lines


def gains() -> Panels:
    """Accuracy of every row minus bicubic's and minus that of plain WDSR, beside the paper's.

    Returns
    -------
    dict of str -> DataFrame
        A panel's title -> `hfsr.report.comparison.gains`.

    Examples
    --------
    >>> list(gains())[:2]
    ['CIFAR-10, minus Bicubic', 'CIFAR-10 long, minus Bicubic']
    """
    sets = accuracies.SETS
    asked = {
        f"{sets[name]}{' long' if recipe == LONGER else ''}, minus {baseline}": (name, baseline, recipe)
        for name, recipes_of_it in {"cifar10": (STUDY, LONGER), "cifar100": (STUDY,)}.items()
        for baseline in BASELINES
        for recipe in recipes_of_it
    }
    return {title: comparison.gains(*each) for title, each in asked.items()}


def drawn() -> Panels:
    """The panels that decide, for a figure: on CIFAR-10, after as many iterations as every row has.

    Examples
    --------
    >>> list(drawn())
    ['minus Bicubic', 'minus WDSR']
    """
    return {f"minus {baseline}": comparison.gains("cifar10", baseline, STUDY) for baseline in BASELINES}


def tables() -> Panels:
    """Accuracies beside the paper's, strings, by recipe.

    Examples
    --------
    >>> list(tables())
    ['accuracy, bench', 'accuracy, long']
    """
    return {
        f"accuracy, {recipe}": comparison.table3(recipe).drop(columns=comparison.RECORDS) for recipe in (STUDY, LONGER)
    }


def differences() -> Panels:
    """`gains` as strings, those to the original size, trained as many iterations or as long as an upscaled row, `in_float32`.

    Returns
    -------
    dict of str -> DataFrame
        A row a row of the study: ``points`` with their interval, ``paper``, ``alone right`` (images that one of the two got
        right and the other did not, a pair a seed) and McNemar's ``p`` for each seed; in float32 ``points`` alone.

    Examples
    --------
    >>> differences()["CIFAR-10, minus WDSR"].loc["1/5", "paper"]
    '+0.43'
    """
    originals = {
        "CIFAR-10, minus Original": comparison.gains("cifar10", "Original", STUDY),
        "CIFAR-10, minus Original of long": accuracies.differences(STUDY, "cifar10", "Original", trained=LONGER),
    }
    shown = {}
    for title, table in (gains() | originals).items():
        lines = {"points": table.apply(printed.with_interval, axis=1, digits=2)}
        if "paper" in table:
            lines["paper"] = table["paper"].dropna().map("{:+.2f}".format)  # it has none of the controls
        lines["alone right"] = table["alone"]
        lines["p"] = table["p"].map(lambda values: ", ".join(f"{value:.2g}" for value in values))
        shown[title] = pd.DataFrame(lines, index=table.index).fillna("")
    alike = in_float32().apply(printed.with_interval, axis=1, digits=2)
    return shown | {"CIFAR-10, 1/5 minus its controls, all in float32": pd.DataFrame({"points": alike})}


def in_float32() -> pd.DataFrame:
    """The method (1/5) minus its controls on CIFAR-10, all computed in float32: the method's own rows are in bf16.

    Returns
    -------
    DataFrame
        A row a control, in points: ``mean``, ``low``, ``high``, ``sign`` and ``seeds`` as of
        `hfsr.report.accuracies.differences`, corrected for the number of controls.

    Raises
    ------
    UserError
        If a record is stale.

    Examples
    --------
    >>> in_float32().index.tolist()
    ['1/5, per image', '1/5, random', '1/5, complement']
    """
    method = {single.seed: accuracies.right(single) for single, _ in twins.pairs(ClassifyRecord).values()}
    published, table = accuracies.published(STUDY, "cifar10"), {}
    for row in CONTROLS:
        control = {record.seed: accuracies.right(record) for record in published[row]}
        points = 100 * np.array([method[seed].astype(float) - control[seed] for seed in method if seed in control])
        estimate = over_seeds_and_images(points, confidence=1 - 0.05 / len(CONTROLS))
        table[row] = {**estimate._asdict(), "sign": estimate.sign, "seeds": len(points)}
    return pd.DataFrame.from_dict(table, orient="index")


def cost() -> pd.DataFrame:
    """Seconds that an epoch took at either size, and where: of the fastest of all runs, as rows of a size cost the same.

    Examples
    --------
    >>> list(cost().index)
    ['original, 32 x 32', 'upscaled, 64 x 64']
    """
    plan, rows = recipes.classify(STUDY), {}
    found = accuracies.published(STUDY, "cifar10")
    originals = [row for row in found if row.startswith("Original")]
    for size, names in {"original, 32 x 32": originals, "upscaled, 64 x 64": found.keys() - originals}.items():
        fastest = min((record for name in names for record in found[name]), key=lambda each: each.seconds / each.steps)
        epochs = fastest.steps * plan.batch / fastest.data.images
        rows[size] = {"seconds an epoch": round(fastest.seconds / epochs, 1), "device": fastest.device}
    return pd.DataFrame.from_dict(rows, orient="index")


def lengths() -> pd.DataFrame:
    """`hfsr.report.accuracies.lengths` of the differences that the paper makes claims on.

    Examples
    --------
    >>> lengths().empty
    False
    """
    return accuracies.lengths("cifar10", [STUDY, LONGER], PAIRS).round(2)
