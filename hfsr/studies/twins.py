"""The same runs in float32 and in bf16: how far a rerun on another kind of processor may come out."""

import numpy as np
import pandas as pd

from hfsr import paths
from hfsr.studies import published, records
from hfsr.studies.classification import ClassifyRecord
from hfsr.studies.records import Kind
from hfsr.studies.superres_run import SuperresRecord

FLOAT32 = "float32"  # below results/, a folder a study: runs of tables made a second time, on other units


def pairs(kind: type[Kind]) -> dict[str, tuple[Kind, Kind]]:
    """Runs of a study made twice, by name: the record in float32, and the one that the tables are made of.

    Raises
    ------
    UserError
        If a record does not read, or its twin is not published.

    Examples
    --------
    >>> single, twin = pairs(SuperresRecord)["wdsr-a0-bench-s1"]
    >>> single.recipe_digest == twin.recipe_digest, single.data.digest == twin.data.digest
    (True, True)
    """
    files = sorted((paths.results() / FLOAT32 / kind.folder).glob("*.json"))
    return {each.stem: (records.read(each, kind), published.read(kind, each.stem)) for each in files}


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
            for name, (single, twin) in pairs(SuperresRecord).items()
        }
    ).T


def accuracies() -> pd.Series:
    """What classifiers are right more often with images and training in float32 than in the published run, in points.

    Returns
    -------
    Series
        A value a run, by its name.

    Raises
    ------
    UserError
        As `pairs`.

    Examples
    --------
    >>> bool(accuracies().abs().max() < 2)  # points
    True
    """
    return pd.Series(
        {
            name: 100 * (single.metrics[metric] - twin.metrics[metric])
            for name, (single, twin) in pairs(ClassifyRecord).items()
            for metric in [f"{single.data.name}/test_accuracy"]
        },
        dtype=float,
    )
