"""The paper's claims beside what the published records say of them, each with its verdict: the book's answer page."""

import itertools
from typing import Literal, NamedTuple

import pandas as pd

from hfsr.analysis.statistics import Estimate
from hfsr.errors import UserError
from hfsr.report import accuracies, paper, tables
from hfsr.report.verdict import RECIPE, SET, Claim, Verdict, gained, near
from hfsr.studies.rows import Row

PSNR_MARGIN = 0.05  # dB; a smaller loss counts as none: Table I's rows of the method lie within 0.03 dB
SSIM_MARGIN = 0.001  # they lie within 0.0003
CIFAR = {"cifar10": "CIFAR-10", "cifar100": "CIFAR-100"}
UPSCALED = {"Original": "at its original size", "WDSR": "upscaled by plain WDSR", "1/5": "upscaled by the method"}


def claims() -> list[Claim]:
    """All claims, in the paper's order.

    Raises
    ------
    UserError
        If a record is missing or stale.

    Examples
    --------
    >>> print(claims()[0].claim)
    The weights "approximately obey" a Gaussian distribution.
    """
    return [
        _gaussian(),
        _half(),
        _no_loss("psnr"),
        _no_loss("ssim"),
        _selection(),
        *(
            _accuracies(dataset, row, below)
            for row, below in (("WDSR", "Original"), ("1/5", "WDSR"))
            for dataset in CIFAR
        ),
        _bytes(),
        _power(),
        _recovered(),
    ]


class Difference(NamedTuple):
    """A difference between two rows on the set that is judged by, and the number of seeds it is over.

    Examples
    --------
    >>> Difference(Estimate(0.013, 0.007, 0.019), seeds=3).shown(3, " dB")
    '+0.013 (+0.007, +0.019) dB, 3 seeds'
    """

    estimate: Estimate
    seeds: int

    def shown(self, digits: int, unit: str) -> str:
        """As it is printed: "+0.013 (+0.007, +0.019) dB, 3 seeds"."""
        mean, low, high = self.estimate
        seeds = f"{self.seeds} seed{'s' if self.seeds > 1 else ''}"
        return f"{mean:+.{digits}f} ({low:+.{digits}f}, {high:+.{digits}f}){unit}, {seeds}"


def _difference(
    row: str,
    metric: str,
    baseline: str = tables.BASELINE,
    study: str = "superres",
    scale: float = 1,
    relative: bool = False,
) -> Difference:
    """One line of `hfsr.report.tables.differences`, times `scale`."""
    table = tables.differences(RECIPE, SET, metric, baseline, study, relative)
    if row not in table.index:
        raise UserError(
            f"no records of {row} and {baseline} in results/{study}: `make study STUDY={study}`, then publish"
        )
    return _read(table.T[row], scale)


def _read(line: pd.Series, scale: float = 1) -> Difference:
    return Difference(Estimate(*(scale * float(line[end]) for end in ("mean", "low", "high"))), int(line["seeds"]))


def _files(study: str, *names: str) -> tuple[str, ...]:
    published = tables.published(RECIPE, study)
    return tuple(f"{study}/{record.name}.json" for name in names for record in published.get(name, []))


def _gaussian() -> Claim:
    theirs = paper.table1()["share"]["1/5"]
    ours = tables.published(RECIPE)["wdsr-a1-5"][0].metrics["train/selected_fraction"]
    expected = paper.gaussian_share("1/5")
    return Claim(
        "III.C, Fig. 3",
        'The weights "approximately obey" a Gaussian distribution.',
        f"at alpha = 1/5 Eq 7 selects {theirs:.1%}; of a Gaussian it would select {expected:.1%}",
        f"{ours:.1%} of the training photographs; tails of exponent {paper.tail_exponent(ours, '1/5'):.2f} (2 is the Gaussian)",
        near([ours], [expected], 0.05),
        "superres",
        _files("superres", "wdsr-a1-5")[:1],
        "/notebooks/weight_map",
    )


def _half() -> Claim:
    shares, published = paper.table1()["share"], tables.published(RECIPE)
    ours = {
        alpha: published[Row("wdsr", alpha).name][0].metrics["train/selected_fraction"]
        for alpha in (paper.ALPHAS[0], paper.ALPHAS[-1])
    }
    most, least = ours.values()
    return Claim(
        "Table I",
        "The method trains on about half to seven tenths of the elements.",
        f"{shares['1/7']:.1%} (1/7) to {shares['1/3']:.1%} (1/3), DIV2K",
        f"{most:.1%} (1/7) to {least:.1%} (1/3), the training photographs",
        near([most, least], [shares["1/7"], shares["1/3"]], 0.1),
        "superres",
        _files("superres", "wdsr-a1-7", "wdsr-a1-3"),
        "/notebooks/superres",
    )


