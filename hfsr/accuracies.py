"""Table III from the published records: accuracies over seeds, and paired differences with intervals.

Accuracies are in per cent, differences in points.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hfsr import cells, paths, recipes, runs
from hfsr.classify import unpack
from hfsr.errors import UserError
from hfsr.stats import holm, mcnemar, of_mean, over_seeds_and_images, spread

Record = dict[str, Any]
PLAIN = {"original": "Original", "bicubic": "Bicubic", "srcnn": "SRCNN", "wdsr-a0": "WDSR"}


def label(method: str) -> str:
    """What a row is called in a table, as in the paper's Table III.

    Examples
    --------
    >>> label("original"), label("wdsr-a0"), label("wdsr-a1-5")
    ('Original', 'WDSR', '1/5')
    """
    return PLAIN.get(method) or method.removeprefix("wdsr-a").replace("-", "/", 1)


def published(recipe: str, dataset: str) -> dict[str, list[Record]]:
    """Published records of a recipe on one set: by row, in the table's order, each row's in the order of the seeds.

    Raises
    ------
    UserError
        If a record is stale.
    """
    plan = recipes.classify(recipe)
    found: dict[str, list[Record]] = {}
    for cell in plan.cells:
        same = {"recipe": recipe, "method": cells.method(cell, recipe), "steps": plan.steps}
        records = [
            record
            for record in _records(paths.results() / "classify")
            if cell.dataset == dataset == record["data"]["name"] and same.items() <= record.items()
        ]
        if records:
            found[label(cell.method)] = sorted(records, key=lambda record: record["seed"])
    return found


@cache
def _records(folder: Path) -> list[Record]:
    return [runs.record(path.stem, "classify") for path in sorted(folder.glob("*.json"))]


def accuracy(record: Record) -> float:
    """Test accuracy of a run, in per cent."""
    return 100 * float(record["metrics"][f"{record['data']['name']}/test_accuracy"])


def right(record: Record) -> NDArray[np.bool_]:
    """Which test images a run got right."""
    name, images = record["data"]["name"], record["data"]["test_images"]
    return unpack(record["correct"][name], images)


def summary(recipe: str, dataset: str) -> pd.DataFrame:
    """Every row's accuracy over its seeds.

    Returns
    -------
    DataFrame
        A row a row of the study; ``mean``, ``sd`` over the seeds, ``low`` and ``high``, the ends of Student's 95 % interval
        (NaN of one seed), and ``seeds``, their number.
    """
    table = {}
    for name, records in published(recipe, dataset).items():
        values = [accuracy(record) for record in records]
        estimate = of_mean(values)
        table[name] = {
            "mean": estimate.mean,
            "sd": spread(values)[1],
            "low": estimate.low,
            "high": estimate.high,
            "seeds": len(values),
        }
    return pd.DataFrame(table).T.reindex(columns=["mean", "sd", "low", "high", "seeds"])


def differences(recipe: str, dataset: str, baseline: str) -> pd.DataFrame:
    """Every row's difference to the baseline, same seed, same test images, corrected for the number of rows.

    Parameters
    ----------
    recipe, dataset : str
    baseline : str
        Name of the row that is subtracted.

    Returns
    -------
    DataFrame
        A row a row of the study but the baseline, in points: ``mean``, ``low``, ``high``, an interval over seeds and images
        of which 95 % of such tables hold all their true values (Bonferroni); ``sign``, see `hfsr.stats.Estimate`; ``seeds``
        compared, where it is one, the interval is over images alone; ``alone``, for each seed the images that one of the two
        alone got right, as "this row : baseline"; ``p``, for each seed McNemar's p, by Holm's correction over all tests of
        the table.

    Raises
    ------
    UserError
        If the study has no such row.
    """
    by_row, plan = published(recipe, dataset), recipes.classify(recipe)
    known = [label(cell.method) for cell in plan.cells if cell.dataset == dataset]
    if baseline not in known:
        raise UserError(f"no row of {recipe} on {dataset} is called {baseline!r}: choose one of {', '.join(known)}")
    base = {record["seed"]: right(record) for record in by_row.get(baseline, [])}
    pairs = {
        name: [(right(record), base[record["seed"]]) for record in records if record["seed"] in base]
        for name, records in by_row.items()
        if name != baseline
    }
    pairs = {name: compared for name, compared in pairs.items() if compared}
    table = {}
    for name, compared in pairs.items():
        gaps = 100 * np.array([own.astype(float) - other for own, other in compared])
        estimate = over_seeds_and_images(gaps, confidence=1 - 0.05 / len(pairs))
        tests = [mcnemar(own, other) for own, other in compared]
        table[name] = {
            **estimate._asdict(),
            "sign": estimate.sign,
            "seeds": len(compared),
            "alone": ", ".join(f"{test.won} : {test.lost}" for test in tests),
            "p": [test.p for test in tests],
        }
    corrected = iter(holm([p for row in table.values() for p in row["p"]]).tolist())
    for row in table.values():
        row["p"] = [next(corrected) for _ in row["p"]]
    columns = ["mean", "low", "high", "sign", "seeds", "alone", "p"]
    return pd.DataFrame.from_dict(table, orient="index").reindex(columns=columns)


def cost(recipe: str, dataset: str) -> pd.DataFrame:
    """What each row's training took on the machine it ran on.

    Returns
    -------
    DataFrame
        A row a row of the study: ``seconds an epoch``, of the fastest of its runs, as other work only makes one slower, and
        ``device``.
    """
    plan, table = recipes.classify(recipe), {}
    for name, records in published(recipe, dataset).items():
        epochs = [record["steps"] * plan.batch / record["data"]["images"] for record in records]
        seconds = min(record["seconds"] / each for record, each in zip(records, epochs, strict=True))
        devices = dict.fromkeys(record["device"] for record in records)
        table[name] = {"seconds an epoch": float(seconds), "device": "; ".join(devices)}
    return pd.DataFrame.from_dict(table, orient="index")


def lengths(recipe: str, dataset: str, method: str) -> pd.DataFrame:
    """How accuracy and its scatter over seeds depend on the number of updates.

    Returns
    -------
    DataFrame
        A row a number of updates, of all published runs of a method: ``mean``, ``sd``, ``seeds``.
    """
    values: dict[int, list[float]] = {}
    for record in _records(paths.results() / "classify"):
        if (record["recipe"], record["data"]["name"], record["method"]) == (recipe, dataset, method):
            values.setdefault(record["steps"], []).append(accuracy(record))
    rows = {steps: (*spread(values[steps]), len(values[steps])) for steps in sorted(values)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "sd", "seeds"]).rename_axis("updates")
