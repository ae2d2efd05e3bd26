"""What an epoch of each row of Table III takes, from the published records."""

import pandas as pd

from hfsr.report import accuracies
from hfsr.studies import recipes


def cost(recipe: str, dataset: str) -> pd.DataFrame:
    """What each row's training took on the machine it ran on.

    Returns
    -------
    DataFrame
        A row a row of the study: ``seconds an epoch``, of the fastest of its runs, as other work only makes one slower, and
        ``device``.

    Examples
    --------
    >>> list(cost("bench", "cifar10"))
    ['seconds an epoch', 'device']
    """
    plan, table = recipes.classify(recipe), {}
    for name, records in accuracies.published(recipe, dataset).items():
        epochs = [record.steps * plan.batch / record.data.images for record in records]
        seconds = min(record.seconds / each for record, each in zip(records, epochs, strict=True))
        devices = dict.fromkeys(record.device for record in records)
        table[name] = {"seconds an epoch": float(seconds), "device": "; ".join(devices)}
    return pd.DataFrame.from_dict(table, orient="index")
