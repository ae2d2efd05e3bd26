"""What PSNR of all elements and of its two parts say together: the fraction of each picture that the mask selects.

It belongs to the picture and not to the network, so all records must give the same: a PSNR edited by hand does not.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from hfsr.studies.records import Record

WHOLE = "psnr_rgb_border8"
KEPT = 1e-5  # some records keep PSNR with four digits after the point, and the fraction to a fifth of this


def fractions(record: Record) -> dict[str, NDArray[np.float64]]:
    """Fraction of the elements that the mask selects, of each picture of each set; NaN where the parts' errors are equal.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> from hfsr.studies.superres_run import SuperresRecord
    >>> fractions(published.stale_or_not(SuperresRecord)["wdsr-a1-5"])["set5"].round(2).tolist()
    [0.78, 0.73, 0.49, 0.78, 0.56]
    """
    found = {}
    for name, metrics in getattr(record, "per_image", {}).items():
        parts = [metrics.get(f"{WHOLE}{part}") for part in ("", "_selected", "_others")]
        if all(parts) and len({len(each) for each in parts}) == 1:
            whole, selected, others = (10 ** (-np.array(each, dtype=float) / 10) for each in parts)
            with np.errstate(divide="ignore", invalid="ignore"):
                found[name] = (whole - others) / (selected - others)
    return found


def typical(published: Iterable[Record]) -> dict[str, NDArray[np.float64]]:
    """The median of `fractions` over records, by set, of those that have as many pictures as most.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> from hfsr.studies.superres_run import SuperresRecord
    >>> len(typical(published.stale_or_not(SuperresRecord).values())["set14"])
    14
    """
    found: dict[str, list[NDArray[np.float64]]] = {}
    for record in published:
        for name, each in fractions(record).items():
            found.setdefault(name, []).append(each)
    usual = {name: int(np.median([len(each) for each in all_of])) for name, all_of in found.items()}
    return {
        name: np.median([each for each in all_of if len(each) == usual[name]], axis=0) for name, all_of in found.items()
    }


def misfits(record: Record, known: Mapping[str, NDArray[np.float64]]) -> list[str]:
    """Pictures whose three values of PSNR do not go together, a phrase for each.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> from hfsr.studies.superres_run import SuperresRecord
    >>> record = published.stale_or_not(SuperresRecord)["wdsr-a1-5"]
    >>> misfits(record, {"set5": fractions(record)["set5"] + 0.01})[0]
    "set5: picture 0's PSNR and its parts' make 77.6 % selected, other records 78.6 %"
    """
    return [
        f"{name}: picture {index}'s PSNR and its parts' make {100 * here:.1f} % selected, other records {100 * there:.1f} %"
        for name, own in fractions(record).items()
        if name in known and len(own) == len(known[name])
        for index, (here, there) in enumerate(zip(own, known[name], strict=True))
        if abs(here - there) > KEPT
    ]
