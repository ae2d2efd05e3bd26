"""The claims as the book prints them: tables and sentences in HTML, from `hfsr.report.claims`."""

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape

import pandas as pd

from hfsr.report import strip
from hfsr.report.claims import Answer, Line
from hfsr.report.compared import difference
from hfsr.report.folded import csv_link
from hfsr.report.printed import SETS
from hfsr.report.registration import Claim, Contrast, Registration
from hfsr.report.verdict import Verdict

PRINTED = 3  # intervals in one list
KEY = (
    "<p>Bars are intervals, in units of each line's margin, the grey band: to scale up to two margins, logarithmic beyond. "
    "To the right is what is claimed.</p>"
)


def verdict(found: Verdict) -> str:
    """A verdict in its colour.

    Examples
    --------
    >>> verdict(Verdict.REFUTED)
    '<strong class="verdict-refuted">refuted</strong>'
    """
    return f'<strong class="verdict-{found.name.lower()}">{found}</strong>'


def short(answers: Sequence[Answer]) -> str:
    """The front page's table: claim, where it was tested, verdict. What is registered and not measured yet is folded below.

    Examples
    --------
    >>> from hfsr.report import claims
    >>> short(claims.claims("matters", "random")).count("<tr>")  # with its head
    3
    """
    return _folded(answers, _short)


def _short(answers: Iterable[Answer]) -> str:
    rows = (
        (
            f'{escape(each.claim.claim)}<br><a href="..{each.claim.page}.html">{escape(each.claim.place)}</a>',
            escape(each.tested_at) or _untested(each.claim),
            verdict(each.verdict),
        )
        for each in answers
    )
    return _table(("Claim", "Tested at", "Verdict here"), rows, "prose claims short")


def full(answers: Sequence[Answer]) -> str:
    """The claims page's table: the paper's words and effect, ours with its interval, the verdict, and all behind it folded.

    So is what is registered and not measured yet.

    Examples
    --------
    >>> from hfsr.report import claims
    >>> "excludes the paper" in full(claims.claims("as-printed"))
    True
    """
    return _folded(answers, _full)


def parts(answers: Sequence[Answer], registered: Registration) -> str:
    """A list of the paper's questions, each with what holds, what does not, and what is not known; then those not asked yet.

    Examples
    --------
    >>> from hfsr.report import claims, registration
    >>> "Section IV.C" in parts(claims.claims("wdsr-accuracy"), registration.read())
    True
    """
    items, waiting = [], []
    for family, question in registered.families.items():
        own = [each for each in answers if any(line.contrast.family == family for line in each.lines[:1])]
        if all(each.verdict == Verdict.NOT_MEASURED for each in own):
            waiting.append(f"<em>{escape(question)}</em>")
            continue
        said = []
        for outcome in Verdict:
            if found := [each.claim.claim.rstrip(".") for each in own if each.verdict == outcome]:
                said.append(f"{verdict(outcome)}: {escape('; '.join(found))}")
        items.append(f"<li><em>{escape(question)}</em> {'. '.join(said)}.</li>")
    if waiting:
        items.append(f"<li>{verdict(Verdict.NOT_MEASURED)}: {' '.join(waiting)}</li>")
    untested = [each.claim.claim.rstrip(".") for each in answers if not each.lines]
    items.append(f"<li>{verdict(Verdict.NOT_TESTED)}: {escape('; '.join(untested))}.</li>")
    return f'<ul class="parts">{"".join(items)}</ul>'


def headline(answers: Sequence[Answer]) -> str:
    """A page's answer: claims, each with its verdict, our difference with its interval, and the paper's.

    More than three intervals are drawn (`hfsr.report.strip`), not printed.

    Examples
    --------
    >>> from hfsr.report import claims
    >>> headline(claims.claims("matters"))
    '<ul class="answer"><li>The selected elements teach more than those left out: <strong class="verdict-supported">...'
    """
    are_drawn = sum(map(_has_interval, answers)) > PRINTED
    items = "".join(_headline(each, are_drawn) for each in answers)
    return f'<ul class="answer">{items}</ul>{KEY if are_drawn else ""}'