def _no_loss(kind: Literal["psnr", "ssim"]) -> Claim:
    digits, unit, margin = (3, " dB", PSNR_MARGIN) if kind == "psnr" else (4, "", SSIM_MARGIN)
    theirs = paper.table1()[kind]
    ours = _difference("wdsr-a1-5", f"{kind}_rgb_border8")
    return Claim(
        "Table I",
        f"Training on those elements alone costs no {kind.upper()} (here: less than {margin:g}{unit}).",
        f"{theirs['1/5'] - theirs['WDSR']:+.{digits}f}{unit}, alpha = 1/5 against all elements",
        ours.shown(digits, unit),
        gained(ours.estimate, margin),
        "superres",
        _files("superres", "wdsr-a0", "wdsr-a1-5"),
        "/notebooks/superres",
    )


def _selection() -> Claim:
    ours = _difference("wdsr-a1-5", "psnr_rgb_border8", "wdsr-a1-5-random")
    return Claim(
        "III.B",
        "It matters which elements: those of strong differences teach more than others.",
        "no control",
        f"{ours.shown(3, ' dB')}, against as many elements drawn at random",
        gained(ours.estimate),
        "superres",
        _files("superres", "wdsr-a1-5", "wdsr-a1-5-random"),
        "/notebooks/superres",
    )


def _accuracies(dataset: str, row: str, baseline: str) -> Claim:
    theirs = paper.table3()[dataset]
    ours, verdict, records = "not measured yet", Verdict("undecided"), []
    by_row = accuracies.published(RECIPE, dataset)
    if {row, baseline} <= set(by_row):  # one seed's interval knows no other seed: no verdict
        gain = _read(accuracies.differences(RECIPE, dataset, baseline).T[row])
        ours, verdict = gain.shown(2, " points"), gained(gain.estimate) if gain.seeds > 1 else verdict
        records = [f"classify/{record.name}.json" for each in (baseline, row) for record in by_row[each]]
    return Claim(
        "Table III",
        f"A classifier gets better on {CIFAR[dataset]} {UPSCALED[row]} than {UPSCALED[baseline]}.",
        f"{theirs[row] - theirs[baseline]:+.2f} points, one run each",
        ours,
        verdict,
        "classify",
        tuple(records),
        "/notebooks/classify",
    )


def _bytes() -> Claim:
    theirs = paper.table4()["div2k_valid"]
    rows = [Row("wdsr", alpha).name for alpha in ("0", *paper.ALPHAS)]
    steps = [
        _difference(more, "png_bytes", less, "frequency", relative=True) for less, more in itertools.pairwise(rows)
    ]
    return Claim(
        "V.A, Table IV",
        "Bytes as PNG grow with alpha, at every step from 0 to 1/3.",
        f"{theirs['1/3'] / theirs['WDSR'] - 1:+.1%} in all, every step upwards",
        f"smallest step {min(steps).shown(2, ' %')}",
        max((gained(step.estimate) for step in steps), key=list(Verdict).index),
        "frequency",
        _files("frequency", *rows),
        "/notebooks/frequency",
    )


def _power() -> Claim:
    ours = _difference("wdsr-a1-5", "high_power", study="frequency", scale=100)
    return Claim(
        "V.B, Fig. 4",
        "More power at high frequencies than plain WDSR.",
        "seen in spectrograms",
        ours.shown(2, " % of the truth's power above 0.25"),
        gained(ours.estimate),
        "frequency",
        _files("frequency", "wdsr-a0", "wdsr-a1-5"),
        "/notebooks/frequency",
    )


def _recovered() -> Claim:
    right, wrong, net = (
        _difference("wdsr-a1-5", f"{part}_power", study="frequency", scale=100) for part in ("right", "wrong", "net")
    )
    return Claim(
        "V.B, Fig. 4",
        "That power is recovered detail (here: more of it right than wrong).",
        "not measured",
        f"{right.estimate.mean:+.2f} % right, {wrong.estimate.mean:+.2f} % wrong; right less wrong {net.shown(2, ' %')}",
        gained(net.estimate),
        "frequency",
        _files("frequency", "wdsr-a0", "wdsr-a1-5"),
        "/notebooks/frequency",
    )
