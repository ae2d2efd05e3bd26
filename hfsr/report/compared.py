"""What the claims compare, contrast by contrast: in words, on every set, and how finely it can be told."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from hfsr.analysis.statistics import over_seeds_and_images
from hfsr.report import printed, tables
from hfsr.report.claims import Answer
from hfsr.report.contrasts import METRICS, gaps, interval, measure
from hfsr.report.registration import Contrast, Registration
from hfsr.report.verdict import Verdict, decide

SETS = {
    "set5": "superres",
    "set14": "superres",
    "bsd100": "superres",
    "realsr-held-out": "superres",
    "kodak24": "confirmation",
    "mcmaster": "confirmation",
}  # and the study that measures on it


def on_every_set(answers: Iterable[Answer], registered: Registration) -> pd.DataFrame:
    """The contrasts of PSNR and SSIM on every set there is: those registered, and the others beside them.

    Returns
    -------
    DataFrame
        Strings: a row a contrast, a column a set; empty where nothing is published.

    Examples
    --------
    >>> from hfsr.report import claims, registration
    >>> on_every_set(claims.claims("matters"), registration.read()).loc["1/5 minus 1/5 (complement), PSNR (RGB)", "bsd100"][0]
    '+'
    """
    table: dict[str, dict[str, str]] = {}
    for each in answers:
        for line in each.lines:
            contrast = line.contrast
            if contrast.study != "superres" or contrast.direction == "close":
                continue
            confidence = registered.confidence(contrast.family)
            found = {
                name: measure(replace(contrast, study=study), confidence, name) for name, study in SETS.items()
            }  # a confirmation holds what a run of Table I does
            table[difference(contrast)] = {
                name: measured.shown(contrast.digits, "") if measured else "" for name, measured in found.items()
            }
    return pd.DataFrame.from_dict(table, orient="index")


def registered_contrasts(answers: Iterable[Answer], registered: Registration) -> pd.DataFrame:
    """Every contrast with its set, margin, reason and seeds, and how wide its interval is to be at those seeds.

    The expected half-width takes the scatter of the seeds and images there are.

    Examples
    --------
    >>> from hfsr.report import claims, registration
    >>> table = registered_contrasts(claims.claims("matters"), registration.read())
    >>> table.loc[table["on"] == "Kodak24", "stage"].unique().tolist()
    ['confirmatory']
    """
    rows = []
    for each, line in ((answer, line) for answer in answers for line in answer.lines):
        contrast, confidence = line.contrast, registered.confidence(line.contrast.family)
        rows.append(
            {
                "claim": each.claim.claim,
                "contrast": difference(contrast),
                "on": printed.SETS.get(contrast.on, contrast.on),
                "stage": contrast.stage,
                "claimed": contrast.direction,
                "margin": f"{contrast.margin:g} {contrast.unit}".strip(),
                "reason": contrast.reason,
                "seeds": line.seeds,
                "expected": _expected(contrast, confidence),
            }
        )
    return pd.DataFrame(rows)


def uncorrected(answers: Iterable[Answer], registered: Registration) -> list[str]:
    """Claims whose refutation hangs on one of several contrasts, for which the families' correction does not allow.

    A claim that needs all its contrasts is supported no more often for having many; refuted it is by any of them. Left out are
    refutations that hold with each of a claim's k intervals widened by k.

    Examples
    --------
    >>> from hfsr.report import claims, registration
    >>> uncorrected(claims.claims("matters"), registration.read())  # supported
    []
    """
    found = []
    for each in answers:
        lines = [line for line in each.deciding if line.verdict == Verdict.REFUTED]
        if (
            lines
            and len(each.deciding) > 1
            and not any(_holds(line.contrast, len(each.deciding), registered) for line in lines)
        ):
            found.append(each.claim.claim)
    return found


def _holds(contrast: Contrast, count: int, registered: Registration) -> bool:
    measured = measure(contrast, 1 - (1 - registered.confidence(contrast.family)) / count)
    return measured is not None and decide(contrast.direction, measured.estimate, contrast.margin) == Verdict.REFUTED


def of_later_seeds(baselines: Iterable[str], first: int) -> pd.DataFrame:
    """What decides on Kodak24, 1/5 minus each baseline, without the seeds before `first`: PSNR in dB (RGB, border 8).

    Returns
    -------
    DataFrame
        A row a baseline, by its label: ``mean``, ``low``, ``high`` (95 %) and ``seeds``.

    Examples
    --------
    >>> of_later_seeds(["wdsr-a0"], first=3).loc["WDSR", "seeds"].item()
    7
    """
    labels, table = tables.labels("bench", "confirmation"), {}
    for baseline in baselines:
        gaps = tables.gaps("bench", "kodak24", "psnr_rgb_border8", "wdsr-a1-5", baseline, "confirmation")
        later = np.array([gap for seed, gap in gaps.items() if seed is not None and seed >= first])
        table[labels[baseline]] = over_seeds_and_images(later)._asdict() | {"seeds": len(later)}
    return pd.DataFrame.from_dict(table, orient="index")


def difference(contrast: Contrast) -> str:
    """What is compared, in words.

    Examples
    --------
    >>> from hfsr.report import registration
    >>> claim = next(each for each in registration.read().claims if each.id == "random")
    >>> difference(claim.contrasts[0])
    '1/5 minus 1/5 (random), PSNR (RGB)'
    """
    names = tables.labels(contrast.recipe, contrast.study) if contrast.study != "classify" else {}
    names |= {"gaussian": "a Gaussian's", "paper": "the paper's"}
    row, baseline = (bracketed(names.get(each, each)) for each in (contrast.row, contrast.baseline))
    longer = f", recipe {contrast.recipe}" if contrast.recipe != "bench" else ""
    return f"{row} minus {baseline}, {METRICS.get(contrast.metric, contrast.metric.replace('_', ' '))}{longer}"


def bracketed(label: str) -> str:
    """A row's label for a sentence, where a comma would not say what it belongs to.

    Examples
    --------
    >>> bracketed("1/5, random"), bracketed("WDSR")
    ('1/5 (random)', 'WDSR')
    """
    row, _, control = label.partition(", ")
    return f"{row} ({control})" if control else row


def _expected(contrast: Contrast, confidence: float) -> str:
    found = gaps(contrast) if contrast.direction != "close" else {}
    if len(found) < 2:
        return ""
    mean, low, _ = interval(contrast, found, confidence, planned=contrast.seeds)
    return f"± {mean - low:.{contrast.digits}f}"
