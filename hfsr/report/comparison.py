"""The paper's tables with ours beside every number, from the published records; empty where nothing was measured.

Ours are of other pictures (see `SET`) and, for the classifier, of another recipe: compare rows, not columns. An interval is
a 95 % one: Table I's for other seeds and other images of the kind, Table III's for other seeds, Table IV's for as many other
images. Column "records" holds what a row's numbers are from: files below ``results/`` and the command that makes each.
"""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from hfsr.report import accuracies, paper, png_sizes, tables
from hfsr.studies import recipes
from hfsr.studies.records import Record

RECIPE, SET = (
    "bench",
    "bsd100",
)  # what stands beside the paper's: the recipe with several seeds, the set with a hundred images
CIFAR = tuple(f"cifar{classes}_{part}" for classes in (10, 100) for part in ("train", "test"))
RECORDS = ("records", "")
Sources = tuple[tuple[str, str], ...]


def table1() -> pd.DataFrame:
    """Table I: fraction of the elements selected, PSNR and SSIM (RGB, border 8), strings; ours are means with intervals.

    Returns
    -------
    DataFrame
        A row a method of `hfsr.report.paper.METHODS`; columns (quantity, "paper" or "here"), seeds, records.

    Examples
    --------
    >>> table1().loc["Bicubic", [("PSNR", "paper"), ("SSIM", "paper")]].tolist()
    ['29.91', '0.8680']
    """
    theirs = paper.table1()
    shares = tables.scores(RECIPE, "train/selected_fraction")[0]
    psnr, ssim = (tables.estimates(RECIPE, SET, f"{kind}_rgb_border8") for kind in ("psnr", "ssim"))
    columns = {
        ("fraction", "paper"): _filled(theirs["fraction"], "{:.1%}"),
        ("fraction", "here"): _filled(_named(shares), "{:.1%}"),
        ("PSNR", "paper"): _filled(theirs["psnr"], "{:.2f}"),
        ("PSNR", "here"): _named(_estimates(psnr, 2)),
        ("SSIM", "paper"): _filled(theirs["ssim"], "{:.4f}"),
        ("SSIM", "here"): _named(_estimates(ssim, 4)),
        ("seeds", ""): _named(psnr["seeds"].replace(0, "").astype(str)),
        RECORDS: _named(_sources("superres", tables.published(RECIPE))),
    }
    return _table(columns, paper.METHODS)


def table3(recipe: str = RECIPE) -> pd.DataFrame:
    """Table III: test accuracy in per cent, strings; ours are means with intervals over the seeds, and deviations.

    Returns
    -------
    DataFrame
        Those rows of `hfsr.report.paper.table3` that the recipe has; columns (set, "paper", "here", "sd" or "seeds"),
        records.

    Examples
    --------
    >>> table3().loc["Original", ("cifar10", "paper")]
    '94.69'
    """
    theirs, columns, sources = paper.table3(), {}, []
    for name in map(str, theirs):
        columns[name, "paper"] = _filled(theirs[name], "{:.2f}")
        ours = accuracies.summary(recipe, name)
        columns[name, "here"] = _estimates(ours, 2)
        columns[name, "sd"] = _filled(ours["sd"], "{:.2f}")
        columns[name, "seeds"] = _filled(ours["seeds"], "{:.0f}")
        sources.append(_sources("classify", accuracies.published(recipe, name)))
    columns[RECORDS] = _joined(sources)
    rows = {accuracies.label(cell.method) for cell in recipes.classify(recipe).cells}
    return _table(columns, [row for row in theirs.index if row in rows])


def gains(dataset: str, baseline: str, recipe: str = RECIPE, trained: str | None = None) -> pd.DataFrame:
    """Differences of accuracy to a row of Table III.

    Parameters
    ----------
    dataset : {"cifar10", "cifar100"}
    baseline : str
        A row of `hfsr.report.paper.table3`.
    recipe : str
    trained : str, optional
        The recipe of the baseline's runs, where it is another.

    Returns
    -------
    DataFrame
        That of `hfsr.report.accuracies.differences`, and in column ``paper`` the paper's difference.

    Examples
    --------
    >>> round(gains("cifar10", "Original").loc["WDSR", "paper"], 2)
    np.float64(0.11)
    """
    theirs, table = paper.table3()[dataset], accuracies.differences(recipe, dataset, baseline, trained)
    return table.assign(paper=(theirs - theirs[baseline]).reindex(table.index))


def table4() -> pd.DataFrame:
    """Table IV: megabytes as PNG by OpenCV's default settings, strings; ours with intervals, as if of other images as many.

    Returns
    -------
    DataFrame
        A row a method of `hfsr.report.paper.METHODS`; columns (set, "paper" or "here"), records; beside DIV2K's
        photographs those of `SET`.

    Examples
    --------
    >>> table4().loc["Bicubic", ("photographs", "paper")]
    '369.42'
    """
    theirs, photographs = paper.table4(), tables.published(RECIPE, "frequency")
    images = {row: len(records[0].per_image[SET]["png_bytes"]) for row, records in photographs.items()}
    each = tables.estimates(RECIPE, SET, "png_bytes", "frequency")[["mean", "low", "high"]]
    columns = {
        ("photographs", "paper"): _filled(theirs["div2k_valid"], "{:.2f}"),
        ("photographs", "here"): _named(_estimates(each.mul(pd.Series(images), axis=0) / png_sizes.MEGABYTE, 2)),
    }
    sources = [_named(_sources("frequency", photographs))]
    for column in CIFAR:
        dataset, part = column.split("_")
        columns[column, "paper"] = _filled(theirs[column], "{:.2f}")
        columns[column, "here"] = _named(_estimates(png_sizes.totals(dataset, part) / png_sizes.MEGABYTE, 2))
        if part == "train":
            made = {method: [record] for method, record in png_sizes.published(dataset).items()}
            sources.append(_named(_sources("upscaled", made)))
    columns[RECORDS] = _joined(sources)
    return _table(columns, paper.METHODS)


def _filled(values: pd.Series, form: str) -> pd.Series:
    return values.dropna().map(form.format)


def _estimates(table: pd.DataFrame, digits: int) -> pd.Series:
    """Estimates as they are printed, "29.42 (28.90, 29.94)"; without ends, those of one seed, the mean alone."""
    return pd.Series(
        {
            name: f"{row['mean']:.{digits}f}"
            + ("" if pd.isna(row["low"]) else f" ({row['low']:.{digits}f}, {row['high']:.{digits}f})")
            for name, row in table.iterrows()
        },
        dtype=object,
    )


def _named(values: pd.Series) -> pd.Series:
    """Rows by the names that the paper's tables have for them."""
    return values.rename(index=tables.labels(RECIPE))


def _sources(study: str, records: Mapping[str, Sequence[Record]]) -> pd.Series:
    """Files and commands of every row's records."""
    return pd.Series(
        {row: tuple((f"{study}/{each.name}.json", each.command) for each in found) for row, found in records.items()},
        dtype=object,
    )


def _joined(sources: list[pd.Series]) -> pd.Series:
    joined: dict[str, Sources] = {}
    for row, found in (item for each in sources for item in each.items()):
        joined[str(row)] = joined.get(str(row), ()) + found
    return pd.Series(joined, dtype=object)


def _table(columns: dict[tuple[str, str], pd.Series], rows: Iterable[str]) -> pd.DataFrame:
    table = pd.DataFrame({name: column.reindex(list(rows)) for name, column in columns.items()}, dtype=object)
    return table.fillna("")
