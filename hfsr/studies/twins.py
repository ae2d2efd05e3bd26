"""The same runs in float32 and in bf16: how far a rerun on another kind of processor may come out."""

import numpy as np
import pandas as pd

from hfsr import paths
from hfsr.studies import published, records
from hfsr.studies.published import FLOAT32
from hfsr.studies.superres_run import SuperresRecord


def pairs() -> dict[str, tuple[SuperresRecord, SuperresRecord]]:
    """Runs made twice, by name: the record in float32, and the one that the tables are made of.

    Raises
    ------
    UserError
        If a record does not read, or its twin is not published.

    Examples
    --------
    >>> single, twin = pairs()["wdsr-a0-bench-s1"]
    >>> single.recipe_digest == twin.recipe_digest, single.data.digest == twin.data.digest
    (True, True)
    """
    files = sorted((paths.results() / FLOAT32).glob("*.json"))
    return {
        each.stem: (records.read(each, SuperresRecord), published.read(SuperresRecord, each.stem)) for each in files
    }


def differences(metric: str = "psnr_y_border2") -> pd.DataFrame:
    """What float32 gives more than the published run: means over the pictures of each set.

    Returns
    -------
    DataFrame
        A row a run, a column a set.

    Examples
    --------
    >>> bool(differences().abs().to_numpy().max() < 0.1)  # dB
    True
    """
    return pd.DataFrame(
        {
            name: {
                each: float(np.mean(measured[metric]) - np.mean(twin.per_image[each][metric]))
                for each, measured in single.per_image.items()
            }
            for name, (single, twin) in pairs().items()
        }
    ).T
