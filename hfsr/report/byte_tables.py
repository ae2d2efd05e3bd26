"""Table IV as the page on frequencies prints it: bytes as PNG of every row's images, ours beside the paper's."""

import pandas as pd

from hfsr.analysis.detail import TRUTH
from hfsr.analysis.spectrum import PNG_METRICS
from hfsr.report import paper, png_sizes, printed, tables
from hfsr.studies import confirmation


def sets(recipe: str) -> list[str]:
    """The sets that are large enough to compare files on.

    Examples
    --------
    >>> "bsd100" in sets("bench")
    True
    """
    truth = tables.published(recipe, "frequency")[TRUTH][0]
    return [name for name in truth.per_image if name != "set5"]  # of five pictures


def gained(recipe: str, encoder: str, study: str = "frequency") -> pd.DataFrame:
    """What each row's files take beyond bicubic's, in per cent with 95 % intervals, strings, by set of a study.

    Examples
    --------
    >>> gained("bench", "default").loc["WDSR", "BSD100"]
    '+... (+..., +...) *'
    """
    measured = confirmation.SETS if study == "confirmation" else sets(recipe)
    return printed.differences(recipe, measured, PNG_METRICS[encoder], 1, "bicubic", study=study, relative=True)


def sizes(recipe: str) -> pd.DataFrame:
    """Megabytes of every set as each row upscaled it, and bytes a pixel, strings; the paper's, of DIV2K, beside them.

    Examples
    --------
    >>> sizes("bench").loc["Bicubic", "paper: DIV2K, MB"]
    '369.42'
    """
    published = tables.published(recipe, "frequency")
    pixels = published[TRUTH][0].data.pixels or {}
    columns = {}
    for name in sets(recipe):
        total = pd.Series({row: sum(found[0].per_image[name]["png_bytes"]) for row, found in published.items()})
        each = (total / sum(pixels[name])).map(" ({:.3f})".format)
        columns[name] = (total / png_sizes.MEGABYTE).map("{:.2f}".format) + each
    table = printed.named(pd.DataFrame(columns), recipe)
    theirs = paper.table4()["div2k_valid"].map("{:.2f}".format)
    return table.join(theirs.rename("paper: DIV2K, MB")).fillna("")


def labelled(dataset: str, recipe: str = "bench") -> pd.DataFrame:
    """The 50,000 training images of a labelled set: megabytes and bytes a pixel, gains over bicubic's, the paper's.

    Examples
    --------
    >>> labelled("cifar10").loc["Bicubic", "paper, MB"]
    '...'
    """
    size, theirs = png_sizes.totals(dataset, "train"), paper.table4()[f"{dataset}_train"]
    columns = {
        "MB": (size["mean"] / png_sizes.MEGABYTE).map("{:.2f}".format),
        "bytes a pixel": size["pixel"].map("{:.3f}".format),
    }
    for encoder, metric in PNG_METRICS.items():
        gain = png_sizes.gains(dataset, "train", metric)
        columns[f"over bicubic, {encoder}, %"] = gain.apply(printed.with_interval, axis=1, digits=2)
    table = printed.named(pd.DataFrame(columns, index=size.index), recipe)
    table["paper, MB"] = theirs.map("{:.2f}".format)
    table["paper, %"] = (100 * (theirs / theirs["Bicubic"] - 1)).map("{:+.2f}".format)
    return table.fillna("")


def places(recipe: str) -> pd.DataFrame:
    """Each row's place among the rows of a set, 1 for the smallest files, strings: an encoder is no neutral judge.

    Returns
    -------
    DataFrame
        A row a row of the study, a column a set: the place by the default setting and, where it is another, that by the
        strongest.

    Examples
    --------
    >>> places("bench").loc["Bicubic", "BSD100"]
    '1'
    """
    columns = {}
    for name in (*sets(recipe), "cifar10", "cifar100"):
        default, strongest = (
            _bytes(recipe, name, metric).rank(method="min").astype(int) for metric in PNG_METRICS.values()
        )
        another = (", " + strongest.astype(str)).where(default != strongest, "")
        columns[name] = default.astype(str) + another
    rows = next(iter(columns.values())).index  # every set of photographs has all
    return printed.named(pd.DataFrame(columns, index=rows), recipe).fillna("")


def _bytes(recipe: str, name: str, metric: str) -> pd.Series:
    """What each row's files take: of photographs beyond bicubic's, of a labelled set in all."""
    if name.startswith("cifar"):
        return png_sizes.totals(name, "train", metric)["mean"]
    gain = tables.differences(recipe, name, metric, "bicubic", "frequency", relative=True)["mean"]
    return pd.concat([pd.Series({"bicubic": 0.0}), gain.drop(TRUTH)])