def listed(table: pd.DataFrame) -> str:
    """`hfsr.report.compared.registered_contrasts` as a table of sentences that fits a page.

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


def sentences(table: pd.DataFrame) -> str:
    """A table of sentences, its index first, that wraps them.

    Examples
    --------
    >>> sentences(pd.DataFrame({"done": ["a < b"]}, pd.Index(["one"], name="design"))).count("<td><p>a &lt; b</p></td>")
    1
    """
    lines = table.reset_index()
    return _table(map(str, lines), (tuple(escape(str(cell)) for cell in row) for row in lines.to_numpy()), "prose")


def _has_interval(answer: Answer) -> bool:
    line = answer.shown
    return line is not None and line.measured is not None and line.contrast.direction != "close"


def _headline(answer: Answer, is_drawn: bool) -> str:
    said = f"{escape(answer.claim.claim.rstrip('.'))}: {verdict(answer.verdict)}."
    if not (line := answer.shown) or not line.measured:
        return f"<li>{said}</li>"
    contrast = line.contrast
    ours = escape(line.measured.shown(contrast.digits, contrast.unit))
    compared = escape(_compared(contrast))
    if not _has_interval(answer):  # to the paper or a rule: without seeds, and with no other number beside it
        return f"<li>{said} {compared}: <strong>{ours}</strong>.</li>"
    theirs = f" (the paper: {_theirs(contrast)})" if contrast.paper is not None else ""
    if is_drawn:
        mean = escape(f"{line.measured.estimate.mean:+.{contrast.digits}f} {contrast.unit}".strip())
        interval = f'<span class="verdict-{answer.verdict.name.lower()}">{strip.drawn(line)}</span>'
        return f"<li>{interval}{said} {compared}: <strong>{mean}</strong>{theirs}; {line.seeds}.</li>"
    return f"<li>{said} {compared}: <strong>{ours}</strong>{theirs}; {line.seeds}.</li>"


def _full(answers: Iterable[Answer]) -> str:
    return _table(("Claim", "In the paper", "Here", "Tested at", "Verdict"), map(_full_row, answers), "prose claims")


def _folded(answers: Sequence[Answer], table: Callable[[Iterable[Answer]], str]) -> str:
    """A table of what is known, and one below it, folded, of what is not measured yet."""
    waiting = [each for each in answers if each.verdict == Verdict.NOT_MEASURED]
    known = table([each for each in answers if each not in waiting])
    if not waiting:
        return known
    summary = f"{len(waiting)} more claims are registered, and their runs are not made yet"
    plain = {each.claim.claim: (each.claim.place, each.tested_at, str(each.verdict)) for each in waiting}
    link = csv_link(
        "Claims not measured yet", pd.DataFrame.from_dict(plain, "index", columns=["place", "tested at", "verdict"])
    )
    return f'{known}<details class="folded"><summary>{summary}</summary>{link}{table(waiting)}</details>'


def _full_row(answer: Answer) -> tuple[str, ...]:
    claim, line = answer.claim, answer.shown
    quoted = f"<details><summary>the paper's words</summary>“{escape(claim.words)}”</details>"
    theirs = _theirs(line.contrast) if line else ""
    ours = _ours(line) if line else _untested(claim)
    return (
        f'{escape(claim.claim)}<br><a href="..{claim.page}.html">{escape(claim.place)}</a>{quoted}',
        theirs,
        ours + _behind(answer),
        escape(answer.tested_at),
        verdict(answer.verdict) + (f"<br>{answer.stage}" if answer.stage else ""),
    )


def _untested(claim: Claim) -> str:
    """Why nothing here decides a claim; a page of the book that is named there becomes a link."""
    return re.sub(r"book/\w+", r'<a href="../\g<0>.html">a page of this book</a>', escape(claim.untested or ""))


def _compared(contrast: Contrast) -> str:
    return f"{difference(contrast)}, on {SETS.get(contrast.on, contrast.on)}"


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
    return escape(f"{_compared(line.contrast)}: {text}{seeds}{excluded}")


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
