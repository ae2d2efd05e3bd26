"""The claims as the book prints them: tables and sentences in HTML, from `hfsr.report.claims`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape

import pandas as pd

from hfsr.analysis.statistics import half_width, spread
from hfsr.report import tables
from hfsr.report.claims import Answer, Line
from hfsr.report.contrasts import METRICS, measure
from hfsr.report.registration import Contrast, Registration
from hfsr.report.verdict import Verdict

SETS = {
    "set5": "superres",
    "set14": "superres",
    "bsd100": "superres",
    "realsr-held-out": "superres",
    "kodak24": "confirmation",
    "mcmaster": "confirmation",
}  # and the study that measures on it


def verdict(found: Verdict) -> str:
    """A verdict in its colour.

    Examples
    --------
    >>> verdict(Verdict.REFUTED)
    '<strong class="verdict-refuted">refuted</strong>'
    """
    return f'<strong class="verdict-{found.name.lower()}">{found}</strong>'


def short(answers: Iterable[Answer]) -> str:
    """The front page's table: claim, where it was tested, verdict.

    Examples
    --------
    >>> from hfsr.report import claims
    >>> short(claims.claims()).count("<tr>") == 1 + len(claims.claims())
    True
    """
    rows = (
        (
            f'{escape(each.claim.claim)}<br><a href="..{each.claim.page}.html">{escape(each.claim.place)}</a>',
            escape(each.tested_at or each.claim.untested or ""),
            verdict(each.verdict),
        )
        for each in answers
    )
    return _table(("Claim", "Tested at", "Verdict here"), rows, "prose claims short")


def full(answers: Iterable[Answer]) -> str:
    """The claims page's table: the paper's words and effect, ours with its interval, the verdict, and all behind it folded.

    Examples
    --------
    >>> from hfsr.report import claims
    >>> "excludes the paper" in full(claims.claims())
    True
    """
    return _table(("Claim", "In the paper", "Here", "Tested at", "Verdict"), map(_full_row, answers), "prose claims")


def parts(answers: Sequence[Answer], registered: Registration) -> str:
    """A list of the paper's questions, each with what holds, what does not, and what is not known.

    Examples
    --------
    >>> from hfsr.report import claims, registration
    >>> "Section IV.C" in parts(claims.claims(), registration.read())
    True
    """
    items = []
    for family, question in registered.families.items():
        own = [each for each in answers if any(line.contrast.family == family for line in each.lines[:1])]
        said = []
        for outcome in Verdict:
            if found := [each.claim.claim.rstrip(".") for each in own if each.verdict == outcome]:
                said.append(f"{verdict(outcome)}: {escape('; '.join(found))}")
        items.append(f"<li><em>{escape(question)}</em> {'. '.join(said)}.</li>")
    untested = [each.claim.claim.rstrip(".") for each in answers if not each.lines]
    items.append(f"<li>{verdict(Verdict.NOT_TESTED)}: {escape('; '.join(untested))}.</li>")
    return f'<ul class="parts">{"".join(items)}</ul>'


def on_every_set(answers: Iterable[Answer], registered: Registration) -> pd.DataFrame:
    """The contrasts of PSNR and SSIM on every set there is: those registered, and the others beside them.

    Returns
    -------
    DataFrame
        Strings: a row a contrast, a column a set; empty where nothing is published.

    Examples
    --------
    >>> from hfsr.report import claims, registration
    >>> on_every_set(claims.claims(), registration.read()).loc["1/5 minus 1/5, complement, PSNR", "bsd100"][0]
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

    The expected half-width takes the scatter of the seeds there are.

    Examples
    --------
    >>> from hfsr.report import claims, registration
    >>> table = registered_contrasts(claims.claims(), registration.read())
    >>> table.loc[table["on"] == "kodak24", "stage"].unique().tolist()
    ['confirmatory']
    """
    rows = []
    for each, line in ((answer, line) for answer in answers for line in answer.lines):
        contrast, confidence = line.contrast, registered.confidence(line.contrast.family)
        rows.append(
            {
                "claim": each.claim.claim,
                "contrast": difference(contrast),
                "on": contrast.on,
                "stage": contrast.stage,
                "claimed": contrast.direction,
                "margin": f"{contrast.margin:g} {contrast.unit}".strip(),
                "reason": contrast.reason,
                "seeds": line.seeds,
                "expected": _expected(contrast, confidence),
            }
        )
    return pd.DataFrame(rows)


def listed(table: pd.DataFrame) -> str:
    """`registered_contrasts` as a table of sentences that fits a page.

    Examples
    --------
    >>> listed(pd.DataFrame()).count("<tr>")
    1
    """
    columns = {
        "Claim": "{claim}",
        "Contrast": "{contrast}, on {on} ({stage})",
        "Claimed, and what matters": "{claimed}; margin {margin}: {reason}",
        "Seeds, half-width expected": "{seeds} {expected}",
    }
    rows = (tuple(escape(form.format_map(row)) for form in columns.values()) for row in table.to_dict("records"))
    return _table(columns, rows, "prose")


def difference(contrast: Contrast) -> str:
    """What is compared, in words.

    Examples
    --------
    >>> from hfsr.report import registration
    >>> claim = next(each for each in registration.read().claims if each.id == "random")
    >>> difference(claim.contrasts[0])
    '1/5 minus 1/5, random, PSNR'
    """
    names = tables.labels(contrast.recipe, contrast.study) if contrast.study != "classify" else {}
    row, baseline = (names.get(each, each) for each in (contrast.row, contrast.baseline))
    longer = f", {contrast.recipe}" if contrast.recipe != "bench" else ""
    return f"{row} minus {baseline}, {METRICS.get(contrast.metric, contrast.metric.replace('_', ' '))}{longer}"


def _expected(contrast: Contrast, confidence: float) -> str:
    if contrast.study in ("classify", "confirmation", "recognition") or contrast.direction == "close":
        return ""
    gaps = tables.gaps(
        contrast.recipe, contrast.on, contrast.metric, contrast.row, contrast.baseline, contrast.study, contrast.relative
    )  # fmt: skip
    if len(gaps) < 2:
        return ""
    deviation = contrast.scale * spread([gap.mean() for gap in gaps.values()])[1]
    return f"± {half_width(deviation, contrast.seeds, confidence):.{contrast.digits}f}"


def _full_row(answer: Answer) -> tuple[str, ...]:
    claim, line = answer.claim, answer.shown
    quoted = f"<details><summary>the paper's words</summary>“{escape(claim.words)}”</details>"
    theirs = _theirs(line.contrast) if line else ""
    ours = _ours(line) if line else escape(claim.untested or "")
    return (
        f'{escape(claim.claim)}<br><a href="..{claim.page}.html">{escape(claim.place)}</a>{quoted}',
        theirs,
        ours + _behind(answer),
        escape(answer.tested_at),
        verdict(answer.verdict) + (f"<br>{answer.stage}" if answer.stage else ""),
    )


def _theirs(contrast: Contrast) -> str:
    if contrast.paper is None:
        return "no number"
    sign = "" if contrast.direction == "close" else "+"
    return escape(f"{contrast.paper:{sign}.{contrast.digits}f} {contrast.unit}".strip())


def _ours(line: Line) -> str:
    if line.measured is None:
        return f"{escape(difference(line.contrast))}: not measured yet"
    text = line.measured.shown(line.contrast.digits, line.contrast.unit)
    excluded = {None: "", True: "; excludes the paper's", False: "; includes the paper's"}[line.excludes_paper]
    seeds = "" if line.contrast.direction == "close" else f", {line.seeds}"
    return escape(f"{difference(line.contrast)}, on {line.contrast.on}: {text}{seeds}{excluded}")


def _behind(answer: Answer) -> str:
    """All contrasts of a claim, folded."""
    if not answer.lines:
        return ""
    items = []
    for line in answer.lines:
        contrast, files = line.contrast, ", ".join(line.measured.records) if line.measured else ""
        margin = f"margin {contrast.margin:g} {contrast.unit}".strip()
        items.append(
            f"<li>{_ours(line)}. {escape(contrast.stage)}, {escape(margin)}: {verdict(line.verdict)}."
            + (f"<br><code>{escape(files)}</code>" if files else "")
            + "</li>"
        )
    return f"<details><summary>all contrasts, their records</summary><ul>{''.join(items)}</ul></details>"


def _table(heads: Iterable[str], rows: Iterable[tuple[str, ...]], classes: str) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "\n".join("<tr>" + "".join(f"<td><p>{cell}</p></td>" for cell in row) + "</tr>" for row in rows)
    return f'<table class="table {classes}"><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>'
