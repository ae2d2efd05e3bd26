"""What the notebooks' figures draw: differences to WDSR, bytes and detail, from published records."""

from collections.abc import Mapping

import pandas as pd

from hfsr.analysis.detail import TRUTH, Curve
from hfsr.report import printed, tables
from hfsr.studies import recipes
from hfsr.studies.measurement import MeasurementRecord

CONFIRMED = "kodak24"
NEAR = 0.2  # dB: rows of which BSD100's PSNR lies further from WDSR's would hide what the others do
PARTS = {"selected elements": "selected", "other elements": "others"}
PERCENT = {
    "right power (%)": "right_power",
    "wrong power (%)": "wrong_power",
    "recovered (%)": "recovered",
    "cutoff 1/2 (1/100)": "cutoff_half",
    "steepness (1/100)": "steepness",
    "overshoot (1/100)": "overshoot",
}  # all in hundredths of their unit

KINDS = ("bicubic", "srcnn", "wdsr-a0", "wdsr-a1-5", "wdsr-a1-3", "wdsr-a1-5-low")

Panels = dict[str, pd.DataFrame]


def psnr(recipe: str) -> Panels:
    """PSNR minus WDSR's (luma, border 2), set by set, of the rows that lie near it.

    Kodak24, which decides, comes first; the five pictures of Set5 give way to it.

    Returns
    -------
    dict of str -> DataFrame
        A panel's title -> `hfsr.report.tables.differences`, in dB, by the rows' labels; empty lines of rows that were not
        measured on that set.

    Examples
    --------
    >>> list(psnr("bench"))
    ['Kodak24', 'Set14', 'BSD100', 'camera']
    """
    studies = dict.fromkeys(recipes.superres(recipe).evaluation, "superres")
    if tables.published(recipe, "confirmation"):
        studies = {CONFIRMED: "confirmation"} | {name: study for name, study in studies.items() if name != "set5"}
    near = _near(recipe)
    gaps = {name: tables.differences(recipe, name, "psnr_y_border2", study=study) for name, study in studies.items()}
    return _labelled({printed.SHORT[name]: each.reindex(near) for name, each in gaps.items()}, recipe)


def psnr_by_part(recipe: str, name: str = "bsd100") -> Panels:
    """The same on RGB (border 8), apart for the elements that the truth's mask at alpha 1/5 selects, and for the others.

    Examples
    --------
    >>> list(psnr_by_part("bench"))
    ['selected elements', 'other elements']
    """
    gaps = {title: tables.differences(recipe, name, f"psnr_rgb_border8_{part}") for title, part in PARTS.items()}
    near = _near(recipe)
    return _labelled({title: each.loc[near] for title, each in gaps.items()}, recipe)


def bytes_and_detail(recipe: str, name: str = "bsd100") -> pd.DataFrame:
    """Bytes as PNG beside what is true of them.

    Returns
    -------
    DataFrame
        A row a row of the study, by its label: ``bytes`` beyond bicubic's and ``recovered`` in per cent, ``psnr`` on the
        selected elements in dB (RGB, border 8).

    Examples
    --------
    >>> table = bytes_and_detail("bench")
    >>> list(table), float(table.loc["Bicubic", "bytes"])
    (['bytes', 'recovered', 'psnr'], 0.0)
    """
    gain = tables.differences(recipe, name, "png_bytes", "bicubic", "frequency", relative=True)["mean"]
    table = pd.DataFrame(
        {
            "bytes": gain,
            "recovered": 100 * tables.scores(recipe, f"{name}/recovered", "frequency").mean(axis=1),
            "psnr": tables.scores(recipe, f"{name}/psnr_rgb_border8_selected").mean(axis=1),
        }
    )
    table.loc["bicubic", "bytes"] = 0.0
    rows = [row for row in tables.published(recipe, "frequency") if row != TRUTH]
    return table.loc[rows].rename(index=tables.labels(recipe))


def agreement(recipe: str, name: str = "bsd100") -> tuple[dict[str, dict[str, Curve]], int]:
    """Curves against frequency of one network of each kind, the first seed's, by label; and of how many images they are.

    Examples
    --------
    >>> curves, images = agreement("bench")
    >>> list(curves)[:3], images
    (['Bicubic', 'SRCNN', 'WDSR'], 100)
    """
    labels, published = tables.labels(recipe), tables.published(recipe, "frequency")
    first = {labels[row]: published[row][0] for row in KINDS if row in published}
    curves = {label: record.curves[name] for label, record in first.items() if isinstance(record, MeasurementRecord)}
    return curves, len(published[TRUTH][0].per_image[name]["recovered"])


def detail(recipe: str, name: str = "bsd100") -> Panels:
    """Measures of detail minus WDSR's, in hundredths, of all rows trained on a part of the elements but the complement.

    Examples
    --------
    >>> list(detail("bench"))[:3]
    ['right power (%)', 'wrong power (%)', 'recovered (%)']
    """
    gaps = {title: tables.differences(recipe, name, metric, study="frequency") for title, metric in PERCENT.items()}
    measured = {row: records[0] for row, records in tables.published(recipe, "frequency").items()}
    of_a_part = [
        row
        for row, record in measured.items()
        if isinstance(record, MeasurementRecord) and record.alpha and record.mask != "low"
    ]
    rows = gaps["recovered (%)"].index.intersection(of_a_part, sort=False)
    for gap in gaps.values():
        gap[["mean", "low", "high"]] *= 100
    return _labelled({title: gap.loc[rows] for title, gap in gaps.items()}, recipe)


def _near(recipe: str) -> pd.Index:
    gap = tables.differences(recipe, "bsd100", "psnr_y_border2")["mean"]
    return gap.index[gap.abs() < NEAR]


def _labelled(panels: Mapping[str, pd.DataFrame], recipe: str) -> Panels:
    return {title: each.rename(index=tables.labels(recipe)) for title, each in panels.items()}
