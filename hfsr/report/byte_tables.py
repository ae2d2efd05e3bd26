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


def orders(recipe: str) -> pd.DataFrame:
    """The methods from the smallest files to the largest, by either encoder, set by set: an encoder is no neutral judge.

    Examples
    --------
    >>> orders("bench").loc["BSD100", "default"].split(" < ")[0]
    'Bicubic'
    """
    table = {}
    for name in sets(recipe):
        table[printed.SHORT.get(name, name)] = {
            encoder: _smallest_first(_mean_gain(recipe, name, metric), recipe)
            for encoder, metric in PNG_METRICS.items()
        }
    for name in ("cifar10", "cifar100"):
        table[name] = {
            encoder: _smallest_first(png_sizes.totals(name, "train", metric)["mean"], recipe)
            for encoder, metric in PNG_METRICS.items()
        }
    found = pd.DataFrame(table).T
    return found.assign(alike=(found["default"] == found["strongest"]).map({True: "yes", False: "no"}))


def _mean_gain(recipe: str, name: str, metric: str) -> pd.Series:
    gain = tables.differences(recipe, name, metric, "bicubic", "frequency", relative=True)["mean"]
    return pd.concat([gain.drop(TRUTH), pd.Series({"bicubic": 0.0})])


def _smallest_first(values: pd.Series, recipe: str) -> str:
    return " < ".join(printed.named(values.sort_values().to_frame(), recipe).index)
