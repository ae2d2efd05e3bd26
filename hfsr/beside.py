"""The paper's tables with ours beside every number, from the published records; empty where nothing was measured.

Ours are of other pictures (see `hfsr.claims.SET`) and, for the classifier, of another recipe: compare rows, not columns.
"""

import pandas as pd

from hfsr import accuracies, paper, recipes, runs, tables
from hfsr.claims import RECIPE, SET

CIFAR = tuple(f"cifar{classes}_{part}" for classes in (10, 100) for part in ("train", "test"))
MEGABYTE = 2**20  # the paper does not say which


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Rows by the names that the paper's tables have for them."""
    return table.rename(index=tables.labels(RECIPE)).reindex(paper.METHODS)


def table1() -> pd.DataFrame:
    """Table I: share of the elements used, PSNR and SSIM (RGB, border 8), strings; ours are means and deviations of the seeds.

    Returns
    -------
    DataFrame
        A row a method of `hfsr.paper.METHODS`; columns (quantity, "paper" or "here").
    """
    theirs, digits = paper.table1(), {"psnr": 2, "ssim": 4}
    shares = tables.scores(RECIPE, "train/selected_fraction")[[0]].rename(columns={0: "share"})
    ours = {kind: tables.means(RECIPE, [f"{SET}/{kind}_rgb_border8"], count) for kind, count in digits.items()}
    columns = {
        ("share", "paper"): theirs["share"].map("{:.1%}".format),
        ("share", "here"): _named(shares)["share"].map("{:.1%}".format),
        ("PSNR", "paper"): theirs["psnr"].map("{:.2f}".format),
        ("PSNR", "here"): _named(ours["psnr"]).iloc[:, 0],
        ("SSIM", "paper"): theirs["ssim"].map("{:.4f}".format),
        ("SSIM", "here"): _named(ours["ssim"]).iloc[:, 0],
    }
    return pd.DataFrame(columns).loc[list(paper.METHODS)].replace("nan%", "")


def table3() -> pd.DataFrame:
    """Table III: test accuracy in per cent, strings; ours are means with 95 % intervals over the seeds.

    Returns
    -------
    DataFrame
        Rows as in `hfsr.paper.table3`; columns (set, "paper" or "here").
    """
    theirs, columns = paper.table3(), {}
    for name in map(str, theirs):
        columns[name, "paper"] = theirs[name].map("{:.2f}".format)
        ours = accuracies.summary(RECIPE, name) if RECIPE in recipes.CLASSIFY else pd.DataFrame()
        columns[name, "here"] = ours.apply(
            lambda row: f"{row['mean']:.2f} ({row['low']:.2f}, {row['high']:.2f})", axis=1, result_type="reduce"
        ).reindex(theirs.index)
    return pd.DataFrame(columns).astype(object).fillna("")


def table4() -> pd.DataFrame:
    """Table IV: megabytes as PNG by OpenCV's default settings, strings; beside DIV2K's photographs those of `hfsr.claims.SET`.

    Returns
    -------
    DataFrame
        A row a method of `hfsr.paper.METHODS`; columns (set, "paper" or "here").
    """
    theirs = paper.table4()
    columns = {("photographs", "paper"): theirs["div2k_valid"].map("{:.2f}".format)}
    photographs = tables.published(RECIPE, "frequency")
    sizes = {row: sum(records[0]["per_image"][SET]["png_bytes"]) / MEGABYTE for row, records in photographs.items()}
    columns["photographs", "here"] = _named(pd.DataFrame({"MB": sizes}))["MB"].map("{:.2f}".format)
    sets = runs.load_records("enlarged")
    for column in CIFAR:
        columns[column, "paper"] = theirs[column].map("{:.2f}".format)
        dataset, part = column.split("_")
        metric = f"{dataset}/{part}_png_bytes"
        found = sets[sets["data"] == dataset].set_index("method")[metric] if metric in sets else pd.Series(dtype=float)
        columns[column, "here"] = _named((found / MEGABYTE).to_frame("MB"))["MB"].map("{:.2f}".format)
    return pd.DataFrame(columns).loc[list(paper.METHODS)].replace("nan", "")
