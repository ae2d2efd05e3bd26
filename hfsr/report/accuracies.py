"""Table III from the published records: accuracies over seeds, and paired differences with intervals.

Accuracies are in per cent, differences in points.
"""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hfsr.analysis.statistics import half_width, holm, mcnemar, of_mean, over_seeds_and_images, spread
from hfsr.errors import UserError
from hfsr.studies import published as published_records
from hfsr.studies import recipes, upscaler
from hfsr.studies.classification import ClassifyRecord
from hfsr.studies.correctness import unpack
from hfsr.studies.rows import BESIDE, TABLE_1

Pair = tuple[NDArray[np.bool_], NDArray[np.bool_]]
SETS = {"cifar10": "CIFAR-10", "cifar100": "CIFAR-100"}
LABELS = {"original": "Original", "original-sharpened": "Original, sharpened"}
LABELS |= {"nearest": "Nearest", "sharpened": "Sharpened"} | {row.name: row.label for row in TABLE_1 + BESIDE}


def label(method: str) -> str:
    """What a row is called in a table, as in the paper's Table III; a network that is in no table by its own name.

    Examples
    --------
    >>> label("original"), label("wdsr-a0"), label("wdsr-a1-5")
    ('Original', 'WDSR', '1/5')
    """
    return LABELS.get(method, method)


def published(recipe: str, dataset: str) -> dict[str, list[ClassifyRecord]]:
    """Published records of a recipe on one set: by row, in the table's order, each row's in the order of the seeds.

    Raises
    ------
    UserError
        If a record is stale.

    Examples
    --------
    >>> list(published("bench", "cifar10"))[:3]
    ['Original', 'Bicubic', 'SRCNN']
    """
    plan = recipes.classify(recipe)
    networks = recipes.superres(plan.networks)
    records = [
        record
        for record in published_records.everything(ClassifyRecord)
        if (record.recipe, record.data.name, record.steps) == (recipe, dataset, plan.steps)
    ]
    found: dict[str, list[ClassifyRecord]] = {}
    for cell in plan.cells:
        name = upscaler.of(cell.method, networks).name
        same = [record for record in records if cell.dataset == dataset and record.method == name]
        if same:
            found[label(cell.method)] = sorted(same, key=lambda record: record.seed or 0)
    return found


def accuracy(record: ClassifyRecord) -> float:
    """Test accuracy of a run, in per cent.

    Examples
    --------
    >>> record = published("bench", "cifar10")["Bicubic"][0]
    >>> 10 < accuracy(record) < 100  # of ten classes
    True
    """
    return 100 * float(record.metrics[f"{record.data.name}/test_accuracy"])


def right(record: ClassifyRecord) -> NDArray[np.bool_]:
    """Which test images a run got right.

    Examples
    --------
    >>> record = published("bench", "cifar10")["Bicubic"][0]
    >>> right(record).sum() == round(100 * accuracy(record))  # of 10,000 images
    np.True_
    """
    return unpack(record.correct[str(record.data.name)], record.data.test_images or 0)


def right_of_seed(recipe: str, dataset: str, seed: int) -> dict[str, NDArray[np.bool_]]:
    """Which test images each published row of a seed got right.

    Examples
    --------
    >>> list(right_of_seed("bench", "cifar10", seed=0))[:2]
    ['Original', 'Bicubic']
    """
    found = published(recipe, dataset)
    return {row: right(record) for row, records in found.items() for record in records if record.seed == seed}


