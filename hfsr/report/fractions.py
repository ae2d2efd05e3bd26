"""Fractions of elements that rows are trained on: of all training photographs, set by set, and of the crops that are drawn."""

import numpy as np
import pandas as pd

from hfsr.data.catalogue import SETS
from hfsr.report import paper, tables
from hfsr.report.printed import named
from hfsr.studies import recipes
from hfsr.studies.superres_run import SuperresRecord

CROPS = "crops as drawn"


def drawn(record: SuperresRecord) -> float:
    """Fraction of the elements of the training crops that the loss is taken on.

    A crop is of any photograph with equal chance, large or small, so each set counts by its number of photographs. Over all
    training photographs (`train/selected_fraction`) it counts by its number of elements, and a few large, smooth ones count
    for many.

    Parameters
    ----------
    record : SuperresRecord
        Of a run that trains.

    Returns
    -------
    float in [0, 1]

    Examples
    --------
    >>> from hfsr.studies import published
    >>> record = published.read(SuperresRecord, "wdsr-a1-5")
    >>> round(drawn(record), 2), round(record.metrics["train/selected_fraction"], 2)
    (0.69, 0.62)
    """
    sets = str(record.data.name).split("+")
    if len(sets) == 1 or record.mask == "all":
        return record.metrics["train/selected_fraction"]
    return float(
        np.average(
            [record.metrics[f"{name}/selected_fraction"] for name in sets], weights=[SETS[name][0] for name in sets]
        )
    )


def table(recipe: str) -> pd.DataFrame:
    """Fraction of the elements that each masked row selects: of crops, of all photographs, of each set, and the paper's.

    Returns
    -------
    DataFrame
        A row a row of the study that has a mask; columns `CROPS`, ``all training``, each set, ``paper: DIV2K``; strings. Sets
        are pooled over their elements.

    Examples
    --------
    >>> table("bench").loc["1/5", [CROPS, "paper: DIV2K"]].tolist()
    ['69.4%', '63.07%']
    """
    plan = recipes.superres(recipe)
    parts = [*plan.data.split("+"), *plan.evaluation]
    firsts = {row: found[0] for row, found in tables.published(recipe).items() if found[0].mask != "all"}
    masked = {row: record for row, record in firsts.items() if isinstance(record, SuperresRecord)}
    ours = pd.DataFrame({row: record.metrics for row, record in masked.items()}).T
    ours = ours.reindex(columns=[f"{part}/selected_fraction" for part in ["train", *parts]])
    ours = ours.set_axis(["all training", *parts], axis=1)
    ours.insert(0, CROPS, pd.Series({row: drawn(record) for row, record in masked.items()}))
    shown = named(ours, recipe).map("{:.1%}".format)
    return shown.join(paper.table1()["fraction"].rename("paper: DIV2K").map("{:.2%}".format)).fillna("")
