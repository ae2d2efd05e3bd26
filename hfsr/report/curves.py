"""Learning curves from the published records."""

import pandas as pd

from hfsr.report import tables
from hfsr.studies.superres_run import SuperresRecord


def of_recipe(recipe: str) -> pd.DataFrame:
    """The learning curves of every published run.

    Returns
    -------
    DataFrame
        Columns ``row`` (its label), ``seed``, ``step`` and the watched metric.

    Examples
    --------
    >>> "WDSR" in of_recipe("long")["row"].unique()
    True
    """
    named = tables.labels(recipe)
    return pd.DataFrame(
        [
            {"row": named[name], "seed": record.seed, **entry}
            for name, records in tables.published(recipe).items()
            for record in records
            if isinstance(record, SuperresRecord)
            for entry in record.curve
        ]
    )