def summary(recipe: str, dataset: str) -> pd.DataFrame:
    """Every row's accuracy over its seeds.

    Returns
    -------
    DataFrame
        A row a row of the study; ``mean``, ``sd`` over the seeds, ``low`` and ``high``, the ends of Student's 95 % interval
        (NaN of one seed), and ``seeds``, their number.

    Examples
    --------
    >>> list(summary("bench", "cifar10").index)[:3]
    ['Original', 'Bicubic', 'SRCNN']
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


def differences(recipe: str, dataset: str, baseline: str, trained: str | None = None) -> pd.DataFrame:
    """Every row's difference to the baseline, same seed, same test images, corrected for the number of rows.

    Parameters
    ----------
    recipe, dataset : str
    baseline : str
        Name of the row that is subtracted.
    trained : str, optional
        The recipe of the baseline's runs, where it is another: a control with more iterations.

    Returns
    -------
    DataFrame
        A row a row of the study but the baseline, in points: ``mean``, ``low``, ``high``, an interval over seeds and images
        of which 95 % of such tables hold all their true values (Bonferroni); ``sign``, see
        `hfsr.analysis.statistics.Estimate`; ``seeds`` compared, where it is one, the interval is over images alone;
        ``alone``, for each seed the images that one of the two alone got right, as "this row : baseline"; ``p``, for each
        seed McNemar's p, by Holm's correction over all tests of the table.

    Raises
    ------
    UserError
        If the study has no such row.

    Examples
    --------
    >>> int(differences("bench", "cifar10", "Original").loc["WDSR", "sign"])  # better than at the original size
    1
    """
    base = _answers(trained or recipe, dataset, baseline)
    rows = [row for row in published(recipe, dataset) if (row, recipe) != (baseline, trained or recipe)]
    pairs = {row: _paired(_answers(recipe, dataset, row), base) for row in rows}
    pairs = {row: compared for row, compared in pairs.items() if compared}
    table = {}
    for name, compared in pairs.items():
        points = 100 * np.array([own.astype(float) - other for own, other in compared])
        estimate = over_seeds_and_images(points, confidence=1 - 0.05 / len(pairs))
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


def gaps(recipe: str, dataset: str, row: str, baseline: str) -> dict[int | None, NDArray[np.float64]]:
    """One row minus another on each test image, in points, by the seeds that both have; parameters as for `differences`.

    Examples
    --------
    >>> len(gaps("bench", "cifar10", "WDSR", "Bicubic")[0])
    10000
    """
    own, base = (_answers(recipe, dataset, each) for each in (row, baseline))
    return {seed: 100 * (own[seed].astype(float) - base[seed]) for seed in own if seed in base}


def lengths(dataset: str, names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """What length buys: how far differences scatter from seed to seed after many iterations and few.

    Parameters
    ----------
    dataset : str
    names : sequence of str
        Recipes, the longest last.
    pairs : sequence of (str, str)
        Rows; the second is subtracted from the first.

    Returns
    -------
    DataFrame
        A row a pair and a number of iterations: ``mean`` and ``sd`` of the difference over ``seeds``; ``runs``, how many of
        each row cost as much as three of the longest recipe, and ``half-width``, how far to either side Student's 95 % interval
        over so many seeds would go if each scattered by ``sd``, which is itself an estimate of a few.

    Examples
    --------
    >>> list(lengths("cifar10", ["bench", "long"], [("1/5", "WDSR")]).index)
    [('1/5 minus WDSR', 500), ('1/5 minus WDSR', 2000)]
    """
    same_cost, table = 3 * recipes.classify(names[-1]).steps, {}
    for (row, baseline), name in itertools.product(pairs, names):
        compared = gaps(name, dataset, row, baseline)
        if not compared:
            continue
        steps, (mean, sd) = recipes.classify(name).steps, spread([gap.mean() for gap in compared.values()])
        runs = same_cost // steps
        table[f"{row} minus {baseline}", steps] = {
            "mean": mean,
            "sd": sd,
            "seeds": len(compared),
            "runs": runs,
            "half-width": half_width(sd, runs),
        }
    return pd.DataFrame.from_dict(table, orient="index").rename_axis(["difference", "iterations"])


def _answers(recipe: str, dataset: str, row: str) -> dict[int, NDArray[np.bool_]]:
    """Which test images a row got right, by seed."""
    known = [label(cell.method) for cell in recipes.classify(recipe).cells if cell.dataset == dataset]
    if row not in known:
        raise UserError(f"no row of {recipe} on {dataset} is called {row!r}: choose one of {', '.join(known)}")
    return {record.seed or 0: right(record) for record in published(recipe, dataset).get(row, [])}


def _paired(own: dict[int, NDArray[np.bool_]], other: dict[int, NDArray[np.bool_]]) -> list[Pair]:
    return [(own[seed], other[seed]) for seed in own if seed in other]
