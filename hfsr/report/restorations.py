"""The study that undoes noise or JPEG, as its page shows it: differences to plain training, means, published denoisers."""

import pandas as pd

from hfsr.report import literature, tables
from hfsr.report.drawn import NEAR, PARTS, Panels
from hfsr.report.printed import SHORT, means

STUDY = "restore"
PSNR = "psnr_rgb_border8"
PLAIN = "wdsr-a0"


def gaps(recipe: str, name: str = "kodak24") -> Panels:
    """PSNR minus plain training's, apart for the elements that the truth's mask at alpha 1/5 selects, and for the others.

    Returns
    -------
    dict of str -> DataFrame
        A panel's title -> `hfsr.report.tables.differences`, in dB, by the labels of the trained rows. Empty where plain
        training is not published.

    Examples
    --------
    >>> list(gaps("denoise"))
    ['selected elements', 'other elements']
    """
    trained = [row for row, records in tables.published(recipe, STUDY).items() if records[0].method == "wdsr"]
    if PLAIN not in trained:
        return {}
    found = {title: tables.differences(recipe, name, f"{PSNR}_{part}", study=STUDY) for title, part in PARTS.items()}
    labels = tables.labels(recipe, STUDY)
    return {title: each.loc[each.index.intersection(trained)].rename(index=labels) for title, each in found.items()}


def panels() -> Panels:
    """`gaps` of both recipes, of the rows whose selected elements are near plain training's: the complement is far off.

    Examples
    --------
    >>> list(panels())[:2]
    ['noise, selected', 'noise, others']
    """
    found: Panels = {}
    for recipe, undone in {"denoise": "noise", "dejpeg": "JPEG"}.items():
        if parts := gaps(recipe):
            first = parts["selected elements"]["mean"]
            near = first.index[first.abs() < NEAR]
            found |= {f"{undone}, {PARTS[title]}": each.loc[near] for title, each in parts.items()}
    return found


def table(recipe: str, name: str = "kodak24") -> pd.DataFrame:
    """Means of every published row on a set; empty where none is published.

    Examples
    --------
    >>> list(table("denoise"))
    ['PSNR', 'selected', 'others', 'SSIM', 'recovered']
    """
    asked = {"PSNR": PSNR, "selected": f"{PSNR}_selected", "others": f"{PSNR}_others"}
    asked |= {"SSIM": "ssim_rgb_border8", "recovered": "recovered"}
    return means(recipe, [f"{name}/{metric}" for metric in asked.values()], 3, STUDY).set_axis(list(asked), axis=1)


def denoisers() -> pd.DataFrame:
    """PSNR of our rows beside that of published denoisers, as strings, set by set.

    Examples
    --------
    >>> denoisers().loc["FFDNet", "Kodak24"]
    '32.13'
    """
    theirs = literature.denoisers()
    ours = pd.DataFrame({name: table("denoise", name)["PSNR"] for name in map(str, theirs)})
    return pd.concat([ours, theirs.map("{:.2f}".format)]).rename(columns=SHORT)
